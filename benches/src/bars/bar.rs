//! A bar: a figure, the rule it has to keep, and whether it does.

use serde::Serialize;

use crate::bars::floors::Floor;
use crate::stats::Stat;

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bar {
    pub(crate) name: &'static str,
    pub(crate) stat: Stat,
    pub(crate) rule: Rule,
    /// A harder limit of the same rule, shown and not enforced.
    pub(crate) stretch: Option<f64>,
}

/// What figures count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Nanoseconds,
    MessagesPerSecond,
    /// Of payload, 10^9 bytes each.
    GigabytesPerSecond,
    PerMessage,
    /// A ratio that one run comes to by itself.
    Times,
    Count,
    Kibibytes,
    SessionsPerSecond,
}

/// What a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    /// No more than so many times what the machine itself takes, measured in the same run.
    AtMostTimes(Floor, f64),
    /// No less than so many times the rate of the machine itself, measured in the same run.
    AtLeastTimes(Floor, f64),
    AtMost(f64),
    AtLeast(f64),
    /// For the harness's own counters.
    Exactly(f64),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Pass,
    Miss,
    /// There is no figure: the contender or its floor failed.
    Failed,
}

impl Bar {
    /// The number that the rule compares with its limit: the figure, or its ratio to the floor.
    pub(crate) fn measure(&self, figure: f64, floor: Option<f64>) -> Option<f64> {
        match self.rule {
            Rule::AtMostTimes(..) | Rule::AtLeastTimes(..) => floor.map(|floor| figure / floor),
            _ => Some(figure),
        }
    }

    pub(crate) fn verdict(&self, figure: Option<f64>, floor: Option<f64>) -> Verdict {
        match figure.and_then(|figure| self.measure(figure, floor)) {
            None => Verdict::Failed,
            Some(measure) if self.keeps(measure, self.limit()) => Verdict::Pass,
            Some(_) => Verdict::Miss,
        }
    }

    /// Whether the stretch goal is reached too, if there is one.
    pub(crate) fn stretched(&self, figure: Option<f64>, floor: Option<f64>) -> Option<bool> {
        let stretch = self.stretch?;
        figure
            .and_then(|figure| self.measure(figure, floor))
            .map(|measure| self.keeps(measure, stretch))
    }

    pub(crate) fn floor(&self) -> Option<Floor> {
        match self.rule {
            Rule::AtMostTimes(floor, _) | Rule::AtLeastTimes(floor, _) => Some(floor),
            _ => None,
        }
    }

    pub(crate) fn limit(&self) -> f64 {
        match self.rule {
            Rule::AtMostTimes(_, limit)
            | Rule::AtLeastTimes(_, limit)
            | Rule::AtMost(limit)
            | Rule::AtLeast(limit)
            | Rule::Exactly(limit) => limit,
        }
    }

    /// The rule in words, with `limit` in place of its own.
    pub(crate) fn rule_text(&self, limit: f64, unit: Unit) -> String {
        match self.rule {
            Rule::AtMostTimes(..) => format!("<= {limit}x"),
            Rule::AtLeastTimes(..) => format!(">= {limit}x"),
            Rule::AtMost(_) => format!("<= {}", unit.show(limit)),
            Rule::AtLeast(_) => format!(">= {}", unit.show(limit)),
            Rule::Exactly(_) => format!("= {}", unit.show(limit)),
        }
    }

    fn keeps(&self, measure: f64, limit: f64) -> bool {
        match self.rule {
            Rule::AtMostTimes(..) | Rule::AtMost(_) => measure <= limit,
            Rule::AtLeastTimes(..) | Rule::AtLeast(_) => measure >= limit,
            Rule::Exactly(_) => (measure - limit).abs() < 1e-9,
        }
    }
}

impl Unit {
    /// Whether more is better.
    pub(crate) fn is_rate(self) -> bool {
        matches!(self, Self::MessagesPerSecond | Self::GigabytesPerSecond | Self::SessionsPerSecond)
    }

    /// A figure for people, its unit last.
    pub(crate) fn show(self, figure: f64) -> String {
        match self {
            Self::Nanoseconds if figure < 10_000.0 => format!("{figure:.0} ns"),
            Self::Nanoseconds => format!("{:.1} us", figure / 1e3),
            Self::MessagesPerSecond => format!("{:.1} M/s", figure / 1e6),
            Self::GigabytesPerSecond => format!("{figure:.1} GB/s"),
            Self::Times => format!("{figure:.2}x"),
            Self::Count => format!("{figure:.0}"),
            Self::Kibibytes => format!("{figure:.1} KiB"),
            Self::SessionsPerSecond => format!("{figure:.0} /s"),
            Self::PerMessage => {
                format!("{figure:.4}").trim_end_matches('0').trim_end_matches('.').to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(rule: Rule) -> Bar {
        Bar { name: "", stat: Stat::P50, rule, stretch: None }
    }

    #[test]
    fn a_ratio_is_taken_to_the_floor_of_the_same_run() {
        let bar = bar(Rule::AtMostTimes(Floor::Line, 2.0));
        assert_eq!(bar.verdict(Some(200.0), Some(100.0)), Verdict::Pass);
        assert_eq!(bar.verdict(Some(201.0), Some(100.0)), Verdict::Miss);
    }

    #[test]
    fn a_rate_may_exceed_its_floor_and_may_not_fall_behind() {
        let bar = bar(Rule::AtLeastTimes(Floor::Copy64KiB, 0.9));
        assert_eq!(bar.verdict(Some(20.0), Some(10.0)), Verdict::Pass);
        assert_eq!(bar.verdict(Some(8.9), Some(10.0)), Verdict::Miss);
    }

    #[test]
    fn without_its_figure_or_its_floor_a_bar_has_failed() {
        let bar = bar(Rule::AtMostTimes(Floor::Line, 2.0));
        assert_eq!(bar.verdict(Some(1.0), None), Verdict::Failed);
        assert_eq!(bar.verdict(None, Some(1.0)), Verdict::Failed);
    }

    #[test]
    fn a_limit_itself_is_kept() {
        assert_eq!(bar(Rule::AtMost(5.0)).verdict(Some(5.0), None), Verdict::Pass);
        assert_eq!(bar(Rule::AtLeast(5.0)).verdict(Some(5.0), None), Verdict::Pass);
        assert_eq!(bar(Rule::AtLeast(5.0)).verdict(Some(4.9), None), Verdict::Miss);
        assert_eq!(bar(Rule::Exactly(3.0)).verdict(Some(3.1), None), Verdict::Miss);
    }

    #[test]
    fn a_stretch_goal_is_judged_apart() {
        let bar = Bar { stretch: Some(4.0), ..bar(Rule::AtMost(5.0)) };
        assert_eq!(bar.verdict(Some(4.5), None), Verdict::Pass);
        assert_eq!(bar.stretched(Some(4.5), None), Some(false));
    }

    #[test]
    fn figures_carry_their_unit() {
        assert_eq!(Unit::Nanoseconds.show(189.4), "189 ns");
        assert_eq!(Unit::Nanoseconds.show(39_120.0), "39.1 us");
        assert_eq!(Unit::MessagesPerSecond.show(99e6), "99.0 M/s");
        assert_eq!(Unit::GigabytesPerSecond.show(17.55), "17.6 GB/s");
        assert_eq!(Unit::PerMessage.show(0.01), "0.01");
        assert_eq!(Unit::PerMessage.show(3.0), "3");
    }
}
