//! A record there and one back, both ends parked on futexes: neither ever spins.

use std::cell::Cell;

use ringmain::Geometry;

use super::words;
use crate::bars::bar::{Bar, Rule};
use crate::bars::contender::{Contender, Placement};
use crate::bars::floors::{Floor, parked_trips};
use crate::end::End;
use crate::stats::{Sample, Stat};
use crate::{Result, lanes};

const WORDS: usize = 6;

pub(super) struct RingParked {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) placement: Placement,
    pub(super) floor: Floor,
}

impl Contender for RingParked {
    fn name(&self) -> &'static str {
        self.name
    }

    fn placement(&self) -> Placement {
        self.placement
    }

    fn bars(&self) -> Vec<Bar> {
        let rule = Rule::AtMostTimes(self.floor, 1.15);
        vec![Bar { name: self.bar, stat: Stat::P50, rule, stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let mut main = lanes::create(&end, &Geometry::default())?;
        let slept = Cell::new(0);
        let trips = end.trips(parked_trips(self.placement));
        let sample = end.time_asleep(self.placement, trips, |number| {
            words::put_and_wake::<WORDS>(&mut main.messages, number.into())?;
            slept.set(slept.get() + u64::from(lanes::sleep_until_ready(&mut main.incoming)?));
            words::read::<WORDS>(&mut main.incoming, number.into())
        })?;
        Ok(Sample { slept: Some(slept.get() as f64 / f64::from(trips)), ..sample })
    }

    fn answer(&self, end: End) -> Result<()> {
        let mut renderer = lanes::open(&end, &Geometry::default())?;
        end.serve(end.trips(parked_trips(self.placement)), |number| {
            lanes::sleep_until_ready(&mut renderer.incoming)?;
            words::read::<WORDS>(&mut renderer.incoming, number.into())?;
            words::put_and_wake::<WORDS>(&mut renderer.messages, number.into())
        })
    }
}
