//! The end that writes.

use super::data::RingData;
use super::record::{Header, content_max, record_size};
use crate::error::Corrupt;
use crate::layout::{HeadWord, LINE};
use crate::sync::{Ordering, Shared, Site, at, fence_at};

/// The writing end of a ring. There is one, in one process.
#[derive(Debug)]
pub struct Producer {
    data: RingData,
    /// The consumer's word.
    head: Shared<HeadWord>,
    /// Bytes ever committed; nobody else needs it.
    tail: u64,
    /// The head when it was last looked at. Stale means less free space than there is.
    seen_head: u64,
    /// Up to here, from the tail on, the header words of lines are zero.
    cleared: u64,
    /// Index up to which records are put without a further thought, see [`turn`](Self::turn).
    stop: usize,
    /// The ring is not begun anew before its end.
    goes_straight: bool,
}

/// Why no record could be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// The ring is too full now; the consumer may free space.
    #[error("{free} bytes free in the ring")]
    Full {
        /// Bytes free at the last look. More may be free by now.
        free: usize,
    },
    /// The record can never fit, however empty the ring gets.
    #[error("a record holds at most {max} bytes")]
    TooLong {
        /// The longest content in bytes.
        max: usize,
    },
    /// The consumer's head is where no consumer of ours can be.
    #[error(transparent)]
    Corrupt(#[from] Corrupt),
}

impl Producer {
    /// The writing end of the ring in `data`, which must be empty and never have had another.
    pub(crate) fn new(data: RingData, head: Shared<HeadWord>) -> Self {
        let stop = first_stop(&data);
        Self { data, head, tail: 0, seen_head: 0, cleared: 0, stop, goes_straight: false }
    }

    /// The longest content of a record in bytes.
    #[inline]
    #[must_use]
    pub fn content_max(&self) -> usize {
        content_max(self.data.capacity())
    }

