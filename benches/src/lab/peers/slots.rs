//! Floors: payloads in slots of shared memory, both ends polling. A number in front of a payload says
//! that it is there; a word of the reader's, one for each slot, says that it was read. With one slot and
//! a payload beside its number in one cache line this is a line each way; with many slots it is what
//! moving bytes between two processes takes.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::Result;
use crate::lab::{Abilities, Contender, Duplex, End, Kind, Sample, Side, workload};
use crate::shared::Shared;

/// The most slots that have words of their own, each way.
const SLOTS_MAX: usize = 16;
const LINE: usize = 64;
/// What a payload that shares its number's line has at most.
const BESIDE: usize = LINE - NUMBER;
const NUMBER: usize = size_of::<u64>();
/// Pauses after each look: they leave the line to its writer.
const PAUSES: u32 = 3;

/// Bytes of all slots, each way, but for the one that there always is.
const BYTES_MAX: usize = 4 << 20;

/// A floor of so many slots each way, or fewer if payloads are large.
pub(super) struct Slots {
    pub(super) name: &'static str,
    pub(super) slots: usize,
    pub(super) round_trip: bool,
}

impl Contender for Slots {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Floor
    }

    fn abilities(&self) -> Abilities {
        let lens = if self.round_trip { 0..=1024 } else { 1024..=1 << 20 };
        Abilities { round_trip: self.round_trip, parks: false, lens, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let len = end.case()?.len;
        let slots = self.slots.min(BYTES_MAX / len.max(1));
        let ends = || Ok(Ends::of(end, slots, len));
        workload::run(end, |_| ends(), |_| ends())
    }
}

/// One end: a ring of slots out, another in.
struct Ends {
    out: Ring,
    incoming: Ring,
    sent: u64,
    received: u64,
    /// Messages that the other end has read as far as we know.
    known_read: u64,
}

struct Ring {
    shared: &'static Shared,
    /// Which of the two this is.
    way: usize,
    slots: usize,
    len: usize,
}

impl Ends {
    fn of(end: &End, slots: usize, len: usize) -> Self {
        let ring = |way| Ring { shared: end.shared, way, slots, len };
        let out = usize::from(end.plan.side == Side::Answering);
        let (out, incoming) = (ring(out), ring(1 - out));
        Self { out, incoming, sent: 0, received: 0, known_read: 0 }
    }
}

impl Duplex for Ends {
    #[inline]
    #[expect(unsafe_code, reason = "payloads lie in memory shared with the other process")]
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        assert_eq!(len, self.out.len);
        let number = self.sent;
        if number - self.known_read >= self.out.slots as u64 {
            let read = number + 1 - self.out.slots as u64;
            await_value(self.out.read(number), read);
            self.known_read = read;
        }
        let (written, payload) = self.out.slot(number);
        // SAFETY: `slot` checked that the payload lies in the area, which is mapped for ever. It is
        // initialised, as the kernel's zeroes at least. The other end, which is this program, reads it
        // only between our store of `written` below and its own store of `read`, waited for above.
        fill(unsafe { std::slice::from_raw_parts_mut(payload, len) });
        written.store(number + 1, Release); // pairs with the load in `receive`
        self.sent = number + 1;
        Ok(())
    }

    #[inline]
    #[expect(unsafe_code, reason = "payloads lie in memory shared with the other process")]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        let number = self.received;
        let (written, payload) = self.incoming.slot(number);
        await_value(written, number + 1);
        // SAFETY: as in `send`; the other end does not write it before our store of `read` below.
        let taken = read(unsafe { std::slice::from_raw_parts(payload, self.incoming.len) });
        self.incoming.read(number).store(number + 1, Release); // pairs with the load in `send`
        self.received = number + 1;
        // An answer says as well that what it answers was read; ends that only send see none.
        self.known_read = self.known_read.max(self.received.min(self.sent));
        Ok(taken)
    }
}

impl Ring {
    /// The number in front of the payload of message `number`, and the payload.
    #[inline]
    fn slot(&self, number: u64) -> (&AtomicU64, *mut u8) {
        let (before, stride) = if self.len <= BESIDE {
            (0, LINE)
        } else {
            (LINE - NUMBER, LINE + self.len.next_multiple_of(LINE))
        };
        let stride = stride.next_multiple_of(2 * LINE);
        let start = self.way * Shared::AREA_LEN / 2 + self.place(number) * stride + before;
        (self.shared.area_word(start), self.shared.area_bytes(start + NUMBER, self.len))
    }

    /// How many messages there were when the one in the slot of message `number` was read.
    #[inline]
    fn read(&self, number: u64) -> &AtomicU64 {
        self.shared.word64(self.way * SLOTS_MAX + self.place(number))
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "less than the slots, a usize")]
    fn place(&self, number: u64) -> usize {
        (number % self.slots as u64) as usize
    }
}

/// Polls until the word is no less than this.
#[inline(always)]
fn await_value(word: &AtomicU64, value: u64) {
    // Pairs with the other end's store.
    while word.load(Acquire) < value {
        for _ in 0..PAUSES {
            std::hint::spin_loop();
        }
    }
}
