//! Room for what another process decides the size of.
//!
//! An allocation that fails ends a Rust program, unless it is one of the few that say so. What a peer sends
//! decides how large a buffer becomes, how long a queue, how many parts a value has: each such size goes
//! through here, and is [`NoMemory`] where there is none. Then a session ends or a call fails, and gives back
//! what it had.
//!
//! # Headroom
//! The rest of the program allocates as Rust programs do: an `Arc`, a node of a map, a `format!`. These are
//! small, but the last one that fits is as deadly as any if large ones have been given everything. So what is
//! given here leaves [`HEADROOM`], and what is small a quarter of that: now and then that much is asked of the
//! kernel besides, and given back at once. So large things are refused first, then small ones, and what cannot
//! be refused has the rest. It costs two system calls for every [`EVERY`] bytes, which take a hundred times as
//! long to be first touched.
//!
//! | call | for |
//! |---|---|
//! | [`reserve`], [`reserve_in`], [`Buffer`](crate::buffer::Buffer) | what can fail: it is looked whether headroom would be left, and asked |
//! | [`promise`] | what cannot, because a crate or a type of the caller's allocates: it is looked whether so much can be had |
//!
//! It is looked before anything is allocated: a block that was had and refused would be there for the next who asks.

#![expect(unsafe_code, reason = "has the C library give unused memory back")]

use crate::error::NoMemory;
use crate::limits::HEADROOM;
use memmap2::MmapMut;
use std::cell::Cell;
use std::collections::VecDeque;
use std::hint::black_box;

/// A thread looks for headroom whenever it was given so many bytes since the last time.
const EVERY: usize = 512 << 10;

/// Blocks of less than this are small.
const LARGE: usize = 64 << 10;

/// What the smallest block counts: an allocator that has to map each one takes a page for it.
const BLOCK: usize = 4096;

thread_local! {
    /// Bytes that this thread was given since it last found headroom.
    static GIVEN: Cell<usize> = const { Cell::new(0) };
}

/// Makes room for `more` items, and for as many as there are if that is more: a list that grows item by item
/// is moved few times.
///
/// # Errors
/// [`NoMemory`]: the list is as it was.
#[inline]
pub(crate) fn reserve<T>(list: &mut Vec<T>, more: usize) -> Result<(), NoMemory> {
    if list.capacity() - list.len() >= more { Ok(()) } else { grow(list, more) }
}

#[cold]
fn grow<T>(list: &mut Vec<T>, more: usize) -> Result<(), NoMemory> {
    promise(grown::<T>(list.len(), list.capacity(), more)?)?;
    list.try_reserve(more).map_err(|_| NoMemory)
}

/// Bytes that a list of `len` items asks for to have `more`: it has twice as many in any case.
fn grown<T>(len: usize, capacity: usize, more: usize) -> Result<usize, NoMemory> {
    let items = len.checked_add(more).ok_or(NoMemory)?.max(2 * capacity);
    items.checked_mul(size_of::<T>()).ok_or(NoMemory)
}

/// [`reserve`] in a queue.
///
/// # Errors
/// As there.
#[inline]
pub(crate) fn reserve_in<T>(queue: &mut VecDeque<T>, more: usize) -> Result<(), NoMemory> {
    if queue.capacity() - queue.len() >= more {
        return Ok(());
    }
    promise(grown::<T>(queue.len(), queue.capacity(), more)?)?;
    queue.try_reserve(more).map_err(|_| NoMemory)
}

/// Before a block of `bytes` is allocated: whether there will be headroom left.
///
/// # Errors
/// [`NoMemory`]
#[inline]
pub fn promise(bytes: usize) -> Result<(), NoMemory> {
    match bytes == 0 || count(bytes) {
        true => Ok(()),
        false => look(bytes, left_by(bytes)),
    }
}

/// Before a list of that code's grows: `len` items, for which it doubles what it has.
///
/// # Errors
/// [`NoMemory`]
#[inline]
pub(crate) fn promise_one_more<T>(len: usize, capacity: usize) -> Result<(), NoMemory> {
    if len < capacity { Ok(()) } else { promise(2 * capacity.saturating_mul(size_of::<T>())) }
}

/// Counts a block. `false` if it is time to look for headroom.
#[inline]
fn count(bytes: usize) -> bool {
    GIVEN.with(|given| {
        let sum = given.get().saturating_add(bytes.max(BLOCK));
        given.set(sum);
        sum < EVERY
    })
}

/// What a block of `bytes` has to leave.
fn left_by(bytes: usize) -> usize {
    if bytes < LARGE { HEADROOM / 4 } else { HEADROOM }
}

/// Whether `bytes` and as much as is to be `left` can be had at once. Asked of the kernel, so that the allocator's habits
/// are not changed by it; and of the allocator if that refuses, which may have kept what was freed.
#[cold]
fn look(bytes: usize, left: usize) -> Result<(), NoMemory> {
    let is_there = MmapMut::map_anon(left.saturating_add(bytes)).is_ok() || {
        let (mut block, mut headroom) = (Vec::<u8>::new(), Vec::<u8>::new());
        let both = block.try_reserve_exact(bytes).and(headroom.try_reserve_exact(left));
        black_box((block, headroom));
        both.is_ok()
    };
    if !is_there {
        // And the next block looks again.
        GIVEN.with(|given| given.set(EVERY));
        return Err(NoMemory);
    }
    GIVEN.with(|given| given.set(0));
    Ok(())
}

/// Has the C library give back what it keeps of memory that was freed: it keeps any number of gigabytes, as
/// long as something lies behind them. Takes some 0.1 ms for each mebibyte.
#[cold]
pub(crate) fn trim() {
    #[cfg(target_env = "gnu")]
    // SAFETY: may be called at any time, by any thread; another allocator than the C library's is not its concern.
    unsafe {
        libc::malloc_trim(0)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_is_refused() {
        let mut list = Vec::<u64>::new();
        assert_eq!(reserve(&mut list, usize::MAX / 16), Err(NoMemory));
        assert_eq!(reserve_in(&mut VecDeque::<u8>::new(), isize::MAX as usize), Err(NoMemory));
        assert_eq!(promise(1 << 50), Err(NoMemory));
        assert_eq!(reserve(&mut list, 1 << 47), Err(NoMemory));
        assert_eq!((list.capacity(), reserve(&mut list, 1)), (0, Ok(())));
    }

    #[test]
    fn after_a_refusal_it_is_looked_again() {
        assert_eq!(promise(1 << 50), Err(NoMemory));
        assert_eq!(GIVEN.get(), EVERY);
        assert_eq!(promise(1), Ok(()));
        assert_eq!(GIVEN.get(), 0);
    }

    #[test]
    fn a_list_that_has_room_is_not_looked_at() {
        let mut list = Vec::<u8>::with_capacity(10);
        let before = GIVEN.get();
        reserve(&mut list, 10).unwrap();
        assert_eq!(GIVEN.get(), before);
    }
}
