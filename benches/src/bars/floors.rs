//! Floors: what the machine itself takes for a round trip, or moves one way, with no engine on top.

mod copy;
mod futex;
mod line;
mod nudge;
mod parked;

use crate::Result;
use crate::bars::bar::Unit;
use crate::bars::contender::{Contender, Placement};
use crate::bars::rounds::Rounds;

/// One floor. Some have variants, of which the one with the best median counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Floor {
    /// One cache line each way, both ends spinning.
    Line,
    /// One futex each way, both ends parked.
    FutexTwoCpus,
    FutexOneCpu,
    /// A byte to an event loop, a futex back.
    NudgeTwoCpus,
    NudgeOneCpu,
    /// Bytes copied into a ring of slots, and read there by the other end.
    Copy64KiB,
    Copy1MiB,
}

impl Floor {
    pub(crate) const ALL: [Self; 7] = [
        Self::Line,
        Self::FutexTwoCpus,
        Self::FutexOneCpu,
        Self::NudgeTwoCpus,
        Self::NudgeOneCpu,
        Self::Copy64KiB,
        Self::Copy1MiB,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Line => "one line each way, spinning",
            Self::FutexTwoCpus => "futex each way, parked, two CPUs",
            Self::FutexOneCpu => "futex each way, parked, one CPU",
            Self::NudgeTwoCpus => "epoll there, futex back, two CPUs",
            Self::NudgeOneCpu => "epoll there, futex back, one CPU",
            Self::Copy64KiB => "64 KiB copied in and read, ring of 1 MiB",
            Self::Copy1MiB => "1 MiB copied in and read, ring of 4 MiB",
        }
    }

    /// What its figures count.
    pub(crate) fn unit(self) -> Unit {
        self.variants().first().map_or(Unit::Nanoseconds, |variant| variant.unit())
    }

    pub(crate) fn variants(self) -> &'static [&'static dyn Contender] {
        match self {
            Self::Line => &[
                &line::Line::<0> { name: "line, no pause" },
                &line::Line::<1> { name: "line, 1 pause" },
                &line::Line::<3> { name: "line, 3 pauses" },
                &line::Line::<4> { name: "line, 4 pauses" },
            ],
            Self::FutexTwoCpus => {
                &[&futex::Futex { name: "futex, two CPUs", placement: Placement::TwoCpus }]
            }
            Self::FutexOneCpu => {
                &[&futex::Futex { name: "futex, one CPU", placement: Placement::OneCpu }]
            }
            Self::NudgeTwoCpus => {
                &[&nudge::Nudge { name: "nudge, two CPUs", placement: Placement::TwoCpus }]
            }
            Self::NudgeOneCpu => {
                &[&nudge::Nudge { name: "nudge, one CPU", placement: Placement::OneCpu }]
            }
            Self::Copy64KiB => &[&copy::Copy {
                name: "copy 64 KiB",
                len: 64 << 10,
                slots: 16,
                rounds: Rounds { rounds: 100, messages: 512 },
            }],
            Self::Copy1MiB => &[&copy::Copy {
                name: "copy 1 MiB",
                len: 1 << 20,
                slots: 4,
                rounds: Rounds { rounds: 50, messages: 64 },
            }],
        }
    }
}

/// A payload that is not the one sent spoils the run.
#[inline(always)]
fn check<W: PartialEq + std::fmt::Display>(found: W, expected: W) -> Result<()> {
    if found == expected { Ok(()) } else { Err(mismatch(&found, &expected)) }
}

#[cold]
fn mismatch(
    found: &dyn std::fmt::Display,
    expected: &dyn std::fmt::Display,
) -> Box<dyn std::error::Error> {
    format!("the payload is {found}, expected {expected}").into()
}

/// How many parked trips make a full run.
pub(crate) fn parked_trips(placement: Placement) -> u32 {
    match placement {
        Placement::TwoCpus => 8_000, // some 50 us each: the idle CPU has to be woken
        Placement::OneCpu => 100_000,
    }
}
