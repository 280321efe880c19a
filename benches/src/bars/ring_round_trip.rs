//! A record there and one back, through two rings, both ends spinning. Towards main the record is
//! copied, as main does; towards the renderer it is read in place.

use ringmain::ring::CopyBuffer;

use super::lanes;
use crate::Result;
use crate::bar::{Bar, Rule};
use crate::contender::Contender;
use crate::end::End;
use crate::floors::Floor;
use crate::stats::{Sample, Stat};

const TRIPS: u32 = 1_000_000;

/// `WORDS` is the payload in words of eight bytes.
pub(super) struct RingRoundTrip<const WORDS: usize> {
    pub(super) name: &'static str,
    pub(super) bar: &'static str,
    pub(super) limit: f64,
}

impl<const WORDS: usize> Contender for RingRoundTrip<WORDS> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn bars(&self) -> Vec<Bar> {
        let rule = Rule::AtMostTimes(Floor::Line, self.limit);
        vec![Bar { name: self.bar, stat: Stat::P50, rule, stretch: None }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let mut main = lanes::create(&end)?;
        let mut buffer = CopyBuffer::default();
        end.time(end.trips(TRIPS), |number| {
            lanes::put::<WORDS>(&mut main.messages, number.into())?;
            lanes::copy::<WORDS>(&mut main.incoming, &mut buffer, number.into())
        })
    }

    fn answer(&self, end: End) -> Result<()> {
        let mut renderer = lanes::open(&end)?;
        end.serve(end.trips(TRIPS), |number| {
            lanes::read::<WORDS>(&mut renderer.incoming, number.into())?;
            lanes::put::<WORDS>(&mut renderer.messages, number.into())
        })
    }
}
