//! A record there and one back, through two rings, both ends spinning. Towards main the record is
//! copied, as main does; towards the renderer it is read in place.

use ringmain::ring::CopyBuffer;

use ringmain::Geometry;

use super::words;
use crate::bars::bar::{Bar, Rule};
use crate::bars::contender::Contender;
use crate::bars::floors::Floor;
use crate::end::End;
use crate::stats::{Sample, Stat};
use crate::{Result, lanes};

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
        let mut main = lanes::create(&end, &Geometry::default())?;
        let mut buffer = CopyBuffer::default();
        end.time(end.trips(TRIPS), |number| {
            words::put::<WORDS>(&mut main.messages, number.into())?;
            main.messages.prepare();
            words::copy::<WORDS>(&mut main.incoming, &mut buffer, number.into())
        })
    }

    fn answer(&self, end: End) -> Result<()> {
        let mut renderer = lanes::open(&end, &Geometry::default())?;
        end.serve(end.trips(TRIPS), |number| {
            words::read::<WORDS>(&mut renderer.incoming, number.into())?;
            words::put::<WORDS>(&mut renderer.messages, number.into())?;
            renderer.messages.prepare();
            Ok(())
        })
    }
}
