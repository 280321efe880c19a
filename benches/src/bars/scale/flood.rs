//! Floods in rounds: an odd round is one renderer's, an even one is shared by all eight. Main measures.

use std::sync::atomic::Ordering::{Acquire, Release};

use rustix::io::Errno;
use rustix::thread::futex::{self, Flags};

use super::median;
use crate::Result;
use crate::end::End;
use crate::stats::Sample;

pub(super) const RENDERERS: u32 = 8;
const MESSAGES: u32 = 160_000;
/// Of each kind, in turn.
const TURNS: u32 = 7;
/// The round after the last.
const OVER: u32 = u32::MAX;

/// Main on a CPU, all renderers on the other.
pub(super) fn cpus((one, other): (usize, usize)) -> Vec<Vec<usize>> {
    let mut cpus = vec![vec![one]];
    cpus.extend((0..RENDERERS).map(|_| vec![other]));
    cpus
}

/// How many messages a renderer has in a round.
pub(super) fn share(end: &End, round: u32, place: usize) -> u32 {
    let messages = end.trips(MESSAGES) / RENDERERS;
    match (round.is_multiple_of(2), place) {
        (true, _) => messages,
        (false, 1) => messages * RENDERERS,
        (false, _) => 0,
    }
}

/// Times the rounds in turn, after two that warm up: how the rate of all compares to that of one.
/// `round` returns nanoseconds.
pub(super) fn compare(end: &End, mut round: impl FnMut(u32) -> Result<f64>) -> Result<Sample> {
    let mut ratios = Vec::new();
    for turn in 0..=TURNS {
        let one = round(2 * turn + 1)?;
        let all = round(2 * turn + 2)?;
        if turn > 0 {
            ratios.push(one / all);
        }
    }
    begin(end, OVER)?;
    let messages = u64::from(end.trips(MESSAGES)) * u64::from(2 * TURNS);
    Ok(Sample::of_one(median(ratios), messages))
}

/// Lets the renderers begin a round.
pub(super) fn begin(end: &End, round: u32) -> Result<()> {
    end.shared.round().store(round, Release); // pairs with the load in `next`
    futex::wake(end.shared.round(), Flags::empty(), RENDERERS)?;
    Ok(())
}

/// Sleeps until the round after `round` begins; `None` after the last.
pub(super) fn next(end: &End, round: u32) -> Result<Option<u32>> {
    loop {
        let found = end.shared.round().load(Acquire); // pairs with the store in `begin`
        if found != round {
            return Ok((found != OVER).then_some(found));
        }
        match futex::wait(end.shared.round(), Flags::empty(), round, None) {
            Ok(()) | Err(Errno::AGAIN | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
