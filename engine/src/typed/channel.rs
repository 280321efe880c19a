//! A channel's name and the type of its messages.

use super::access::{Validator, access};
use super::serialize::{Serializer, serialize_into, serialize_to};
use crate::error::{Corrupt, Error};
use crate::layout::fold;
use crate::wire::{Buffer, DYNAMIC, Signature};
use rkyv::bytecheck::CheckBytes;
use rkyv::{Archive, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What can travel on a typed channel: every type that derives rkyv's `Archive` and `Serialize`, see
/// [the module](super) for what it may contain.
///
/// Open to all, because it is not believed: what a type makes of itself is checked as its archive where it
/// is sent ([`Error::Malformed`]), and once more where it is received.
pub trait Schema:
    Archive<Archived: for<'a> CheckBytes<Validator<'a>>> + for<'a> Serialize<Serializer<'a>>
{
}

impl<T> Schema for T where
    T: Archive<Archived: for<'a> CheckBytes<Validator<'a>>> + for<'a> Serialize<Serializer<'a>>
{
}

/// A channel whose messages are `T`. Usually a `static` that both programs share.
///
/// # Examples
/// ```
/// use ringmain::rkyv::{Archive, Serialize};
/// use ringmain::{Channel, Error, IpcMain, IpcRenderer};
///
/// #[derive(Archive, Serialize)]
/// #[rkyv(crate = ringmain::rkyv)]
/// struct Position {
///     x: f64,
///     y: f64,
/// }
///
/// static POSITION: Channel<Position> = Channel::new("position", 1);
///
/// fn listen(main: &IpcMain) {
///     main.on_typed(&POSITION, |_event, position| println!("{} {}", position.x, position.y));
/// }
///
/// fn report(renderer: &IpcRenderer) -> Result<(), Error> {
///     renderer.send_typed(&POSITION, &Position { x: 0.5, y: 2.0 })
/// }
/// ```
pub struct Channel<T> {
    name: Cow<'static, str>,
    fingerprint: u64,
    /// What a message took lately, so that the next one is given as much room at once.
    room: AtomicUsize,
    of: PhantomData<fn(&T)>,
}

/// Counts up when rkyv's format, or the features that it is built with, change.
const ARCHIVE_FORMAT: usize = 1;

/// FNV-1a's offset basis.
const SEED: u64 = 0xcbf2_9ce4_8422_2325;

impl<T: Schema> Channel<T> {
    /// The channel `name`, of messages `T` in the version `version` of its schema.
    #[must_use]
    pub const fn new(name: &'static str, version: u32) -> Self {
        Self::with(Cow::Borrowed(name), version)
    }

    /// The same for a name that is not known before the program runs.
    #[must_use]
    pub const fn named(name: String, version: u32) -> Self {
        Self::with(Cow::Owned(name), version)
    }

    const fn with(name: Cow<'static, str>, version: u32) -> Self {
        const { assert!(align_of::<T::Archived>() <= 16, "archived alignment is at most 16") }
        let of = [version as usize, size_of::<T::Archived>(), align_of::<T::Archived>()];
        let fingerprint = fold(fold(SEED, &of), &[ARCHIVE_FORMAT]);
        let fingerprint = if fingerprint == DYNAMIC { !DYNAMIC } else { fingerprint };
        Self {
            name,
            fingerprint,
            room: AtomicUsize::new(size_of::<T::Archived>()),
            of: PhantomData,
        }
    }

    /// Its name.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What both sides compare.
    #[inline]
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    #[inline]
    pub(crate) fn signature(&self) -> Signature<'_> {
        Signature { channel: &self.name, schema: self.fingerprint }
    }

    /// Bytes that the next message may need, of `most` that there is room for.
    #[inline]
    pub(crate) fn room(&self, most: usize) -> usize {
        self.room.load(Ordering::Relaxed).min(most)
    }

    /// Writes `value` into `place`: the bytes that it took, or `None` if that is too small, or if no peer
    /// would take what it became, of which [`write_to`](Self::write_to) says more.
    #[inline]
    pub(crate) fn write(&self, value: &T, place: &mut [u8]) -> Option<usize> {
        let len = serialize_into(value, place)?;
        // The bytes of a type that is its own archive are one, as its unsafe code has promised.
        let is_archive =
            T::COPY_OPTIMIZATION.is_enabled() || self.access(place.get(..len)?).is_ok();
        is_archive.then_some(len)
    }

    /// Writes `value` into a buffer, and takes note of its size.
    ///
    /// # Errors
    /// [`Error::NotCloneable`] if the type refuses to be serialised, [`Error::Malformed`] if what it became
    /// is none of its archives, or is nested too deeply: the peer would end the session.
    #[cold]
    pub(crate) fn write_to(&self, value: &T, buffer: &mut Buffer) -> Result<(), Error> {
        serialize_to(value, buffer)?;
        self.access(buffer).map_err(Error::Malformed)?;
        self.room.store(buffer.len(), Ordering::Relaxed);
        Ok(())
    }

    /// Checks an archive.
    ///
    /// # Errors
    /// [`Corrupt`] if it is none of `T`.
    #[inline]
    pub(crate) fn access<'a>(&self, archive: &'a [u8]) -> Result<&'a T::Archived, Corrupt> {
        access::<T>(archive)
    }
}

impl<T> fmt::Debug for Channel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, fingerprint, .. } = self;
        write!(f, "Channel({name:?}, {fingerprint:#018x})")
    }
}
