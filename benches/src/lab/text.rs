//! The table, for people.

use std::fmt::Write;

use super::judge::{Judged, Verdict};
use super::record::{CellRecord, Record};
use super::{Case, Kind, Mode, Sample};
use crate::columns::columns;
use crate::stats::Spread;

/// From this length on a stream's rate is shown in bytes.
const BYTES_COUNT: usize = 4096;

pub(crate) fn of(record: &Record) -> String {
    let mut text = String::new();
    for case in record.cases() {
        let _ = writeln!(text, "{case}"); // a String takes any text
        text += &section(record, &case);
    }
    text += &bars(&record.bars);
    for absent in &record.absent {
        let _ = writeln!(text, "{}: not built: {}", absent.name, absent.command);
    }
    for cell in record.cells.iter().filter(|cell| cell.failure.is_some()) {
        let failure = cell.failure.as_deref().unwrap_or_default();
        let _ = writeln!(text, "FAILED {}, {}: {failure}", cell.contender, cell.case);
    }
    let _ = write!(text, "\n{}", record.conditions());
    text
}

/// One case.
fn section(record: &Record, case: &Case) -> String {
    let rows = by_p50(record, case).into_iter().map(|cell| {
        let mut row = row(cell);
        row[0].insert_str(0, "  ");
        row
    });
    columns(&head(case), rows.collect())
}

/// The cells of a case, the fastest first, those that failed last.
pub(super) fn by_p50<'r>(record: &'r Record, case: &Case) -> Vec<&'r CellRecord> {
    let mut cells: Vec<&CellRecord> = record.of_case(case).collect();
    let p50 =
        |cell: &CellRecord| cell.figure(|sample| sample.p50).map_or(f64::INFINITY, |p| p.median);
    cells.sort_by(|one, other| p50(one).total_cmp(&p50(other)));
    cells
}

/// What the columns of a case are.
pub(super) fn head(case: &Case) -> [&'static str; 9] {
    let first = if is_stream(case) { "rate" } else { "p50" };
    ["", first, "least..most", "p99", "p99.9", "mean", "CPU s/M", "allocs", ""]
}

/// Whether figures are rates.
pub(super) fn is_stream(case: &Case) -> bool {
    matches!(case.mode, Mode::OneWay | Mode::FanIn { .. } | Mode::FanOut { .. })
}

/// A contender's columns.
pub(super) fn row(cell: &CellRecord) -> Vec<String> {
    let of = |figure: fn(&Sample) -> f64| cell.figure(figure);
    let show = |ns: f64| if is_stream(&cell.case) { rate(ns, cell.case.len) } else { time(ns) };
    let median = |spread: Option<Spread>| spread.map_or("failed".to_owned(), |s| show(s.median));
    let range = |spread: Option<Spread>| {
        spread.map(|s| format!("{}..{}", show(s.least), show(s.most))).unwrap_or_default()
    };
    let small = |spread: Option<Spread>| spread.map(|s| short(s.median)).unwrap_or_default();
    let p50 = of(|sample| sample.p50);
    // What all ends spent is not what the trips of one of them cost.
    let is_costed = !matches!(cell.case.mode, Mode::Attached { active: 2.., .. });
    vec![
        format!("{}{}", cell.contender, mark(cell.kind)),
        median(p50),
        range(p50),
        median(of(|sample| sample.p99)),
        median(of(|sample| sample.p999)),
        median(of(|sample| sample.mean)),
        small(of(|sample| sample.cpu_ns / 1e3).filter(|_| is_costed)),
        small(of(|sample| sample.allocations).filter(|_| is_costed)),
        remarks(cell),
    ]
}

fn mark(kind: Kind) -> &'static str {
    match kind {
        Kind::Floor => " (floor)",
        Kind::InProcess => " (one process)",
        Kind::Ringmain | Kind::Peer => "",
    }
}

fn remarks(cell: &CellRecord) -> String {
    let mut remarks = Vec::new();
    if let Some(delivered) = cell.fell_behind() {
        remarks.push(format!("only {} M/s", short(delivered / 1e6)));
    }
    let disturbed = cell.disturbed();
    if disturbed > 0 {
        remarks.push(format!("disturbed in {disturbed} of {}", cell.samples.len()));
    }
    remarks.join(", ")
}

/// What the columns of the bars are.
pub(super) const BARS_HEAD: [&str; 9] =
    ["bar", "ours", "theirs", "found", "least..most", "floor", "rule", "stretch", ""];

fn bars(bars: &[Judged]) -> String {
    columns(&BARS_HEAD, bars.iter().map(bar_row).collect())
}

/// A bar's columns.
pub(super) fn bar_row(bar: &Judged) -> Vec<String> {
    let show = |ns: Option<f64>| ns.map(time).unwrap_or_default();
    let figure = if bar.found_is_a_time { signed_time } else { short };
    vec![
        bar.what.clone(),
        show(bar.ours),
        show(bar.theirs),
        bar.found.map(|found| figure(found.median)).unwrap_or_default(),
        bar.found.map(|s| format!("{}..{}", figure(s.least), figure(s.most))).unwrap_or_default(),
        bar.floor.map(short).unwrap_or_default(),
        bar.rule.clone(),
        bar.stretch.clone().unwrap_or_default(),
        verdict(bar.verdict).to_owned(),
    ]
}

pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Kept => "kept",
        Verdict::Missed => "MISSED",
        Verdict::NotMeasured => "not measured",
        Verdict::NotBuilt => "not built",
        Verdict::Failed => "FAILED",
    }
}

/// A time in nanoseconds.
pub(crate) fn time(ns: f64) -> String {
    match ns {
        ns if ns < 100.0 => format!("{ns:.1} ns"),
        ns if ns < 10_000.0 => format!("{ns:.0} ns"),
        ns if ns < 10e6 => format!("{:.1} us", ns / 1e3),
        ns => format!("{:.1} ms", ns / 1e6),
    }
}

/// By how much one time is longer than another.
fn signed_time(ns: f64) -> String {
    format!("{}{}", if ns < 0.0 { "-" } else { "+" }, time(ns.abs()))
}

/// The rate of messages of `len` bytes that take so long each.
pub(crate) fn rate(ns: f64, len: usize) -> String {
    if len < BYTES_COUNT {
        return format!("{} M/s", short(1e3 / ns));
    }
    format!("{} GB/s", short(len as f64 / ns))
}

/// Three digits, more or less.
pub(crate) fn short(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        size if size >= 0.005 => format!("{figure:.2}"),
        size if size >= 0.00005 => format!("{figure:.4}"),
        _ => "0".to_owned(),
    }
}
