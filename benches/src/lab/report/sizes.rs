//! Figures against the size of messages: rates one way, and round trips.

use super::axis::Axis;
use super::figure::Figure;
use super::html::Html;
use super::palette::Palette;
use super::series::Series;
use crate::Result;
use crate::lab::record::{CellRecord, Record};
use crate::lab::text::{short, time};
use crate::lab::{Bytes, Case, Mode, Placement, Wait};

/// Sizes that legends look at: of small messages, and of large ones.
const SMALL: usize = 64;
const LARGE: usize = 64 << 10;
/// What sizes are.
const SIZE: &str = "size of a message";

fn polling(mode: Mode) -> impl Fn(&Case) -> Option<usize> {
    move |case| {
        let fits =
            case.mode == mode && case.wait == Wait::Polling && case.placement == Placement::TwoCpus;
        fits.then_some(case.len)
    }
}

fn p50(cell: &CellRecord) -> Option<f64> {
    cell.figure(|sample| sample.p50).map(|p50| p50.median)
}

/// Messages a second, one way.
///
/// # Errors
/// If it cannot be drawn.
pub(super) fn messages(record: &Record, palette: &Palette) -> Result<Option<Html>> {
    let rate = |cell: &CellRecord| p50(cell).map(|ns| 1e9 / ns);
    let series = Series::of(record, palette, polling(Mode::OneWay), rate);
    let show = |rate| format!("{} M/s", short(rate / 1e6));
    rates(&series, "one way, messages a second", SMALL, "messages/s", show)
}

/// Bytes a second, one way.
///
/// # Errors
/// If it cannot be drawn.
pub(super) fn bytes(record: &Record, palette: &Palette) -> Result<Option<Html>> {
    let rate = |cell: &CellRecord| p50(cell).map(|ns| 1e9 * cell.case.len as f64 / ns);
    let series = Series::of(record, palette, polling(Mode::OneWay), rate);
    let show = |rate| format!("{} GB/s", short(rate / 1e9));
    rates(&series, "one way, bytes a second", LARGE, "bytes/s", show)
}

fn rates(
    series: &Series,
    title: &str,
    at: usize,
    unit: &'static str,
    show: impl Fn(f64) -> String,
) -> Result<Option<Html>> {
    let Some(at) = several(series, at) else { return Ok(None) };
    let x = Axis::of_steps(&series.steps, SIZE, |len| Bytes(len).to_string());
    let Some((x, y)) = x.zip(Axis::of_rates(series.figures(), unit)) else { return Ok(None) };
    let legend = format!("at {}", Bytes(at));
    let lines = series.lines(at, |rate| -rate, show);
    Figure { title, legend: &legend, x, y, lines }.html().map(Some)
}

/// Round trips.
///
/// # Errors
/// If it cannot be drawn.
pub(super) fn round_trips(record: &Record, palette: &Palette) -> Result<Option<Html>> {
    let series = Series::of(record, palette, polling(Mode::RoundTrip), p50);
    let Some(at) = several(&series, SMALL) else { return Ok(None) };
    let x = Axis::of_steps(&series.steps, SIZE, |len| Bytes(len).to_string());
    let Some((x, y)) = x.zip(Axis::of_times(series.figures())) else { return Ok(None) };
    let legend = format!("p50 at {}", Bytes(at));
    let lines = series.lines(at, |ns| ns, time);
    let title = "round trip, both polling, p50";
    Figure { title, legend: &legend, x, y, lines }.html().map(Some)
}

/// One size makes no figure.
fn several(series: &Series, at: usize) -> Option<usize> {
    if series.steps.len() > 1 { series.step_like(at) } else { None }
}
