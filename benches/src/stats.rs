//! Samples: what one timed run comes to, and medians over several runs.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::Result;

/// The figures of one run. Times are in nanoseconds, rates and counts in the bar's own unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) p999: f64,
    pub(crate) mean: f64,
    /// Trips, messages or calls behind the figures.
    pub(crate) count: u64,
    /// Nanoseconds from one message to the next, of a rate.
    pub(crate) each_ns: Option<f64>,
    /// Share of the trips in which the measuring end slept in the kernel, where it looked.
    pub(crate) slept: Option<f64>,
}

/// Which figure of a sample a bar looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stat {
    P50,
    P99,
    P999,
    Mean,
}

impl Sample {
    /// A sample of laps in clock ticks.
    pub(crate) fn of_laps(ticks: &[u64], ns_per_tick: f64) -> Result<Self> {
        let mut histogram = Histogram::<u64>::new(3)?;
        for &lap in ticks {
            histogram.record(lap)?;
        }
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 * ns_per_tick;
        Ok(Self {
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            // Of the laps themselves: the histogram's own mean carries its rounding.
            mean: ticks.iter().sum::<u64>() as f64 / ticks.len() as f64 * ns_per_tick,
            count: histogram.len(),
            each_ns: None,
            slept: None,
        })
    }

    /// A run that has one figure: a rate, or a count per message.
    pub(crate) fn of_one(figure: f64, count: u64) -> Self {
        let (each_ns, slept) = (None, None);
        Self { p50: figure, p99: figure, p999: figure, mean: figure, count, each_ns, slept }
    }

    /// The rates of a sample of nanoseconds: 99 of 100 rounds are no slower than its p99.
    pub(crate) fn per_ns(self, amount: f64) -> Self {
        Self {
            p50: amount / self.p50,
            p99: amount / self.p99,
            p999: amount / self.p999,
            mean: amount / self.mean,
            each_ns: Some(self.mean),
            ..self
        }
    }

    pub(crate) fn get(&self, stat: Stat) -> f64 {
        match stat {
            Stat::P50 => self.p50,
            Stat::P99 => self.p99,
            Stat::P999 => self.p999,
            Stat::Mean => self.mean,
        }
    }
}

/// The middle of several runs, and the best and worst beside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// `None` if there is no run.
    pub(crate) fn of(samples: &[Sample], stat: Stat) -> Option<Self> {
        Self::of_figures(samples.iter().map(|sample| sample.get(stat)))
    }

    /// `None` if there is no figure.
    pub(crate) fn of_figures(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let mut figures: Vec<f64> = figures.collect();
        figures.sort_by(f64::total_cmp);
        let (least, most) = (*figures.first()?, *figures.last()?);
        let middle = figures.len() / 2;
        let median = match figures.len() % 2 {
            1 => figures[middle],
            _ => f64::midpoint(figures[middle - 1], figures[middle]),
        };
        Some(Self { median, least, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(figures: &[f64]) -> Vec<Sample> {
        figures.iter().map(|&figure| Sample::of_one(figure, 1)).collect()
    }

    #[test]
    fn the_median_of_an_odd_number_is_the_middle_one() {
        let spread = Spread::of(&runs(&[9.0, 1.0, 2.0]), Stat::P50);
        assert_eq!(spread, Some(Spread { median: 2.0, least: 1.0, most: 9.0 }));
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        let spread = Spread::of(&runs(&[4.0, 1.0, 2.0, 9.0]), Stat::Mean);
        assert_eq!(spread.map(|spread| spread.median), Some(3.0));
    }

    #[test]
    fn no_run_has_no_median() {
        assert_eq!(Spread::of(&[], Stat::P50), None);
    }

    #[test]
    fn the_rate_of_the_middle_round_is_the_median() {
        let times = Sample::of_laps(&[400, 100, 200], 0.1).expect("the histogram takes any lap");
        let rates = times.per_ns(1e9);
        assert_eq!((rates.p50, rates.p99), (50e6, 25e6));
        assert_eq!(rates.each_ns, Some(times.mean));
    }

    #[test]
    fn laps_are_scaled_to_nanoseconds() {
        let laps: Vec<u64> = (1..=1000).collect();
        let sample = Sample::of_laps(&laps, 0.5).expect("the histogram takes any lap");
        assert_eq!((sample.p50, sample.p99, sample.count), (250.0, 495.0, 1000));
        assert_eq!(sample.mean, 250.25);
    }
}
