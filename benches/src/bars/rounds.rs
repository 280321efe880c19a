//! Rounds: messages one way, many to a round, each timed until the other end has said that it read
//! the last one. So a rate has what it takes to deliver in it, and percentiles.

use std::ops::Range;

use crate::Result;
use crate::bars::trips::warming;
use crate::clock::ticks;
use crate::end::End;
use crate::stats::Sample;

/// How many rounds of how many messages make a full run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rounds {
    pub(crate) rounds: u32,
    pub(crate) messages: u32,
}

impl Rounds {
    /// Times each call of `round`, after a tenth more to warm up, and comes to nanoseconds a
    /// message. A round sends the messages of these numbers, the first of all being 0, and returns
    /// once the other end has confirmed the last.
    pub(crate) fn time(
        self,
        end: &End,
        mut round: impl FnMut(Range<u64>) -> Result<()>,
    ) -> Result<Sample> {
        let rounds = end.trips(self.rounds);
        let mut laps = Vec::with_capacity(rounds as usize);
        for number in 0..warming(rounds) + rounds {
            let numbers = self.numbers(number, number + 1);
            let started = ticks();
            round(numbers)?;
            let ended = ticks();
            if number >= warming(rounds) {
                laps.push(ended.saturating_sub(started));
            }
        }
        let ns_per_tick = end.clock.ns_per_tick() / f64::from(self.messages);
        let sample = Sample::of_laps(&laps, ns_per_tick)?;
        Ok(Sample { count: sample.count * u64::from(self.messages), ..sample })
    }

    /// The numbers of all messages, those that warm up included.
    pub(crate) fn all(self, end: &End) -> Range<u64> {
        let rounds = end.trips(self.rounds);
        self.numbers(0, warming(rounds) + rounds)
    }

    fn numbers(self, from: u32, to: u32) -> Range<u64> {
        let first = |round: u32| u64::from(round) * u64::from(self.messages);
        first(from)..first(to)
    }
}
