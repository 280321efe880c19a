//! `send(channel, [1, "short"])`, a call a message, dispatched to a listener that reads both
//! arguments.

use ringmain::{Args, ArgsRef, MainOptions, args};

use super::direction::To;
use super::one_way;
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::bars::rounds::Rounds;
use crate::end::End;
use crate::stats::{Sample, Stat};

const ROUNDS: Rounds = Rounds { rounds: 50, messages: 50_000 };
const CHANNEL: &str = "message";

/// Numbers are `i32` up to here; further up a message would become a longer one.
const NUMBERS: u64 = 1 << 30;

pub(super) struct Dynamic {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) to: To,
}

impl Contender for Dynamic {
    fn name(&self) -> &'static str {
        self.name
    }

    fn unit(&self) -> Unit {
        Unit::MessagesPerSecond
    }

    fn bars(&self) -> Vec<Bar> {
        vec![Bar { name: self.bar, stat: Stat::P50, rule: Rule::AtLeast(5e6), stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let times = match self.to {
            To::Main => one_way::from_renderer(&end, ROUNDS, |renderer, mut numbers| {
                numbers.try_for_each(|number| Ok(renderer.send(CHANNEL, message(number))?))
            }),
            To::Renderer => {
                one_way::from_main(&end, &MainOptions::new(), ROUNDS, |sender, mut numbers| {
                    numbers.try_for_each(|number| {
                        sender.send(|page| page.send(CHANNEL, message(number)))
                    })
                })
            }
        };
        Ok(times?.per_ns(1e9))
    }

    fn answer(&self, end: End) -> Result<()> {
        match self.to {
            To::Main => one_way::into_main(&end, &MainOptions::new(), |main, tally| {
                main.on(CHANNEL, move |_, args| tally.count(is_message(args, tally.next())));
            }),
            To::Renderer => one_way::into_renderer(&end, |renderer, tally| {
                renderer.on(CHANNEL, move |_, args| tally.count(is_message(args, tally.next())));
            }),
        }
    }
}

#[inline]
fn message(number: u64) -> Args {
    args![number % NUMBERS, text(number)]
}

#[inline]
fn is_message(args: ArgsRef<'_>, number: u64) -> bool {
    args.get(0).as_f64() == Some((number % NUMBERS) as f64)
        && args.get(1).as_str() == Some(text(number))
}

/// As short as the one in the bar's name, and not always the same.
fn text(number: u64) -> &'static str {
    ["short", "brief", "small", "tiny!"][(number % 4) as usize]
}
