//! An axis: what it spans and where its ticks are. Positions are logarithms, to the base of 10.

use std::ops::{Range, RangeInclusive};

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// Of a span, on either side.
const MARGIN: f64 = 0.04;
/// A span has to have so many decades for ticks at decades alone.
const WIDE: f64 = 2.2;
/// What figures can be: from a tenth of a nanosecond, to bytes a second.
const DECADES: RangeInclusive<i32> = -1..=13;
/// What a tick takes to be read, of the axis' length.
const ROOM: f64 = 0.12;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    span: Range<f64>,
    /// In order, with what they say.
    ticks: Vec<(f64, String)>,
    /// Between ticks.
    fine: Vec<f64>,
    /// What it shows, if its ticks do not say.
    pub(super) title: Option<&'static str>,
}

impl Axis {
    /// Of percentiles, up to the share of one in so many: a percentile's place is how rare it is for
    /// a lap to take longer.
    pub(super) fn of_percentiles(laps: f64) -> Self {
        let last = laps.max(10.0).log10();
        let ticks = (0..=9).map(|nines| (f64::from(nines), percentile(nines)));
        Self {
            ticks: ticks.filter(|tick| tick.0 <= last).collect(),
            fine: vec![2f64.log10()],
            span: 0.0..last,
            title: Some("percentile"),
        }
    }

    /// Of times in nanoseconds.
    pub(super) fn of_times(times: impl Iterator<Item = f64>) -> Option<Self> {
        Self::of_decades(times, &|ns| {
            scaled(ns, &[(1e9, " s"), (1e6, " ms"), (1e3, " µs"), (1.0, " ns")])
        })
    }

    /// Of rates, with the name of what is counted.
    pub(super) fn of_rates(rates: impl Iterator<Item = f64>, title: &'static str) -> Option<Self> {
        let show = |rate: f64| scaled(rate, &[(1e9, " G"), (1e6, " M"), (1e3, " k"), (1.0, "")]);
        Some(Self { title: Some(title), ..Self::of_decades(rates, &show)? })
    }

    /// Of numbers, with a fine line at each and ticks where they have room, at round ones first.
    pub(super) fn of_steps(
        steps: &[usize],
        title: &'static str,
        show: impl Fn(usize) -> String,
    ) -> Option<Self> {
        let place = |step: &usize| (*step as f64).log10();
        let (first, last) = (steps.first()?, steps.last()?);
        let span = widened(place(first)..place(last));
        let room = ROOM * (span.end - span.start);
        let (round, other): (Vec<&usize>, Vec<_>) = steps.iter().partition(|step| is_round(**step));
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for step in round.into_iter().chain(other) {
            let at = place(step);
            if ticks.iter().all(|tick| (tick.0 - at).abs() >= room) {
                ticks.push((at, show(*step)));
            }
        }
        ticks.sort_by(|one, other| one.0.total_cmp(&other.0));
        Some(Self { span, ticks, fine: steps.iter().map(place).collect(), title: Some(title) })
    }

    fn of_decades(
        figures: impl Iterator<Item = f64>,
        show: &dyn Fn(f64) -> String,
    ) -> Option<Self> {
        let places = figures.filter(|figure| *figure > 0.0).map(f64::log10);
        let (least, most) = places
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), place| {
                (least.min(place), most.max(place))
            });
        if least > most {
            return None;
        }
        let span = widened(least..most);
        let wide = span.end - span.start > WIDE;
        let of = |factors: &[f64]| -> Vec<f64> {
            let decades = DECADES.map(|decade| 10f64.powi(decade));
            let figures =
                decades.flat_map(|decade| factors.iter().map(move |factor| factor * decade));
            figures.filter(|figure| span.contains(&figure.log10())).collect()
        };
        let ticks = if wide { of(&[1.0]) } else { of(&[1.0, 2.0, 5.0]) };
        let fine = if wide { of(&[2.0, 5.0]) } else { of(&[1.5, 3.0, 4.0, 7.0]) };
        Some(Self {
            ticks: ticks.into_iter().map(|figure| (figure.log10(), show(figure))).collect(),
            fine: fine.into_iter().map(f64::log10).collect(),
            span,
            title: None,
        })
    }

    /// What the tick at a place says.
    pub(super) fn label(&self, place: f64) -> String {
        self.ticks
            .iter()
            .find(|tick| tick.0 == place)
            .map(|tick| tick.1.clone())
            .unwrap_or_default()
    }

    /// Where ticks are.
    pub(super) fn places(&self) -> impl Iterator<Item = f64> {
        self.ticks.iter().map(|tick| tick.0)
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    #[expect(clippy::cast_possible_truncation, reason = "the limits are whole numbers of the kind")]
    fn map(&self, place: &f64, limit: (i32, i32)) -> i32 {
        let share = (place - self.span.start) / (self.span.end - self.span.start);
        let length = f64::from(limit.1 - limit.0);
        limit.0 + (share * length).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { self.fine.clone() } else { self.places().collect() }
    }

    fn range(&self) -> Range<f64> {
        self.span.clone()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, place: &f64) -> String {
        self.label(*place)
    }
}

