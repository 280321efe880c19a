//! The end that reads.

use super::buffer::CopyBuffer;
use super::data::RingData;
use super::record::{Header, record_size};
use crate::error::Corrupt;
use crate::layout::HeadWord;
#[cfg(not(loom))]
use crate::layout::LINE;
use crate::sync::{Ordering, Shared, Site, at, fence_at};
#[cfg(not(loom))]
use std::mem::MaybeUninit;

/// The reading end of a ring. There is one, in one process.
#[derive(Debug)]
pub struct Consumer {
    data: RingData,
    /// Our own word, which the producer reads.
    head: Shared<HeadWord>,
    /// Bytes ever released.
    position: u64,
    /// What of it the producer has been told.
    published: u64,
}

impl Consumer {
    /// The reading end of the ring in `data`, which must never have had another.
    pub(crate) fn new(data: RingData, head: Shared<HeadWord>) -> Self {
        Self { data, head, position: 0, published: 0 }
    }

    /// Whether a record (or padding) is there. A `false` may be stale, a `true` stays true.
    #[inline]
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.data.header(self.position).load(Ordering::Relaxed) != 0
    }

    /// The next record, or `None` while there is none; the producer is then told that all was read. Never
    /// blocks.
    ///
    /// # Errors
    /// [`Corrupt`] if the header word is none that a producer of ours writes at this place. The
    /// ring is of no more use then.
    #[inline]
    pub fn peek(&mut self) -> Result<Option<Record<'_>>, Corrupt> {
        match self.next_header()? {
            Some(Header::Record { len }) => Ok(Some(Record { consumer: self, len })),
            Some(Header::Padding { size }) => self.skip(size),
            None => {
                self.publish_head();
                Ok(None)
            }
        }
    }

    /// Tells the producer how far this end is. Returns whether that was news.
    #[inline]
    pub fn publish_head(&mut self) -> bool {
        if self.published == self.position {
            return false;
        }
        self.published = self.position;
        // Pairs with the Acquire fence in `Producer::look_at_head`.
        self.head.head.store(self.position, at(Site::Release, Ordering::Release));
        true
    }

    /// Bytes that were released and that the producer has not been told of.
    #[inline]
    pub(crate) fn unpublished(&self) -> u64 {
        self.position - self.published
    }

    /// Bytes of the ring.
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.data.capacity()
    }

    /// Bytes ever released: where the next record will be.
    #[inline]
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Asks for a line that will be read soon, where many records are known to lie.
    #[inline]
    #[cfg(not(loom))]
    pub fn prefetch(&self) {
        self.data.prefetch(self.position + PREFETCH);
    }

    /// For threads that wait for records without holding this end.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch { data: self.data.clone() }
    }

    #[inline]
    fn next_header(&self) -> Result<Option<Header>, Corrupt> {
        let word = self.data.header(self.position).load(Ordering::Relaxed);
        if word == 0 {
            return Ok(None);
        }
        // Pairs with the Release store in `Producer::publish`. A fence and not an Acquire load,
        // because a read-only page promises no more than a Relaxed one.
        fence_at(Site::Peek, Ordering::Acquire);
        Header::decode(word, self.data.index(self.position), self.data.capacity()).map(Some)
    }

    /// Behind padding a ring starts again, where padding is refused: no second one can follow.
    #[cold]
    fn skip(&mut self, size: usize) -> Result<Option<Record<'_>>, Corrupt> {
        self.release(size);
        match self.next_header()? {
            Some(Header::Record { len }) => Ok(Some(Record { consumer: self, len })),
            _ => Ok(None),
        }
    }

    /// Gives lines back, and says so at once only if they add up: the producer waits for space in
    /// the rarest of cases, and each telling costs it a cache miss.
    #[inline]
    fn release(&mut self, size: usize) {
        self.position += size as u64;
        if self.unpublished() >= self.data.capacity() as u64 / 8 {
            self.publish_head();
        }
    }
}

/// Bytes ahead of the reader that [`Consumer::prefetch`] asks for.
#[cfg(not(loom))]
const PREFETCH: u64 = 8 * LINE as u64;

/// Looks at header words on behalf of threads that do not hold the [`Consumer`].
#[derive(Debug)]
pub struct Watch {
    data: RingData,
}

impl Watch {
    /// Whether a record was published at `position`, which was [`Consumer::position`] a moment ago.
    /// A hint both ways: another thread may take the record, and the producer use its place again.
    #[inline]
    #[must_use]
    pub fn is_ready(&self, position: u64) -> bool {
        self.data.header(position).load(Ordering::Relaxed) != 0
    }
}

/// A record that was published and not yet released. Dropping it releases it.
#[derive(Debug)]
#[must_use = "a dropped record is released unread"]
pub struct Record<'c> {
    consumer: &'c mut Consumer,
    len: usize,
}

impl Record<'_> {
    /// Bytes of content.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the content is empty.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Copies the content, whatever the producer does to it meanwhile: what is returned no longer
    /// changes. Its place in a line is kept, so byte 8 of it is 16-aligned.
    #[inline(always)]
    pub fn copy_into<'b>(&self, buffer: &'b mut CopyBuffer) -> &'b [u8] {
        self.consumer.data.copy_lines(self.consumer.position, buffer.lines(record_size(self.len)));
        buffer.set_len(self.len);
        buffer.last()
    }

    /// The content's first eight bytes, loaded once; `None` if it is shorter.
    #[inline]
    #[must_use]
    #[cfg(not(loom))]
    pub fn first_word(&self) -> Option<[u8; 8]> {
        (self.len >= 8).then(|| self.consumer.data.first_word(self.consumer.position))
    }

    /// Fills `place` with the content behind its first `skip` bytes, whatever the producer does to it
    /// meanwhile, and returns what is then initialised.
    ///
    /// # Panics
    /// If the content is shorter.
    #[inline]
    #[cfg(not(loom))]
    pub fn copy_part<'b>(&self, skip: usize, place: &'b mut [MaybeUninit<u8>]) -> &'b mut [u8] {
        let end = skip.checked_add(place.len());
        assert!(end.is_some_and(|end| end <= self.len), "beyond the record");
        self.consumer.data.copy_bytes(self.consumer.position, skip, place)
    }

    /// Leaves the record where it is: the next `peek` finds it again.
    #[inline]
    pub fn leave(self) {
        std::mem::forget(self);
    }

    /// The content in place. Byte 8 of it is 16-aligned.
    ///
    /// # Safety
    /// The producer must be trusted not to write a record that it has published. A producer that
    /// does makes this undefined behaviour here: use [`copy_into`](Self::copy_into) for such.
    #[inline]
    #[must_use]
    #[expect(unsafe_code, reason = "zero-copy reading rests on the producer's promise")]
    pub unsafe fn content(&self) -> &[u8] {
        // SAFETY: `Header::decode` has checked that the record ends within the ring; it is released
        // when `self` is dropped, which the borrow forbids; the producer's promise is the caller's.
        unsafe { self.consumer.data.content(self.consumer.position, self.len) }
    }
}

impl Drop for Record<'_> {
    #[inline]
    fn drop(&mut self) {
        self.consumer.release(record_size(self.len));
    }
}