    /// Reserves a record of `len` bytes of content, to be written in place. Never blocks.
    ///
    /// # Errors
    /// [`ClaimError::Full`], [`ClaimError::TooLong`], or [`ClaimError::Corrupt`] if the consumer's
    /// head went backwards, beyond the tail, or off the lines.
    #[inline]
    pub fn claim(&mut self, len: usize) -> Result<Claim<'_>, ClaimError> {
        if len > self.content_max() {
            return Err(ClaimError::TooLong { max: self.content_max() });
        }
        let size = record_size(len);
        if self.data.index(self.tail) + size > self.stop {
            self.turn(size)?;
        }
        self.reserve(size)?;
        let cleared = self.cleared;
        if size > LINE {
            self.cleared = self.tail + LINE as u64; // what is written there, and given up, may be anything
        }
        Ok(Claim { producer: self, len, cleared })
    }

    /// Bytes of the ring.
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.data.capacity()
    }

    /// Bytes free now. More may be free by the time this returns.
    ///
    /// # Errors
    /// [`Corrupt`] as for [`claim`](Self::claim).
    pub fn look_for_space(&mut self) -> Result<usize, Corrupt> {
        self.look_at_head()?;
        Ok(self.free())
    }

    /// Whether the consumer has released all that was ever committed. A `false` may be stale, a
    /// `true` stays true until the next commit.
    ///
    /// # Errors
    /// [`Corrupt`] as for [`claim`](Self::claim).
    pub fn is_drained(&mut self) -> Result<bool, Corrupt> {
        self.look_at_head()?;
        Ok(self.seen_head == self.tail)
    }

    /// Whether records are put up to the ring's end from now on, however far the consumer is. What is
    /// skipped to begin anew counts as taken until the consumer has come by, so who cannot wait for that
    /// goes straight, and has the whole ring.
    #[inline]
    pub fn go_straight(&mut self, straight: bool) {
        self.goes_straight = straight;
    }

    fn is_nearly_drained(&mut self) -> Result<bool, Corrupt> {
        self.look_at_head()?;
        Ok(self.tail - self.seen_head <= NEARLY)
    }

    /// Skips to the start of the ring if everything was released, so that a session that talks
    /// little stays in its first pages. Not worth a call in the first page itself.
    ///
    /// # Errors
    /// [`Corrupt`] as for [`claim`](Self::claim).
    pub fn rewind(&mut self) -> Result<(), Corrupt> {
        let index = self.data.index(self.tail);
        if index >= REWIND_FROM && self.is_drained()? {
            self.skip(self.data.capacity() - index);
        }
        Ok(())
    }

    /// A record of `size` bytes would pass `stop`: the end of the ring, or a place to look whether the
    /// ring can be begun anew. It can if the consumer is about to have read all, and the record fits what
    /// is before the tail: the rest of the ring counts as taken until the consumer comes by. Who calls and
    /// waits for answers thus stays in the first pages, which keeps a session small and its lines in the
    /// caches; who is ahead of the reader finds that at a few places per lap, as each is twice as far as
    /// the one before.
    ///
    /// Afterwards `stop` is behind the record: the same claim made again finds the same place, and looks at
    /// nothing that the consumer may have changed.
    #[cold]
    fn turn(&mut self, size: usize) -> Result<(), ClaimError> {
        let index = self.data.index(self.tail);
        let rest = self.data.capacity() - index;
        if size > rest {
            self.pad(rest)?;
            self.stop = self.stop.max(size);
        } else if size == rest {
            self.stop = first_stop(&self.data);
        } else if !self.goes_straight
            && self.is_nearly_drained()?
            && rest + size + LINE <= self.free()
        {
            self.skip(rest);
            self.stop = self.stop.max(size);
        } else {
            self.stop = (2 * self.stop).max(index + size).min(self.data.capacity() - 1);
        }
        Ok(())
    }

    /// Skips the rest of the ring, which is a commit of its own: the consumer may release it before
    /// there is space for the record that needed it. Not without a line behind it: a producer that keeps
    /// one in reserve has it there, too.
    #[cold]
    fn pad(&mut self, rest: usize) -> Result<(), ClaimError> {
        self.reserve(rest + LINE)?;
        self.skip(rest);
        Ok(())
    }

    fn skip(&mut self, rest: usize) {
        self.publish(Header::Padding { size: rest });
        self.stop = first_stop(&self.data);
    }

    /// Makes sure of `size` free bytes and the next header word behind them.
    #[inline]
    fn reserve(&mut self, size: usize) -> Result<(), ClaimError> {
        if self.free() < size + LINE {
            self.look_at_head()?;
            if self.free() < size + LINE {
                return Err(ClaimError::Full { free: self.free() });
            }
        }
        Ok(())
    }

    /// Free bytes as of the last look at the head. More may be free by now.
    #[inline]
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "what is held is at most the capacity")]
    pub fn free(&self) -> usize {
        self.data.capacity() - (self.tail - self.seen_head) as usize
    }

    #[cold]
    fn look_at_head(&mut self) -> Result<(), Corrupt> {
        let head = self.head.head.load(Ordering::Relaxed);
        // Pairs with the Release store in `Consumer::publish_head`: what was read before a line
        // was released stays before what is written there now.
        fence_at(Site::Reserve, Ordering::Acquire);
        if head < self.seen_head || head > self.tail || !head.is_multiple_of(LINE as u64) {
            return Err(Corrupt { place: "ring head", found: head, expected: self.tail });
        }
        self.seen_head = head;
        Ok(())
    }

    /// Publishes what lies at the tail. The header word behind it is zero first, so that the consumer
    /// finds "not ready yet" there and not the bytes of an earlier lap.
    #[inline]
    fn publish(&mut self, header: Header) {
        let size = match header {
            Header::Record { len } => record_size(len),
            Header::Padding { size } => size,
        };
        let next = self.tail + size as u64;
        if next >= self.cleared {
            self.data.header(next).store(0, Ordering::Relaxed);
            self.cleared = next + LINE as u64;
        }
        // Pairs with the Acquire fence in `Consumer::peek`.
        self.data.header(self.tail).store(header.encode(), at(Site::Commit, Ordering::Release));
        self.tail = next;
        self.data.prefetch_for_writing(next + WRITE_AHEAD);
    }

    /// For a producer that has nothing to send just now, or waits for an answer: does what the next
    /// record would have to wait for. Has no effect on what the consumer sees.
    ///
    /// The stores of one CPU become visible in their order, so one that misses the cache holds up what
    /// is stored after it. The header word behind a record, cleared just before the record is published,
    /// is such a one; cleared some lines ahead it makes a bare round trip of one line 10 to 15 % shorter,
    /// of two lines 5 to 8 %, and those of sessions 3 to 7 %. Not part of every commit, because a consumer
    /// that is close behind would have these lines moved twice: a stream of records of two lines comes to
    /// half its rate.
    #[inline]
    pub fn prepare(&mut self) {
        let free = self.seen_head + self.data.capacity() as u64;
        // No page is touched for this that may not be come to.
        let before_stop = self.stop.saturating_sub(self.data.index(self.tail));
        let end = (self.tail + CLEARED_AHEAD.min(before_stop) as u64).min(free);
        while self.cleared < end {
            self.data.header(self.cleared).store(0, Ordering::Relaxed);
            self.cleared += LINE as u64;
        }
    }
}

