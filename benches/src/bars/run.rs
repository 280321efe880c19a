//! One run: select, measure in turn, judge, report.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::bars::catalogue::{Listed, Selection};
use crate::bars::contender::Method;
use crate::bars::report::{BarLine, FloorLine, Report, RunLine};
use crate::bars::table;
use crate::end::Task;
use crate::group::{Group, Measured};
use crate::interleave::{Series, interleave};
use crate::machine::{Load, Machine};
use crate::stats::Sample;
use crate::{Result, machine};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Measure only the bars and floors with this in their names.
    #[arg(long, value_name = "SUBSTR")]
    only: Option<String>,
    /// A tenth of the trips, three cycles: for a look, not for a record.
    #[arg(long)]
    quick: bool,
    /// Cycles through all contenders; figures are medians over them [default: 7, quick: 3].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    cycles: Option<u16>,
    /// Where the record goes.
    #[arg(long, value_name = "PATH", default_value = "target/bars.json")]
    json: PathBuf,
}

/// The subcommand. Says whether every bar is passed.
///
/// # Errors
/// If nothing is selected, or the record cannot be written. A contender that fails is a line of
/// the report, not an error.
pub(crate) fn bars(options: &Options) -> Result<bool> {
    let selection = Selection::of(options.only.as_deref());
    let contenders = selection.contenders();
    if contenders.is_empty() {
        return Err("no bar or floor has that in its name".into());
    }
    let cycles = usize::from(options.cycles.unwrap_or(if options.quick { 3 } else { 7 }));
    let machine = Machine::describe();
    let before = Load::look();
    let (series, raised) = measure(&contenders, cycles, if options.quick { 10 } else { 1 });
    let after = Load::look();

    let by_name: HashMap<&str, &Series<Sample>> =
        contenders.iter().map(|contender| contender.name()).zip(&series).collect();
    let floors: Vec<_> =
        selection.floors.iter().map(|&floor| FloorLine::of(floor, &by_name)).collect();
    let bars = selection.bars.iter().map(|(bar, contender)| {
        BarLine::of(bar, contender.unit(), by_name[contender.name()], &floors)
    });
    let report = Report {
        machine,
        load_before: before,
        load_after: after,
        priority_raised: raised,
        quick: options.quick,
        cycles,
        bars: bars.collect(),
        floors,
        runs: contenders
            .iter()
            .zip(&series)
            .map(|(listed, series)| RunLine::of(*listed, series))
            .collect(),
    };
    print!("{}", table::of(&report));
    report.write(&options.json)?;
    Ok(report.passed())
}

/// Measures in turn, a dot on standard error for each sample; says whether all ends ran with
/// raised priority.
fn measure(contenders: &[Listed], cycles: usize, shrink: u32) -> (Vec<Series<Sample>>, bool) {
    let mut raised = true;
    let series = interleave(contenders, cycles, |contender| {
        let measured = measure_one(*contender, shrink)?;
        raised &= measured.raised;
        eprint!(".");
        Ok(measured.sample)
    });
    eprintln!();
    (series, raised)
}

fn measure_one(contender: Listed, shrink: u32) -> Result<Measured<Sample>> {
    let group = Group {
        program: &std::env::current_exe()?,
        task: Task::Bar { name: contender.name().to_owned(), shrink },
        cpus: contender.cpus(machine::two_cpus()?),
    };
    if contender.method() == Method::Sampled {
        return group.measure();
    }
    let (mut measured, calls) = group.measure_traced::<Sample>()?;
    let messages = measured.sample.count;
    measured.sample = Sample::of_one(calls as f64 / messages as f64, messages);
    Ok(measured)
}
