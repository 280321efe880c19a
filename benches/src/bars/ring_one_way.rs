//! Records of 64 bytes one way, each published singly, every word checked, parking armed.
//!
//! They come in bursts. Between two the producer keeps still until the consumer has parked, so that
//! each burst begins with a real wake; a wake that is lost fails the run. The rate is that of the
//! bursts, from their first record to the consumer's word that the last was checked, the wake included.

use std::time::{Duration, Instant};

use ringmain::sync::pause;

use ringmain::Geometry;

use super::words;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::clock::ticks;
use crate::end::End;
use crate::stats::{Sample, Stat};
use crate::{Result, lanes};

const WORDS: usize = 8;
const BURSTS: u32 = 1_000;
const BURST: u64 = 50_000;
/// Longer than the consumer polls before it parks.
const SETTLING: Duration = Duration::from_micros(60);
/// Records between two looks for a sleeper with the fence; the plain look is after each.
const FLUSH_EVERY: u64 = 32;

pub(super) struct RingOneWay;

impl Contender for RingOneWay {
    fn name(&self) -> &'static str {
        "ring one way 64 B"
    }

    fn unit(&self) -> Unit {
        Unit::MessagesPerSecond
    }

    fn bars(&self) -> Vec<Bar> {
        vec![Bar {
            name: "ring one way, 64 B, parks armed",
            stat: Stat::P50,
            rule: Rule::AtLeast(60e6),
            stretch: None,
        }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let mut main = lanes::create(&end, &Geometry::default())?;
        let bursts = end.trips(BURSTS);
        let (mut number, mut spent) = (0, 0.0);
        end.meet()?;
        for _ in 0..bursts {
            let settled = Instant::now() + SETTLING;
            while Instant::now() < settled {
                pause();
            }
            let started = ticks();
            for _ in 0..BURST {
                number += 1;
                words::put::<WORDS>(&mut main.messages, number)?;
                lanes::wake(main.messages.hint(), &main.messages);
                if number.is_multiple_of(FLUSH_EVERY) {
                    lanes::wake_sleeper(&mut main.messages);
                }
            }
            lanes::wake_sleeper(&mut main.messages);
            words::read::<0>(&mut main.incoming, number)?;
            spent += end.clock.ns(started, ticks());
        }
        let parks = words::read_number(&mut main.incoming)?;
        if parks < u64::from(bursts) {
            return Err(format!("{parks} parks in {bursts} bursts").into());
        }
        let sample = Sample::of_one(number as f64 / spent * 1e9, number);
        Ok(Sample { slept: Some(parks as f64 / f64::from(bursts)), ..sample })
    }

    fn answer(&self, end: End) -> Result<()> {
        let mut renderer = lanes::open(&end, &Geometry::default())?;
        let bursts = end.trips(BURSTS);
        let (mut number, mut parks) = (0, 0);
        end.meet()?;
        for _ in 0..bursts {
            for _ in 0..BURST {
                number += 1;
                if !renderer.incoming.is_ready() {
                    parks += lanes::spin_or_sleep(&mut renderer.incoming)?;
                }
                words::read::<WORDS>(&mut renderer.incoming, number)?;
            }
            words::put::<0>(&mut renderer.messages, number)?;
        }
        words::put::<0>(&mut renderer.messages, parks)
    }
}