/// With a margin, and wide enough to have ticks.
fn widened(span: Range<f64>) -> Range<f64> {
    let middle = f64::midpoint(span.start, span.end);
    let half = (0.5 + MARGIN) * (span.end - span.start);
    let half = half.max(0.3);
    middle - half..middle + half
}

/// A power of two, or of ten.
fn is_round(step: usize) -> bool {
    let power = step.checked_ilog10().map(|digits| 10usize.pow(digits));
    step.is_power_of_two() || power == Some(step)
}

fn percentile(nines: u8) -> String {
    match nines {
        0 => "0".to_owned(),
        1 => "90".to_owned(),
        2 => "99".to_owned(),
        more => format!("99.{}", "9".repeat(usize::from(more) - 2)),
    }
}

/// A round figure, in the largest of `units` that it has.
fn scaled(figure: f64, units: &[(f64, &str)]) -> String {
    let unit = units.iter().find(|unit| figure >= 0.999 * unit.0).or(units.last());
    let (size, name) = unit.copied().unwrap_or((1.0, ""));
    let digits = (figure / size * 1e3).round() / 1e3;
    format!("{digits}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.1.as_str()).collect()
    }

    #[test]
    fn a_wide_axis_has_ticks_at_decades() {
        let axis = Axis::of_times([90.0, 2e6].into_iter()).expect("times");
        assert_eq!(labels(&axis), ["100 ns", "1 µs", "10 µs", "100 µs", "1 ms"]);
    }

    #[test]
    fn a_narrow_axis_has_ticks_between() {
        let axis = Axis::of_times([150.0, 600.0].into_iter()).expect("times");
        assert_eq!(labels(&axis), ["200 ns", "500 ns"]);
    }

    #[test]
    fn even_one_figure_has_ticks_around_it() {
        let axis = Axis::of_rates([3e6].into_iter(), "").expect("a rate");
        assert_eq!(labels(&axis), ["2 M", "5 M"]);
    }

    #[test]
    fn steps_have_ticks_where_these_have_room() {
        let steps = [8, 48, 64, 4096, 65536];
        let axis = Axis::of_steps(&steps, "", |step| step.to_string()).expect("steps");
        assert_eq!(labels(&axis), ["8", "64", "4096", "65536"]);
        let rates = [10_000, 100_000, 200_000, 500_000, 1_000_000];
        let axis = Axis::of_steps(&rates, "", |step| step.to_string()).expect("steps");
        assert_eq!(labels(&axis), ["10000", "100000", "200000", "500000", "1000000"]);
    }

    #[test]
    fn percentiles_end_with_what_the_laps_can_tell() {
        assert_eq!(labels(&Axis::of_percentiles(20_000.0)), ["0", "90", "99", "99.9", "99.99"]);
    }

    #[test]
    fn without_a_figure_there_is_no_axis() {
        assert_eq!(Axis::of_times([0.0].into_iter()), None);
        assert_eq!(Axis::of_steps(&[], "", |step| step.to_string()), None);
    }

    #[test]
    fn places_are_mapped_from_end_to_end() {
        let axis = Axis::of_percentiles(1000.0);
        assert_eq!((axis.map(&0.0, (10, 310)), axis.map(&3.0, (10, 310))), (10, 310));
    }
}
