//! A struct of 48 bytes on a typed channel, dispatched to a listener that reads all its fields: in
//! place in the renderer, from main's copy in main. In bursts, and as calls of their own.

use std::ops::Range;

use ringmain::{Channel, Error, IpcRenderer, MainOptions, WhenFull};

use super::direction::To;
use super::one_way::{self, Sender, Tally};
use super::position::{ArchivedPosition, Position};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::bars::rounds::Rounds;
use crate::end::End;
use crate::stats::{Sample, Stat};

const ROUNDS: Rounds = Rounds { rounds: 60, messages: 50_000 };
/// Messages of a burst.
const BURST: u64 = 1_000;

pub(super) static POSITION: Channel<Position> = Channel::new("position", 1);

/// How messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    Bursts,
    Calls,
}

pub(super) struct Typed {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) to: To,
    pub(super) sent: As,
}

impl Contender for Typed {
    fn name(&self) -> &'static str {
        self.name
    }

    fn unit(&self) -> Unit {
        Unit::MessagesPerSecond
    }

    fn bars(&self) -> Vec<Bar> {
        let rule = Rule::AtLeast(match self.sent {
            As::Bursts => 20e6,
            As::Calls => 8e6,
        });
        vec![Bar { name: self.bar, stat: Stat::P50, rule, stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let options = MainOptions::new();
        let times = match (self.to, self.sent) {
            (To::Main, As::Bursts) => one_way::from_renderer(&end, ROUNDS, bursts_to_main),
            (To::Main, As::Calls) => one_way::from_renderer(&end, ROUNDS, calls_to_main),
            (To::Renderer, As::Bursts) => {
                one_way::from_main(&end, &options, ROUNDS, bursts_to_renderer)
            }
            (To::Renderer, As::Calls) => {
                one_way::from_main(&end, &options, ROUNDS, calls_to_renderer)
            }
        };
        Ok(times?.per_ns(1e9))
    }

    fn answer(&self, end: End) -> Result<()> {
        match self.to {
            To::Main => one_way::into_main(&end, &MainOptions::new(), |main, tally| {
                main.on_typed(&POSITION, move |_, position| read(position, &tally));
            }),
            To::Renderer => one_way::into_renderer(&end, |renderer, tally| {
                renderer.on_typed(&POSITION, move |_, position| read(position, &tally));
            }),
        }
    }
}

#[inline]
pub(super) fn read(position: &ArchivedPosition, tally: &Tally) {
    tally.count(position.is(tally.next()));
}

pub(super) fn bursts_to_main(renderer: &IpcRenderer, numbers: Range<u64>) -> Result<()> {
    let mut next = numbers.start;
    while next < numbers.end {
        let last = numbers.end.min(next + BURST);
        let mut burst = renderer.burst(WhenFull::Wait)?;
        while next < last {
            burst.send_typed(&POSITION, &Position::of(next))?;
            next += 1;
        }
    }
    Ok(())
}

fn calls_to_main(renderer: &IpcRenderer, mut numbers: Range<u64>) -> Result<()> {
    numbers.try_for_each(|number| Ok(renderer.send_typed(&POSITION, &Position::of(number))?))
}

/// A burst ends early where main has to dispatch, because nothing else makes room.
fn bursts_to_renderer(sender: &Sender, numbers: Range<u64>) -> Result<()> {
    let mut next = numbers.start;
    while next < numbers.end {
        let last = numbers.end.min(next + BURST);
        let mut burst = sender.page.burst()?;
        while next < last {
            match burst.send_typed(&POSITION, &Position::of(next)) {
                Ok(()) => next += 1,
                Err(Error::Backpressure { .. }) => break,
                Err(error) => return Err(error.into()),
            }
        }
        drop(burst);
        if next < last {
            sender.make_room()?;
        }
    }
    Ok(())
}

fn calls_to_renderer(sender: &Sender, mut numbers: Range<u64>) -> Result<()> {
    numbers.try_for_each(|number| {
        let position = Position::of(number);
        sender.send(|page| page.send_typed(&POSITION, &position))
    })
}
