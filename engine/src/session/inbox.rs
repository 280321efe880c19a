//! What arrives on a messages lane.

use crate::lane::Incoming;
use crate::wait::How;
use crate::wire::{Gather, Names};

/// The consumer's end of a messages lane, the peer's channels, and a message that is not whole yet.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) lane: Incoming,
    pub(crate) names: Names,
    pub(crate) gather: Gather,
    /// The largest message in bytes of its payload.
    pub(crate) message_limit: usize,
    /// Asleep in an event loop: the peer will nudge.
    armed: bool,
}

impl Inbox {
    pub(crate) fn new(lane: Incoming, message_limit: usize) -> Self {
        let (names, gather) = (Names::default(), Gather::default());
        Self { lane, names, gather, message_limit, armed: false }
    }

    /// Announces a sleep in an event loop, once. `false` if there is something to read.
    pub(crate) fn arm(&mut self) -> bool {
        if !self.armed {
            self.armed = self.lane.arm_for_data(How::InLoop).is_some();
        }
        self.armed && !self.lane.is_ready()
    }

    /// Is awake, whether it was armed or not.
    #[inline]
    pub(crate) fn disarm(&mut self) {
        if self.armed {
            self.armed = false;
            self.lane.disarm();
        }
    }
}
