//! A session whose segments have names beside one whose segments are sealed: one renderer with both, in
//! turn, and two mains of one process, of which the other sleeps. Once attached, nothing tells the two
//! apart but where their pages came from.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ringmain::{IpcMain, IpcRenderer, MainOptions, RendererOptions, Segments, args};

use super::median;
use super::serving::{answer_echoes, finish, median_echo};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::bars::failed::Failed;
use crate::bars::one_way::Tally;
use crate::bars::typed::{POSITION, bursts_to_main, read};
use crate::end::End;
use crate::stats::Sample;

const ECHOES: u32 = 20_000;
const MESSAGES: u32 = 200_000;
/// Of each kind, in turn.
const TURNS: u32 = 15;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The median of `sendSync` with 64 bytes each way.
    Trips,
    /// The rate of typed messages to main, in bursts.
    Rate,
}

pub(crate) struct Named {
    pub(crate) name: &'static str,
    pub(crate) what: What,
}

impl Contender for Named {
    fn name(&self) -> &'static str {
        self.name
    }

    fn unit(&self) -> Unit {
        Unit::Times
    }

    fn bars(&self) -> Vec<Bar> {
        match self.what {
            What::Trips => super::bar("send_sync, named segments, to sealed", Rule::AtMost(1.1)),
            What::Rate => super::bar("typed 48 B in bursts, named, to sealed", Rule::AtLeast(0.9)),
        }
    }

    fn measure(&self, end: End) -> Result<Sample> {
        end.meet()?;
        let mut sealed = Session::attach(&end, Segments::Sealed)?;
        let mut named = Session::attach(&end, Segments::Named)?;
        let count = end.trips(match self.what {
            What::Trips => ECHOES,
            What::Rate => MESSAGES,
        });
        let mut ratios = Vec::new();
        for turn in 0..=TURNS {
            // Who goes first meets the machine as the last turn left it.
            let (of_named, of_sealed) = if turn % 2 == 0 {
                let of_named = named.figure(self.what, count)?;
                (of_named, sealed.figure(self.what, count)?)
            } else {
                let of_sealed = sealed.figure(self.what, count)?;
                (named.figure(self.what, count)?, of_sealed)
            };
            if turn > 0 {
                ratios.push(of_named / of_sealed);
            }
        }
        finish(&sealed.renderer)?;
        finish(&named.renderer)?;
        Ok(Sample::of_one(median(ratios), (2 * TURNS * count).into()))
    }

    fn answer(&self, end: End) -> Result<()> {
        let sealed = bind(&end, Segments::Sealed)?;
        let named = bind(&end, Segments::Named)?;
        let failed = [Failed::of_main(&sealed), Failed::of_main(&named)];
        end.meet()?;
        std::thread::scope(|scope| {
            let other = scope.spawn(|| sealed.run());
            named.run()?;
            other.join().unwrap_or(Err(ringmain::Error::NoReply))
        })?;
        failed.iter().try_for_each(Failed::check)
    }
}

/// A session of either kind.
struct Session {
    renderer: IpcRenderer,
    /// Messages sent so far.
    sent: u64,
}

impl Session {
    fn attach(end: &End, segments: Segments) -> Result<Self> {
        let patience = Instant::now() + Duration::from_secs(10);
        let options = RendererOptions::new().wait_until(patience);
        Ok(Self { renderer: options.connect(&endpoint(end, segments))?, sent: 0 })
    }

    fn figure(&mut self, what: What, count: u32) -> Result<f64> {
        match what {
            What::Trips => median_echo(&self.renderer, count),
            What::Rate => self.rate(count.into()),
        }
    }

    fn rate(&mut self, messages: u64) -> Result<f64> {
        // Main has slept meanwhile.
        self.confirm()?;
        let started = Instant::now();
        bursts_to_main(&self.renderer, self.sent..self.sent + messages)?;
        self.sent += messages;
        self.confirm()?;
        Ok(messages as f64 / started.elapsed().as_secs_f64())
    }

    /// That all messages came right and in order.
    fn confirm(&self) -> Result<()> {
        let counted = self.renderer.send_sync("count", args![])?;
        Tally::check(&counted, self.sent)
    }
}

fn endpoint(end: &End, segments: Segments) -> String {
    let kind = if segments == Segments::Named { "named" } else { "sealed" };
    format!("{}-{kind}", end.plan.token)
}

#[expect(unsafe_code, reason = "names want the caller's promise")]
fn bind(end: &End, segments: Segments) -> Result<IpcMain> {
    // SAFETY: the renderer is this program, and keeps to the engine.
    let options = unsafe { MainOptions::new().segments(segments) };
    let main = options.bind(&endpoint(end, segments))?;
    answer_echoes(&main);
    let tally = Arc::<Tally>::default();
    main.on_typed(&POSITION, {
        let tally = Arc::clone(&tally);
        move |_, position| read(position, &tally)
    });
    main.on("count", move |event, _| event.set_return_value(tally.next()));
    Ok(main)
}
