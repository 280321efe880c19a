//! Latency against offered load: open loops.

use super::axis::Axis;
use super::figure::Figure;
use super::html::Html;
use super::palette::Palette;
use super::series::Series;
use crate::Result;
use crate::lab::record::{CellRecord, Record};
use crate::lab::text::time;
use crate::lab::{Case, Mode, Sample};

/// The rate that legends look at.
const RATE: usize = 1_000_000;

/// A figure of a percentile.
///
/// # Errors
/// If it cannot be drawn.
pub(super) fn latency(
    record: &Record,
    palette: &Palette,
    (name, percentile): (&str, fn(&Sample) -> f64),
) -> Result<Option<Html>> {
    let of = |cell: &CellRecord| cell.figure(percentile).map(|figure| figure.median);
    let series = Series::of(record, palette, offered, of);
    let x = Axis::of_steps(&series.steps, "messages offered a second", rate);
    let y = Axis::of_times(series.figures());
    let Some(((x, y), at)) = x.zip(y).zip(series.step_like(RATE)) else { return Ok(None) };
    let title = format!("open loop, {name}");
    let legend = format!("{name} at {}/s", rate(at));
    let lines = series.lines(at, |ns| ns, time);
    Figure { title: &title, legend: &legend, x, y, lines }.html().map(Some)
}

fn offered(case: &Case) -> Option<usize> {
    match case.mode {
        Mode::OpenLoop { per_second } => usize::try_from(per_second).ok(),
        _ => None,
    }
}

fn rate(per_second: usize) -> String {
    match per_second {
        rate if rate >= 1_000_000 => format!("{} M", rate as f64 / 1e6),
        rate if rate >= 1_000 => format!("{} k", rate as f64 / 1e3),
        rate => rate.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_short() {
        assert_eq!([rate(500), rate(20_000), rate(1_500_000)], ["500", "20 k", "1.5 M"]);
    }
}
