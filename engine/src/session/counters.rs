//! What a session counts.

use crate::board::tally::Tally;

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
