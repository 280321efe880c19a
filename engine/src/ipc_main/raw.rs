//! Bytes that are written where a renderer will read them.

use super::WebContentsBurst;
use crate::error::Error;
use crate::value::raw::Place;
use crate::wire::{Buffer, ENVELOPE, Signature};

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
    /// Where it is written if the ring has no place for it now.
    buffer: Option<Buffer>,
}

impl<'w> WebContentsClaim<'w> {
    pub(super) fn new(
        mut burst: WebContentsBurst<'w>,
        channel: &'w str,
        len: usize,
    ) -> Result<Self, Error> {
        let pool = &burst.page().end().pool;
        let archive = Self::place(&mut burst, channel, len)?;
        let buffer = archive.err().map(|archive| {
            let mut zeroed = pool.take();
            zeroed.resize(archive, 0);
            zeroed
        });
        Ok(Self { burst, channel, place: Place::of(len), buffer })
    }

    pub(super) fn in_place(
        mut burst: WebContentsBurst<'w>,
        channel: &'w str,
        len: usize,
    ) -> Result<Self, Error> {
        match Self::place(&mut burst, channel, len)? {
            Ok(()) => Ok(Self { burst, channel, place: Place::of(len), buffer: None }),
            Err(archive) => Err(burst.outbox().no_room(archive)),
        }
    }

    /// Looks for a place in the ring: the size of the archive if there is none.
    fn place(
        burst: &mut WebContentsBurst<'w>,
        channel: &str,
        len: usize,
    ) -> Result<Result<(), usize>, Error> {
        let end = burst.page().end();
        let archive = end.raw_archive_len(Place::of(len))?;
        match burst.outbox().reserve(Signature::dynamic(channel), archive) {
            Ok(place) => Ok(place.map(drop).ok_or(archive)),
            Err(error) => Err(end.failed(error)),
        }
    }

    /// Where to write. What is in it now is left from earlier messages; it lies at a multiple of
    /// 16, and from 4 KiB on of 64 if the ring holds it at once.
    pub fn bytes(&mut self) -> &mut [u8] {
        let contents = self.place.contents();
        &mut self.archive(self.place)[contents]
    }

    /// Sends the first `len` bytes.
    ///
    /// # Errors
    /// As [`WebContents::send`](super::WebContents::send).
    ///
    /// # Panics
    /// If `len` is more than was claimed.
    pub fn commit(mut self, len: usize) -> Result<(), Error> {
        assert!(len <= self.place.contents().len(), "committed more than was claimed");
        let place = self.place.shortened(len);
        place.finish(self.archive(place));
        let Self { mut burst, channel, buffer, .. } = self;
        let end = burst.page().end();
        let signature = Signature::dynamic(channel);
        let archive = end.raw_archive_len(place)?;
        match buffer {
            None => {
                let outbox = burst.outbox();
                let filled = outbox.fill(signature, archive, |_| Some(archive));
                end.note(outbox, filled.map(|_| ENVELOPE + archive))
            }
            Some(mut buffer) => {
                buffer.resize(archive, 0);
                let sent = burst.put(signature, &buffer);
                end.pool.give(buffer);
                sent
            }
        }
    }

    /// Where the archive goes.
    fn archive(&mut self, place: Place) -> &mut [u8] {
        let archive = place.archive_len().unwrap_or(0);
        match &mut self.buffer {
            Some(buffer) => &mut buffer[..archive],
            None => match self.burst.outbox().reserve(Signature::dynamic(self.channel), archive) {
                Ok(Some(place)) => place,
                _ => unreachable!("reserved by `new`"),
            },
        }
    }
}
