//! The side that sleeps.

use crate::layout::{WaitWords, asleep};
use crate::sync::{Ordering, Shared, Site, Woken, fence_at};
use std::time::Duration;

/// Goes to sleep on one lane for one reason.
#[derive(Debug)]
pub struct Sleeper {
    mine: Shared<WaitWords>,
    theirs: Shared<WaitWords>,
    epoch: u32,
    /// Threads that are armed. While there is one, nobody else's waking takes the announcement back.
    armed: u32,
}

/// How a sleeper wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By a futex: it blocks in [`Sleeper::sleep`].
    Futex,
    /// By a nudge on the session's socket: it blocks in an event loop.
    InLoop,
}

/// Proof that a sleeper is armed, and the bell as it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "an armed sleeper looks once more, then sleeps or disarms"]
pub struct Armed {
    bell: u32,
}

impl Sleeper {
    /// A sleeper that is awake.
    pub(crate) fn new(mine: Shared<WaitWords>, theirs: Shared<WaitWords>) -> Self {
        Self { mine, theirs, epoch: 0, armed: 0 }
    }

    /// Announces a sleep. What the sleeper waits for must be looked at once more after this, then
    /// follows [`sleep`](Self::sleep) or a return to the event loop, and in any case
    /// [`disarm`](Self::disarm).
    pub fn arm(&mut self, how: How) -> Armed {
        let bell = self.theirs.bell.load(); // B1, before the last look
        self.epoch = self.epoch.wrapping_add(1);
        self.armed = self.armed.saturating_add(1);
        let how = if how == How::InLoop { asleep::IN_LOOP } else { 0 };
        self.announce(how | asleep::ARMED); // A1
        fence_at(Site::Arm, Ordering::SeqCst); // F1, pairs with F2 in `Waker::look`
        Armed { bell }
    }

    /// Is awake again: once per [`arm`](Self::arm), and of no effect otherwise. The announcement is taken back with the last one;
    /// a thread that still sleeps is rung for with the newest epoch, and a ring wakes all.
    pub fn disarm(&mut self) {
        self.armed = self.armed.saturating_sub(1);
        if self.armed == 0 {
            self.announce(0);
        }
    }

    /// Whether the waker has rung since `armed`, and so will not ring again for this announcement. A
    /// hint both ways, like all that a peer writes.
    #[must_use]
    pub fn was_rung(&self, armed: Armed) -> bool {
        self.theirs.bell.load() != armed.bell
    }

    /// Blocks until the waker rings for `armed` or `timeout` passes; `None` is for ever, also if the
    /// waker's process dies. May return for no reason.
    /// Several threads may sleep on one lane, each with its own `armed`; a ring wakes all.
    pub fn sleep(theirs: &WaitWords, armed: Armed, timeout: Option<Duration>) -> Woken {
        theirs.bell.wait(armed.bell, timeout)
    }

    /// What [`sleep`](Self::sleep) needs, for threads that do not hold the sleeper meanwhile.
    #[must_use]
    pub fn bell(&self) -> Shared<WaitWords> {
        self.theirs.clone()
    }

    fn announce(&self, bits: u32) {
        self.mine.asleep.store(self.epoch << asleep::EPOCH_SHIFT | bits, Ordering::Relaxed);
    }
}
