//! Latency figures: percentile curves of a case, and round trips after gaps.

use super::axis::Axis;
use super::chart::Curve;
use super::figure::{Figure, Line};
use super::html::Html;
use super::palette::Palette;
use super::series::Series;
use crate::Result;
use crate::lab::record::{CellRecord, Record};
use crate::lab::text::time;
use crate::lab::{Case, Mode, Sample};

/// The percentile curves of a case, each of the contender's middle sample. `None` without any.
///
/// # Errors
/// If they cannot be drawn.
pub(super) fn percentiles(record: &Record, case: &Case, palette: &Palette) -> Result<Option<Html>> {
    let cells: Vec<_> = record.of_case(case).filter(|cell| cell.failure.is_none()).collect();
    let samples = || cells.iter().filter_map(|cell| cell.middle());
    let times = samples().flat_map(|sample| sample.curve.iter().map(|step| step.1));
    let Some(y) = Axis::of_times(times) else { return Ok(None) };
    let x = Axis::of_percentiles(samples().map(|sample| sample.laps).max().unwrap_or(1) as f64);
    let lines = cells.iter().filter_map(|cell| line(cell, &x, palette)).collect();
    let title = case.to_string();
    Figure { title: &title, legend: "p50, p99", x, y, lines }.html().map(Some)
}

fn line(cell: &CellRecord, x: &Axis, palette: &Palette) -> Option<Line> {
    let sample = cell.middle()?;
    let points = places(sample);
    let marked = x.places().filter_map(|place| between(&points, place)).collect();
    let p50 = cell.figure(|sample| sample.p50)?.median;
    let p99 = cell.figure(|sample| sample.p99)?.median;
    Some(Line {
        rank: p50,
        shown: format!("{}, {}", time(p50), time(p99)),
        curve: Curve {
            contender: palette.entry(&cell.contender)?.clone(),
            points,
            marked,
            crossed: Vec::new(),
        },
    })
}

/// The longest lap has its place where it is one in all.
fn places(sample: &Sample) -> Vec<(f64, f64)> {
    let rarest = 1.0 / sample.laps.max(1) as f64;
    let steps = sample.curve.iter().filter(|step| step.1 > 0.0);
    steps.map(|&(share, ns)| (-(1.0 - share).max(rarest).log10(), ns.log10())).collect()
}

/// Where a line is at `x`.
fn between(points: &[(f64, f64)], x: f64) -> Option<(f64, f64)> {
    let at = points.iter().position(|point| point.0 >= x)?;
    let (after, before) = (points[at], points[at.saturating_sub(1)]);
    let width = after.0 - before.0;
    let share = if width > 0.0 { (x - before.0) / width } else { 1.0 };
    Some((x, before.1 + share * (after.1 - before.1)))
}

/// What it takes to be woken: round trips against the time both ends slept before.
///
/// # Errors
/// If it cannot be drawn.
pub(super) fn gaps(record: &Record, palette: &Palette) -> Result<Option<Html>> {
    let gap = |case: &Case| match case.mode {
        Mode::AfterGap { gap_ms } => Some(gap_ms as usize),
        _ => None,
    };
    let series = Series::of(record, palette, gap, |cell| {
        cell.figure(|sample| sample.p50).map(|p50| p50.median)
    });
    let name = |gap: usize| format!("{gap} ms");
    let Some(x) = Axis::of_steps(&series.steps, "idle before each trip", name) else {
        return Ok(None);
    };
    let Some(y) = Axis::of_times(series.figures()) else { return Ok(None) };
    let at = series.steps[series.steps.len() / 2];
    let lines = series.lines(at, |ns| ns, time);
    let legend = format!("p50 after {}", name(at));
    Figure { title: "round trip after idle time, p50", legend: &legend, x, y, lines }
        .html()
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_lap_is_as_rare_as_there_are_laps() {
        let curve = vec![(0.0, 10.0), (0.9, 100.0), (1.0, 1000.0)];
        let sample = Sample { curve, laps: 100, ..Sample::default() };
        let places = places(&sample);
        for (found, expected) in places.iter().zip([(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]) {
            assert!((found.0 - expected.0).abs() + (found.1 - expected.1).abs() < 1e-9);
        }
    }

    #[test]
    fn a_marker_lies_on_its_line() {
        let points = [(0.0, 1.0), (2.0, 2.0)];
        assert_eq!(between(&points, 1.0), Some((1.0, 1.5)));
        assert_eq!(between(&points, 0.0), Some((0.0, 1.0)));
        assert_eq!(between(&points, 3.0), None);
    }
}
