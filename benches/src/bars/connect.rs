//! From `connect()` to main's listener having run, in a process with eight threads. Main is idle
//! and asleep each time.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32};
use std::time::{Duration, Instant};

use ringmain::{IpcMain, IpcRenderer, args};

use crate::Result;
use crate::bars::bar::{Bar, Rule};
use crate::bars::contender::Contender;
use crate::clock::ticks;
use crate::end::End;
use crate::stats::{Sample, Stat};

const CONNECTS: u32 = 400;
const THREADS: usize = 8;
/// The word where main leaves the time at which its listener ran.
const RAN: usize = 0;
/// Longer than main takes to bury a renderer and go to sleep.
const SETTLING: Duration = Duration::from_millis(1);

/// `FIRST` looks at the first connect of the process, otherwise at all others.
pub(super) struct Connect<const FIRST: bool> {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) limit: f64,
}

impl<const FIRST: bool> Contender for Connect<FIRST> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn bars(&self) -> Vec<Bar> {
        let rule = Rule::AtMost(self.limit);
        vec![Bar { name: self.bar, stat: Stat::P50, rule, stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let mut others = Vec::new();
            for _ in 1..THREADS {
                others.push(scope.spawn(|| {
                    while !over.load(Acquire) {
                        std::thread::park();
                    }
                }));
            }
            let sample = connects(&end, if FIRST { 0 } else { end.trips(CONNECTS) });
            over.store(true, Release); // pairs with the load of each thread
            others.iter().for_each(|other| other.thread().unpark());
            sample
        })
    }

    fn answer(&self, end: End) -> Result<()> {
        let main = IpcMain::bind(&end.plan.token)?;
        let end = Arc::new(end);
        main.on("hello", {
            let end = Arc::clone(&end);
            // Pairs with the load in `one`.
            move |_, _| end.shared.word64(RAN).store(ticks(), Release)
        });
        let left = AtomicU32::new(if FIRST { 1 } else { 1 + end.trips(CONNECTS) });
        main.on_render_process_gone({
            let main = main.clone();
            move |_, _| {
                if left.fetch_sub(1, Relaxed) == 1 {
                    main.stop();
                }
            }
        });
        end.meet()?;
        Ok(main.run()?)
    }
}

/// The first connect of this process, then `more`; the first counts only alone.
fn connects(end: &End, more: u32) -> Result<Sample> {
    end.meet()?;
    let first = one(end)?;
    let mut laps = Vec::new();
    for _ in 0..more {
        laps.push(one(end)?);
    }
    if laps.is_empty() {
        laps.push(first);
    }
    Sample::of_laps(&laps, end.clock.ns_per_tick())
}

/// Ticks from the connect to the listener.
fn one(end: &End) -> Result<u64> {
    let settled = Instant::now() + SETTLING;
    while Instant::now() < settled {
        std::hint::spin_loop();
    }
    let ran = end.shared.word64(RAN);
    ran.store(0, Relaxed);
    let started = ticks();
    let renderer = IpcRenderer::connect(&end.plan.token)?;
    renderer.send("hello", args!["ping"])?;
    while ran.load(Acquire) == 0 {
        std::hint::spin_loop();
    }
    Ok(ran.load(Relaxed).saturating_sub(started))
}
