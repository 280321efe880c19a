//! The places where an ordering matters, by name.
//!
//! In the program a site is nothing: [`at`] returns the ordering it was given. In a model a test
//! can take one site's ordering away, and the model has to fail: that is how each of them is known
//! to be needed.

use super::Ordering;

/// One ordering above Relaxed in the protocol of ring and wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// The header word's Release store, which publishes a record.
    Commit,
    /// The consumer's Acquire fence after it saw a header word.
    Peek,
    /// The head's Release store, which gives space back.
    Release,
    /// The producer's Acquire fence after it read the head.
    Reserve,
    /// The sleeper's fence between arming and its last look.
    Arm,
    /// The waker's fence between publishing and looking who sleeps.
    Ring,
}

#[cfg(not(loom))]
mod program {
    use super::{Ordering, Site};

    #[inline(always)]
    pub(crate) const fn at(_site: Site, ordering: Ordering) -> Ordering {
        ordering
    }

    #[inline(always)]
    pub(crate) fn fence_at(_site: Site, ordering: Ordering) {
        super::super::fence(ordering);
    }
}

#[cfg(loom)]
mod model {
    use super::{Ordering, Site};
    use std::cell::Cell;

    std::thread_local! {
        // The model runs all its threads on the OS thread that started it.
        static WEAKENED: Cell<Option<Site>> = const { Cell::new(None) };
    }

    /// Runs `model` with one ordering taken out.
    pub(crate) fn without(site: Site, model: impl FnOnce()) {
        WEAKENED.set(Some(site));
        model();
    }

    pub(crate) fn at(site: Site, ordering: Ordering) -> Ordering {
        if WEAKENED.get() == Some(site) { Ordering::Relaxed } else { ordering }
    }

    pub(crate) fn fence_at(site: Site, ordering: Ordering) {
        if WEAKENED.get() != Some(site) {
            super::super::fence(ordering);
        }
    }
}

#[cfg(loom)]
pub(crate) use model::{at, fence_at, without};
#[cfg(not(loom))]
pub(crate) use program::{at, fence_at};
