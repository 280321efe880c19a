//! The benchmarks of Ringmain: `bars` measures the machine's floors and the engine's bars in one
//! run, interleaved, and judges the one against the other.

mod alloc;
mod bar;
mod bars;
mod catalogue;
mod clock;
mod contender;
mod deadline;
mod end;
mod floors;
mod interleave;
mod machine;
mod pair;
mod payload;
mod report;
mod rounds;
mod run;
mod session;
mod shared;
mod stats;
mod syscalls;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A harness reports its errors and stops; nothing tells them apart.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

#[derive(Debug, Parser)]
#[command(about = "Measures Ringmain against what the machine itself can do")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures floors and bars in one run; exits 1 if a bar is missed.
    Bars(run::Options),
    /// One end of a pair. The harness starts it by itself.
    #[command(hide = true)]
    End(end::Inherited),
}

fn main() -> ExitCode {
    let code = match Cli::parse().command {
        Command::Bars(options) => bars(&options),
        Command::End(inherited) => end::run(inherited).map(exit_code),
    };
    code.unwrap_or_else(|error| {
        eprintln!("ringmain-bench: {error}");
        ExitCode::FAILURE
    })
}

fn bars(options: &run::Options) -> Result<ExitCode> {
    if session::lead()? { run::bars(options).map(exit_code) } else { session::rerun() }
}

fn exit_code(passed: bool) -> ExitCode {
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
