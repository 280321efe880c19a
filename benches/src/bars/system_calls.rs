//! System calls per message while both ends are awake, as the kernel counts them.

use ringmain::{IpcMain, WaitPolicy};

use super::send_sync::{answer_pings, connect, ping, run_until_gone};
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::{Contender, Method};
use crate::end::End;
use crate::stats::{Sample, Stat};
use crate::{Result, syscalls};

/// A call is two messages.
const CALLS: u32 = 500_000;

pub(super) struct SystemCalls;

impl Contender for SystemCalls {
    fn name(&self) -> &'static str {
        "system calls"
    }

    fn method(&self) -> Method {
        Method::CountedCalls
    }

    fn unit(&self) -> Unit {
        Unit::PerMessage
    }

    fn bars(&self) -> Vec<Bar> {
        vec![Bar {
            name: "system calls a message, both awake, 1 M messages",
            stat: Stat::Mean,
            rule: Rule::AtMost(0.01),
            stretch: None,
        }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let renderer = connect(&end, WaitPolicy::default())?;
        end.meet()?;
        renderer.send_sync("mark", ringmain::args![])?;
        syscalls::mark();
        let calls = end.trips(CALLS);
        for _ in 0..calls {
            ping(&renderer)?;
        }
        syscalls::mark();
        renderer.send_sync("mark", ringmain::args![])?;
        Ok(Sample::of_one(0.0, u64::from(calls) * 2))
    }

    fn answer(&self, end: End) -> Result<()> {
        let main = IpcMain::bind(&end.plan.token)?;
        answer_pings(&main);
        main.on("mark", |event, _| {
            syscalls::mark();
            event.set_return_value(())
        });
        run_until_gone(&end, &main)
    }
}
