//! `ringmain doctor`: what the engine needs of this machine, and whether it is there.

use crate::failure::Failure;
use crate::output::{Colour, Output};
use crate::table::{Side, Table};
use clap::Args;
use ringmain::upkeep::{Finding, Verdict, examine};
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

/// Tries what the engine needs of this machine and of this process's limits.
///
/// The exit status is 1 if something is missing without which there is no session.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Prints an array of objects instead of a table
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let findings = examine();
        let mut output = Output::stdout();
        match self.json {
            true => output.json(&findings.iter().map(json).collect())?,
            false => table(&findings).write(&mut output)?,
        }
        output.flush()?;
        let is_missing = findings.iter().any(|finding| finding.verdict == Verdict::Missing);
        Ok(if is_missing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn table(findings: &[Finding]) -> Table {
    let columns = ["VERDICT", "WHAT", "FOUND", "MEANING"];
    let mut table = Table::new(columns.map(|title| (title, Side::Left)));
    for finding in findings {
        let colour = match finding.verdict {
            Verdict::Fine => Colour::Green,
            Verdict::Degraded => Colour::Yellow,
            _ => Colour::Red,
        };
        let Finding { what, verdict, found, meaning, .. } = finding;
        let cells = [verdict.to_string(), (*what).to_owned(), found.clone(), meaning.clone()];
        table.row(cells, Some(colour));
    }
    table
}

fn json(finding: &Finding) -> Value {
    json!({
        "what": finding.what,
        "verdict": finding.verdict.to_string(),
        "found": finding.found,
        "meaning": finding.meaning,
    })
}
