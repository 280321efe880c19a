//! The clock of the timed sections: the time-stamp counter, calibrated against [`Instant`].
//!
//! One reading per round trip ends a lap and starts the next, so laps add up to the whole section
//! and the mean hides nothing. A reading and the store of its lap cost about 8 ns of each lap
//! (20 ticks at 2.5 GHz; `Instant::now` twice would be five times that). They are not subtracted:
//! floors and contenders carry the same.

use std::time::{Duration, Instant};

use crate::Result;
use crate::stats::Sample;

const CALIBRATION: Duration = Duration::from_millis(20);
/// Looks at both clocks at each end of the calibration; the least disturbed one counts.
const LOOKS: usize = 16;

/// Nanoseconds per tick.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    ns_per_tick: f64,
}

impl Clock {
    /// Spins for [`CALIBRATION`].
    pub(crate) fn calibrate() -> Self {
        let (from, started) = both_clocks();
        while started.elapsed() < CALIBRATION {
            std::hint::spin_loop();
        }
        let (to, ended) = both_clocks();
        let elapsed_ns = ended.duration_since(started).as_nanos() as f64;
        Self { ns_per_tick: elapsed_ns / (to - from) as f64 }
    }

    /// Nanoseconds per tick, for laps that were not taken with [`Laps`].
    pub(crate) fn ns_per_tick(&self) -> f64 {
        self.ns_per_tick
    }

    /// How many ticks a time lasts.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times of a run")]
    pub(crate) fn ticks_of(&self, time: Duration) -> u64 {
        (time.as_nanos() as f64 / self.ns_per_tick) as u64
    }

    /// Nanoseconds from `from` to `to`, two readings of [`ticks`].
    pub(crate) fn ns(&self, from: u64, to: u64) -> f64 {
        to.saturating_sub(from) as f64 * self.ns_per_tick
    }
}

/// Both clocks at one moment: of several looks the one whose ticks lie closest together, since an
/// interrupt between the two readings would bend every figure of the run.
fn both_clocks() -> (u64, Instant) {
    let mut best = (u64::MAX, 0, Instant::now());
    for _ in 0..LOOKS {
        let before = ticks();
        let now = Instant::now();
        let gap = ticks() - before;
        if gap < best.0 {
            best = (gap, before + gap / 2, now);
        }
    }
    (best.1, best.2)
}

/// The time-stamp counter, which ticks at one rate on any CPU this harness is for.
#[expect(unsafe_code, reason = "the intrinsic is declared unsafe")]
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    // SAFETY: RDTSC needs an x86-64 CPU, which the target is, and user access to the counter,
    // which Linux grants unless the process itself gives it up with `PR_SET_TSC`; none does.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// The laps of one timed section.
#[derive(Debug)]
pub(crate) struct Laps {
    ticks: Vec<u64>,
    done: usize,
    last: u64,
}

impl Laps {
    /// Room for `laps`, its pages touched, so that no lap pays for a page fault.
    pub(crate) fn with_room(laps: u32) -> Self {
        Self { ticks: vec![u64::MAX; laps as usize], done: 0, last: 0 }
    }

    /// Begins the first lap.
    #[inline(always)]
    pub(crate) fn start(&mut self) {
        self.last = ticks();
    }

    /// Ends a lap and begins the next. Returns the time of that.
    #[inline(always)]
    pub(crate) fn lap(&mut self) -> u64 {
        let now = ticks();
        self.ticks[self.done] = now.saturating_sub(self.last);
        self.done += 1;
        self.last = now;
        now
    }

    /// Whether there is no room for another lap.
    #[inline(always)]
    pub(crate) fn are_full(&self) -> bool {
        self.done == self.ticks.len()
    }

    /// The laps so far, in ticks.
    pub(crate) fn ticks(&self) -> &[u64] {
        &self.ticks[..self.done]
    }

    pub(crate) fn sample(&self, clock: Clock) -> Result<Sample> {
        Sample::of_laps(self.ticks(), clock.ns_per_tick)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_agrees_with_instant() {
        let clock = Clock::calibrate();
        let (from, started) = both_clocks();
        std::thread::sleep(Duration::from_millis(30));
        let (to, ended) = both_clocks();
        let ratio = clock.ns(from, to) / ended.duration_since(started).as_nanos() as f64;
        assert!((0.99..1.01).contains(&ratio), "ratio {ratio}");
    }

    #[test]
    fn laps_add_up_to_the_section() {
        let mut laps = Laps::with_room(100);
        laps.start();
        let started = laps.last;
        for _ in 0..100 {
            laps.lap();
        }
        assert_eq!(laps.ticks.iter().sum::<u64>(), laps.last - started);
    }
}
