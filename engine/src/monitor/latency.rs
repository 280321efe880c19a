//! How long something took, many times.

use crate::board::layout::BUCKETS;
use std::time::Duration;

/// Times, counted by the power of two of nanoseconds that they reach: 512 ns to 1,023 ns are one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    pub(super) buckets: [u64; BUCKETS],
}

impl Latency {
    /// How many times there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().fold(0, |sum, bucket| sum.saturating_add(*bucket))
    }

    /// The time that `percent` of them do not pass, rounded up to the end of its bucket: at most twice
    /// what it was. `None` without any. The last bucket has all from two seconds upwards.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a count, which saturates"
        )]
        let rank = ((count as f64 * percent / 100.0).ceil() as u64).clamp(1, count);
        let mut seen = 0_u64;
        for (power, bucket) in self.buckets.iter().enumerate() {
            seen = seen.saturating_add(*bucket);
            if seen >= rank {
                return Some(Duration::from_nanos((2 << power) - 1));
            }
        }
        None
    }

    /// Those that came since `earlier`, an older look at the same.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut buckets = self.buckets;
        for (bucket, before) in buckets.iter_mut().zip(earlier.buckets) {
            *bucket = bucket.saturating_sub(before);
        }
        Self { buckets }
    }

    /// These and those of `other`.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut buckets = self.buckets;
        for (bucket, more) in buckets.iter_mut().zip(other.buckets) {
            *bucket = bucket.saturating_add(more);
        }
        Self { buckets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[(usize, u64)]) -> Latency {
        let mut latency = Latency::default();
        counts.iter().for_each(|(power, count)| latency.buckets[*power] = *count);
        latency
    }

    #[test]
    fn a_percentile_is_the_end_of_the_bucket_that_it_falls_into() {
        let latency = of(&[(9, 98), (20, 2)]);
        assert_eq!(latency.percentile(50.0), Some(Duration::from_nanos(1023)));
        assert_eq!(latency.percentile(98.0), Some(Duration::from_nanos(1023)));
        assert_eq!(latency.percentile(99.0), Some(Duration::from_nanos((1 << 21) - 1)));
        assert_eq!(latency.percentile(0.0), Some(Duration::from_nanos(1023)));
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(Latency::default().percentile(50.0), None);
    }

    #[test]
    fn counts_that_make_no_sense_do_no_harm() {
        let latency = of(&[(0, u64::MAX), (31, u64::MAX)]);
        assert_eq!(latency.count(), u64::MAX);
        assert!(latency.percentile(99.9).is_some());
        assert_eq!(of(&[(3, 1)]).since(&latency).and(&latency), latency.and(&of(&[(3, 1)])));
    }
}
