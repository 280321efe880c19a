//! Round trips, one after the other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::end_after;
use crate::Result;
use crate::clock::{Laps, ticks};
use crate::lab::section::Section;
use crate::lab::{Case, Client, End, Mode, Placement, Sample, Traffic, Wait};

/// Trips before those that count last so long a part of the timed ones.
const WARMING: u32 = 4;
/// No trip takes less.
const FASTEST: Duration = Duration::from_nanos(60);
/// Trips after a gap, to begin with.
const AFTER_GAPS_WARMING: u32 = 1;
/// Longer than an end needs, after its answer, to return from waking us (12 us) and to sleep itself.
const SETTLING: Duration = Duration::from_micros(50);

/// Times trips; then, after `quieten`, makes the last one.
pub(super) fn measure<C: Client>(
    end: &End,
    case: &Case,
    client: &mut C,
    traffic: &Arc<Traffic>,
    quieten: impl FnOnce() -> Result<()>,
) -> Result<Sample> {
    let sample = match Before::each(case) {
        None => back_to_back(end, case, || client.call(traffic))?,
        Some(before) => apart(end, case, before, || client.call(traffic))?,
    };
    quieten()?;
    end_after(end, traffic, 1);
    client.call(traffic)?;
    Ok(sample)
}

/// What comes before each trip that is not the last one's answer.
#[derive(Debug, Clone, Copy)]
enum Before {
    /// Awake, until the other end is asleep. Left alone, two ends that never poll settle into one
    /// of several rhythms, some without any sleep, and medians differ by ten times from run to run.
    Settling,
    /// Asleep as well.
    Gap(Duration),
}

impl Before {
    /// On one CPU there is but one rhythm, and waiting awake would prevent it.
    fn each(case: &Case) -> Option<Self> {
        match (case.mode, case.wait, case.placement) {
            (Mode::AfterGap { gap_ms }, ..) => {
                Some(Self::Gap(Duration::from_millis(gap_ms.into())))
            }
            (_, Wait::Parked, Placement::TwoCpus) => Some(Self::Settling),
            _ => None,
        }
    }

    fn wait(self) {
        match self {
            Self::Gap(gap) => std::thread::sleep(gap),
            Self::Settling => {
                let settled = Instant::now() + SETTLING;
                while Instant::now() < settled {
                    std::hint::spin_loop();
                }
            }
        }
    }
}

/// Each trip begins when the last one ends: laps add up to the section.
fn back_to_back(end: &End, case: &Case, mut trip: impl FnMut() -> Result<()>) -> Result<Sample> {
    let mut laps = room(case)?;
    let warm = ticks() + end.clock.ticks_of(case.budget() / WARMING);
    while ticks() < warm {
        trip()?;
    }
    let section = Section::begin(end)?;
    let over = ticks() + end.clock.ticks_of(case.budget());
    laps.start();
    loop {
        trip()?;
        if laps.lap() >= over || laps.are_full() {
            break;
        }
    }
    section.finish(Sample::of_laps(laps.ticks(), end.clock.ns_per_tick(), 1)?)
}

/// Only the trips themselves are timed.
fn apart(
    end: &End,
    case: &Case,
    before: Before,
    mut trip: impl FnMut() -> Result<()>,
) -> Result<Sample> {
    let mut laps = room(case)?;
    for _ in 0..AFTER_GAPS_WARMING {
        before.wait();
        trip()?;
    }
    let section = Section::begin(end)?;
    let over = ticks() + end.clock.ticks_of(case.budget());
    loop {
        before.wait();
        laps.start();
        trip()?;
        if laps.lap() >= over || laps.are_full() {
            break;
        }
    }
    section.finish(Sample::of_laps(laps.ticks(), end.clock.ns_per_tick(), 1)?)
}

fn room(case: &Case) -> Result<Laps> {
    let laps = u32::try_from(case.budget().as_nanos() / FASTEST.as_nanos())?;
    Ok(Laps::with_room(laps))
}
