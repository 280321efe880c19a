//! Traffic: the messages of one case, in order, at one end. It makes what is sent and checks what has
//! come, and so knows when it was the last.

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
    /// One less than a power of two: an acknowledgement each time that many messages were taken.
    batch_mask: u64,
    stamps: Option<Stamps>,
    failure: Mutex<Option<String>>,
}

/// The appointed times of messages that carry them.
#[derive(Debug)]
struct Stamps {
    /// Of the next message to be written.
    next: AtomicU64,
    /// What each message that was taken had needed, in ticks.
    took: Box<[AtomicU64]>,
}

/// Where a message carries its appointed time, in words.
const STAMP: usize = 1;

impl Traffic {
    /// The traffic of the end at `place`, which is in this process.
    pub(crate) fn new(end: &End, case: &Case, place: usize) -> Self {
        let stamped = matches!(case.mode, Mode::OpenLoop { .. });
        Self {
            shared: end.shared,
            place,
            payloads: Payloads::new(case.len),
            sent: AtomicU64::new(0),
            taken: AtomicU64::new(0),
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
        let number = self.sent.load(Relaxed);
        self.sent.store(number + 1, Relaxed);
        self.payloads.write(bytes, number);
        if let Some(stamps) = &self.stamps {
            stamps.write(bytes);
        }
    }

    /// Reads every byte of the next message that this end takes, and says whether it was the last.
    /// A wrong one is noted, and fails the run.
    #[inline]
    pub fn read(&self, bytes: &[u8]) -> Flow {
        let number = self.taken.load(Relaxed);
        let right = match &self.stamps {
            Some(stamps) => stamps.read(bytes, number, self.payloads.len()),
            None => self.payloads.is(bytes, number),
        };
        if !right {
            return self.wrong(bytes, number);
        }
        let taken = number + 1;
        self.taken.store(taken, Relaxed);
        if taken & self.batch_mask == 0 {
            // Pairs with the load of the sender, which waits for the batch.
            self.shared.acknowledged(self.place).store(taken, Release);
        }
        if self.shared.last().load(Relaxed) == taken { Flow::Last } else { Flow::More }
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

    /// How many messages were taken.
    pub(crate) fn taken(&self) -> u64 {
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
