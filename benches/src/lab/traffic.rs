//! Traffic: the messages of one case, in order, at one end. It makes what is sent and checks what has
//! come, and so knows when it was the last.
//!
//! Messages are numbered from 0. Where several ends send to one, a number has the sender's place in its
//! high bits, and each sender's messages are checked to come in order.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release};

use parking_lot::Mutex;

use super::{Case, End, Mode};
use crate::Result;
use crate::clock::ticks;
use crate::payload::{self, Payloads};
use crate::shared::Shared;

/// Whether more is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Flow {
    /// At least one more message comes.
    More,
    /// That was the last, or it was wrong and nothing after it counts.
    Last,
}

/// The messages that one thread of an end sends, and those that it takes. For one thread at a time:
/// other threads see old figures.
#[derive(Debug)]
pub struct Traffic {
    shared: &'static Shared,
    place: usize,
    payloads: Payloads,
    sent: AtomicU64,
    taken: AtomicU64,
    /// What all numbers of this end have in common: its place, where several send to one.
    sender: u64,
    /// An end that sends to many sends each number to every one: this power of two of times.
    copies_shift: u32,
    hub: Option<Hub>,
    /// One less than a power of two: an acknowledgement each time that many messages were taken.
    batch_mask: u64,
    stamps: Option<Stamps>,
    failure: Mutex<Option<String>>,
}

/// What an end knows that takes the messages of many.
#[derive(Debug)]
struct Hub {
    /// How many of each sender's were taken, by place.
    taken: Box<[AtomicU64]>,
    /// After so many messages of all there is a pause.
    goal: AtomicU64,
    /// The number of the one that is being answered.
    answered: AtomicU64,
}

/// Where a number has its sender's place.
const SENDER_SHIFT: u32 = 40;

/// The appointed times of messages that carry them.
#[derive(Debug)]
struct Stamps {
    /// Of the next message to be written.
    next: AtomicU64,
    /// What each message that was taken had needed, in ticks.
    took: Box<[AtomicU64]>,
}

/// The end that takes the time.
const MEASURING: usize = 0;

/// Where a message carries its appointed time, in words.
const STAMP: usize = 1;

impl Traffic {
    /// The traffic of the end at `place`, which is in this process.
    pub(crate) fn new(end: &End, case: &Case, place: usize) -> Self {
        let stamped = matches!(case.mode, Mode::OpenLoop { .. });
        let hub = case.mode.hub();
        let sender = if hub.is_some_and(|hub| hub != place) { place as u64 } else { 0 };
        Self {
            shared: end.shared,
            place,
            payloads: Payloads::new(case.len),
            sent: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            sender: sender << SENDER_SHIFT,
            copies_shift: match case.mode {
                Mode::FanOut { renderers } if place == MEASURING => renderers.ilog2(),
                _ => 0,
            },
            hub: (hub == Some(place)).then(|| Hub::of(end.plan.ends)),
            batch_mask: super::workload::batch(case) - 1,
            stamps: stamped.then(|| Stamps::with_room(super::workload::appointments(case))),
            failure: Mutex::new(None),
        }
    }

