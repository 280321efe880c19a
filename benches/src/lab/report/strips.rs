//! A case at a glance: a line for every contender, the fastest first.
//!
//! Of times, a dot at p50 and a line from there to p99, on a logarithmic scale; of rates, a bar.

use super::html::{Html, figure};
use super::palette::Palette;
use crate::lab::record::{CellRecord, Record};
use crate::lab::text::{by_p50, is_stream, rate, time};
use crate::lab::{Case, Kind};

/// A contender's figures in nanoseconds a message.
struct Strip<'r> {
    cell: &'r CellRecord,
    p50: f64,
    p99: f64,
}

/// `None` if no contender has a figure.
pub(super) fn of_case(record: &Record, case: &Case, palette: &Palette) -> Option<Html> {
    let strip = |cell: &'_ CellRecord| {
        let (p50, p99) = (cell.figure(|sample| sample.p50)?, cell.figure(|sample| sample.p99)?);
        Some((p50.median, p99.median))
    };
    let strips: Vec<Strip<'_>> = by_p50(record, case)
        .into_iter()
        .filter_map(|cell| strip(cell).map(|(p50, p99)| Strip { cell, p50, p99 }))
        .collect();
    let least = strips.first()?.p50;
    let most = strips.iter().map(|strip| strip.p99).fold(least, f64::max);
    let rows = strips.iter().map(|strip| {
        let marks = if is_stream(case) {
            vec![mark("bar", 0.0, least / strip.p50)]
        } else {
            let place = |ns: f64| (ns / least).ln() / (most / least).ln().max(f64::MIN_POSITIVE);
            let (from, to) = (place(strip.p50), place(strip.p99));
            vec![mark("line", from, to - from), mark("dot", from, 0.0)]
        };
        strip.row(marks, palette)
    });
    let title = Html::of_text("figcaption", &[], case.to_string());
    let rows = Html::element("div", &[("class", "strips")], rows);
    Some(Html::element("figure", &[], [title, rows]))
}

impl Strip<'_> {
    fn row(&self, marks: Vec<Html>, palette: &Palette) -> Html {
        let Self { cell, p50, p99 } = self;
        let entry = palette.entry(&cell.contender);
        let color = entry.map(|entry| format!("--c:{}", entry.variable())).unwrap_or_default();
        let shown = if is_stream(&cell.case) {
            rate(*p50, cell.case.len)
        } else {
            format!("{}, {}", time(*p50), time(*p99))
        };
        let class = if cell.kind == Kind::Ringmain { "strip ours" } else { "strip" };
        Html::element(
            "div",
            &[("class", class), ("style", &color)],
            [
                Html::of_text("span", &[("class", "name")], &cell.contender),
                Html::element("span", &[("class", "track")], marks),
                Html::of_text("span", &[("class", "number")], figure(&shown)),
            ],
        )
    }
}

/// Shares of the track.
fn mark(class: &str, from: f64, width: f64) -> Html {
    let style = format!("left:{:.2}%;width:{:.2}%", 100.0 * from, 100.0 * width);
    Html::element("i", &[("class", class), ("style", &style)], [])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::record::tests::{cell, record};

    #[test]
    fn the_fastest_begins_at_the_left() {
        let mut record = record(vec![cell("slow", &[200.0]), cell("fast", &[100.0])]);
        for cell in &mut record.cells {
            cell.samples[0].p99 = 400.0;
        }
        let case = record.cells[0].case;
        let html = of_case(&record, &case, &Palette::of(&record)).expect("figures").into_string();
        assert!(html.find("fast") < html.find("slow"));
        assert!(html.contains("left:0.00%;width:100.00%"), "{html}");
        assert!(html.contains("left:50.00%;width:50.00%"), "{html}");
    }

    #[test]
    fn without_figures_there_is_nothing_to_see() {
        let record = record(vec![cell("a", &[])]);
        assert_eq!(of_case(&record, &record.cells[0].case, &Palette::of(&record)), None);
    }
}
