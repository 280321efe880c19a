//! One main that floods eight renderers, beside one.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use parking_lot::Mutex;
use ringmain::{Bytes, Error, IpcMain, WaitPolicy, WebContents, args};

use super::flood::{self, RENDERERS, begin, share};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::bars::failed::Failed;
use crate::bars::send_sync::connect;
use crate::clock::ticks;
use crate::end::End;
use crate::payload::{is_numbered, numbered};
use crate::stats::Sample;

pub(crate) struct FanOut;

/// A renderer as main sees it: the place of its end, and how many messages it was sent.
struct Target {
    page: WebContents,
    place: usize,
    sent: u64,
}

impl Contender for FanOut {
    fn name(&self) -> &'static str {
        "one main floods 8"
    }

    fn unit(&self) -> Unit {
        Unit::Times
    }

    fn cpus(&self, two: (usize, usize)) -> Vec<Vec<usize>> {
        flood::cpus(two)
    }

    fn bars(&self) -> Vec<Bar> {
        super::bar("rate of one main to 8 renderers, to one's", Rule::AtLeast(0.7))
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let main = IpcMain::bind(&end.plan.token)?;
        let failed = Failed::of_main(&main);
        let mut targets = targets(&main)?;
        let sample = flood::compare(&end, |round| {
            let started = ticks();
            begin(&end, round)?;
            flood_all(&end, &main, &mut targets, round)?;
            for target in &targets {
                // Pairs with the store in `answer`.
                while end.shared.acknowledged(target.place).load(Acquire) < target.sent {
                    main.dispatch(usize::MAX)?;
                    failed.check()?;
                }
            }
            Ok((ticks() - started) as f64)
        })?;
        for target in &targets {
            target.page.send("over", args![])?;
        }
        Ok(sample)
    }

    fn answer(&self, end: End) -> Result<()> {
        let renderer = connect(&end, WaitPolicy::default())?;
        let failed = Failed::of_renderer(&renderer);
        let end = Arc::new(end);
        let counted = AtomicU64::new(0);
        renderer.on("flood", {
            let end = Arc::clone(&end);
            move |_event, args| {
                let next = counted.load(Relaxed);
                if args.get(0).as_bytes().is_none_or(|bytes| !is_numbered(bytes, next)) {
                    return Err(format!("message {next} is another"));
                }
                counted.store(next + 1, Relaxed);
                // Pairs with the load in `measure`.
                end.shared.acknowledged(end.plan.place).store(next + 1, Release);
                Ok(())
            }
        });
        renderer.on("over", |event, _| event.sender().stop());
        renderer.send("ready", args![end.plan.place])?;
        renderer.run()?;
        failed.check()
    }
}

/// All renderers, once they are there.
fn targets(main: &IpcMain) -> Result<Vec<Target>> {
    let ready = Arc::<Mutex<Vec<Target>>>::default();
    main.on("ready", {
        let ready = Arc::clone(&ready);
        move |event, args| {
            let place = args.get(0).to::<u32>()? as usize;
            ready.lock().push(Target { page: event.sender().clone(), place, sent: 0 });
            Ok::<_, ringmain::BoxError>(())
        }
    });
    while ready.lock().len() < RENDERERS as usize {
        main.dispatch(usize::MAX)?;
    }
    Ok(std::mem::take(&mut *ready.lock()))
}

/// One message to each in turn, until all have theirs.
fn flood_all(end: &End, main: &IpcMain, targets: &mut [Target], round: u32) -> Result<()> {
    let mut left: Vec<_> = targets.iter_mut().map(|to| (share(end, round, to.place), to)).collect();
    left.retain(|(messages, _)| *messages > 0);
    while !left.is_empty() {
        for (messages, target) in &mut left {
            let bytes = numbered(target.sent);
            while let Err(error) = target.page.send("flood", args![Bytes(&bytes)]) {
                if !matches!(error, Error::Backpressure { .. }) {
                    return Err(error.into());
                }
                main.dispatch(usize::MAX)?;
            }
            target.sent += 1;
            *messages -= 1;
        }
        left.retain(|(messages, _)| *messages > 0);
    }
    Ok(())
}
