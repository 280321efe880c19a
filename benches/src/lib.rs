//! The latency lab: how fast Ringmain is on this machine, beside its peers and the machine's floors.
//!
//! Two things are measured, on the same harness. `bars` is what the engine promises of itself, read
//! against floors: run it before and after a change. `table` is what a user chooses by: contenders,
//! each with one way of passing messages between processes, in the same cells of mode, wait policy,
//! placement and size. A contender is an implementation of [`lab::Contender`] in a program whose
//! `main` is [`lab::program`]; the light ones are in this package, those that take long to build in
//! programs of their own.
//!
//! ```text
//!   main        commands
//!   bars        the engine's bars: contenders, floors, rules, record
//!   lab         the table: cases, contenders, workloads, peers, record; reports and comparisons
//!   group, end  the processes of one measurement, and what each is handed
//!   clock, stats, shared, payload, descriptors, machine, conditions, interleave, alloc, syscalls,
//!   session, deadline
//! ```

mod alloc;
mod bars;
mod clock;
mod columns;
mod conditions;
mod deadline;
mod descriptors;
mod end;
mod group;
mod interleave;
pub mod lab;
mod lanes;
mod machine;
mod payload;
mod session;
mod shared;
mod stats;
mod syscalls;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A harness reports its errors and stops; nothing tells them apart.
pub type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[derive(Debug, Parser)]
#[command(about = "Measures Ringmain against its peers and against what the machine itself can do")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures floors and bars of the engine in one run; exits 1 if a bar is missed.
    Bars(bars::run::Options),
    /// Measures contenders side by side in one run; exits 1 if a bar is missed.
    Table(lab::table::Options),
    /// Writes a page about a record of the table: curves, bars, all figures.
    Report(lab::report::Options),
    /// Says what became faster or slower from one record of the table to another.
    Compare(lab::compare::Options),
    /// One end of a group. The harness starts it by itself.
    #[command(hide = true)]
    End(end::Inherited),
    /// Says what contenders this program has. The harness asks it by itself.
    #[command(hide = true)]
    List,
}

/// The program of this package.
#[must_use]
pub fn main() -> ExitCode {
    let code = match Cli::parse().command {
        Command::Bars(options) => led(|| bars::run::bars(&options)),
        Command::Table(options) => led(|| lab::table::run(&options)),
        Command::Report(options) => lab::report::run(&options).map(exit_code),
        Command::Compare(options) => lab::compare::run(&options).map(exit_code),
        Command::End(inherited) => lab::program::end(inherited, lab::peers::ALL).map(exit_code),
        Command::List => lab::program::list(lab::peers::ALL).map(|()| ExitCode::SUCCESS),
    };
    code.unwrap_or_else(failed)
}

/// Runs `run` in a session of its own.
fn led(run: impl FnOnce() -> Result<bool>) -> Result<ExitCode> {
    if session::lead()? { run().map(exit_code) } else { session::rerun() }
}

fn exit_code(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::needless_pass_by_value, reason = "the last to see it")]
fn failed(error: Box<dyn std::error::Error>) -> ExitCode {
    eprintln!("ringmain-bench: {error}");
    ExitCode::FAILURE
}
