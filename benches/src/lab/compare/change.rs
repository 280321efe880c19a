//! What became of one cell from one record to another.

use std::fmt;

use super::significance::{LEVEL, least_p, p_value};
use crate::stats::Spread;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change {
    pub(super) old: Spread,
    pub(super) new: Spread,
    pub(super) p: f64,
    pub(super) finding: Finding,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    Faster,
    Slower,
    Same,
    /// However different the figures, so few may differ by chance.
    TooFew,
}

impl Change {
    /// Of times, one of each cycle; `None` if either record has none.
    pub(super) fn of(old: &[f64], new: &[f64]) -> Option<Self> {
        let spread = |figures: &[f64]| Spread::of_figures(figures.iter().copied());
        let p = p_value(old, new);
        let mut change = Self { old: spread(old)?, new: spread(new)?, p, finding: Finding::Same };
        if least_p(old.len(), new.len()) >= LEVEL {
            change.finding = Finding::TooFew;
        } else if p < LEVEL && change.exceeds_spreads() {
            let faster = change.new.median < change.old.median;
            change.finding = if faster { Finding::Faster } else { Finding::Slower };
        }
        Some(change)
    }

    /// By how much more time it takes.
    pub(super) fn percent(&self) -> f64 {
        100.0 * (self.new.median / self.old.median - 1.0)
    }

    fn exceeds_spreads(&self) -> bool {
        let width = |spread: Spread| spread.most - spread.least;
        (self.new.median - self.old.median).abs() > width(self.old).max(width(self.new))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Faster => "faster",
            Self::Slower => "SLOWER",
            Self::Same => "same",
            Self::TooFew => "too few cycles to tell",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(old: &[f64], new: &[f64]) -> Finding {
        Change::of(old, new).expect("figures").finding
    }

    #[test]
    fn a_change_beyond_all_spreads_is_found() {
        let (low, high) = ([10.0, 10.1, 10.2, 10.3], [12.0, 12.1, 12.2, 12.3]);
        assert_eq!(finding(&low, &high), Finding::Slower);
        assert_eq!(finding(&high, &low), Finding::Faster);
    }

    #[test]
    fn a_change_within_a_spread_is_none_however_sure() {
        let (low, high) = ([10.0, 10.1, 10.2, 10.3], [10.4, 10.5, 10.6, 12.0]);
        assert!(p_value(&low, &high) < LEVEL);
        assert_eq!(finding(&low, &high), Finding::Same);
    }

    #[test]
    fn three_cycles_cannot_tell() {
        assert_eq!(finding(&[1.0, 1.1, 1.2], &[5.0, 5.1, 5.2]), Finding::TooFew);
    }

    #[test]
    fn the_change_is_in_percent_of_the_old_time() {
        let change = Change::of(&[200.0], &[150.0]).expect("figures");
        assert!((change.percent() + 25.0).abs() < 1e-9);
    }

    #[test]
    fn without_figures_there_is_no_change() {
        assert_eq!(Change::of(&[], &[1.0]), None);
    }
}
