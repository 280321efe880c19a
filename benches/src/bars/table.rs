//! The report, for people.

use std::fmt::Write;

use crate::bars::bar::{Unit, Verdict};
use crate::bars::report::{BarLine, FloorLine, Report, RunLine};
use crate::columns::columns;
use crate::conditions::Conditions;
use crate::stats::{Sample, Spread, Stat};

pub(crate) fn of(report: &Report) -> String {
    let mut text = String::new();
    if !report.bars.is_empty() {
        let bars = report.bars.iter().map(bar_row).collect();
        let head = ["bar", "figure", "least..most", "floor", "ratio", "limit", "stretch", ""];
        text += &columns(&head, bars);
    }
    if !report.floors.is_empty() {
        let floors = report.floors.iter().map(floor_row).collect();
        text += &columns(&["floor", "p50", "least..most", "p99", "mean", "variant"], floors);
    }
    let runs = report.runs.iter().map(run_row).collect();
    text += &columns(
        &["median of all cycles", "p50", "p99", "p99.9", "mean", "each", "slept", "of"],
        runs,
    );
    for (name, failure) in failures(report) {
        let _ = writeln!(text, "FAILED {name}: {failure}"); // a String takes any text
    }
    text + &conditions(report)
}

fn bar_row(bar: &BarLine) -> Vec<String> {
    let floor = bar.floor.map(|floor| bar.unit.show(floor));
    vec![
        bar.name.to_owned(),
        median(bar.figure, bar.unit),
        extremes(bar.figure, bar.unit),
        floor.unwrap_or_default(),
        bar.ratio.map(|ratio| format!("{ratio:.2}x")).unwrap_or_default(),
        bar.limit.clone(),
        stretch(bar),
        verdict(bar.verdict).to_owned(),
    ]
}

fn stretch(bar: &BarLine) -> String {
    match (&bar.stretch, bar.stretch_reached) {
        (Some(stretch), Some(true)) => format!("{stretch} yes"),
        (Some(stretch), _) => format!("{stretch} no"),
        (None, _) => String::new(),
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Miss => "MISS",
        Verdict::Failed => "FAILED",
    }
}

fn floor_row(floor: &FloorLine) -> Vec<String> {
    let unit = floor.unit;
    vec![
        floor.name.to_owned(),
        median(floor.p50, unit),
        extremes(floor.p50, unit),
        median(floor.p99, unit),
        median(floor.mean, unit),
        floor.variant.unwrap_or("").to_owned(),
    ]
}

/// Any contender, slower variants included. A count is one figure per run.
fn run_row(run: &RunLine) -> Vec<String> {
    let of = |stat| median(Spread::of(&run.samples, stat), run.unit);
    let quantile = |stat| if run.unit == Unit::PerMessage { String::new() } else { of(stat) };
    vec![
        run.contender.to_owned(),
        quantile(Stat::P50),
        quantile(Stat::P99),
        quantile(Stat::P999),
        of(Stat::Mean),
        each(run),
        slept(run),
        run.samples.len().to_string(),
    ]
}

/// What a message took, of a contender whose figure is a rate.
fn each(run: &RunLine) -> String {
    let samples = run.samples.iter();
    let each = samples.filter_map(|sample| Some(Sample::of_one(sample.each_ns?, sample.count)));
    let each: Vec<Sample> = each.collect();
    Spread::of(&each, Stat::Mean).map_or(String::new(), |each| Unit::Nanoseconds.show(each.median))
}

/// Runs differ in this: see the range before the medians are compared.
fn slept(run: &RunLine) -> String {
    let shares: Vec<f64> = run.samples.iter().filter_map(|sample| sample.slept).collect();
    let least = shares.iter().copied().reduce(f64::min);
    let most = shares.iter().copied().reduce(f64::max);
    least.zip(most).map_or(String::new(), |(least, most)| {
        format!("{:.0}..{:.0} %", 100.0 * least, 100.0 * most)
    })
}

fn median(spread: Option<Spread>, unit: Unit) -> String {
    spread.map_or("none".to_owned(), |spread| unit.show(spread.median))
}

fn extremes(spread: Option<Spread>, unit: Unit) -> String {
    spread.map(|s| format!("{}..{}", unit.show(s.least), unit.show(s.most))).unwrap_or_default()
}

/// Bars have the failures of their contenders, so these are all there are.
fn failures(report: &Report) -> impl Iterator<Item = (&str, &str)> {
    report.runs.iter().filter_map(|run| Some((run.contender, run.failure.as_deref()?)))
}

fn conditions(report: &Report) -> String {
    let conditions = Conditions {
        machine: &report.machine,
        before: &report.load_before,
        after: &report.load_after,
        priority_raised: report.priority_raised,
    };
    let quick = if report.quick { "a quick look: not for the record\n" } else { "" };
    format!("{conditions}{quick}")
}
