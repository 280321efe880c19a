//! Allocations a message of one size, there and back, at both ends together: built beforehand and
//! sent, or serialised by the send of a typed channel; received and read in either case. With the
//! default rings, so that the largest travel in fragments.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use ringmain::rkyv::{Archive, Serialize};
use ringmain::value::Bytes;
use ringmain::{Args, BoxError, Channel, Error, Event, IpcMain, IpcRenderer, WaitPolicy, args};

use super::failed::Failed;
use super::one_way::Tally;
use super::send_sync::{connect, run_until_gone};
use crate::Result;
use crate::alloc::Section;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::bars::trips::warming;
use crate::end::End;
use crate::payload::Payloads;
use crate::stats::{Sample, Stat};

const BYTES: usize = 256 << 20;
const EXCHANGES_MAX: usize = 20_000;
/// Messages that differ; all of them lie ready.
const MESSAGES: u64 = 4;
const CHANNEL: &str = "message";

/// How messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// As arguments that were built before.
    Built,
    /// Through a typed channel.
    Typed,
}

pub(super) struct AllocationsBySize {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) sent: Sent,
    pub(super) len: usize,
}

#[derive(Debug, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv)]
struct Block {
    number: u64,
    bytes: Vec<u8>,
}

static BLOCK: Channel<Block> = Channel::new("block", 1);

thread_local! {
    static SECTION: Cell<Option<Section>> = const { Cell::new(None) };
}

/// The messages of one end, ready to be sent, and what those of the other have to be.
struct Messages {
    sent: Sent,
    payloads: Payloads,
    built: Vec<Args>,
    typed: Vec<Block>,
    tally: Tally,
}

impl Messages {
    fn of(bar: &AllocationsBySize) -> Arc<Self> {
        let payloads = Payloads::new(bar.len);
        let bytes = |number| {
            let mut bytes = vec![0; bar.len];
            payloads.write(&mut bytes, number);
            bytes
        };
        let built = (0..MESSAGES).map(|number| args![Bytes(&bytes(number))]).collect();
        let block = |number| Block { number, bytes: bytes(number) };
        let typed = (0..MESSAGES).map(block).collect();
        Arc::new(Self { sent: bar.sent, payloads, built, typed, tally: Tally::default() })
    }

    fn send(&self, number: u64, renderer: &IpcRenderer) -> Result<(), Error> {
        match self.sent {
            Sent::Built => renderer.send(CHANNEL, &self.built[place(number)]),
            Sent::Typed => renderer.send_typed(&BLOCK, &self.typed[place(number)]),
        }
    }

    fn reply(&self, number: u64, event: &Event<'_>) -> Result<(), Error> {
        match self.sent {
            Sent::Built => event.reply(CHANNEL, &self.built[place(number)]),
            Sent::Typed => event.sender().send_typed(&BLOCK, &self.typed[place(number)]),
        }
    }

    /// Reads a message, which has to be the next one.
    fn read(&self, bytes: Option<&[u8]>) -> Result<u64, &'static str> {
        let number = self.tally.next();
        let is_right = bytes.is_some_and(|bytes| self.payloads.is(bytes, number % MESSAGES));
        self.tally.count(is_right);
        if is_right { Ok(number) } else { Err("another message was due") }
    }
}

fn place(number: u64) -> usize {
    (number % MESSAGES) as usize
}

impl Contender for AllocationsBySize {
    fn name(&self) -> &'static str {
        self.name
    }

    fn unit(&self) -> Unit {
        Unit::PerMessage
    }

    fn bars(&self) -> Vec<Bar> {
        vec![Bar { name: self.bar, stat: Stat::Mean, rule: Rule::Exactly(0.0), stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let messages = Messages::of(self);
        let renderer = connect(&end, WaitPolicy::default())?;
        end.meet()?;
        listen(&renderer, &messages);
        let failed = Failed::of_renderer(&renderer);
        let exchanges = end.trips(u32::try_from((BYTES / self.len).min(EXCHANGES_MAX))?);
        let exchange = |numbers: Range<u64>| -> Result<()> {
            numbers.clone().try_for_each(|number| messages.send(number, &renderer))?;
            while messages.tally.next() < numbers.end {
                renderer.dispatch(1)?;
                failed.check()?;
            }
            Ok(())
        };
        let one = |number| exchange(number..number + 1);
        // Several at once first, so that there is memory for an answer that has to wait behind a full ring:
        // whether one does later is the scheduler's to say.
        exchange(0..MESSAGES)?;
        let warming = MESSAGES + u64::from(warming(exchanges));
        let last = warming + u64::from(exchanges);
        (MESSAGES..warming).try_for_each(one)?;
        renderer.send_sync("end", args![])?; // makes its name known
        renderer.send_sync("begin", args![])?;
        let section = Section::begin();
        (warming..last).try_for_each(one)?;
        let ours = section.allocations();
        let theirs = renderer.send_sync("end", args![])?.as_f64().ok_or("no count")?;
        Tally::check(&renderer.send_sync("count", args![])?, last)?;
        let count = 2 * u64::from(exchanges);
        Ok(Sample::of_one((ours as f64 + theirs) / count as f64, count))
    }

    fn answer(&self, end: End) -> Result<()> {
        let messages = Messages::of(self);
        let main = IpcMain::bind(&end.plan.token)?;
        answer_each(&main, &messages);
        main.on("begin", |event, _| {
            SECTION.set(Some(Section::begin()));
            event.set_return_value(())
        });
        main.on("end", |event, _| {
            let allocations = SECTION.take().map_or(u64::MAX, Section::allocations);
            event.set_return_value(allocations)
        });
        main.on("count", move |event, _| event.set_return_value(messages.tally.next()));
        run_until_gone(&end, &main)
    }
}

fn listen(renderer: &IpcRenderer, messages: &Arc<Messages>) {
    let (built, typed) = (Arc::clone(messages), Arc::clone(messages));
    renderer.on(CHANNEL, move |_, args| built.read(args.get(0).as_bytes()).map(drop));
    renderer.on_typed(&BLOCK, move |_, block| typed.read(Some(&block.bytes)).map(drop));
}

/// A message that is not answered leaves the renderer waiting, so a wrong one ends its session.
fn answer_each(main: &IpcMain, messages: &Arc<Messages>) {
    let (built, typed) = (Arc::clone(messages), Arc::clone(messages));
    main.on(CHANNEL, move |event, args| {
        let read = built.read(args.get(0).as_bytes());
        answer(event, read, |number| built.reply(number, event))
    });
    main.on_typed(&BLOCK, move |event, block| {
        let read = typed.read(Some(&block.bytes));
        answer(event, read, |number| typed.reply(number, event))
    });
}

fn answer(
    event: &Event<'_>,
    read: Result<u64, &'static str>,
    reply: impl FnOnce(u64) -> Result<(), Error>,
) -> Result<(), BoxError> {
    let number = read.inspect_err(|_| event.sender().close())?;
    Ok(reply(number)?)
}
