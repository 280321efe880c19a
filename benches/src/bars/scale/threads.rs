//! Four threads that call on one renderer, beside one.

use std::time::Instant;

use ringmain::IpcRenderer;

use super::median;
use super::serving::{attach, echo, finish, serve};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::end::End;
use crate::stats::Sample;

const ECHOES: u32 = 40_000;
const THREADS: u32 = 4;
/// Of each kind, in turn.
const TURNS: u32 = 9;

pub(crate) struct Threads;

impl Contender for Threads {
    fn name(&self) -> &'static str {
        "4 threads"
    }

    fn unit(&self) -> Unit {
        Unit::Times
    }

    fn bars(&self) -> Vec<Bar> {
        super::bar("rate of send_sync from 4 threads, to one", Rule::AtLeast(0.9))
    }

    fn measure(&self, end: End) -> Result<Sample> {
        end.meet()?;
        let renderer = attach(&end)?;
        let echoes = end.trips(ECHOES);
        seconds(&renderer, THREADS, echoes)?; // warms up
        let mut ratios = Vec::new();
        for _ in 0..TURNS {
            let one = seconds(&renderer, 1, echoes)?;
            let four = seconds(&renderer, THREADS, echoes)?;
            ratios.push(one / four);
        }
        finish(&renderer)?;
        Ok(Sample::of_one(median(ratios), (TURNS * echoes).into()))
    }

    fn answer(&self, end: End) -> Result<()> {
        serve(&end)
    }
}

/// What so many calls take that the threads share.
fn seconds(renderer: &IpcRenderer, threads: u32, echoes: u32) -> Result<f64> {
    let call = |thread: u32| {
        let mut mine = (0..echoes / threads).map(|number| thread * echoes + number);
        mine.try_for_each(|number| echo(renderer, number)).map_err(|error| error.to_string())
    };
    let started = Instant::now();
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|thread| scope.spawn(move || call(thread))).collect();
        all.into_iter().try_for_each(|thread| thread.join().unwrap_or(Err("a panic".to_owned())))
    })?;
    Ok(started.elapsed().as_secs_f64())
}
