//! Trips of a bar: how an [`End`] times so many calls of one closure.

use std::time::{Duration, Instant};

use crate::Result;
use crate::bars::contender::Placement;
use crate::clock::Laps;
use crate::end::{End, Task};
use crate::stats::Sample;

impl End {
    /// How many trips to make where `full` would be made in a full run.
    pub(crate) fn trips(&self, full: u32) -> u32 {
        let shrink = match self.plan.task {
            Task::Bar { shrink, .. } => shrink,
            Task::Case { .. } => 1,
        };
        (full / shrink).max(1)
    }
    /// Meets the other end, then times `trips` calls of `trip`, after a tenth more to warm up.
    /// Trips are numbered from 1, the warming ones included.
    #[inline(always)]
    pub(crate) fn time(
        &self,
        trips: u32,
        mut trip: impl FnMut(u32) -> Result<()>,
    ) -> Result<Sample> {
        let warming = warming(trips);
        let mut laps = Laps::with_room(trips);
        self.meet()?;
        for number in 1..=warming {
            trip(number)?;
        }
        laps.start();
        for number in warming + 1..=warming + trips {
            trip(number)?;
            laps.lap();
        }
        laps.sample(self.clock)
    }

    /// As [`time`](Self::time), with a check of what each trip brought that the clock does not count.
    pub(crate) fn time_then<T>(
        &self,
        trips: u32,
        mut trip: impl FnMut(u32) -> Result<T>,
        mut check: impl FnMut(u32, T) -> Result<()>,
    ) -> Result<Sample> {
        let warming = warming(trips);
        let mut laps = Laps::with_room(trips);
        self.meet()?;
        for number in 1..=warming + trips {
            laps.start();
            let brought = trip(number)?;
            if number > warming {
                laps.lap();
            }
            check(number, brought)?;
        }
        laps.sample(self.clock)
    }

    /// As [`time`](Self::time), for trips to an end that sleeps. On two CPUs each trip waits, untimed
    /// and awake, until the other end has gone to sleep; left alone, two ends that never spin
    /// settle into one of several rhythms, some without any sleep, and medians differ by ten times
    /// from run to run. On one CPU there is but one rhythm, and waiting awake would prevent it.
    #[inline(always)]
    pub(crate) fn time_asleep(
        &self,
        placement: Placement,
        trips: u32,
        mut trip: impl FnMut(u32) -> Result<()>,
    ) -> Result<Sample> {
        if placement == Placement::OneCpu {
            return self.time(trips, trip);
        }
        let warming = warming(trips);
        let mut laps = Laps::with_room(trips);
        self.meet()?;
        for number in 1..=warming + trips {
            let settled = Instant::now() + SETTLING;
            while Instant::now() < settled {
                std::hint::spin_loop();
            }
            laps.start();
            trip(number)?;
            if number > warming {
                laps.lap();
            }
        }
        laps.sample(self.clock)
    }

    /// The other end of either: as many trips, with the same numbers.
    #[inline(always)]
    pub(crate) fn serve(&self, trips: u32, mut trip: impl FnMut(u32) -> Result<()>) -> Result<()> {
        self.meet()?;
        (1..=warming(trips) + trips).try_for_each(&mut trip)
    }
}
/// Longer than an end needs, after its answer, to return from waking us (12 us) and to sleep itself.
const SETTLING: Duration = Duration::from_micros(50);

/// Trips or rounds before those that count.
pub(crate) fn warming(trips: u32) -> u32 {
    trips / 10 + 1
}
