//! What a session counts.

use crate::sync::{AtomicU64, Ordering};
use std::sync::atomic::AtomicUsize;

/// What one side of a session has done so far. Numbers only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Messages sent: `send`, calls and answers. Channel definitions are not counted.
    pub sent: u64,
    /// Bytes of their records' content.
    pub sent_bytes: u64,
    /// Messages received.
    pub received: u64,
    /// Bytes of their records' content.
    pub received_bytes: u64,
    /// Times the peer slept and was woken: a system call each.
    pub wakes: u64,
    /// Times this side slept inside a call that blocks.
    pub sleeps: u64,
    /// Times a ring was too full for a message.
    pub stalls: u64,
    /// Answers that came when nobody waited for them any more.
    pub late_answers: u64,
    /// Packets on the socket that no peer of ours sends.
    pub foreign_packets: u64,
}

/// The live numbers behind [`Counters`].
#[derive(Debug, Default)]
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
pub(crate) struct Traffic {
    messages: Count,
    bytes: Count,
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
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Adds without a lock prefix: callers hold the lock of what they count, or count something so
    /// rare that a lost one does not matter.
    #[inline]
    pub(crate) fn add(&self, more: usize) {
        self.0.store(self.get() + more as u64, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that one thread at a time, the dispatcher, counts up and down.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicUsize);

impl Gauge {
    pub(crate) fn add(&self, more: usize) {
        self.0.store(self.get() + more, Ordering::Relaxed);
    }

    pub(crate) fn sub(&self, less: usize) {
        self.0.store(self.get() - less, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Tally {
    /// The numbers of a renderer now. Each is exact, but they are not of one instant.
    pub(crate) fn of_renderer(&self) -> Counters {
        let mut counters = self.of_messages();
        counters.received += self.answers.messages.get();
        counters.received_bytes += self.answers.bytes.get();
        counters
    }

    /// The numbers of main's side of a session now.
    pub(crate) fn of_main(&self) -> Counters {
        let mut counters = self.of_messages();
        counters.sent += self.answers.messages.get();
        counters.sent_bytes += self.answers.bytes.get();
        counters
    }

    fn of_messages(&self) -> Counters {
        Counters {
            sent: self.sent.messages.get(),
            sent_bytes: self.sent.bytes.get(),
            received: self.received.messages.get(),
            received_bytes: self.received.bytes.get(),
            wakes: self.wakes.get(),
            sleeps: self.sleeps.get(),
            stalls: self.stalls.get(),
            late_answers: self.late_answers.get(),
            foreign_packets: self.foreign_packets.get(),
        }
    }
}
