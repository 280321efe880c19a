//! One cache line each way, both ends spinning: a number there, the same number back.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use super::check;
use crate::Result;
use crate::bars::contender::Contender;
use crate::end::End;
use crate::stats::Sample;

const TRIPS: u32 = 1_000_000;

/// The lines, 128 bytes apart.
const REQUEST: usize = 0;
const ANSWER: usize = 1;

/// Polls with so many PAUSE instructions after each look: they leave the line to its writer.
pub(super) struct Line<const PAUSES: u32> {
    pub(super) name: &'static str,
}

impl<const PAUSES: u32> Contender for Line<PAUSES> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let (request, answer) = (end.shared.word64(REQUEST), end.shared.word64(ANSWER));
        end.time(end.trips(TRIPS), |number| {
            let number = u64::from(number);
            request.store(number, Release); // pairs with `changed` at the answering end
            check(changed::<PAUSES>(answer, number - 1), number)
        })
    }

    fn answer(&self, end: End) -> Result<()> {
        let (request, answer) = (end.shared.word64(REQUEST), end.shared.word64(ANSWER));
        end.serve(end.trips(TRIPS), |number| {
            let number = u64::from(number);
            let found = changed::<PAUSES>(request, number - 1);
            answer.store(found, Release); // pairs with `changed` at the measuring end
            check(found, number)
        })
    }
}

/// What the word holds once that is no longer `last`.
#[inline(always)]
fn changed<const PAUSES: u32>(word: &AtomicU64, last: u64) -> u64 {
    loop {
        let found = word.load(Acquire); // pairs with the other end's store
        if found != last {
            return found;
        }
        for _ in 0..PAUSES {
            std::hint::spin_loop();
        }
    }
}
