//! The whole table: every contender in every case, in figures.

use super::html::{Html, figure};
use super::palette::Palette;
use crate::lab::record::Record;
use crate::lab::text::{by_p50, head, row};
use crate::lab::{Case, Kind};

/// A case, the fastest first.
pub(super) fn of_case(record: &Record, case: &Case, palette: &Palette) -> Html {
    let rows = by_p50(record, case).into_iter().map(|cell| {
        let entry = palette.entry(&cell.contender);
        let color = entry.map(|entry| format!("--c:{}", entry.variable())).unwrap_or_default();
        let class = if cell.kind == Kind::Ringmain { "ours" } else { "" };
        let mut columns = row(cell).into_iter();
        let name = columns.next().unwrap_or_default();
        let name = Html::of_text("th", &[("scope", "row"), ("style", &color)], name);
        let figures = columns.map(|text| Html::of_text("td", &[], figure(&text)));
        Html::element("tr", &[("class", class)], std::iter::once(name).chain(figures))
    });
    let title = case.to_string();
    let id = anchor(case);
    Html::element(
        "section",
        &[("class", "case"), ("id", &id)],
        [Html::of_text("h3", &[], title), scrolling(&head(case), rows.collect())],
    )
}

/// A table that scrolls by itself where it is too wide.
pub(super) fn scrolling(head: &[&str], rows: Html) -> Html {
    let head = head.iter().map(|name| Html::of_text("th", &[("scope", "col")], figure(name)));
    let head = Html::element("thead", &[], [Html::element("tr", &[], head)]);
    let table = Html::element("table", &[], [head, Html::element("tbody", &[], [rows])]);
    Html::element("div", &[("class", "scroll"), ("tabindex", "0")], [table])
}

/// For links to a case.
fn anchor(case: &Case) -> String {
    let title = case.to_string();
    title.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::record::tests::{cell, record};

    #[test]
    fn a_name_is_no_markup() {
        let record = record(vec![cell("<b>", &[1.0])]);
        let case = record.cells[0].case;
        let html = of_case(&record, &case, &Palette::of(&record)).into_string();
        assert!(html.contains("&lt;b&gt;") && !html.contains("<b>"), "{html}");
    }

    #[test]
    fn the_fastest_comes_first() {
        let record = record(vec![cell("slow", &[9.0]), cell("fast", &[1.0])]);
        let case = record.cells[0].case;
        let html = of_case(&record, &case, &Palette::of(&record)).into_string();
        assert!(html.find("fast") < html.find("slow"));
    }
}
