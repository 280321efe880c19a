//! What a thousand attached sessions that say nothing cost one that calls.

use super::crowd::{self, come};
use super::serving::{attach, finish, median_echo};
use crate::Result;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::end::End;
use crate::stats::Sample;

const ECHOES: u32 = 100_000;

pub(crate) struct Attached;

impl Contender for Attached {
    fn name(&self) -> &'static str {
        "1,000 attached"
    }

    fn unit(&self) -> Unit {
        Unit::Times
    }

    fn cpus(&self, two: (usize, usize)) -> Vec<Vec<usize>> {
        crowd::cpus(two)
    }

    fn bars(&self) -> Vec<Bar> {
        super::bar("send_sync with 1,000 attached, to alone", Rule::AtMost(1.1))
    }

    fn measure(&self, end: End) -> Result<Sample> {
        end.meet()?;
        let renderer = attach(&end)?;
        let echoes = end.trips(ECHOES);
        median_echo(&renderer, echoes)?; // warms up
        let before = median_echo(&renderer, echoes)?;
        come(&end)?; // the crowd attaches
        come(&end)?;
        let among = median_echo(&renderer, echoes)?;
        come(&end)?; // the crowd leaves
        come(&end)?;
        let after = median_echo(&renderer, echoes)?;
        finish(&renderer)?;
        Ok(Sample::of_one(2.0 * among / (before + after), echoes.into()))
    }

    fn answer(&self, end: End) -> Result<()> {
        crowd::answer(&end)
    }
}
