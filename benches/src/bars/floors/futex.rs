//! One futex each way, both ends parked.

use super::parked::{Parked, publish};
use super::{check, parked_trips};
use crate::Result;
use crate::bars::contender::{Contender, Placement};
use crate::end::End;
use crate::stats::Sample;

const REQUEST: usize = 0;
const ANSWER: usize = 1;

pub(super) struct Futex {
    pub(super) name: &'static str,
    pub(super) placement: Placement,
}

impl Contender for Futex {
    fn name(&self) -> &'static str {
        self.name
    }

    fn placement(&self) -> Placement {
        self.placement
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let trips = end.trips(parked_trips(self.placement));
        let request = end.shared.word32(REQUEST);
        let mut answer = Parked::on(end.shared.word32(ANSWER));
        let sample = end.time_asleep(self.placement, trips, |number| {
            publish(request, number)?;
            check(answer.changed(number - 1)?, number)
        })?;
        Ok(Sample { slept: Some(answer.slept()), ..sample })
    }

    fn answer(&self, end: End) -> Result<()> {
        let answer = end.shared.word32(ANSWER);
        let mut request = Parked::on(end.shared.word32(REQUEST));
        end.serve(end.trips(parked_trips(self.placement)), |number| {
            let found = request.changed(number - 1)?;
            publish(answer, found)?;
            check(found, number)
        })
    }
}
