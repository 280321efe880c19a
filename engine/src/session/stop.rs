//! What ends a `run`: a stop, which counts once, or the end of the endpoint, which counts for ever.

use std::sync::atomic::{AtomicU8, Ordering};

const ONCE: u8 = 1;
const FOR_GOOD: u8 = 2;

/// Read in every round of a dispatch, so it is one load while nothing stops.
#[derive(Debug, Default)]
pub(crate) struct Stop(AtomicU8);

impl Stop {
    /// Ends the run of now, or else the next.
    pub(crate) fn once(&self) {
        self.0.fetch_or(ONCE, Ordering::Relaxed);
    }

    /// Ends the run of now, and every other: those that wait for their turn, and those to come.
    pub(crate) fn for_good(&self) {
        self.0.fetch_or(FOR_GOOD, Ordering::Relaxed);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Whether to end. What counts once has counted now.
    pub(crate) fn take(&self) -> bool {
        self.is_set() && self.0.fetch_and(!ONCE, Ordering::Relaxed) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_counts_once_and_an_end_for_ever() {
        let stop = Stop::default();
        assert!(!stop.is_set() && !stop.take());
        stop.once();
        stop.once();
        assert!(stop.is_set() && stop.take());
        assert!(!stop.is_set() && !stop.take());
        stop.once();
        stop.for_good();
        assert!(stop.take() && stop.take() && stop.is_set());
    }
}
