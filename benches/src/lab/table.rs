//! One run of the table: programs, cells, measuring in turn, judging, showing.

use std::path::PathBuf;

use super::cases::{self, Extent};
use super::judge::{self, Judged};
use super::programs::{Listed, Programs};
use super::progress::Progress;
use super::record::{CellRecord, Record};
use super::{Case, Kind, Placement, Sample, text};
use crate::Result;
use crate::end::Task;
use crate::group::{Group, Measured};
use crate::interleave::{Series, interleave};
use crate::machine::{self, Load, Machine};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Fewer cases and cycles: under a minute, for a look.
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// All cases: sizes from 0 B to 64 MiB, longer gaps, more rates, more renderers.
    #[arg(long)]
    full: bool,
    /// Only contenders with this in their names; floors come along.
    #[arg(long, value_name = "SUBSTR")]
    only: Option<String>,
    /// Only cases with this in their titles.
    #[arg(long = "case", value_name = "SUBSTR")]
    case: Option<String>,
    /// Cycles through all cells; figures are medians over them [default: 5, quick: 2].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    cycles: Option<u16>,
    /// Where the record goes.
    #[arg(long, value_name = "PATH", default_value = "target/table.json")]
    json: PathBuf,
    /// Further programs that have contenders.
    #[arg(long, value_name = "PATH")]
    program: Vec<PathBuf>,
}

/// A contender in a case.
#[derive(Debug, Clone, Copy)]
struct Cell<'p> {
    listed: &'p Listed,
    case: Case,
}

/// The subcommand. Says whether no bar is missed.
///
/// # Errors
/// If nothing is selected, a program cannot be asked, or the record cannot be written. A cell that
/// fails is a line of the table, not an error.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let extent = Extent::of(options.quick, options.full);
    let programs = Programs::find(&options.program)?;
    let cells = cells(options, extent, &programs);
    if cells.is_empty() {
        return Err("no contender has that in its name and can be asked such a case".into());
    }
    let cycles = usize::from(options.cycles.unwrap_or(extent.cycles()));
    let (machine, before) = (Machine::describe(), Load::look());
    let (series, raised) = measure(&cells, cycles);
    let mut record = Record {
        machine,
        load_before: before,
        load_after: Load::look(),
        priority_raised: raised,
        extent,
        cycles,
        date: humantime::format_rfc3339_seconds(std::time::SystemTime::now()).to_string(),
        absent: programs.absent.clone(),
        cells: cells.iter().zip(series).map(|(cell, series)| cell.record(series)).collect(),
        bars: Vec::new(),
    };
    record.bars = judge::all(&record);
    record.cells.iter_mut().for_each(CellRecord::keep_one_curve);
    print!("{}", text::of(&record));
    record.write(&options.json)?;
    println!("recorded in {}", options.json.display());
    Ok(record.bars.iter().all(Judged::is_kept))
}

fn cells<'p>(options: &Options, extent: Extent, programs: &'p Programs) -> Vec<Cell<'p>> {
    let wanted = |text: &str, part: &Option<String>| {
        part.as_ref().is_none_or(|part| text.contains(part.as_str()))
    };
    let mut cells = Vec::new();
    for case in cases::of(extent) {
        if !wanted(&case.to_string(), &options.case) {
            continue;
        }
        let able = programs.listed.iter().filter(|listed| listed.named.abilities.can(&case));
        let chosen = able.filter(|listed| {
            listed.named.kind == Kind::Floor || wanted(&listed.named.name, &options.only)
        });
        cells.extend(chosen.map(|listed| Cell { listed, case }));
    }
    cells
}

/// Measures in turn; says whether all ends ran with raised priority.
fn measure(cells: &[Cell<'_>], cycles: usize) -> (Vec<Series<Sample>>, bool) {
    let mut raised = true;
    let mut progress = Progress::of(cells.len() * (cycles + 1));
    let series = interleave(cells, cycles, |cell| {
        progress.step(&format!("{}: {}", cell.listed.named.name, cell.case));
        let measured = cell.measure()?;
        raised &= measured.raised;
        Ok(measured.sample)
    });
    progress.end();
    (series, raised)
}

impl Cell<'_> {
    fn measure(&self) -> Result<Measured<Sample>> {
        let task = Task::Case { contender: self.listed.named.name.clone(), case: self.case };
        Group { program: &self.listed.program, task, cpus: self.cpus()? }.measure()
    }

    fn cpus(&self) -> Result<Vec<Vec<usize>>> {
        let ends = self.case.ends();
        if self.case.placement == Placement::OneCpu {
            let only = *machine::allowed_cpus()?.first().ok_or("no CPU to run on")?;
            return Ok(vec![vec![only]; ends]);
        }
        let (one, other) = machine::two_cpus()?;
        if ends == 2 {
            return Ok(vec![vec![one], vec![other]]);
        }
        let ours = machine::siblings(one);
        let mut others = machine::allowed_cpus()?;
        others.retain(|cpu| !ours.contains(cpu));
        let others = if others.is_empty() { vec![other] } else { others };
        let all = std::iter::once(vec![one]).chain(std::iter::repeat_n(others, ends - 1));
        Ok(all.collect())
    }

    fn record(&self, series: Series<Sample>) -> CellRecord {
        CellRecord {
            contender: self.listed.named.name.clone(),
            kind: self.listed.named.kind,
            case: self.case,
            samples: series.samples,
            failure: series.failure,
        }
    }
}
