//! The side that wakes.

use crate::layout::{WaitWords, asleep};
use crate::sync::{Ordering, Shared, Site, fence_at};

/// Rings for the peer that sleeps on one lane for one reason.
#[derive(Debug)]
pub struct Waker {
    mine: Shared<WaitWords>,
    theirs: Shared<WaitWords>,
    /// The announcement that was rung for last.
    rung: u32,
}

/// What still has to be done to wake the sleeper, best after all locks are released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the sleeper sleeps on until it is woken"]
pub enum Wake {
    /// `FUTEX_WAKE` on our bell: [`Waker::wake`].
    Futex,
    /// One byte on the session's socket.
    Nudge,
}

impl Waker {
    /// A waker that has not rung yet.
    pub(crate) fn new(mine: Shared<WaitWords>, theirs: Shared<WaitWords>) -> Self {
        Self { mine, theirs, rung: 0 }
    }

    /// Looks for a sleeper after something was published, and rings for it. Every publication is
    /// followed by one of these before the publisher turns to something else.
    #[inline]
    pub fn look(&mut self) -> Option<Wake> {
        fence_at(Site::Ring, Ordering::SeqCst); // F2, pairs with F1 in `Sleeper::arm`
        self.hint()
    }

    /// The same without the fence: may miss a sleeper that is just going to sleep.
    #[inline]
    pub fn hint(&mut self) -> Option<Wake> {
        let announced = self.theirs.asleep.load(Ordering::Relaxed);
        if announced & asleep::ARMED == 0 || announced == self.rung {
            return None;
        }
        Some(self.ring(announced))
    }

    #[cold]
    fn ring(&mut self, announced: u32) -> Wake {
        self.rung = announced;
        self.mine.bell.bump(); // B2
        if announced & asleep::IN_LOOP == 0 { Wake::Futex } else { Wake::Nudge }
    }

    /// Our bell, on which a futex sleeper waits.
    #[must_use]
    pub fn bell(&self) -> Shared<WaitWords> {
        self.mine.clone()
    }

    /// Wakes all threads that sleep on `bell`, which is [`Waker::bell`].
    pub fn wake(bell: &WaitWords) {
        bell.bell.wake_all();
    }
}
