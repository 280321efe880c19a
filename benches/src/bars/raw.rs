//! Raw payloads: claimed in the ring, filled there from another one each time, and every byte read by
//! the listener, in place in the renderer and from main's copy in main. Against the machine's own
//! copying through slots of the same size in as large a ring.

use ringmain::{ArgsRef, Error, IpcRenderer, MainOptions, WebContents};

use super::direction::To;
use super::one_way::{self, Tally};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::bars::floors::Floor;
use crate::bars::rounds::Rounds;
use crate::end::End;
use crate::payload::Payloads;
use crate::stats::{Sample, Stat};

const CHANNEL: &str = "raw";

pub(super) struct Raw {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) to: To,
    pub(super) len: usize,
    pub(super) ring: usize,
    pub(super) rounds: Rounds,
    pub(super) floor: Floor,
}

impl Raw {
    fn options(&self) -> MainOptions {
        MainOptions::new().ring_capacity(self.ring)
    }
}

impl Contender for Raw {
    fn name(&self) -> &'static str {
        self.name
    }

    fn unit(&self) -> Unit {
        Unit::GigabytesPerSecond
    }

    fn bars(&self) -> Vec<Bar> {
        let limit = match self.to {
            To::Renderer => 0.9,
            To::Main => 0.5, // copied once more
        };
        let rule = Rule::AtLeastTimes(self.floor, limit);
        vec![Bar { name: self.bar, stat: Stat::P50, rule, stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let payloads = Payloads::new(self.len);
        let times = match self.to {
            To::Main => one_way::from_renderer(&end, self.rounds, |renderer, mut numbers| {
                numbers.try_for_each(|number| Ok(to_main(renderer, payloads.of(number))?))
            }),
            To::Renderer => {
                one_way::from_main(&end, &self.options(), self.rounds, |sender, mut numbers| {
                    numbers.try_for_each(|number| {
                        sender.send(|page| to_renderer(page, payloads.of(number)))
                    })
                })
            }
        };
        Ok(times?.per_ns(self.len as f64))
    }

    fn answer(&self, end: End) -> Result<()> {
        let payloads = Payloads::new(self.len);
        match self.to {
            To::Main => one_way::into_main(&end, &self.options(), |main, tally| {
                main.on(CHANNEL, move |_, args| read(args, &payloads, &tally));
            }),
            To::Renderer => one_way::into_renderer(&end, |renderer, tally| {
                renderer.on(CHANNEL, move |_, args| read(args, &payloads, &tally));
            }),
        }
    }
}

fn to_main(renderer: &IpcRenderer, payload: &[u8]) -> Result<(), Error> {
    let mut claim = renderer.claim(CHANNEL, payload.len())?;
    claim.bytes().copy_from_slice(payload);
    claim.commit(payload.len())
}

fn to_renderer(page: &WebContents, payload: &[u8]) -> Result<(), Error> {
    let mut claim = page.try_claim(CHANNEL, payload.len())?;
    claim.bytes().copy_from_slice(payload);
    claim.commit(payload.len())
}

#[inline]
fn read(args: ArgsRef<'_>, payloads: &Payloads, tally: &Tally) {
    let bytes = args.get(0).as_bytes();
    tally.count(bytes.is_some_and(|bytes| payloads.is(bytes, tally.next())));
}