/// How far ahead [`prepare`](Producer::prepare) clears. Less than four lines is too close: the consumer's
/// prefetcher takes them.
const CLEARED_AHEAD: usize = 8 * LINE;

/// How far behind a record its lines are asked for, so that a stream does not wait for them one by one:
/// measured bare, 15 to 50 % more records of one line, 5 to 20 % more of two, and nothing lost in round trips.
const WRITE_AHEAD: u64 = 4 * LINE as u64;

/// Short of the end in any case, so that a lap that ends there is noticed.
fn first_stop(data: &RingData) -> usize {
    QUIET.min(data.capacity() - 1)
}

/// From this index on a ring is rewound before its producer rests: one page.
const REWIND_FROM: usize = 4096;

/// The first index at which it is looked whether a ring can be begun anew: two pages. A look is a cache
/// miss, and some 60 round trips of 64 bytes are made between two.
#[cfg(not(loom))]
const QUIET: usize = 2 * 4096;

/// A consumer this close behind is reading the last record, or has not said yet that it has.
#[cfg(not(loom))]
const NEARLY: u64 = 16 * LINE as u64;

/// One record.
#[cfg(loom)]
const NEARLY: u64 = LINE as u64;

/// Short enough for a model to begin its ring anew.
#[cfg(loom)]
const QUIET: usize = 2 * LINE;

/// A reserved record. Write [`bytes`](Self::bytes), then [`commit`](Self::commit).
#[derive(Debug)]
#[must_use = "a dropped claim is never seen by the consumer"]
pub struct Claim<'p> {
    producer: &'p mut Producer,
    len: usize,
    /// Up to where header words were zero before, and still are behind the content.
    cleared: u64,
}

impl<'p> Claim<'p> {
    /// The content, to be written. What is in it now is left from earlier records.
    #[inline]
    #[expect(unsafe_code, reason = "the claim is the permission to write")]
    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: `claim` has reserved a record of `len` bytes at the tail and `reserve` has seen
        // the consumer release these lines; `&mut Producer` makes this the only producer; `commit`,
        // which publishes, consumes `self`.
        unsafe { self.producer.data.content_mut(self.producer.tail, self.len) }
    }

    /// The content, for longer than the claim, which ends unwritten. The same claim made again before
    /// anything else, [`prepare`](Producer::prepare) included, finds the same bytes.
    #[inline]
    #[cfg(not(loom))]
    #[expect(unsafe_code, reason = "the claim is the permission to write")]
    pub(crate) fn into_bytes(self) -> &'p mut [u8] {
        // SAFETY: as in `bytes`; the producer stays borrowed for as long as the slice, so that nothing
        // is published meanwhile.
        unsafe { self.producer.data.content_mut(self.producer.tail, self.len) }
    }

    /// Publishes the first `len` bytes of the content.
    ///
    /// # Panics
    /// If `len` is more than was claimed.
    #[inline]
    pub fn commit(self, len: usize) {
        assert!(len <= self.len, "committed more than was claimed");
        if record_size(len) == record_size(self.len) {
            self.producer.cleared = self.cleared;
        }
        self.producer.publish(Header::Record { len });
    }
}
