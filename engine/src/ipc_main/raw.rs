//! Bytes that are written where a renderer will read them.

use super::WebContentsBurst;
use crate::error::Error;
use crate::value::raw::{Place, SMALL_MAX, Small};
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
    room: Room,
}

/// Where a claim is written.
#[derive(Debug)]
enum Room {
    Ring,
    /// Too little to be worth a place of its own: see [`SMALL_MAX`].
    Small(Small),
    /// The ring has no place for it now.
    Buffer(Buffer),
}

impl<'w> WebContentsClaim<'w> {
    pub(super) fn new(
        mut burst: WebContentsBurst<'w>,
        channel: &'w str,
        len: usize,
    ) -> Result<Self, Error> {
        let place = Place::of(len);
        let end = burst.page().end();
        let archive = end.raw_archive_len(place)?;
        let room = if archive <= SMALL_MAX {
            Room::Small(Small::new())
        } else if Self::is_reserved(&mut burst, channel, archive)? {
            Room::Ring
        } else {
            let mut zeroed = end.pool.take();
            zeroed.resize(archive, 0);
            Room::Buffer(zeroed)
        };
        Ok(Self { burst, channel, place, room })
    }

    pub(super) fn in_place(
        mut burst: WebContentsBurst<'w>,
        channel: &'w str,
        len: usize,
    ) -> Result<Self, Error> {
        let place = Place::of(len);
        let archive = burst.page().end().raw_archive_len(place)?;
        if !Self::is_reserved(&mut burst, channel, archive)? {
            return Err(burst.outbox().no_room(archive));
        }
        let room = if archive <= SMALL_MAX { Room::Small(Small::new()) } else { Room::Ring };
        Ok(Self { burst, channel, place, room })
    }

    /// Looks for a place in the ring.
    fn is_reserved(
        burst: &mut WebContentsBurst<'w>,
        channel: &str,
        archive: usize,
    ) -> Result<bool, Error> {
        let end = burst.page().end();
        match burst.outbox().reserve(Signature::dynamic(channel), archive) {
            Ok(place) => Ok(place.is_some()),
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
        let Self { mut burst, channel, room, .. } = self;
        let end = burst.page().end();
        let signature = Signature::dynamic(channel);
        let archive = end.raw_archive_len(place)?;
        match room {
            Room::Small(mut small) => burst.put(signature, small.bytes(archive)),
            Room::Ring => {
                let outbox = burst.outbox();
                let filled = outbox.fill(signature, archive, |_| Some(archive));
                end.note(outbox, filled.map(|_| ENVELOPE + archive))
            }
            Room::Buffer(mut buffer) => {
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
        match &mut self.room {
            Room::Small(small) => small.bytes(archive),
            Room::Buffer(buffer) => &mut buffer[..archive],
            Room::Ring => {
                match self.burst.outbox().reserve(Signature::dynamic(self.channel), archive) {
                    Ok(Some(place)) => place,
                    _ => unreachable!("reserved by `new`"),
                }
            }
        }
    }
}
