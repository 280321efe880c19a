//! Serialising into memory that is there already.

use super::Schema;
use crate::buffer::Buffer;
use crate::error::{Error, NoMemory};
use rkyv::api::serialize_using;
use rkyv::rancor::{Failure, Strategy};
use rkyv::ser::allocator::{Arena, ArenaHandle};
use rkyv::ser::{Positional, Writer};
use std::cell::Cell;
use std::{ptr, slice};

/// What types are serialised with: they may take scratch memory, and share nothing.
pub type Serializer<'a> = Strategy<Parts<'a>, Failure>;

type Parts<'a> = rkyv::ser::Serializer<Out<'a>, ArenaHandle<'a>, ()>;

/// Where an archive is written: a place in the ring, or a buffer. Whatever a type writes there stays in the
/// place, and is checked afterwards; there is no other way to one, nor to a second one to swap it for.
#[derive(Debug)]
pub struct Out<'a>(To<'a>);

#[derive(Debug)]
enum To<'a> {
    Place { place: &'a mut [u8], len: usize },
    Buffer { buffer: &'a mut Buffer, lacks: &'a mut bool },
}

thread_local! {
    /// Scratch memory of this thread, kept warm.
    static ARENA: Cell<Option<Arena>> = const { Cell::new(None) };
}

/// Runs `write` with scratch memory. A thread that is ending, and has none any more, or one that serialises
/// inside another type's code, takes some of its own.
fn with_arena<T>(write: impl FnOnce(&mut Arena) -> T) -> T {
    let mut arena = ARENA.try_with(Cell::take).ok().flatten().unwrap_or_default();
    let written = write(&mut arena);
    arena.shrink();
    // Where it cannot go back it is freed.
    let _ = ARENA.try_with(|kept| kept.set(Some(arena)));
    written
}

/// Writes `value` into `place`: the bytes that it took, or `None` if that is too small.
#[inline]
pub(super) fn serialize_into<T: Schema>(value: &T, place: &mut [u8]) -> Option<usize> {
    if T::COPY_OPTIMIZATION.is_enabled() {
        return copy_into(value, place);
    }
    with_arena(|arena| {
        let out = Out(To::Place { place, len: 0 });
        let mut serializer = Parts::new(out, arena.acquire(), ());
        serialize_using::<_, Failure>(value, &mut serializer).ok()?;
        Some(serializer.writer.pos())
    })
}

/// Up to so many bytes are copied in the words in which they probably have just been written: a wider
/// load waits until they have left the store buffer, some 5 ns.
const WORDS_MAX: usize = 256;

/// Copies a value that is its own archive.
#[inline]
#[expect(unsafe_code, reason = "rkyv says that the value's bytes are its archive")]
fn copy_into<T: Schema>(value: &T, place: &mut [u8]) -> Option<usize> {
    // SAFETY: needs bytes that are all initialised: `COPY_OPTIMIZATION`, which only unsafe code can
    // enable, says that these may be written as they are, and its derived form that there is no padding.
    let bytes = unsafe { slice::from_raw_parts(ptr::from_ref(value).cast::<u8>(), size_of::<T>()) };
    let place = place.get_mut(..size_of::<T>())?;
    match (bytemuck::try_cast_slice(bytes), bytemuck::try_cast_slice_mut(place)) {
        (Ok(words), Ok(places)) if size_of::<T>() <= WORDS_MAX => copy_words(words, places),
        _ => place.copy_from_slice(bytes),
    }
    Some(size_of::<T>())
}

/// Copies word by word: volatile stores are not joined into wider ones, nor the loads before them.
#[inline]
#[expect(unsafe_code, reason = "a copy that stays one of words")]
fn copy_words(words: &[u64], places: &mut [u64]) {
    for (word, place) in words.iter().zip(places) {
        // SAFETY: a reference to a word may be written.
        unsafe { ptr::write_volatile(place, *word) };
    }
}

/// Writes `value` into an empty buffer.
///
/// # Errors
/// [`Error::NotCloneable`] if the type refuses; [`Error::Exhausted`].
pub(super) fn serialize_to<T: Schema>(value: &T, buffer: &mut Buffer) -> Result<(), Error> {
    let mut lacks = false;
    let written = with_arena(|arena| {
        let out = Out(To::Buffer { buffer, lacks: &mut lacks });
        let mut serializer = Parts::new(out, arena.acquire(), ());
        serialize_using::<_, Failure>(value, &mut serializer).map(drop)
    });
    match written {
        _ if lacks => Err(NoMemory.into()),
        written => written.map_err(|Failure| Error::NotCloneable),
    }
}

impl Positional for Out<'_> {
    #[inline]
    fn pos(&self) -> usize {
        match &self.0 {
            To::Place { len, .. } => *len,
            To::Buffer { buffer, .. } => buffer.len(),
        }
    }
}

impl Writer<Failure> for Out<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match &mut self.0 {
            To::Place { place, len } => {
                let end = len.checked_add(bytes.len()).ok_or(Failure)?;
                place.get_mut(*len..end).ok_or(Failure)?.copy_from_slice(bytes);
                *len = end;
            }
            To::Buffer { buffer, lacks } => {
                buffer.extend_from_slice(bytes).map_err(|NoMemory| {
                    **lacks = true;
                    Failure
                })?;
            }
        }
        Ok(())
    }
}
