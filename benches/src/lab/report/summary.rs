//! What a reader sees first: the conditions, what casts doubt, and the bars.

use super::html::{Html, figure};
use super::table::scrolling;
use crate::lab::judge::{Judged, Verdict};
use crate::lab::record::Record;
use crate::lab::text;

/// What casts doubt on the figures; empty if nothing does.
pub(super) fn warnings(record: &Record) -> Html {
    let warnings = record.conditions().warnings();
    if warnings.is_empty() {
        return Html::default();
    }
    let items = warnings.iter().map(|warning| Html::of_text("li", &[], warning));
    let title = Html::of_text("strong", &[], "Read these figures with care");
    Html::element("aside", &[], [title, Html::element("ul", &[], items)])
}

pub(super) fn conditions(record: &Record) -> Html {
    let cycles = format!("{}, {:?} extent", record.cycles, record.extent).to_lowercase();
    let facts = record.conditions().facts().into_iter().chain([("cycles", cycles)]);
    let items = facts.map(|(name, fact)| {
        let pair = [Html::of_text("dt", &[], name), Html::of_text("dd", &[], fact)];
        Html::element("div", &[], pair)
    });
    Html::element("dl", &[("class", "facts")], items)
}

/// How many bars came to what, and each with its figures; the missed first.
pub(super) fn bars(record: &Record) -> Html {
    let verdicts =
        [Verdict::Missed, Verdict::Failed, Verdict::Kept, Verdict::NotBuilt, Verdict::NotMeasured];
    let of = |verdict| record.bars.iter().filter(move |bar| bar.verdict == verdict);
    let counts = verdicts.into_iter().filter(|&verdict| of(verdict).count() > 0).map(|verdict| {
        let count = Html::of_text("b", &[], of(verdict).count().to_string());
        let name = Html::text(format!(" {}", text::verdict(verdict).to_lowercase()));
        Html::element("li", &[("class", class(verdict))], [count, name])
    });
    let counts = Html::element("ul", &[("class", "counts")], counts);
    let rows = verdicts.into_iter().flat_map(of).map(row).collect();
    Html::from_iter([counts, scrolling(&text::BARS_HEAD, rows)])
}

fn row(bar: &Judged) -> Html {
    let mut columns = text::bar_row(bar).into_iter();
    let name = Html::of_text("th", &[("scope", "row")], columns.next().unwrap_or_default());
    let cells = columns.map(|cell| Html::of_text("td", &[], figure(&cell)));
    let cells = std::iter::once(name).chain(cells);
    Html::element("tr", &[("class", class(bar.verdict))], cells)
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Kept => "kept",
        Verdict::Missed | Verdict::Failed => "missed",
        Verdict::NotMeasured | Verdict::NotBuilt => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::record::tests::record;

    fn bar(what: &str, verdict: Verdict) -> Judged {
        Judged {
            what: what.to_owned(),
            rule: "<= 0.5x <peer>".to_owned(),
            found: None,
            found_is_a_time: false,
            floor: None,
            ours: None,
            theirs: None,
            verdict,
            stretch: None,
        }
    }

    #[test]
    fn missed_bars_come_first_and_all_are_counted() {
        let mut record = record(Vec::new());
        record.bars = vec![bar("one", Verdict::Kept), bar("two", Verdict::Missed)];
        let html = bars(&record).into_string();
        assert!(html.contains("<b>1</b> kept") && html.contains("<b>1</b> missed"), "{html}");
        assert!(html.find("two") < html.find("one"));
        assert!(html.contains("≤ 0.5x &lt;peer&gt;"));
    }

    #[test]
    fn an_idle_machine_has_no_warning() {
        let mut record = record(Vec::new());
        assert!(warnings(&record).is_empty());
        record.load_before.busy_percent = 50.0;
        assert!(warnings(&record).into_string().contains("50 % busy"));
    }
}
