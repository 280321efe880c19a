//! Whether the counter of allocations counts: one per message, and none where there is none.

use std::hint::black_box;

use crate::Result;
use crate::alloc::Section;
use crate::bars::bar::{Bar, Rule, Unit};
use crate::bars::contender::Contender;
use crate::end::End;
use crate::stats::{Sample, Stat};

const MESSAGES: u32 = 100_000;

pub(super) struct CountedAllocations;

impl Contender for CountedAllocations {
    fn name(&self) -> &'static str {
        "counted allocations"
    }

    fn unit(&self) -> Unit {
        Unit::PerMessage
    }

    fn bars(&self) -> Vec<Bar> {
        vec![Bar {
            name: "harness: 1 allocation a message is counted as 1",
            stat: Stat::Mean,
            rule: Rule::Exactly(1.0),
            stretch: None,
        }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let messages = end.trips(MESSAGES);
        let section = Section::begin();
        for message in 0..messages {
            black_box(Box::new(message));
        }
        let allocations = section.allocations();
        Ok(Sample::of_one(allocations as f64 / f64::from(messages), messages.into()))
    }
}
