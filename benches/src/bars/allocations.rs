//! Allocations per message, at the sender and at the receiver, in both directions.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ringmain::{IpcMain, WaitPolicy, args};

use super::send_sync::{answer_pings, connect, ping, run_until_gone};
use crate::Result;
use crate::alloc::Section;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::end::End;
use crate::stats::{Sample, Stat};

const MESSAGES: u32 = 100_000;

/// Which side is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Renderer,
    Main,
}

pub(super) struct Allocations {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) of: Of,
}

thread_local! {
    static SECTION: Cell<Option<Section>> = const { Cell::new(None) };
}

impl Contender for Allocations {
    fn name(&self) -> &'static str {
        self.name
    }

    fn unit(&self) -> Unit {
        Unit::PerMessage
    }

    fn bars(&self) -> Vec<Bar> {
        vec![Bar { name: self.bar, stat: Stat::Mean, rule: Rule::Exactly(0.0), stretch: None }]
    }

    /// Sends `["ping"]`, each answered by `["pong"]`, and makes as many synchronous calls; main says
    /// what it has allocated meanwhile.
    fn measure(&self, end: End) -> Result<Sample> {
        let renderer = connect(&end, WaitPolicy::default())?;
        end.meet()?;
        let answered = Arc::new(AtomicU64::new(0));
        renderer.on("asynchronous-reply", {
            let answered = Arc::clone(&answered);
            move |_, args| {
                if args.get(0) == "pong" {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        let messages = end.trips(MESSAGES);
        let exchange = || -> Result<()> {
            renderer.send("asynchronous-message", args!["ping"])?;
            ping(&renderer)?;
            renderer.dispatch(1)?;
            Ok(())
        };
        // The first of each kind makes names known and buffers large enough.
        exchange()?;
        renderer.send_sync("end", args![])?;
        renderer.send_sync("begin", args![])?;
        let section = Section::begin();
        for _ in 0..messages {
            exchange()?;
        }
        let ours = section.allocations();
        let theirs = renderer.send_sync("end", args![])?.as_f64().ok_or("no count")?;
        while answered.load(Ordering::Relaxed) <= messages.into() {
            renderer.dispatch(usize::MAX)?;
        }
        let allocations = if self.of == Of::Renderer { ours as f64 } else { theirs };
        Ok(Sample::of_one(allocations / f64::from(messages), messages.into()))
    }

    fn answer(&self, end: End) -> Result<()> {
        let main = IpcMain::bind(&end.plan.token)?;
        answer_pings(&main);
        main.on("asynchronous-message", |event, args| {
            if args.get(0) != "ping" {
                return Err(ringmain::Error::NotCloneable);
            }
            event.reply("asynchronous-reply", args!["pong"])
        });
        main.on("begin", |event, _| {
            SECTION.set(Some(Section::begin()));
            event.set_return_value(())
        });
        main.on("end", |event, _| {
            let allocations = SECTION.take().map_or(u64::MAX, Section::allocations);
            event.set_return_value(allocations)
        });
        run_until_gone(&end, &main)
    }
}
