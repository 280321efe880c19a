//! Numbers that go up, numbers that go up and down, and what a session counts with them.
//!
//! Main's lie on the [board](super), where monitors read them while it goes on; a renderer's in its own
//! memory. Either way they have one writer at a time, and cost it a plain load and store.

use crate::sync::{AtomicU64, Ordering};

/// The live numbers behind [`Counters`](crate::Counters).
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub(crate) struct Tally {
    /// On the messages lanes, each under the lock of its end.
    pub(crate) sent: Traffic,
    pub(crate) received: Traffic,
    /// On the replies lane, where other threads send and receive.
    pub(crate) answers: Traffic,
    pub(crate) wakes: Count,
    pub(crate) sleeps: Count,
    pub(crate) stalls: Count,
    pub(crate) late_answers: Count,
    pub(crate) foreign_packets: Count,
}

/// Messages of one lane, and the bytes of their records' content.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Traffic {
    pub(crate) messages: Count,
    pub(crate) bytes: Count,
}

impl Traffic {
    /// Counts a message with `len` bytes of content. The caller holds the lane's end.
    #[inline]
    pub(crate) fn count(&self, len: usize) {
        self.count_many(1, len);
    }

    /// The same for several, with `len` bytes of content in all.
    #[inline]
    pub(crate) fn count_many(&self, messages: usize, len: usize) {
        self.messages.add(messages);
        self.bytes.add(len);
    }
}

/// A number that threads count up.
#[derive(Debug, Default)]
#[repr(transparent)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Adds without a lock prefix: callers hold the lock of what they count, or count something so
    /// rare that a lost one does not matter.
    #[inline]
    pub(crate) fn add(&self, more: usize) {
        self.add_wide(more as u64);
    }

    #[inline]
    pub(crate) fn add_wide(&self, more: u64) {
        self.0.store(self.get().wrapping_add(more), Ordering::Relaxed);
    }

    /// Begins again, where an entry gets another owner.
    pub(crate) fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that one thread at a time counts up and down.
#[derive(Debug, Default)]
#[repr(transparent)]
pub(crate) struct Gauge(AtomicU64);

impl Gauge {
    pub(crate) fn add(&self, more: usize) {
        self.set(self.get() + more);
    }

    pub(crate) fn sub(&self, less: usize) {
        self.set(self.get() - less);
    }

    pub(crate) fn set(&self, now: usize) {
        self.0.store(now as u64, Ordering::Relaxed);
    }

    /// Its owner has stored nothing but a `usize`.
    pub(crate) fn get(&self) -> usize {
        usize::try_from(self.0.load(Ordering::Relaxed)).unwrap_or(usize::MAX)
    }
}

impl Tally {
    /// Begins again, for the next session.
    pub(super) fn clear(&self) {
        let Self { sent, received, answers, wakes, sleeps, stalls, late_answers, foreign_packets } =
            self;
        for traffic in [sent, received, answers] {
            traffic.clear();
        }
        for count in [wakes, sleeps, stalls, late_answers, foreign_packets] {
            count.clear();
        }
    }
}

impl Traffic {
    pub(super) fn clear(&self) {
        self.messages.clear();
        self.bytes.clear();
    }
}
