//! `sendSync("synchronous-message", "ping")` answered by `event.returnValue = "pong"`: arguments
//! built, copied towards main, checked and compared there; the answer built, checked and compared
//! here. Main is found by name and dispatches by channel.

use std::time::{Duration, Instant};

use ringmain::{IpcMain, IpcRenderer, MainOptions, RendererOptions, WaitPolicy, args};

use super::failed::Failed;
use crate::Result;
use crate::bars::bar::{Bar, Rule};
use crate::bars::contender::{Contender, Placement};
use crate::bars::floors::{Floor, parked_trips};
use crate::end::End;
use crate::stats::{Sample, Stat};

const TRIPS: u32 = 500_000;

/// Both awake, with the default options.
pub(super) struct SendSync;

impl Contender for SendSync {
    fn name(&self) -> &'static str {
        "send_sync"
    }

    fn bars(&self) -> Vec<Bar> {
        vec![
            Bar {
                name: "send_sync ping, both awake, p50",
                stat: Stat::P50,
                rule: Rule::AtMostTimes(Floor::Line, 2.5),
                stretch: Some(2.0),
            },
            Bar {
                name: "send_sync ping, both awake, p99",
                stat: Stat::P99,
                rule: Rule::AtMostTimes(Floor::Line, 3.0),
                stretch: None,
            },
        ]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let renderer = connect(&end, WaitPolicy::default())?;
        end.time(end.trips(TRIPS), |_| ping(&renderer))
    }

    fn answer(&self, end: End) -> Result<()> {
        serve(&end, WaitPolicy::default())
    }
}

/// The renderer parks on a futex, main sleeps in its event loop.
pub(super) struct SendSyncParked {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) placement: Placement,
    pub(super) floor: Floor,
}

impl Contender for SendSyncParked {
    fn name(&self) -> &'static str {
        self.name
    }

    fn placement(&self) -> Placement {
        self.placement
    }

    fn bars(&self) -> Vec<Bar> {
        let rule = Rule::AtMostTimes(self.floor, 1.25);
        vec![Bar { name: self.bar, stat: Stat::P50, rule, stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let renderer = connect(&end, WaitPolicy::Park)?;
        let trips = end.trips(parked_trips(self.placement));
        let sample = end.time_asleep(self.placement, trips, |_| ping(&renderer))?;
        Ok(Sample { slept: Some(renderer.counters().sleeps as f64 / f64::from(trips)), ..sample })
    }

    fn answer(&self, end: End) -> Result<()> {
        serve(&end, WaitPolicy::Park)
    }
}

/// One call, checked.
#[inline(always)]
pub(super) fn ping(renderer: &IpcRenderer) -> Result<()> {
    let answer = renderer.send_sync("synchronous-message", args!["ping"])?;
    if answer == "pong" { Ok(()) } else { Err(format!("answered {answer}").into()) }
}

/// Attaches to the main of the other end, which may not be there yet.
pub(super) fn connect(end: &End, policy: WaitPolicy) -> Result<IpcRenderer> {
    let options = RendererOptions::new()
        .wait_policy(policy)
        .wait_until(Instant::now() + Duration::from_secs(10));
    Ok(options.connect(&end.plan.token)?)
}

/// A main that answers pings until its renderer is gone.
fn serve(end: &End, policy: WaitPolicy) -> Result<()> {
    let main = MainOptions::new().wait_policy(policy).bind(&end.plan.token)?;
    answer_pings(&main);
    run_until_gone(end, &main)
}

pub(super) fn answer_pings(main: &IpcMain) {
    main.on("synchronous-message", |event, args| {
        if args.get(0) != "ping" {
            return Err(ringmain::Error::NotCloneable);
        }
        event.set_return_value("pong")
    });
}

/// Runs until the renderer leaves; an error in a listener fails the measurement.
pub(super) fn run_until_gone(end: &End, main: &IpcMain) -> Result<()> {
    let failed = Failed::of_main(main);
    main.on_render_process_gone({
        let main = main.clone();
        move |_, _| main.stop()
    });
    // The measuring end connects before it meets; main has to run for that, so another thread meets.
    std::thread::scope(|scope| {
        let meeting = scope.spawn(|| end.meet().map_err(|error| error.to_string()));
        main.run()?;
        match meeting.join() {
            Ok(Ok(())) => failed.check(),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err("the thread that meets panicked".into()),
        }
    })
}
