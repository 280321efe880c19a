//! 8 MiB of bytes echoed by `sendSync`: main answers with the view that its listener got, and the
//! renderer compares every byte of the answer. With the default rings, so both ways in fragments.

use ringmain::value::Bytes;
use ringmain::{IpcMain, WaitPolicy, args};

use super::send_sync::{connect, run_until_gone};
use crate::Result;
use crate::bar::{Bar, Rule, Unit};
use crate::contender::Contender;
use crate::end::End;
use crate::payload::Payloads;
use crate::stats::{Sample, Stat};

const LEN: usize = 8 << 20;
/// Those that warm up fill the pools.
const TRIPS: u32 = 60;

/// Messages that differ, built beforehand.
const MESSAGES: u64 = 3;

pub(super) struct Echo;

impl Contender for Echo {
    fn name(&self) -> &'static str {
        "echo 8 MiB"
    }

    fn unit(&self) -> Unit {
        Unit::GigabytesPerSecond
    }

    fn bars(&self) -> Vec<Bar> {
        vec![Bar {
            name: "8 MiB echoed by send_sync, compared",
            stat: Stat::P50,
            rule: Rule::AtLeast(5.0),
            stretch: None,
        }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let payloads = Payloads::new(LEN);
        let messages: Vec<_> = (0..MESSAGES)
            .map(|number| payloads.of(number))
            .map(|payload| (payload, args![Bytes(payload)]))
            .collect();
        let renderer = connect(&end, WaitPolicy::default())?;
        let times = end.time(end.trips(TRIPS), |number| {
            let (payload, args) = &messages[number as usize % messages.len()];
            let answer = renderer.send_sync("echo", args)?;
            if answer.as_bytes() == Some(payload) { Ok(()) } else { Err("another answer".into()) }
        })?;
        Ok(times.per_ns(2.0 * LEN as f64))
    }

    fn answer(&self, end: End) -> Result<()> {
        let main = IpcMain::bind(&end.plan.token)?;
        main.on("echo", |event, args| event.set_return_value(args.get(0)));
        run_until_gone(&end, &main)
    }
}
