//! 8 MiB of bytes echoed by `sendSync`: main answers with the view that its listener got, and the
//! renderer compares every byte of the answer. With the default rings, so both ways in fragments.
//!
//! What is judged is the call: 16 MiB moved between two processes. Comparing the answer reads as much
//! memory again, which is no work of the engine's; it follows outside the clock, and a second row, which
//! is not judged, has it inside.

use ringmain::value::Bytes;
use ringmain::{IpcMain, Value, WaitPolicy, args};

use super::send_sync::{connect, run_until_gone};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::end::End;
use crate::payload::Payloads;
use crate::stats::{Sample, Stat};

const LEN: usize = 8 << 20;
/// Those that warm up fill the pools.
const TRIPS: u32 = 60;

/// Messages that differ, built beforehand.
const MESSAGES: u64 = 3;

/// Compared inside the clock, or after it.
pub(super) struct Echo<const INSIDE: bool>;

impl<const INSIDE: bool> Contender for Echo<INSIDE> {
    fn name(&self) -> &'static str {
        if INSIDE { "echo 8 MiB, compared" } else { "echo 8 MiB" }
    }

    fn unit(&self) -> Unit {
        Unit::GigabytesPerSecond
    }

    fn bars(&self) -> Vec<Bar> {
        let (name, rule) = if INSIDE {
            ("the same and compared (shown only)", Rule::AtLeast(0.0))
        } else {
            ("8 MiB echoed by send_sync", Rule::AtLeast(5.0))
        };
        vec![Bar { name, stat: Stat::P50, rule, stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let payloads = Payloads::new(LEN);
        let messages: Vec<_> = (0..MESSAGES)
            .map(|number| payloads.of(number))
            .map(|payload| (payload, args![Bytes(payload)]))
            .collect();
        let renderer = connect(&end, WaitPolicy::default())?;
        let message = |number: u32| &messages[number as usize % messages.len()];
        let echo = |number| Ok(renderer.send_sync("echo", &message(number).1)?);
        let compare = |number, answer: Value| match answer.as_bytes() == Some(message(number).0) {
            true => Ok(()),
            false => Err("another answer".into()),
        };
        let trips = end.trips(TRIPS);
        let times = if INSIDE {
            end.time(trips, |number| compare(number, echo(number)?))
        } else {
            end.time_then(trips, echo, compare)
        };
        Ok(times?.per_ns(2.0 * LEN as f64))
    }

    fn answer(&self, end: End) -> Result<()> {
        let main = IpcMain::bind(&end.plan.token)?;
        main.on("echo", |event, args| event.set_return_value(args.get(0)));
        run_until_gone(&end, &main)
    }
}
