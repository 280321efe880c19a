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
}

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

    /// Tells the producer how far this end is, without looking whether it sleeps: a
    /// [`flush`](Self::flush) has to follow.
    #[inline]
    pub fn publish_head(&mut self) {
        self.ring.publish_head();
    }

    /// Tells the producer how far this end is, and rings if it sleeps for space.
    #[inline]
    pub fn flush(&mut self) -> Option<Wake> {
        self.ring.publish_head();
        self.space.look()
    }

    /// Goes to sleep until a record is there: armed, or `None` if one is there now. A `flush` comes
    /// first, or a producer that sleeps for space would wait for a consumer that sleeps for data.
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
