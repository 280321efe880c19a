//! Bytes that are written where a renderer will read them.

use super::WebContentsBurst;
use crate::error::Error;
use crate::session::sender::Reserved;
use crate::value::raw::Place;
use crate::wire::{Buffer, Signature, check_name};

/// A message of bytes to a renderer that is being written in place: [`bytes`](Self::bytes), then
/// [`commit`](Self::commit). Dropped without a commit, it is never sent.
///
/// It holds the session's sending end as a [`WebContentsBurst`] does. While another thread holds that, it is
/// written in a buffer.
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
        let archive = burst.page().end().raw_archive_len(Place::of(len))?;
        let written = match Self::place(&mut burst, channel, archive)? {
            Some(reserved) => Written::InRing(reserved),
            None => Written::InBuffer(pool.take_zeroed(archive)?),
        };
        Ok(Self { burst, channel, place: Place::of(len), written })
    }

    pub(super) fn in_place(
        mut burst: WebContentsBurst<'w>,
        channel: &'w str,
        len: usize,
    ) -> Result<Self, Error> {
        let end = burst.page().end();
        let archive = end.raw_archive_len(Place::of(len))?;
        match Self::place(&mut burst, channel, archive)? {
            Some(reserved) => {
                let written = Written::InRing(reserved);
                Ok(Self { burst, channel, place: Place::of(len), written })
            }
            None => Err(match burst.outbox() {
                Some(outbox) => outbox.no_room(archive),
                None => end.claimed_by_another(archive),
            }),
        }
    }

    /// A place in the ring for so many bytes of archive, if there is one.
    fn place(
        burst: &mut WebContentsBurst<'w>,
        channel: &str,
        archive: usize,
    ) -> Result<Option<Reserved>, Error> {
        let end = burst.page().end();
        let Some(outbox) = burst.outbox() else { return check_name(channel).map(|()| None) };
        let reserved = outbox.reserve(Signature::dynamic(channel), archive);
        reserved.map_err(|error| end.failed(error))
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
            Written::InRing(reserved) => self.burst.held().reserved(reserved),
            Written::InBuffer(buffer) => buffer,
        };
        &mut archive[self.place.contents()]
    }

    /// Sends the first `len` bytes.
    ///
    /// # Errors
    /// As [`WebContents::send`](super::WebContents::send). The message may have arrived in spite of an error
    /// if the session ends just now, as [`WebContentsBurst::end`] says.
    ///
    /// # Panics
    /// If `len` is more than was claimed.
    pub fn commit(self, len: usize) -> Result<(), Error> {
        assert!(len <= self.len(), "committed more than was claimed");
        let Self { mut burst, channel, place, written } = self;
        let place = place.shortened(len);
        let end = burst.page().end();
        let archive = end.raw_archive_len(place)?;
        burst.check()?;
        match written {
            Written::InRing(reserved) => {
                let outbox = burst.held();
                let sent = outbox.commit(reserved, archive, |archive| place.finish(archive));
                end.note(outbox, Ok(sent))?;
            }
            Written::InBuffer(mut buffer) => {
                buffer.resize(archive)?;
                place.finish(&mut buffer);
                let sent = burst.put(Signature::dynamic(channel), &buffer);
                end.pool.give(buffer);
                sent?;
            }
        }
        burst.end()
    }
}
