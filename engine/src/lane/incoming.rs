//! The consumer's end of a lane.

use crate::error::Corrupt;
use crate::layout::{HeadWord, WaitWords};
use crate::ring::{Consumer, Record, RingData, Watch};
use crate::sync::Shared;
use crate::wait::{Armed, How, Sleeper, Wake, Waker};

/// Reads records, rings for space, sleeps for data.
#[derive(Debug)]
pub struct Incoming {
    ring: Consumer,
    data: Sleeper,
    space: Waker,
    /// Bytes that had been released at the last look for a producer that sleeps for space.
    looked: u64,
}

/// Bytes that [`Incoming::publish_some`] tells of.
const PUBLISH_FROM: u64 = 4096;

impl Incoming {
    /// The consumer's end of a lane whose words are `head` and `mine` here and `theirs` at the peer.
    pub(crate) fn new(
        data: RingData,
        head: Shared<HeadWord>,
        mine: Shared<WaitWords>,
        theirs: Shared<WaitWords>,
    ) -> Self {
        Self {
            ring: Consumer::new(data, head),
            data: Sleeper::new(mine.clone(), theirs.clone()),
            space: Waker::new(mine, theirs),
            looked: 0,
        }
    }

    /// Whether a record is there. A `false` may be stale.
    #[inline]
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ring.is_ready()
    }

    /// The next record, or `None` while there is none. Never blocks.
    ///
    /// # Errors
    /// As [`Consumer::peek`].
    #[inline]
    pub fn peek(&mut self) -> Result<Option<Record<'_>>, Corrupt> {
        self.ring.peek()
    }

    /// See [`Consumer::prefetch`].
    #[inline]
    #[cfg(not(loom))]
    pub fn prefetch(&self) {
        self.ring.prefetch();
    }

    /// See [`Consumer::position`].
    #[inline]
    #[must_use]
    pub fn position(&self) -> u64 {
        self.ring.position()
    }

    /// See [`Consumer::watch`].
    #[must_use]
    pub fn watch(&self) -> Watch {
        self.ring.watch()
    }

    /// Tells the producer how far this end is, without looking whether it sleeps. For a producer
    /// that polls; one that sleeps is found by [`settle`](Self::settle).
    #[inline]
    pub fn publish_head(&mut self) {
        self.ring.publish_head();
    }

    /// The same as soon as it is worth telling: what a producer is not told of then is a sixteenth
    /// of the smallest ring at most. A telling per record makes a producer that polls for space run one
    /// record behind, at a cache miss per record on both sides.
    #[inline]
    pub fn publish_some(&mut self) {
        if self.ring.unpublished() >= PUBLISH_FROM {
            self.ring.publish_head();
        }
    }

    /// After every look for records, also one that found none but padding: rings for a producer that
    /// sleeps for space, if it can be asleep.
    ///
    /// That is looked at, fence and all, once per eighth of the ring and not per record. No wake is
    /// lost by that. A producer that goes to sleep unseen by the last look has seen the head of that
    /// look, and yet too little space for a record of at most half the ring: from there to the tail
    /// it is almost half the ring. It puts nothing meanwhile, so whoever reads up to the tail passes
    /// an eighth on the way, and that look finds it.
    #[inline]
    pub fn settle(&mut self) -> Option<Wake> {
        if self.ring.position() - self.looked < self.ring.capacity() as u64 / 8 {
            return None;
        }
        self.flush()
    }

    /// Tells the producer how far this end is, and rings if it sleeps for space.
    pub fn flush(&mut self) -> Option<Wake> {
        self.ring.publish_head();
        self.looked = self.ring.position();
        self.space.look()
    }

    /// Goes to sleep until a record is there: armed, or `None` if one is there now. A
    /// [`flush`](Self::flush) comes first.
    pub fn arm_for_data(&mut self, how: How) -> Option<Armed> {
        let armed = self.data.arm(how);
        if self.ring.is_ready() {
            self.data.disarm();
            return None;
        }
        Some(armed)
    }

    /// Is awake again, once per armed [`arm_for_data`](Self::arm_for_data).
    pub fn disarm(&mut self) {
        self.data.disarm();
    }

    /// The words to sleep on for data.
    #[must_use]
    pub fn data_bell(&self) -> Shared<WaitWords> {
        self.data.bell()
    }

    /// The word that a producer sleeps on for space.
    #[must_use]
    pub fn space_bell(&self) -> Shared<WaitWords> {
        self.space.bell()
    }
}
