//! What listeners get of a message.

use crate::buffer::Buffer;
use crate::emitter::BoxError;
use crate::error::{Corrupt, Error, Fault, NoMemory};
use crate::typed::{Channel, Schema};
use crate::value::raw::Place;
use crate::value::{Args, ArgsRef, Bytes};
use crate::wire::{DYNAMIC, Known};

/// A message's payload, in memory that does not change while it is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Payload<'a> {
    /// Arguments, checked.
    Args(ArgsRef<'a>),
    /// One archive of a type that the application knows, which it checks.
    Typed { schema: u64, archive: &'a [u8] },
}

impl<'a> Payload<'a> {
    /// What `bytes` are on a channel that is `known`.
    ///
    /// # Errors
    /// [`Corrupt`] if they are none that a peer of ours sends there.
    #[inline]
    pub(crate) fn new(known: &Known, bytes: &'a [u8]) -> Result<Self, Corrupt> {
        if known.schema == DYNAMIC {
            ArgsRef::check(bytes).map(Self::Args)
        } else {
            Ok(Self::Typed { schema: known.schema, archive: bytes })
        }
    }

    /// Hands dynamic arguments to `listener`. A typed message is one bytes value to it, in a copy:
    /// hosts that cannot know the type can still store it or pass it on.
    #[inline]
    pub(crate) fn as_args<R>(self, listener: impl FnOnce(ArgsRef<'_>) -> R) -> Result<R, BoxError> {
        match self {
            Self::Args(args) => Ok(listener(args)),
            Self::Typed { archive, .. } => Ok(listener(opaque(archive)?.view())),
        }
    }

    /// Arguments to keep.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn to_args(self) -> Result<Args, NoMemory> {
        match self {
            Self::Args(args) => args.try_to_owned().map_err(|_| NoMemory),
            Self::Typed { archive, .. } => opaque(archive),
        }
    }

    /// The message as what `channel` carries.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`] if it is another type's, [`Forged`] if it is none.
    #[inline]
    pub(crate) fn typed<T: Schema>(
        self,
        channel: &Channel<T>,
    ) -> Result<&'a T::Archived, BoxError> {
        let (theirs, archive) = match self {
            Self::Typed { schema, archive } => (schema, archive),
            Self::Args(_) => (DYNAMIC, [].as_slice()),
        };
        if theirs != channel.fingerprint() {
            return Err(mismatch(channel, theirs));
        }
        channel.access(archive).map_err(|corrupt| Forged(corrupt).into())
    }
}

/// Arguments to keep out of a buffer that was gathered: the buffer itself, if it holds some.
///
/// # Errors
/// As [`Payload::new`], and that there is no memory.
pub(crate) fn gathered_args(known: &Known, buffer: Buffer) -> Result<Args, Fault> {
    if known.schema == DYNAMIC { Ok(Args::from_archive(buffer)?) } else { Ok(opaque(&buffer)?) }
}

/// The size of a message of raw bytes.
///
/// # Errors
/// [`Error::TooLarge`] if it is more than `limit`.
pub(crate) fn raw_archive_len(place: Place, limit: usize) -> Result<usize, Error> {
    let found = place.archive_len().unwrap_or(place.contents().end);
    if found > limit { Err(Error::TooLarge { found, limit }) } else { Ok(found) }
}

/// A message as the one bytes value that it is to who does not know its type.
fn opaque(archive: &[u8]) -> Result<Args, NoMemory> {
    // An archive was sent, so that one of a few bytes more can fail for no other reason.
    Args::new(&[&Bytes(archive)]).map_err(|_| NoMemory)
}

#[cold]
fn mismatch<T: Schema>(channel: &Channel<T>, theirs: u64) -> BoxError {
    let (channel, ours) = (channel.name().to_owned(), channel.fingerprint());
    Error::TypeMismatch { channel, ours, theirs }.into()
}

/// A typed message whose bytes are no archive of its type, though its fingerprint says so: its sender
/// is none of ours. Its own type, so that no listener's error is taken for it.
#[derive(Debug)]
pub(crate) struct Forged(Corrupt);

impl Forged {
    /// What is wrong, if `error` is this.
    #[cold]
    pub(crate) fn find(error: &BoxError) -> Option<Corrupt> {
        error.downcast_ref::<Self>().map(|forged| forged.0)
    }
}

impl std::fmt::Display for Forged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Forged {}
