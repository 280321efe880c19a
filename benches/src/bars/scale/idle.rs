//! How often any of twelve processes with a thousand idle sessions wakes up.

use std::fs;
use std::time::Duration;

use super::crowd::{self, come};
use super::serving::{attach, echo, finish};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::end::End;
use crate::stats::Sample;

/// What is looked at.
const WINDOW: Duration = Duration::from_secs(5);
/// Longer than the departures and handshakes of the crowd keep main's timer.
const SETTLING: Duration = Duration::from_secs(1);

pub(crate) struct Idle;

impl Contender for Idle {
    fn name(&self) -> &'static str {
        "1,000 idle"
    }

    fn unit(&self) -> Unit {
        Unit::Count
    }

    fn cpus(&self, two: (usize, usize)) -> Vec<Vec<usize>> {
        crowd::cpus(two)
    }

    fn bars(&self) -> Vec<Bar> {
        super::bar("wake-ups in 5 s of 1,000 idle sessions", Rule::Exactly(0.0))
    }

    fn measure(&self, end: End) -> Result<Sample> {
        end.meet()?;
        let renderer = attach(&end)?;
        come(&end)?;
        come(&end)?;
        echo(&renderer, 1)?;
        std::thread::sleep(SETTLING);
        let before = sleeps_of_others(&end)?;
        std::thread::sleep(WINDOW);
        let woken = sleeps_of_others(&end)? - before;
        come(&end)?;
        come(&end)?;
        finish(&renderer)?;
        Ok(Sample::of_one(woken as f64, 1))
    }

    fn answer(&self, end: End) -> Result<()> {
        crowd::answer(&end)
    }
}

/// How often the threads of all other ends have gone to sleep. One that sleeps throughout does not count.
fn sleeps_of_others(end: &End) -> Result<u64> {
    let mut sleeps = 0;
    for place in 1..end.plan.ends {
        for task in fs::read_dir(format!("/proc/{}/task", end.shared.process(place)))? {
            let status = fs::read_to_string(task?.path().join("status"))?;
            let line =
                status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            sleeps += line.ok_or("a kernel that counts no switches")?.trim().parse::<u64>()?;
        }
    }
    Ok(sleeps)
}
