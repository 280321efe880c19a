//! Bytes at a multiple of 16, in memory that is asked for and may be refused.
#![expect(unsafe_code, reason = "bytes that are not cleared before they are written")]

use crate::error::NoMemory;
use crate::room;
use std::fmt;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};
use std::slice;

/// What archives and messages lie in. As a `Vec<u8>`, but aligned, and whatever grows it says whether there
/// was memory: rkyv's `AlignedVec` ends the program.
#[derive(Default)]
pub(crate) struct Buffer {
    /// As long as its capacity, whatever is in it.
    blocks: Vec<Block>,
    /// The first so many bytes are initialised, and lie within the blocks.
    len: usize,
}

#[derive(Clone, Copy)]
#[repr(C, align(16))]
struct Block([MaybeUninit<u8>; BLOCK]);

const BLOCK: usize = 16;

impl Buffer {
    #[inline]
    pub(crate) const fn new() -> Self {
        Self { blocks: Vec::new(), len: 0 }
    }

    /// An empty one with room for `bytes`.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn with_room(bytes: usize) -> Result<Self, NoMemory> {
        let mut buffer = Self::new();
        buffer.reserve_exact(bytes)?;
        Ok(buffer)
    }

    /// One with these bytes.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn copy_of(bytes: &[u8]) -> Result<Self, NoMemory> {
        let mut buffer = Self::with_room(bytes.len())?;
        buffer.extend_from_slice(bytes)?;
        Ok(buffer)
    }

    /// One of `len` zeros.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn zeroed(len: usize) -> Result<Self, NoMemory> {
        let mut buffer = Self::with_room(len)?;
        buffer.resize(len)?;
        Ok(buffer)
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.blocks.len() * BLOCK
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// Makes room for `more` bytes, and for no others.
    ///
    /// # Errors
    /// [`NoMemory`]: it is as it was.
    pub(crate) fn reserve_exact(&mut self, more: usize) -> Result<(), NoMemory> {
        let size = self.len.checked_add(more).ok_or(NoMemory)?;
        if size <= self.capacity() { Ok(()) } else { self.grow(size) }
    }

    /// Makes room for `size` bytes, which are more than there is room for.
    #[cold]
    fn grow(&mut self, size: usize) -> Result<(), NoMemory> {
        let more = size.div_ceil(BLOCK) - self.blocks.len();
        room::promise(more.saturating_mul(BLOCK))?;
        self.blocks.try_reserve_exact(more).map_err(|_| NoMemory)?;
        // SAFETY: needs that many blocks allocated, which they are, and initialised: any bytes are blocks,
        // as their type says.
        unsafe { self.blocks.set_len(self.blocks.capacity()) };
        Ok(())
    }

    /// Lets `fill` write `len` bytes more.
    ///
    /// # Errors
    /// [`NoMemory`]
    ///
    /// # Panics
    /// If what `fill` returns is not all that it was given.
    pub(crate) fn append(
        &mut self,
        len: usize,
        fill: impl FnOnce(&mut [MaybeUninit<u8>]) -> &mut [u8],
    ) -> Result<(), NoMemory> {
        self.reserve_exact(len)?;
        let end = self.len + len;
        // SAFETY: `reserve_exact` has seen to it that `end` lies within the blocks.
        let spare = unsafe { self.blocks.as_mut_ptr().cast::<u8>().add(self.len) };
        // SAFETY: `len` bytes from there lie within the blocks, and nothing else borrows them.
        let place = unsafe { slice::from_raw_parts_mut(spare.cast(), len) };
        let filled = fill(place);
        assert!(filled.as_ptr() == spare && filled.len() == len, "filled in part");
        // What was returned are initialised bytes at this very place.
        self.len = end;
        Ok(())
    }

    /// Appends bytes. Where there is no room it is made for as many as there are, if that is more.
    ///
    /// # Errors
    /// [`NoMemory`]
    #[inline]
    pub(crate) fn extend_from_slice(&mut self, bytes: &[u8]) -> Result<(), NoMemory> {
        if bytes.len() > self.capacity() - self.len {
            self.reserve_exact(bytes.len().max(self.len))?;
        }
        self.append(bytes.len(), |place| place.write_copy_of_slice(bytes))
    }

    /// Makes it `len` bytes long. What it has more than before are zeros.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn resize(&mut self, len: usize) -> Result<(), NoMemory> {
        if let Some(more) = len.checked_sub(self.len) {
            return self.append(more, zeros);
        }
        self.len = len;
        Ok(())
    }
}

fn zeros(place: &mut [MaybeUninit<u8>]) -> &mut [u8] {
    place.fill(MaybeUninit::new(0));
    // SAFETY: needs bytes that are all initialised, which the line above has made of them.
    unsafe { place.assume_init_mut() }
}

impl Deref for Buffer {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: `len` bytes from the start of the blocks are within them and initialised.
        unsafe { slice::from_raw_parts(self.blocks.as_ptr().cast(), self.len) }
    }
}

impl DerefMut for Buffer {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above; and `self` is borrowed for as long.
        unsafe { slice::from_raw_parts_mut(self.blocks.as_mut_ptr().cast(), self.len) }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("len", &self.len)
            .field("capacity", &self.capacity())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_lie_at_a_multiple_of_16_and_stay_when_it_grows() {
        let mut buffer = Buffer::new();
        assert_eq!((&*buffer, buffer.as_ptr().addr() % 16), (&[][..], 0));
        for number in 0..200 {
            buffer.extend_from_slice(&[number]).unwrap();
            assert_eq!(buffer.as_ptr().addr() % 16, 0);
        }
        assert!((0..200).eq(buffer.iter().copied()));
        buffer[3] = 7;
        assert_eq!(buffer[2..5], [2, 7, 4]);
    }

    #[test]
    fn what_is_resized_has_zeros_whatever_was_there() {
        let mut buffer = Buffer::copy_of(&[9; 40]).unwrap();
        buffer.resize(3).unwrap();
        buffer.resize(40).unwrap();
        assert_eq!((&buffer[..3], &buffer[3..]), (&[9; 3][..], &[0; 37][..]));
        buffer.clear();
        assert!(buffer.is_empty() && buffer.capacity() >= 40);
        assert_eq!(*Buffer::zeroed(17).unwrap(), [0; 17]);
    }

    #[test]
    fn what_nobody_has_is_refused_and_nothing_is_lost() {
        let mut buffer = Buffer::copy_of(&[1, 2]).unwrap();
        for more in [usize::MAX, isize::MAX as usize, 1 << 50] {
            assert_eq!(buffer.reserve_exact(more), Err(NoMemory));
            assert_eq!(buffer.append(more, |_| unreachable!("no room")), Err(NoMemory));
        }
        assert_eq!(*buffer, [1, 2]);
    }

    #[test]
    #[should_panic(expected = "filled in part")]
    fn what_was_not_filled_is_not_taken() {
        let mut buffer = Buffer::with_room(10).unwrap();
        let _ = buffer.append(10, |place| place[..9].write_copy_of_slice(&[1; 9]));
    }
}
