//! Two records beside each other: what became faster or slower, as far as their cycles can tell.

mod change;
mod significance;

use std::fmt::Write;
use std::path::PathBuf;

use change::{Change, Finding};

use super::Case;
use super::record::{CellRecord, Record};
use super::text::{is_stream, rate, time};
use crate::Result;
use crate::columns::columns;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The record to compare with.
    #[arg(value_name = "OLD.json")]
    old: PathBuf,
    /// The record to compare.
    #[arg(value_name = "NEW.json")]
    new: PathBuf,
    /// Exit with 1 if a cell has become slower.
    #[arg(long)]
    fail_on_slower: bool,
}

/// The subcommand. Says whether to exit with 0.
///
/// # Errors
/// If a record cannot be read.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let (old, new) = (Record::read(&options.old)?, Record::read(&options.new)?);
    let pairs = pairs(&old, &new);
    print!("{}", text(&old, &new, &pairs));
    let slower = pairs.iter().any(|pair| pair.change.finding == Finding::Slower);
    Ok(!(options.fail_on_slower && slower))
}

/// A cell that both records have figures of.
struct Pair<'r> {
    cell: &'r CellRecord,
    change: Change,
}

fn pairs<'r>(old: &Record, new: &'r Record) -> Vec<Pair<'r>> {
    let pair = |cell: &'r CellRecord| {
        let before = old.of_case(&cell.case).find(|other| other.contender == cell.contender)?;
        Some(Pair { cell, change: Change::of(&figures(before)?, &figures(cell)?)? })
    };
    new.cells.iter().filter_map(pair).collect()
}

/// A median of each cycle, of a cell that never failed.
fn figures(cell: &CellRecord) -> Option<Vec<f64>> {
    let figures = || cell.samples.iter().map(|sample| sample.p50).collect();
    cell.failure.is_none().then(figures)
}

fn text(old: &Record, new: &Record, pairs: &[Pair<'_>]) -> String {
    let mut text = String::new();
    for case in new.cases() {
        text += &section(&case, pairs);
    }
    text += &summary(pairs);
    let shared = |record: &Record| record.cells.len() - pairs.len();
    let (gone, added) = (shared(old), shared(new));
    if gone + added > 0 {
        let _ = writeln!(
            text,
            "not compared, as the other record has none or one of them failed: {gone} cells of the \
             old record, {added} of the new one"
        );
    }
    for warning in warnings(old, new) {
        let _ = writeln!(text, "WARNING: {warning}"); // a String takes any text
    }
    text
}

fn section(case: &Case, pairs: &[Pair<'_>]) -> String {
    let of_case = pairs.iter().filter(|pair| pair.cell.case.is(case));
    let rows: Vec<_> = of_case.map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    let what = if is_stream(case) { "rates" } else { "p50" };
    format!("{case}, {what}\n{}", columns(&["", "old", "new", "time", "p", "", ""], rows))
}

fn row(pair: &Pair<'_>) -> Vec<String> {
    let Pair { cell, change } = pair;
    let show = |ns| if is_stream(&cell.case) { rate(ns, cell.case.len) } else { time(ns) };
    vec![
        format!("  {}", cell.contender),
        show(change.old.median),
        show(change.new.median),
        format!("{:+.1} %", change.percent()),
        format!("{:.3}", change.p),
        change.finding.to_string(),
    ]
}

fn summary(pairs: &[Pair<'_>]) -> String {
    let count = |finding| pairs.iter().filter(|pair| pair.change.finding == finding).count();
    let too_few = count(Finding::TooFew);
    let mut text = format!(
        "{} cells: {} faster, {} slower, {} the same, {too_few} with too few cycles to tell\n",
        pairs.len(),
        count(Finding::Faster),
        count(Finding::Slower),
        count(Finding::Same),
    );
    text += &format!(
        "faster and slower: p < {} by an exact Mann-Whitney U test of the medians of all cycles,\n\
         and a change larger than the spread of either record\n",
        significance::LEVEL
    );
    if too_few > 0 {
        let enough = significance::enough_cycles();
        text += &format!("p cannot be so small with fewer than {enough} cycles in each record\n");
    }
    text
}

fn warnings(old: &Record, new: &Record) -> Vec<String> {
    let facts = |record: &Record| record.conditions().facts();
    let of_load = |name: &str| name.starts_with("load");
    let mut warnings: Vec<String> = facts(old)
        .into_iter()
        .zip(facts(new))
        .filter(|(old, new)| old.1 != new.1 && !of_load(old.0))
        .map(|((name, old), (_, new))| format!("{name} differs: {old}; now {new}"))
        .collect();
    for (record, which) in [(old, "old"), (new, "new")] {
        let found = record.conditions().warnings();
        warnings.extend(found.iter().map(|warning| format!("{which} record: {warning}")));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::record::tests::{cell, record};

    #[test]
    fn only_what_both_have_is_compared() {
        let old = record(vec![cell("a", &[1.0]), cell("b", &[1.0])]);
        let new = record(vec![cell("b", &[1.0]), cell("c", &[1.0])]);
        let pairs = pairs(&old, &new);
        assert_eq!(pairs.iter().map(|pair| &*pair.cell.contender).collect::<Vec<_>>(), ["b"]);
        let text = text(&old, &new, &pairs);
        assert!(text.contains("1 cells of the old record, 1 of the new one"), "{text}");
    }

    #[test]
    fn how_many_cycles_it_takes_is_said() {
        let few = record(vec![cell("a", &[1.0, 2.0, 3.0])]);
        let text = text(&few, &few, &pairs(&few, &few));
        assert!(
            text.contains("too few cycles to tell") && text.contains("fewer than 4 cycles"),
            "{text}"
        );
    }

    #[test]
    fn another_machine_is_warned_of() {
        let old = record(Vec::new());
        let mut new = record(Vec::new());
        new.machine.cpu = "another".to_owned();
        assert!(warnings(&old, &new)[0].starts_with("CPU differs"));
        assert!(warnings(&old, &old).is_empty());
    }
}
