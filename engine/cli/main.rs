//! The program `ringmain`: which mains there are, what they do, what dead ones left, and what the
//! machine allows. It looks through [`ringmain::Monitor`] and [`ringmain::upkeep`] and knows nothing
//! that a program of yours could not.

mod activity;
mod clean;
mod doctor;
mod failure;
mod ls;
mod output;
mod table;
mod top;
mod units;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;

/// Looks into mains of Ringmain and after the machine that they run on.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Ls(ls::Ls),
    Top(top::Top),
    Doctor(doctor::Doctor),
    Clean(clean::Clean),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Ls(ls) => ls.run(),
        Command::Top(top) => top.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Clean(clean) => clean.run(),
    };
    done.unwrap_or_else(Failure::report)
}
