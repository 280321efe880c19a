//! What an idle session keeps in memory, over both processes: their shares of what is shared, their own,
//! and their page tables.

use std::fs;

use super::serving::{attach, echo, finish, serve};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::end::End;
use crate::stats::Sample;

const SESSIONS: u32 = 100;
/// Of each session before it is idle.
const ECHOES: u32 = 1000;
const MAIN: usize = 1;

pub(crate) struct Memory;

impl Contender for Memory {
    fn name(&self) -> &'static str {
        "memory of a session"
    }

    fn unit(&self) -> Unit {
        Unit::Kibibytes
    }

    fn bars(&self) -> Vec<Bar> {
        super::bar("memory of an idle session, after 1,000 echoes", Rule::AtMost(64.0))
    }

    fn measure(&self, end: End) -> Result<Sample> {
        end.meet()?;
        let first = attach(&end)?;
        (0..ECHOES).try_for_each(|number| echo(&first, number))?;
        let processes = [std::process::id(), end.shared.process(MAIN)];
        let before = kibibytes_of(processes)?;
        let mut sessions = Vec::new();
        for _ in 0..SESSIONS {
            let renderer = attach(&end)?;
            (0..ECHOES).try_for_each(|number| echo(&renderer, number))?;
            sessions.push(renderer);
        }
        let more = kibibytes_of(processes)? - before;
        drop(sessions);
        finish(&first)?;
        Ok(Sample::of_one(more / f64::from(SESSIONS), SESSIONS.into()))
    }

    fn answer(&self, end: End) -> Result<()> {
        serve(&end)
    }
}

/// Both processes' proportional share of memory, and their page tables.
fn kibibytes_of(processes: [u32; 2]) -> Result<f64> {
    let mut sum = 0.0;
    for process in processes {
        sum += field(&format!("/proc/{process}/smaps_rollup"), "Pss:")?;
        sum += field(&format!("/proc/{process}/status"), "VmPTE:")?;
    }
    Ok(sum)
}

fn field(path: &str, name: &str) -> Result<f64> {
    let text = fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or_else(|| format!("{path} has no {name}"))?.parse()?)
}