    /// Bytes of every message.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.payloads.len()
    }

    /// Whether messages have no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the next message that this end sends, all of `bytes`.
    #[inline]
    pub fn write(&self, bytes: &mut [u8]) {
        let sent = self.sent.load(Relaxed);
        self.sent.store(sent + 1, Relaxed);
        let number = match &self.hub {
            None => self.sender | (sent >> self.copies_shift),
            Some(hub) => hub.answered.load(Relaxed),
        };
        self.payloads.write(bytes, number);
        if let Some(stamps) = &self.stamps {
            stamps.write(bytes);
        }
    }

    /// Reads every byte of the next message that this end takes, and says whether it was the last.
    /// A wrong one is noted, and fails the run.
    #[inline]
    pub fn read(&self, bytes: &[u8]) -> Flow {
        if let Some(hub) = &self.hub {
            return self.read_of_many(hub, bytes);
        }
        let taken = self.taken.load(Relaxed);
        let number = self.sender | taken;
        let right = match &self.stamps {
            Some(stamps) => stamps.read(bytes, number, self.payloads.len()),
            None => self.payloads.is(bytes, number),
        };
        if !right {
            return self.wrong(bytes, number);
        }
        let taken = taken + 1;
        self.taken.store(taken, Relaxed);
        if taken & self.batch_mask == 0 {
            // Pairs with the load of the sender, which waits for the batch.
            self.shared.acknowledged(self.place).store(taken, Release);
        }
        if self.shared.last().load(Relaxed) == number + 1 { Flow::Last } else { Flow::More }
    }

    fn read_of_many(&self, hub: &Hub, bytes: &[u8]) -> Flow {
        let number = bytes.first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
        let sender = usize::try_from(number >> SENDER_SHIFT).ok();
        let Some(of_sender) = sender.and_then(|sender| hub.taken.get(sender)) else {
            return self.wrong(bytes, number);
        };
        let expected = number >> SENDER_SHIFT << SENDER_SHIFT | of_sender.load(Relaxed);
        if !self.payloads.is(bytes, expected) {
            return self.wrong(bytes, expected);
        }
        of_sender.store(of_sender.load(Relaxed) + 1, Relaxed);
        hub.answered.store(number, Relaxed);
        let taken = self.taken.load(Relaxed) + 1;
        self.taken.store(taken, Relaxed);
        let is_last = self.shared.last().load(Relaxed) == number + 1;
        if taken == hub.goal.load(Relaxed) || is_last { Flow::Last } else { Flow::More }
    }

    /// The next pause comes after so many messages of all senders; for the end that takes them.
    pub(crate) fn pause_after(&self, messages: u64) {
        if let Some(hub) = &self.hub {
            hub.goal.store(self.received() + messages, Relaxed);
        }
    }

    /// The number that an end's next message will have.
    pub(crate) fn next_number(&self) -> u64 {
        self.sender | (self.sent() >> self.copies_shift)
    }

    /// Notes that something went wrong where no error can be returned: the run fails.
    #[cold]
    pub fn fail(&self, why: &dyn std::fmt::Display) {
        self.failure.lock().get_or_insert_with(|| why.to_string());
    }

    /// Whether all messages that were taken were right.
    ///
    /// # Errors
    /// The first thing that was wrong.
    pub fn verdict(&self) -> Result<()> {
        self.failure.lock().as_ref().map_or(Ok(()), |failure| Err(failure.clone().into()))
    }

    /// How many messages were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    /// How many messages this end has taken that were right.
    #[inline]
    #[must_use]
    pub fn received(&self) -> u64 {
        self.taken.load(Relaxed)
    }

    /// The next message to be written was due at `ticks`.
    #[inline]
    pub(crate) fn stamp(&self, ticks: u64) {
        if let Some(stamps) = &self.stamps {
            stamps.next.store(ticks, Relaxed);
        }
    }

    /// What each message needed from its appointed time on, in ticks, from number `from` on.
    pub(crate) fn took(&self, from: usize) -> Vec<u64> {
        let took = self.stamps.as_ref().map_or(&[][..], |stamps| &stamps.took);
        took.iter().skip(from).map(|ticks| ticks.load(Relaxed)).collect()
    }

    #[cold]
    fn wrong(&self, bytes: &[u8], number: u64) -> Flow {
        self.fail(&format!("these {} bytes are not message {number}", bytes.len()));
        Flow::Last
    }
}

impl Hub {
    fn of(ends: usize) -> Self {
        let taken = (0..ends).map(|_| AtomicU64::new(0)).collect();
        Self { taken, goal: AtomicU64::new(0), answered: AtomicU64::new(0) }
    }
}

impl Stamps {
    fn with_room(messages: usize) -> Self {
        // Not zeroes: their pages are touched, so that no message pays for a page fault.
        let took = (0..messages).map(|_| AtomicU64::new(u64::MAX)).collect();
        Self { next: AtomicU64::new(0), took }
    }

    #[inline]
    fn write(&self, bytes: &mut [u8]) {
        if let Some(word) = bytes.as_chunks_mut::<8>().0.get_mut(STAMP) {
            *word = self.next.load(Relaxed).to_le_bytes();
        }
    }

    /// Takes the time of message `number`; says whether the rest of it is right.
    #[inline]
    fn read(&self, bytes: &[u8], number: u64, len: usize) -> bool {
        let now = ticks();
        let mut wrong_bits = 0;
        let mut stamp = u64::MAX;
        for (place, found) in bytes.as_chunks::<8>().0.iter().enumerate() {
            let found = u64::from_le_bytes(*found);
            if place == STAMP {
                stamp = found;
            } else {
                wrong_bits |= found ^ payload::word(number, place);
            }
        }
        if let Some(took) = usize::try_from(number).ok().and_then(|number| self.took.get(number)) {
            took.store(now.saturating_sub(stamp), Relaxed);
        }
        wrong_bits == 0 && bytes.len() == len
    }
}
