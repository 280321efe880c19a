//! The floor of floors: one cache line for both ways, both ends polling. The answer overwrites what it
//! answers, so one line moves there and back; nothing can be under way besides.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::Result;
use crate::lab::{Abilities, Contender, Duplex, End, Kind, Sample, workload};
use crate::shared::Shared;

/// Bytes beside the number.
const LEN_MAX: usize = 56;
const NUMBER: usize = size_of::<u64>();
/// Pauses after each look: they leave the line to its writer.
const PAUSES: u32 = 3;

pub(super) struct OneLine;

impl Contender for OneLine {
    fn name(&self) -> &'static str {
        "one line"
    }

    fn kind(&self) -> Kind {
        Kind::Floor
    }

    fn abilities(&self) -> Abilities {
        Abilities { one_way: false, parks: false, lens: 0..=LEN_MAX, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let ends = || Ok(Ends { shared: end.shared, len: end.case()?.len, turn: 0 });
        workload::run(end, |_| ends(), |_| ends())
    }
}

/// The line, as either end sees it.
struct Ends {
    shared: &'static Shared,
    len: usize,
    /// Messages so far, of both ways.
    turn: u64,
}

impl Ends {
    fn number(&self) -> &AtomicU64 {
        self.shared.area_word(0)
    }
}

impl Duplex for Ends {
    #[inline]
    #[expect(unsafe_code, reason = "payloads lie in memory shared with the other process")]
    fn send(&mut self, _len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let payload = self.shared.area_bytes(NUMBER, self.len);
        // SAFETY: `area_bytes` checked that the payload lies in the area, which is mapped for ever and
        // initialised, as the kernel's zeroes at least. The other end, which is this program, leaves
        // the line alone between its own message and our store below.
        fill(unsafe { std::slice::from_raw_parts_mut(payload, self.len) });
        self.turn += 1;
        self.number().store(self.turn, Release); // pairs with the load in `receive`
        Ok(())
    }

    #[inline]
    #[expect(unsafe_code, reason = "payloads lie in memory shared with the other process")]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        self.turn += 1;
        // Pairs with the store in `send`.
        while self.number().load(Acquire) != self.turn {
            for _ in 0..PAUSES {
                std::hint::spin_loop();
            }
        }
        let payload = self.shared.area_bytes(NUMBER, self.len);
        // SAFETY: as in `send`: the other end waits for our next message.
        Ok(read(unsafe { std::slice::from_raw_parts(payload, self.len) }))
    }
}
