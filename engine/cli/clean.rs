//! `ringmain clean`: removes what dead mains have left.

use crate::failure::{Failure, complain};
use crate::output::{Colour, Output};
use crate::table::{Side, Table};
use crate::units::bytes;
use clap::Args;
use ringmain::{Error, leftovers, upkeep};
use std::io::Write;
use std::process::ExitCode;

/// Removes what dead mains of this user have left.
///
/// That is lock files and sockets of endpoints, which do no harm, and named segments in /dev/shm, which keep
/// their memory. Mains that live, and what belongs to them, are left alone.
#[derive(Debug, Args)]
pub(crate) struct Clean {
    /// Only tells what would be removed
    #[arg(long)]
    dry_run: bool,
}

/// One thing that is left.
#[derive(Debug)]
enum Leftover {
    Endpoint(upkeep::Leftover),
    Segment(leftovers::Leftover),
}

impl Clean {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let (found, mut problems) = look();
        let columns = ["FATE", "KIND", "WHAT"].map(|title| (title, Side::Left));
        let mut table = Table::new(columns.into_iter().chain([("SIZE", Side::Right)]));
        for leftover in &found {
            let (fate, colour) = match self.dry_run {
                true => ("would go", None),
                false => match leftover.remove() {
                    Ok(()) => ("removed", Some(Colour::Green)),
                    Err(Error::EndpointInUse { .. }) => ("in use again", Some(Colour::Yellow)),
                    Err(error) => {
                        problems.push(error);
                        ("stays", Some(Colour::Red))
                    }
                },
            };
            let [kind, what, size] = leftover.cells();
            table.row([fate.to_owned(), kind, what, size], colour);
        }
        let mut output = Output::stdout();
        match found.is_empty() {
            true if problems.is_empty() => writeln!(output, "nothing is left of dead mains")?,
            true => {}
            false => table.write(&mut output)?,
        }
        output.flush()?;
        problems.iter().for_each(|problem| complain(&problem.to_string()));
        Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// What is left, and why not all of it may be known.
fn look() -> (Vec<Leftover>, Vec<Error>) {
    let endpoints = upkeep::leftovers();
    let segments = leftovers::stale();
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    match endpoints {
        Ok(left) => found.extend(left.into_iter().map(Leftover::Endpoint)),
        Err(error) => problems.push(error),
    }
    match segments {
        Ok(left) => found.extend(left.into_iter().map(Leftover::Segment)),
        Err(error) => problems.push(error),
    }
    (found, problems)
}

impl Leftover {
    fn remove(&self) -> Result<(), Error> {
        match self {
            Self::Endpoint(left) => left.remove(),
            Self::Segment(left) => leftovers::remove(left),
        }
    }

    /// Kind, what, and size.
    fn cells(&self) -> [String; 3] {
        match self {
            Self::Endpoint(left) => {
                let files = left.files().len();
                let size = format!("{files} {}", if files == 1 { "file" } else { "files" });
                ["endpoint".to_owned(), left.name().to_owned(), size]
            }
            #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
            Self::Segment(left) => ["segment".to_owned(), left.path(), bytes(left.bytes() as f64)],
        }
    }
}
