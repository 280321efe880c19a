//! What one run of a case comes to.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::stats::Spread;

/// Steps of a curve to each halving of what is left of the laps.
const STEPS_PER_HALVING: u32 = 5;

/// What one run of a case came to. Times are in nanoseconds: of a trip, of a message on its way, or,
/// of a stream, from one message to the next.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// What half of the trips, or batches, took at most.
    pub p50: f64,
    /// What 99 of 100 took at most.
    pub p99: f64,
    /// The same of the middle one of a run's parts, where it is divided: a stall of the machine decides
    /// the whole run's, and only that of the parts it lies in.
    #[serde(default)]
    pub p99_of_parts: Option<f64>,
    /// What 999 of 1,000 took at most.
    pub p999: f64,
    /// The longest.
    pub max: f64,
    /// The average.
    pub mean: f64,
    /// Messages behind the figures.
    pub messages: u64,
    /// Laps behind the percentiles: trips, messages, or batches.
    pub laps: u64,
    /// The distribution, as pairs of a share of the laps and what they took at most. A record keeps that
    /// of one sample of each cell.
    pub curve: Vec<(f64, f64)>,
    /// Processor time that all ends spent on a message, in nanoseconds; seconds for a thousand
    /// million messages.
    pub cpu_ns: f64,
    /// How often the ends asked their allocators for memory, per message. Without what C code asks.
    pub allocations: f64,
    /// Share of the timed part in which an end wanted to run and something else ran. Where ends
    /// share a CPU that something may be another end.
    pub waited: f64,
    /// Messages a second, all told.
    pub per_second: f64,
}

impl Sample {
    /// As [`of_laps`](Self::of_laps), divided into so many parts.
    ///
    /// # Errors
    /// If a part has no lap.
    pub(crate) fn of_parts(ticks: &[u64], ns_per_tick: f64, parts: usize) -> Result<Self> {
        let part = ticks.len().div_ceil(parts).max(1);
        let tails = ticks.chunks(part).map(|part| Ok(Self::of_laps(part, ns_per_tick, 1)?.p99));
        let tails = Spread::of_figures(tails.collect::<Result<Vec<_>>>()?.into_iter());
        let p99_of_parts = tails.map(|tails| tails.median);
        Ok(Self { p99_of_parts, ..Self::of_laps(ticks, ns_per_tick, 1)? })
    }

    /// Of laps in clock ticks, each for `messages` messages.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn of_laps(ticks: &[u64], ns_per_tick: f64, messages: u64) -> Result<Self> {
        if ticks.is_empty() {
            return Err("nothing was timed".into());
        }
        let mut histogram = Histogram::<u64>::new(3)?;
        for &lap in ticks {
            histogram.record(lap)?;
        }
        let scale = ns_per_tick / messages as f64;
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 * scale;
        let sum: u64 = ticks.iter().sum();
        let laps = histogram.len();
        let steps = histogram.iter_quantiles(STEPS_PER_HALVING);
        // As many digits as are worth their place in a record.
        let short = |figure: f64, digits: f64| (figure * digits).round() / digits;
        Ok(Self {
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            max: histogram.max() as f64 * scale,
            // Of the laps themselves: the histogram's own mean carries its rounding.
            mean: sum as f64 / laps as f64 * scale,
            messages: laps * messages,
            laps,
            curve: steps
                .map(|step| {
                    let took = step.value_iterated_to() as f64 * scale;
                    (short(step.quantile_iterated_to(), 1e8), short(took, 10.0))
                })
                .collect(),
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laps_are_scaled_to_a_message() {
        let laps: Vec<u64> = (1..=1000).collect();
        let sample = Sample::of_laps(&laps, 0.5, 2).expect("laps");
        assert_eq!((sample.p50, sample.p99, sample.mean), (125.0, 247.5, 125.125));
        assert_eq!((sample.messages, sample.laps), (2000, 1000));
    }

    #[test]
    fn a_curve_rises_to_the_longest() {
        let laps: Vec<u64> = (1..=5000).collect();
        let sample = Sample::of_laps(&laps, 1.0, 1).expect("laps");
        assert!(sample.curve.is_sorted_by(|one, other| one.0 <= other.0 && one.1 <= other.1));
        assert_eq!(sample.curve.last().map(|step| step.1), Some(sample.max));
    }

    #[test]
    fn a_stall_is_in_the_whole_run_s_tail_and_not_in_the_middle_part_s() {
        let mut laps = vec![100; 1000];
        laps[420..440].fill(1000);
        let sample = Sample::of_parts(&laps, 1.0, 10).expect("laps");
        assert_eq!((sample.p99, sample.p99_of_parts), (1000.0, Some(100.0)));
    }

    #[test]
    fn nothing_timed_is_an_error() {
        assert!(Sample::of_laps(&[], 1.0, 1).is_err());
    }
}
