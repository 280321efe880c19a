//! Figures against the number of renderers of one main.

use super::axis::Axis;
use super::figure::Figure;
use super::html::Html;
use super::palette::Palette;
use super::series::Series;
use crate::Result;
use crate::lab::record::{CellRecord, Record};
use crate::lab::text::{short, time};
use crate::lab::{Case, Mode};

/// Every figure there are cells for.
///
/// # Errors
/// If one cannot be drawn.
pub(super) fn all(record: &Record, palette: &Palette) -> Result<Vec<Html>> {
    let fan_out = rates(record, palette, "fan-out, messages a second", |case| match case.mode {
        Mode::FanOut { renderers } => Some(renderers),
        _ => None,
    })?;
    let fan_in = rates(record, palette, "fan-in, messages a second", |case| match case.mode {
        Mode::FanIn { renderers } => Some(renderers),
        _ => None,
    })?;
    let attached = trips(record, palette)?;
    Ok([fan_out, fan_in, attached].into_iter().flatten().collect())
}

fn rates(
    record: &Record,
    palette: &Palette,
    title: &str,
    renderers: impl Fn(&Case) -> Option<usize>,
) -> Result<Option<Html>> {
    let rate = |cell: &CellRecord| cell.figure(|sample| sample.p50).map(|p50| 1e9 / p50.median);
    let series = Series::of(record, palette, renderers, rate);
    let (x, y) = (axis(&series, "renderers"), Axis::of_rates(series.figures(), "messages/s"));
    let Some((x, y)) = x.zip(y) else { return Ok(None) };
    let most = series.steps[series.steps.len() - 1];
    let legend = format!("with {most}");
    let lines = series.lines(most, |rate| -rate, |rate| format!("{} M/s", short(rate / 1e6)));
    Figure { title, legend: &legend, x, y, lines }.html().map(Some)
}

/// Of one among the most that were attached, against how many were active.
fn trips(record: &Record, palette: &Palette) -> Result<Option<Html>> {
    let attached = |case: &Case| match case.mode {
        Mode::Attached { renderers, active } => Some((renderers, active)),
        _ => None,
    };
    let Some((most, _)) = record.cases().iter().filter_map(attached).max() else { return Ok(None) };
    let active = |case: &Case| attached(case).filter(|of| of.0 == most).map(|of| of.1);
    let p50 = |cell: &CellRecord| cell.figure(|sample| sample.p50).map(|p50| p50.median);
    let series = Series::of(record, palette, active, p50);
    let (x, y) = (axis(&series, "active renderers"), Axis::of_times(series.figures()));
    let Some((x, y)) = x.zip(y) else { return Ok(None) };
    let at = series.steps[series.steps.len() - 1];
    let (title, legend) = (format!("round trip, {most} attached, p50"), format!("p50 with {at}"));
    let lines = series.lines(at, |ns| ns, time);
    Figure { title: &title, legend: &legend, x, y, lines }.html().map(Some)
}

fn axis(series: &Series, title: &'static str) -> Option<Axis> {
    let several = series.steps.len() > 1;
    several.then(|| Axis::of_steps(&series.steps, title, |step| step.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::record::tests::{cell, record};

    #[test]
    fn trips_are_drawn_against_how_many_are_active() {
        let cells = [(16, 1), (16, 4), (2, 1)].map(|(renderers, active)| {
            let mut cell = cell("a", &[100.0]);
            cell.case.mode = Mode::Attached { renderers, active };
            cell
        });
        let record = record(cells.into());
        let figures = all(&record, &Palette::of(&record)).expect("drawings");
        assert_eq!(figures.len(), 1);
        let html = figures[0].clone().into_string();
        assert!(html.contains("16 attached") && html.contains("p50 with 4"), "{html}");
    }
}
