//! Sessions that come, call once and go, without a pause.

use std::time::Instant;

use super::serving::{attach, echo, finish, serve};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::end::End;
use crate::stats::Sample;

const SESSIONS: u32 = 4000;
/// Attaching is mostly waiting for the kernel and for main.
const THREADS: u32 = 2;

pub(crate) struct Churn;

impl Contender for Churn {
    fn name(&self) -> &'static str {
        "attach and detach"
    }

    fn unit(&self) -> Unit {
        Unit::SessionsPerSecond
    }

    fn bars(&self) -> Vec<Bar> {
        super::bar("sessions that attach, echo and detach", Rule::AtLeast(2000.0))
    }

    fn measure(&self, end: End) -> Result<Sample> {
        end.meet()?;
        let renderer = attach(&end)?;
        let sessions = end.trips(SESSIONS) / THREADS;
        let come_and_go = || {
            let once = |number| echo(&attach(&end)?, number);
            (0..sessions).try_for_each(once).map_err(|error| error.to_string())
        };
        let started = Instant::now();
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..THREADS).map(|_| scope.spawn(come_and_go)).collect();
            all.into_iter()
                .try_for_each(|thread| thread.join().unwrap_or(Err("a panic".to_owned())))
        })?;
        let rate = f64::from(sessions * THREADS) / started.elapsed().as_secs_f64();
        finish(&renderer)?;
        Ok(Sample::of_one(rate, (sessions * THREADS).into()))
    }

    fn answer(&self, end: End) -> Result<()> {
        serve(&end)
    }
}
