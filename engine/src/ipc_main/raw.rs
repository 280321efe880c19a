//! Bytes that are written where a renderer will read them.

use super::WebContentsBurst;
use crate::error::Error;
use crate::session::sender::Reserved;
use crate::value::raw::Place;
use crate::wire::{Buffer, Signature};

/// A message of bytes to a renderer that is being written in place: [`bytes`](Self::bytes), then
/// [`commit`](Self::commit). Dropped without a commit, it is never sent.
///
/// It holds the session's sending end as a [`WebContentsBurst`] does.
#[derive(Debug)]
#[must_use = "a dropped claim is never sent"]
pub struct WebContentsClaim<'w> {
    burst: WebContentsBurst<'w>,
    channel: &'w str,
    place: Place,
    written: Written,
}

/// Where the archive is written.
#[derive(Debug)]
enum Written {
    InRing(Reserved),
    /// The ring has no place for it now.
    InBuffer(Buffer),
}

impl<'w> WebContentsClaim<'w> {
    pub(super) fn new(
        mut burst: WebContentsBurst<'w>,
        channel: &'w str,
        len: usize,
    ) -> Result<Self, Error> {
        let pool = &burst.page().end().pool;
        let written = match Self::place(&mut burst, channel, len)? {
            Ok(reserved) => Written::InRing(reserved),
            Err(archive) => {
                let mut zeroed = pool.take();
                zeroed.resize(archive, 0);
                Written::InBuffer(zeroed)
            }
        };
        Ok(Self { burst, channel, place: Place::of(len), written })
    }

    pub(super) fn in_place(
        mut burst: WebContentsBurst<'w>,
        channel: &'w str,
        len: usize,
    ) -> Result<Self, Error> {
        match Self::place(&mut burst, channel, len)? {
            Ok(reserved) => {
                let written = Written::InRing(reserved);
                Ok(Self { burst, channel, place: Place::of(len), written })
            }
            Err(archive) => Err(burst.outbox().no_room(archive)),
        }
    }

    /// A place in the ring; the size of the archive if there is none.
    fn place(
        burst: &mut WebContentsBurst<'w>,
        channel: &str,
        len: usize,
    ) -> Result<Result<Reserved, usize>, Error> {
        let end = burst.page().end();
        let archive = end.raw_archive_len(Place::of(len))?;
        match burst.outbox().reserve(Signature::dynamic(channel), archive) {
            Ok(place) => Ok(place.ok_or(archive)),
            Err(error) => Err(end.failed(error)),
        }
    }

    /// How many bytes were claimed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.place.contents().len()
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where to write. What is in it now is left from earlier messages; it lies at a multiple of
    /// 16, and from 4 KiB on of 64 if the ring holds it at once.
    ///
    /// # Panics
    /// Never: the place was reserved and stays so.
    pub fn bytes(&mut self) -> &mut [u8] {
        let archive = match &mut self.written {
            Written::InRing(reserved) => self.burst.outbox().reserved(reserved),
            Written::InBuffer(buffer) => buffer,
        };
        &mut archive[self.place.contents()]
    }

    /// Sends the first `len` bytes.
    ///
    /// # Errors
    /// As [`WebContents::send`](super::WebContents::send).
    ///
    /// # Panics
    /// If `len` is more than was claimed.
    pub fn commit(self, len: usize) -> Result<(), Error> {
        assert!(len <= self.len(), "committed more than was claimed");
        let Self { mut burst, channel, place, written } = self;
        let place = place.shortened(len);
        let end = burst.page().end();
        let archive = end.raw_archive_len(place)?;
        match written {
            Written::InRing(reserved) => {
                let outbox = burst.outbox();
                let sent = outbox.commit(reserved, archive, |archive| place.finish(archive));
                end.note(outbox, Ok(sent))
            }
            Written::InBuffer(mut buffer) => {
                buffer.resize(archive, 0);
                place.finish(&mut buffer);
                let sent = burst.put(Signature::dynamic(channel), &buffer);
                end.pool.give(buffer);
                sent
            }
        }
    }
}
