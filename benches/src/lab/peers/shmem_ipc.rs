//! The crate `shmem-ipc`: a ring each way in memory that both ends share, and eventfds to wait with.
//! Messages are written and read in the ring itself. A read takes what there is, up to a part of the
//! ring, and frees it at once.
//!
//! The crate's items are of a type, and so of a length, that is known when it is compiled. Here they
//! are words, and a message is as many as it needs. It never wraps: the last one before the end of the
//! ring takes along what is left there. So the ring is full, or not empty, exactly when the crate
//! says so, and its eventfds are rung when they should be.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use shmem_ipc::sharedring::{Receiver, Sender};

use super::room;
use crate::lab::{
    Abilities, Contender, Duplex, End, Flow, Sample, Server, Traffic, Wait, workload,
};
use crate::{Result, descriptors};

const WORD: usize = size_of::<u64>();
/// What the crate keeps of its memory, which is whole pages.
const RESERVED: usize = 64;
const PAGE: usize = 4096;
/// Bytes that are read before they are freed, if they are several messages.
const BATCH: usize = 16 << 10;

pub(super) struct ShmemIpc;

impl Contender for ShmemIpc {
    fn name(&self) -> &'static str {
        "shmem-ipc"
    }

    fn abilities(&self) -> Abilities {
        Abilities::PAIR
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        let slots = Slots::of(case.len);
        let polls = case.wait == Wait::Polling;
        workload::run(
            end,
            |_| {
                let (sender, receiver) = create(end, &slots)?;
                Ok(Ends { sender, receiver, slots, at: [0; 2], polls })
            },
            |_| {
                let (sender, receiver) = open(end, &slots)?;
                Ok(Answering(Ends { sender, receiver, slots, at: [0; 2], polls }))
            },
        )
    }
}

fn create(end: &End, slots: &Slots) -> Result<(Sender<u64>, Receiver<u64>)> {
    let sender = Sender::new(slots.capacity)?;
    let receiver = Receiver::new(slots.capacity)?;
    let theirs = [
        sender.memfd().as_file().as_fd(),
        sender.empty_signal().as_fd(),
        sender.full_signal().as_fd(),
        receiver.memfd().as_file().as_fd(),
        receiver.empty_signal().as_fd(),
        receiver.full_signal().as_fd(),
    ];
    descriptors::give(end, &theirs)?;
    Ok((sender, receiver))
}

fn open(end: &End, slots: &Slots) -> Result<(Sender<u64>, Receiver<u64>)> {
    let ours: [OwnedFd; 6] = descriptors::take(end)?;
    let [memory_in, empty_in, full_in, memory_out, empty_out, full_out] = ours.map(File::from);
    let receiver = Receiver::open(slots.capacity, memory_in, empty_in, full_in)?;
    let sender = Sender::open(slots.capacity, memory_out, empty_out, full_out)?;
    Ok((sender, receiver))
}

/// Where messages lie in a ring, in words.
#[derive(Debug, Clone, Copy)]
struct Slots {
    /// Of the ring.
    capacity: usize,
    /// Of a message.
    words: usize,
    /// Bytes of a message.
    len: usize,
}

impl Slots {
    fn of(len: usize) -> Self {
        let words = len.div_ceil(WORD).max(1);
        // Exactly what the crate makes of it when it rounds up to whole pages.
        let bytes = (room::messages(words * WORD) * words * WORD + RESERVED).next_multiple_of(PAGE);
        Self { capacity: (bytes - RESERVED) / WORD, words, len }
    }

    /// Words that the message at `at` takes, and where the next is.
    #[inline]
    fn span(&self, at: usize) -> (usize, usize) {
        let left = self.capacity - at;
        if left < 2 * self.words { (left, 0) } else { (self.words, at + self.words) }
    }
}

/// An end of both rings.
struct Ends {
    sender: Sender<u64>,
    receiver: Receiver<u64>,
    slots: Slots,
    /// Where the next message to send is, and the next to receive.
    at: [usize; 2],
    polls: bool,
}

