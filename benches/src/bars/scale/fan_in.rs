//! Eight renderers that flood one main, beside one that does.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use ringmain::{Bytes, IpcMain, WaitPolicy, args};

use super::flood::{self, begin, next, share};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::bars::failed::Failed;
use crate::bars::send_sync::connect;
use crate::clock::ticks;
use crate::end::End;
use crate::payload::{is_numbered, numbered};
use crate::stats::Sample;

pub(crate) struct FanIn;

/// What main has had of each renderer, all right and in order.
#[derive(Debug, Default)]
struct Counted {
    of: HashMap<u32, u64>,
    all: u64,
}

impl Contender for FanIn {
    fn name(&self) -> &'static str {
        "8 flood one main"
    }

    fn unit(&self) -> Unit {
        Unit::Times
    }

    fn cpus(&self, two: (usize, usize)) -> Vec<Vec<usize>> {
        flood::cpus(two)
    }

    fn bars(&self) -> Vec<Bar> {
        super::bar("rate of 8 renderers to one main, to one's", Rule::AtLeast(0.7))
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let main = IpcMain::bind(&end.plan.token)?;
        let failed = Failed::of_main(&main);
        let counted = Arc::<Mutex<Counted>>::default();
        main.on("flood", {
            let counted = Arc::clone(&counted);
            move |event, args| {
                let mut counted = counted.lock();
                let next = counted.of.entry(event.sender().id()).or_default();
                if args.get(0).as_bytes().is_none_or(|bytes| !is_numbered(bytes, *next)) {
                    return Err(format!("message {next} is another"));
                }
                *next += 1;
                counted.all += 1;
                Ok(())
            }
        });
        let mut all = 0;
        let round = |round: u32| {
            let messages: u32 = (1..end.plan.ends).map(|place| share(&end, round, place)).sum();
            all += u64::from(messages);
            let started = ticks();
            begin(&end, round)?;
            while counted.lock().all < all {
                main.dispatch(usize::MAX)?;
                failed.check()?;
            }
            Ok((ticks() - started) as f64)
        };
        flood::compare(&end, round)
    }

    fn answer(&self, end: End) -> Result<()> {
        let renderer = connect(&end, WaitPolicy::default())?;
        let (mut round, mut number) = (0, 0);
        while let Some(begun) = next(&end, round)? {
            round = begun;
            for _ in 0..share(&end, round, end.plan.place) {
                renderer.send("flood", args![Bytes(&numbered(number))])?;
                number += 1;
            }
        }
        Ok(())
    }
}
