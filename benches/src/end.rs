//! One end of a group: what runs in a child process, and what it is handed.

use std::io::{Read, Write};
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

use rustix::io::FdFlags;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::lab::Case;
use crate::shared::Shared;
use crate::{Result, alloc, deadline, machine, session};

/// Which part an end has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Takes the time. There is one in a group.
    Measuring,
    /// Any other.
    Answering,
}

/// What a group is there for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A bar of the engine, or a floor, by its name.
    Bar {
        /// Its name in the catalogue.
        name: String,
        /// Full numbers of trips are divided by this.
        shrink: u32,
    },
    /// A cell of the table.
    Case {
        /// The contender's name.
        contender: String,
        /// What it does here.
        case: Case,
    },
}

/// What the parent writes to a child's standard input, once all children are there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The process that started the group, without which it ends.
    pub parent: u32,
    /// What the group is there for.
    pub task: Task,
    /// This end's part.
    pub side: Side,
    /// Which of the group's ends this is: 0 for the one that measures.
    pub place: usize,
    /// How many ends there are.
    pub ends: usize,
    /// The CPUs that each end may run on.
    pub cpus: Vec<Vec<usize>>,
    /// The same at all ends and for no other group: for an endpoint's name.
    pub token: String,
}

/// What a child writes to its standard output.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report<T> {
    /// Of the end that has one.
    pub(crate) sample: Option<T>,
    pub(crate) error: Option<String>,
    /// Whether the kernel let the child raise its priority.
    pub(crate) raised: bool,
}

/// The descriptors a child inherits, by number.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Inherited {
    /// Memory that all ends of the group share.
    #[arg(long, value_name = "FD")]
    pub(crate) shared: RawFd,
    /// One end of a SEQPACKET socketpair, of the first two ends.
    #[arg(long, value_name = "FD")]
    pub(crate) link: Option<RawFd>,
}

/// One end, as a contender sees it.
#[derive(Debug)]
pub struct End {
    /// What this end was started for.
    pub plan: Plan,
    pub(crate) clock: Clock,
    /// Words for floors. An engine brings its own memory.
    pub(crate) shared: &'static Shared,
    link: Option<OwnedFd>,
}

impl End {
    /// One end of a SEQPACKET socketpair between the first two ends, for a contender to do with as
    /// it likes.
    ///
    /// # Errors
    /// At any end but those two.
    pub fn link(&self) -> Result<&OwnedFd> {
        self.link.as_ref().ok_or_else(|| "this end has no link".into())
    }

    /// Returns at all ends once all have called it. Blocks; an end that dies ends the group.
    ///
    /// # Errors
    /// If the kernel refuses to wait.
    pub fn meet(&self) -> Result<()> {
        self.shared.meet(self.plan.ends)
    }

    /// Runs `open` on all CPUs that this process could have, so that the threads it starts do not share
    /// this end's; then this thread is back on its own.
    ///
    /// # Errors
    /// What `open` answers, or if the kernel refuses.
    pub fn unpinned<T>(&self, open: impl FnOnce() -> Result<T>) -> Result<T> {
        machine::unpin()?;
        let opened = open();
        machine::pin(&self.plan.cpus[self.plan.place])?;
        opened
    }

    /// The cell that this end is part of.
    ///
    /// # Errors
    /// If the end was started for a bar.
    pub fn case(&self) -> Result<Case> {
        match self.plan.task {
            Task::Case { case, .. } => Ok(case),
            Task::Bar { .. } => Err("a bar is no case".into()),
        }
    }
}

/// The whole life of a child process: `work` is done, and what it returns is reported. Says whether
/// all went well, for the exit status.
pub(crate) fn run<T: Serialize>(
    inherited: Inherited,
    work: impl FnOnce(End) -> Result<Option<T>>,
) -> Result<bool> {
    // In this order: from here on it cannot outlive its parent, nor its deadline.
    session::end_with_parent()?;
    deadline::arm(deadline::OF_AN_END);
    let raised = machine::raise_priority();

    let mut plan = String::new();
    std::io::stdin().read_to_string(&mut plan)?; // ends early if the parent is gone already
    let report = match open(&plan, inherited).and_then(work) {
        Ok(sample) => Report { sample, error: None, raised },
        Err(error) => Report { sample: None, error: Some(error.to_string()), raised },
    };
    std::io::stdout().write_all(serde_json::to_string(&report)?.as_bytes())?;
    Ok(report.error.is_none())
}

fn open(plan: &str, inherited: Inherited) -> Result<End> {
    let plan: Plan = serde_json::from_str(plan)?;
    session::still_child_of(plan.parent)?;
    machine::pin(plan.cpus.get(plan.place).ok_or("an end without a CPU")?)?;
    let shared: &'static Shared = Box::leak(Box::new(Shared::join(&adopt(inherited.shared)?)?));
    shared.introduce(plan.place);
    alloc::count_in(shared.allocations(plan.place));
    let link = inherited.link.map(adopt).transpose()?;
    Ok(End { clock: Clock::calibrate(), shared, link, plan })
}

/// Owns a descriptor that the parent left open for this process, and keeps it from any child.
#[expect(unsafe_code, reason = "an inherited descriptor is known by its number alone")]
fn adopt(fd: RawFd) -> Result<OwnedFd> {
    // SAFETY: the parent opened `fd` for this process alone (`group` is the only caller of the
    // hidden subcommand) and each number is adopted once, before anything else opens or closes
    // descriptors by number. A number that is not open is refused by `fcntl` just below.
    let owned = unsafe { OwnedFd::from_raw_fd(fd) };
    rustix::io::fcntl_setfd(&owned, FdFlags::CLOEXEC)?;
    Ok(owned)
}