impl Ends {
    /// Waits for room, which is for a message at least, as all that was freed were messages.
    #[inline]
    fn await_room(&mut self) -> Result<()> {
        if !self.polls {
            self.sender.block_until_writable()?;
        }
        while self.sender.sender_mut().write_count()? == 0 {
            std::hint::spin_loop();
        }
        Ok(())
    }

    #[inline]
    fn await_message(&mut self) -> Result<()> {
        if !self.polls {
            self.receiver.block_until_readable()?;
        }
        while self.receiver.receiver_mut().read_count()? == 0 {
            std::hint::spin_loop();
        }
        Ok(())
    }

    /// Waits for messages, hands them to `read` until it says that it was the last or enough, and
    /// frees them.
    #[inline]
    #[expect(unsafe_code, reason = "the crate lends its memory by pointer")]
    fn receive_some(&mut self, mut read: impl FnMut(&[u8]) -> Flow, enough: usize) -> Result<Flow> {
        self.await_message()?;
        let (slots, at) = (self.slots, &mut self.at[1]);
        let mut flow = Flow::More;
        let take = |start: *const u64, words: usize| {
            let mut taken = 0;
            while taken < words && taken < enough && flow == Flow::More {
                let (span, next) = slots.span(*at);
                assert!(span <= words - taken, "a part of a message");
                let message = start.wrapping_add(taken).cast::<u8>();
                // SAFETY: the crate promises `words` words from `start` on, of which the assertion
                // leaves `span`, no less than the message's bytes, from `taken` on. They were written
                // before the crate's counter said so, or are the kernel's zeroes. The other end, which
                // is this program, does not write them before they are freed, after this closure.
                flow = read(unsafe { std::slice::from_raw_parts(message, slots.len) });
                taken += span;
                *at = next;
            }
            taken
        };
        if self.polls {
            self.receiver.receiver_mut().recv(take)?;
        } else {
            self.receiver.receive_raw(take)?;
        }
        Ok(flow)
    }
}

impl Duplex for Ends {
    #[inline]
    #[expect(unsafe_code, reason = "the crate lends its memory by pointer")]
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        assert_eq!(len, self.slots.len);
        self.await_room()?;
        let (span, next) = self.slots.span(self.at[0]);
        let put = |start: *mut u64, words: usize| {
            assert!(span <= words, "room for a part of a message");
            // SAFETY: the crate promises `words` words from `start` on, no less than `len` bytes, for us
            // to write: initialised, as the kernel's zeroes at least. The other end, which is this
            // program, does not read them before the crate's counter says so, after this closure.
            fill(unsafe { std::slice::from_raw_parts_mut(start.cast::<u8>(), len) });
            span
        };
        if self.polls {
            self.sender.sender_mut().send(put)?;
        } else {
            self.sender.send_raw(put)?;
        }
        self.at[0] = next;
        Ok(())
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        let (mut read, mut result) = (Some(read), None);
        let once = |bytes: &[u8]| {
            result = read.take().map(|read| read(bytes));
            Flow::Last
        };
        let _ = self.receive_some(once, 1)?; // it is our own
        result.ok_or_else(|| "no message after all".into())
    }
}

/// The end that answers.
struct Answering(Ends);

impl Server for Answering {
    fn sink(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        while self.0.receive_some(|bytes| traffic.read(bytes), BATCH / WORD)? == Flow::More {}
        Ok(())
    }

    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        self.0.echo(traffic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_fill_a_ring_exactly_and_never_wrap() {
        for len in [0, 8, 48, 64, 1024, 64 << 10, 1 << 20, 64 << 20] {
            let slots = Slots::of(len);
            let (mut at, mut filled) = (0, 0);
            loop {
                let (span, next) = slots.span(at);
                assert!(span * WORD >= len && at + span <= slots.capacity);
                filled += span;
                at = next;
                if at == 0 {
                    break;
                }
            }
            assert_eq!(filled, slots.capacity);
        }
    }

    #[test]
    fn the_crate_makes_rings_as_large_as_we_count_on() {
        for len in [0, 64, 64 << 10] {
            let slots = Slots::of(len);
            let mut sender = Sender::<u64>::new(slots.capacity).expect("a ring");
            assert_eq!(sender.sender_mut().write_count().expect("a count"), slots.capacity);
        }
    }
}
