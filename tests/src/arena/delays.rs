//! Delays, phase by phase.

use super::PHASES;
use hdrhistogram::Histogram;
use std::time::Duration;

/// Delays of one kind in each phase.
#[derive(Debug)]
pub(super) struct Delays([Histogram<u64>; PHASES.len()]);

/// What a phase's delays come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// How many.
    pub(super) count: u64,
    /// The median.
    pub(super) p50: Duration,
    /// 99 of 100 are at most this.
    pub(super) p99: Duration,
    /// 999 of 1,000 are at most this.
    pub(super) p999: Duration,
    /// All are at most this.
    pub(super) worst: Duration,
}

impl Delays {
    pub(super) fn new() -> Self {
        let empty = || {
            let mut empty = Histogram::new_with_bounds(1, 3_600_000_000, 3).expect("legal bounds");
            empty.auto(true);
            empty
        };
        Self(std::array::from_fn(|_| empty()))
    }

    /// Notes a delay of so many nanoseconds.
    pub(super) fn note(&mut self, phase: usize, nanoseconds: u64) {
        self.0[phase].saturating_record(nanoseconds / 1000);
    }

    /// The lines that tell [`Summary::hear`].
    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        let line = |(phase, of_phase): (usize, &Histogram<u64>)| {
            let quantile = |quantile| of_phase.value_at_quantile(quantile);
            let [p50, p99, p999] = [0.5, 0.99, 0.999].map(quantile);
            let (count, worst) = (of_phase.len(), of_phase.max());
            format!("delays {name} {phase} {count} {p50} {p99} {p999} {worst}")
        };
        self.0.iter().enumerate().map(line).collect()
    }
}

impl Summary {
    /// What `lines` say of a kind and phase.
    pub(super) fn hear(lines: &[String], name: &str, phase: usize) -> Option<Self> {
        let start = format!("delays {name} {phase} ");
        let words = lines.iter().find_map(|line| line.strip_prefix(&start))?;
        let mut numbers = words.split(' ').filter_map(|word| word.parse().ok());
        let count = numbers.next()?;
        let mut next = || numbers.next().map(Duration::from_micros);
        Some(Self { count, p50: next()?, p99: next()?, p999: next()?, worst: next()? })
    }

    /// The worse of two, figure by figure.
    pub(super) fn or_worse(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            p50: self.p50.max(other.p50),
            p99: self.p99.max(other.p99),
            p999: self.p999.max(other.p999),
            worst: self.worst.max(other.worst),
        }
    }
}
