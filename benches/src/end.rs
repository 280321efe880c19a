//! One end of a pair: what runs in a child process, and what it is handed.

use std::io::{Read, Write};
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

use rustix::io::FdFlags;
use rustix::net::{RecvFlags, SendFlags};
use rustix::process::Signal;
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, Laps};
use crate::contender::Placement;
use crate::shared::Shared;
use crate::stats::Sample;
use crate::{Result, catalogue, deadline, machine};

/// Which end of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Side {
    Measuring,
    Answering,
}

/// What the parent writes to a child's standard input, once both children are there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) contender: String,
    pub(crate) side: Side,
    pub(crate) cpu: usize,
    /// Full numbers of trips are divided by this.
    pub(crate) shrink: u32,
    /// The same at both ends and for no other pair: for an endpoint's name.
    pub(crate) token: String,
}

/// What a child writes to its standard output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Of the measuring end.
    pub(crate) sample: Option<Sample>,
    pub(crate) error: Option<String>,
    /// Whether the kernel let the child raise its priority.
    pub(crate) raised: bool,
}

/// The descriptors a child inherits, by number.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Inherited {
    #[arg(long)]
    pub(crate) shared: RawFd,
    #[arg(long)]
    pub(crate) link: RawFd,
    #[arg(long)]
    pub(crate) meeting: RawFd,
}

/// One end, as a contender sees it.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) plan: Plan,
    pub(crate) clock: Clock,
    /// Words for floors. An engine brings its own memory.
    pub(crate) shared: Shared,
    /// One end of a SEQPACKET socketpair, for the contender to do with as it likes.
    pub(crate) link: OwnedFd,
    meeting: OwnedFd,
}

impl End {
    /// How many trips to make where `full` would be made in a full run.
    pub(crate) fn trips(&self, full: u32) -> u32 {
        (full / self.plan.shrink).max(1)
    }

    /// Returns at both ends once both have called it.
    ///
    /// # Errors
    /// If the other end is gone.
    pub(crate) fn meet(&self) -> Result<()> {
        rustix::net::send(&self.meeting, b"!", SendFlags::NOSIGNAL)?;
        match rustix::net::recv(&self.meeting, &mut [0_u8; 1], RecvFlags::empty())?.1 {
            0 => Err("the other end left before the meeting".into()),
            _ => Ok(()),
        }
    }

    /// Meets the other end, then times `trips` calls of `trip`, after a tenth more to warm up.
    /// Trips are numbered from 1, the warming ones included.
    #[inline(always)]
    pub(crate) fn time(
        &self,
        trips: u32,
        mut trip: impl FnMut(u32) -> Result<()>,
    ) -> Result<Sample> {
        let warming = warming(trips);
        let mut laps = Laps::with_room(trips);
        self.meet()?;
        for number in 1..=warming {
            trip(number)?;
        }
        laps.start();
        for number in warming + 1..=warming + trips {
            trip(number)?;
            laps.lap();
        }
        laps.sample(self.clock)
    }

    /// As [`time`](Self::time), with a check of what each trip brought that the clock does not count.
    pub(crate) fn time_then<T>(
        &self,
        trips: u32,
        mut trip: impl FnMut(u32) -> Result<T>,
        mut check: impl FnMut(u32, T) -> Result<()>,
    ) -> Result<Sample> {
        let warming = warming(trips);
        let mut laps = Laps::with_room(trips);
        self.meet()?;
        for number in 1..=warming + trips {
            laps.start();
            let brought = trip(number)?;
            if number > warming {
                laps.lap();
            }
            check(number, brought)?;
        }
        laps.sample(self.clock)
    }

    /// As [`time`](Self::time), for trips to an end that sleeps. On two CPUs each trip waits, untimed
    /// and awake, until the other end has gone to sleep; left alone, two ends that never spin
    /// settle into one of several rhythms, some without any sleep, and medians differ by ten times
    /// from run to run. On one CPU there is but one rhythm, and waiting awake would prevent it.
    #[inline(always)]
    pub(crate) fn time_asleep(
        &self,
        placement: Placement,
        trips: u32,
        mut trip: impl FnMut(u32) -> Result<()>,
    ) -> Result<Sample> {
        if placement == Placement::OneCpu {
            return self.time(trips, trip);
        }
        let warming = warming(trips);
        let mut laps = Laps::with_room(trips);
        self.meet()?;
        for number in 1..=warming + trips {
            let settled = Instant::now() + SETTLING;
            while Instant::now() < settled {
                std::hint::spin_loop();
            }
            laps.start();
            trip(number)?;
            if number > warming {
                laps.lap();
            }
        }
        laps.sample(self.clock)
    }

    /// The other end of either: as many trips, with the same numbers.
    #[inline(always)]
    pub(crate) fn serve(&self, trips: u32, mut trip: impl FnMut(u32) -> Result<()>) -> Result<()> {
        self.meet()?;
        (1..=warming(trips) + trips).try_for_each(&mut trip)
    }
}

/// Longer than an end needs, after its answer, to return from waking us (12 us) and to sleep itself.
const SETTLING: Duration = Duration::from_micros(50);

/// Trips or rounds before those that count.
pub(crate) fn warming(trips: u32) -> u32 {
    trips / 10 + 1
}

/// The whole life of a child process. Its exit status says whether the report has an error.
pub(crate) fn run(inherited: Inherited) -> Result<bool> {
    // In this order: from here on it cannot outlive its parent, nor its deadline.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    deadline::arm(deadline::OF_AN_END);
    let raised = machine::raise_priority();

    let mut plan = String::new();
    std::io::stdin().read_to_string(&mut plan)?; // ends early if the parent is gone already
    let report = match measure(&plan, inherited) {
        Ok(sample) => Report { sample, error: None, raised },
        Err(error) => Report { sample: None, error: Some(error.to_string()), raised },
    };
    std::io::stdout().write_all(serde_json::to_string(&report)?.as_bytes())?;
    Ok(report.error.is_none())
}

fn measure(plan: &str, inherited: Inherited) -> Result<Option<Sample>> {
    let plan: Plan = serde_json::from_str(plan)?;
    machine::pin(plan.cpu)?;
    let contender = catalogue::find(&plan.contender)?;
    let side = plan.side;
    let end = End {
        clock: Clock::calibrate(),
        shared: Shared::join(&adopt(inherited.shared)?)?,
        link: adopt(inherited.link)?,
        meeting: adopt(inherited.meeting)?,
        plan,
    };
    match side {
        Side::Measuring => contender.measure(end).map(Some),
        Side::Answering => contender.answer(end).map(|()| None),
    }
}

/// Owns a descriptor that the parent left open for this process, and keeps it from any child.
#[expect(unsafe_code, reason = "an inherited descriptor is known by its number alone")]
fn adopt(fd: RawFd) -> Result<OwnedFd> {
    // SAFETY: the parent opened `fd` for this process alone (`pair` is the only caller of the
    // hidden subcommand) and each number is adopted once, before anything else opens or closes
    // descriptors by number. A number that is not open is refused by `fcntl` just below.
    let owned = unsafe { OwnedFd::from_raw_fd(fd) };
    rustix::io::fcntl_setfd(&owned, FdFlags::CLOEXEC)?;
    Ok(owned)
}
