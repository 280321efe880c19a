//! A contender's program: what it answers when the harness asks.
//!
//! ```text
//!   PROGRAM list                          prints its contenders as JSON: [{"name": …, "kind": …, …}]
//!   PROGRAM end --shared FD [--link FD]   runs one end: the plan comes as JSON on standard input,
//!                                         the report goes as JSON to standard output
//! ```

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde::{Deserialize, Serialize};

use super::{Abilities, Contender, Kind, Sample, Task};
use crate::end::{self, Inherited};
use crate::{Result, bars, stats};

/// A contender, as its program names it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) abilities: Abilities,
}

#[derive(Debug, Parser)]
#[command(about = "Contenders for the table of ringmain-bench, which starts this by itself")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One end of a group.
    End(Inherited),
    /// Says what contenders this program has.
    List,
}

/// The `main` of a program that has these contenders.
#[must_use]
pub fn program(contenders: &[&dyn Contender]) -> ExitCode {
    let done = match Cli::parse().command {
        Command::End(inherited) => end(inherited, contenders),
        Command::List => list(contenders).map(|()| true),
    };
    match done {
        Ok(passed) => crate::exit_code(passed),
        Err(error) => crate::failed(error),
    }
}

/// What an end reports, whatever it was started for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Reported {
    Bar(stats::Sample),
    Case(Sample),
}

pub(crate) fn end(inherited: Inherited, contenders: &[&dyn Contender]) -> Result<bool> {
    end::run(inherited, |end| match &end.plan.task {
        Task::Bar { name, .. } => {
            let bar = bars::catalogue::find(name)?;
            Ok(bar.run(end)?.map(Reported::Bar))
        }
        Task::Case { contender, .. } => {
            Ok(find(contenders, contender)?.run(&end)?.map(Reported::Case))
        }
    })
}

pub(crate) fn list(contenders: &[&dyn Contender]) -> Result<()> {
    let named = contenders.iter().map(|contender| Named {
        name: contender.name().to_owned(),
        kind: contender.kind(),
        abilities: contender.abilities(),
    });
    println!("{}", serde_json::to_string(&named.collect::<Vec<_>>())?);
    Ok(())
}

fn find<'c>(contenders: &[&'c dyn Contender], name: &str) -> Result<&'c dyn Contender> {
    let found = contenders.iter().find(|contender| contender.name() == name);
    found.copied().ok_or_else(|| format!("there is no contender {name:?}").into())
}
