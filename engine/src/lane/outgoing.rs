//! The producer's end of a lane.

use crate::error::Corrupt;
use crate::layout::{HeadWord, WaitWords};
use crate::ring::{Claim, ClaimError, Producer, RingData};
use crate::sync::Shared;
use crate::wait::{Armed, How, Sleeper, Wake, Waker};

/// Writes records, rings for data, sleeps for space.
#[derive(Debug)]
pub struct Outgoing {
    ring: Producer,
    data: Waker,
    space: Sleeper,
}

impl Outgoing {
    /// The producer's end of a lane whose words are `mine` here and `head` and `theirs` at the peer.
    pub(crate) fn new(
        data: RingData,
        mine: Shared<WaitWords>,
        head: Shared<HeadWord>,
        theirs: Shared<WaitWords>,
    ) -> Self {
        Self {
            ring: Producer::new(data, head),
            data: Waker::new(mine.clone(), theirs.clone()),
            space: Sleeper::new(mine, theirs),
        }
    }

    /// Reserves a record of `len` bytes of content. Never blocks.
    ///
    /// # Errors
    /// As [`Producer::claim`].
    #[inline]
    pub fn claim(&mut self, len: usize) -> Result<Claim<'_>, ClaimError> {
        self.ring.claim(len)
    }

    /// The longest content of a record in bytes.
    #[inline]
    #[must_use]
    pub fn content_max(&self) -> usize {
        self.ring.content_max()
    }

    /// Bytes of the ring.
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.ring.capacity()
    }

    /// See [`Producer::free`].
    #[inline]
    #[must_use]
    pub fn free(&self) -> usize {
        self.ring.free()
    }

    /// See [`Producer::go_straight`].
    #[inline]
    pub fn go_straight(&mut self, straight: bool) {
        self.ring.go_straight(straight);
    }

    /// See [`Producer::look_for_space`].
    ///
    /// # Errors
    /// As there.
    pub fn look_for_space(&mut self) -> Result<usize, Corrupt> {
        self.ring.look_for_space()
    }

    /// Looks for a consumer that sleeps, once all of a call or batch is committed, and
    /// [prepares](Producer::prepare) the ring for the next.
    #[inline]
    pub fn flush(&mut self) -> Option<Wake> {
        let wake = self.data.look();
        self.ring.prepare();
        wake
    }

    /// See [`Producer::prepare`].
    #[inline]
    pub fn prepare(&mut self) {
        self.ring.prepare();
    }

    /// The same between two records of a batch: cheap, and may miss one. A `flush` has to follow.
    #[inline]
    pub fn hint(&mut self) -> Option<Wake> {
        self.data.hint()
    }

    /// Goes to sleep until a record of `len` bytes may fit: armed, or `None` if it fits now.
    ///
    /// # Errors
    /// As [`Producer::claim`], [`ClaimError::Full`] aside.
    pub fn arm_for_space(&mut self, len: usize, how: How) -> Result<Option<Armed>, ClaimError> {
        let armed = self.space.arm(how);
        let fits = match self.ring.claim(len) {
            Ok(_unwritten) => Ok(None),
            Err(ClaimError::Full { .. }) => return Ok(Some(armed)),
            Err(error) => Err(error),
        };
        self.space.disarm();
        fits
    }

    /// See [`Sleeper::was_rung`].
    #[must_use]
    pub fn was_rung(&self, armed: Armed) -> bool {
        self.space.was_rung(armed)
    }

    /// Is awake again, once per armed [`arm_for_space`](Self::arm_for_space).
    pub fn disarm(&mut self) {
        self.space.disarm();
    }

    /// The words to sleep on for space.
    #[must_use]
    pub fn space_bell(&self) -> Shared<WaitWords> {
        self.space.bell()
    }

    /// The word that a consumer sleeps on for data.
    #[must_use]
    pub fn data_bell(&self) -> Shared<WaitWords> {
        self.data.bell()
    }

    /// See [`Producer::rewind`].
    ///
    /// # Errors
    /// As [`Producer::rewind`].
    pub fn rewind(&mut self) -> Result<(), Corrupt> {
        self.ring.rewind()
    }
}
