//! A group: a program started two times or more, each end in a process of its own, and what they
//! report.
//!
//! Nothing here can hang. A child dies with its parent, at its deadline, or when its [`Process`]
//! is dropped, whichever comes first; the parent dies at a deadline of its own and takes the
//! children along.

use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use serde::de::DeserializeOwned;

use crate::end::{Plan, Report, Side, Task};
use crate::shared::{ENDS_MAX, Shared};
use crate::syscalls::Tracer;
use crate::{Result, deadline};

/// What came of one group.
#[derive(Debug, Clone)]
pub(crate) struct Measured<T> {
    pub(crate) sample: T,
    /// Whether all ends ran with raised priority.
    pub(crate) raised: bool,
}

/// What another end may take to notice a failure.
const AFTER_A_FAILURE: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };

/// The ends of a group, to be measured once in fresh processes.
#[derive(Debug, Clone)]
pub(crate) struct Group<'g> {
    /// Runs as every end.
    pub(crate) program: &'g Path,
    /// The same for all.
    pub(crate) task: Task,
    /// The CPUs of each end, the measuring one's first.
    pub(crate) cpus: Vec<Vec<usize>>,
}

impl Group<'_> {
    /// Measures.
    ///
    /// # Errors
    /// What an end reports, or how it died without a report.
    pub(crate) fn measure<T: DeserializeOwned>(&self) -> Result<Measured<T>> {
        deadline::arm(deadline::OF_A_GROUP);
        let mut ends = self.spawn()?;
        self.start(&mut ends)?;
        collect(&mut ends)
    }

    /// Measures under a tracer, and adds how many system calls both ends made between their
    /// [`mark`](crate::syscalls::mark)s. For a group of two.
    ///
    /// # Errors
    /// As [`measure`](Self::measure), and if the kernel refuses to trace.
    pub(crate) fn measure_traced<T: DeserializeOwned>(&self) -> Result<(Measured<T>, u64)> {
        deadline::arm(deadline::OF_A_GROUP);
        let mut ends = self.spawn()?;
        let [one, other] = ends.as_slice() else { return Err("only a pair is traced".into()) };
        let mut tracer = Tracer::seize([one.id(), other.id()])?;
        self.start(&mut ends)?;
        let calls = tracer.run();
        for end in &mut ends {
            end.reaped = tracer.reaped(end.id());
        }
        let calls = calls.map_err(|error| end_error(&mut ends, error))?;
        Ok((collect(&mut ends)?, calls))
    }

    fn spawn(&self) -> Result<Vec<Process>> {
        if self.cpus.len() > ENDS_MAX {
            return Err(format!("{} ends, at most {ENDS_MAX}", self.cpus.len()).into());
        }
        let memory = Shared::create()?;
        let mut links = sockets()?.into_iter();
        let places = 0..self.cpus.len();
        places.map(|place| spawn_one(self.program, place, &memory, links.next())).collect()
    }

    /// Hands each end its plan: nothing of a contender runs before.
    fn start(&self, ends: &mut [Process]) -> Result<()> {
        static GROUPS: AtomicU32 = AtomicU32::new(0);
        let number = GROUPS.fetch_add(1, Relaxed);
        let token = format!("ringmain-bench-{}-{number}", std::process::id());
        for (place, end) in ends.iter_mut().enumerate() {
            let plan = Plan {
                parent: std::process::id(),
                task: self.task.clone(),
                side: end.side,
                place,
                ends: self.cpus.len(),
                cpus: self.cpus.clone(),
                token: token.clone(),
            };
            let mut stdin = end.child.stdin.take().ok_or("a child without standard input")?;
            stdin.write_all(serde_json::to_string(&plan)?.as_bytes())?;
        }
        Ok(())
    }
}

/// One end's process. Dropped, it is killed and waited for.
#[derive(Debug)]
struct Process {
    child: Child,
    side: Side,
    output: Vec<u8>,
    /// How it ended, if a tracer already waited for it.
    reaped: Option<ExitStatus>,
}

impl Process {
    fn id(&self) -> u32 {
        self.child.id()
    }

    /// Takes what is there to read of the report; says whether that was the end of it.
    fn read(&mut self) -> Result<bool> {
        let stdout = self.child.stdout.as_mut().ok_or("a child without standard output")?;
        let mut bytes = [0; 4096];
        let len = stdout.read(&mut bytes)?;
        self.output.extend_from_slice(&bytes[..len]);
        Ok(len == 0)
    }

    fn died_of_itself(&self) -> bool {
        self.reaped.is_some_and(|status| status.signal() != Some(libc::SIGKILL))
    }

    fn wait(&mut self) -> Result<ExitStatus> {
        match self.reaped {
            Some(status) => Ok(status),
            None => Ok(self.child.wait()?),
        }
    }

    /// What this end has reported to have failed by now, if it was not asked before.
    fn failure_so_far(&mut self) -> Option<String> {
        if !self.output.is_empty() {
            return None;
        }
        let stdout = self.child.stdout.as_ref()?;
        let mut polled = [PollFd::new(stdout, PollFlags::IN)];
        rustix::event::poll(&mut polled, Some(&AFTER_A_FAILURE)).ok()?;
        if polled[0].revents().is_empty() {
            return None;
        }
        while !self.read().ok()? {}
        self.report::<serde::de::IgnoredAny>().err().map(|error| error.to_string())
    }

    /// The report, once all of it was read.
    fn report<T: DeserializeOwned>(&mut self) -> Result<Report<T>> {
        let side = self.side;
        if self.output.is_empty() {
            let status = self.wait()?;
            return Err(match status.signal() {
                Some(libc::SIGALRM) => format!("the {side:?} end ran into its deadline").into(),
                _ => format!("the {side:?} end left no report ({status})").into(),
            });
        }
        let report: Report<T> = serde_json::from_slice(&self.output)?;
        match report.error {
            Some(error) => Err(format!("the {side:?} end: {error}").into()),
            None => Ok(report),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.reaped.is_none() {
            // Both fail only for a child that is gone already.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn sockets() -> Result<[OwnedFd; 2]> {
    let flags = SocketFlags::CLOEXEC;
    let (one, other) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    Ok([one, other])
}

fn spawn_one(
    program: &Path,
    place: usize,
    memory: &OwnedFd,
    link: Option<OwnedFd>,
) -> Result<Process> {
    // Copies that survive the exec, open no longer than it takes: the other children get none.
    let shared = rustix::io::dup(memory)?;
    let link = link.map(rustix::io::dup).transpose()?;
    let mut command = Command::new(program);
    command.args(["end", "--shared", &shared.as_raw_fd().to_string()]);
    if let Some(link) = &link {
        command.args(["--link", &link.as_raw_fd().to_string()]);
    }
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let side = if place == 0 { Side::Measuring } else { Side::Answering };
    Ok(Process { child, side, output: Vec::new(), reaped: None })
}

/// Waits for all reports. The first end that fails ends the wait, so that the others are not left
/// spinning for an answer until their deadline. What others have said of a failure by then is told
/// as well: one end's failure often is another's doing.
fn collect<T: DeserializeOwned>(ends: &mut [Process]) -> Result<Measured<T>> {
    collect_all(ends).map_err(|error| {
        let others = ends.iter_mut().filter_map(|end| end.failure_so_far());
        let failures: Vec<String> = std::iter::once(error.to_string()).chain(others).collect();
        failures.join("; ").into()
    })
}

fn collect_all<T: DeserializeOwned>(ends: &mut [Process]) -> Result<Measured<T>> {
    let (mut sample, mut raised) = (None, true);
    let mut waiting: Vec<usize> = (0..ends.len()).collect();
    while !waiting.is_empty() {
        for at in readable(ends, &waiting)? {
            if ends[at].read()? {
                let report = ends[at].report()?;
                sample = sample.or(report.sample);
                raised &= report.raised;
                waiting.retain(|&other| other != at);
            }
        }
    }
    Ok(Measured { sample: sample.ok_or("no end reported a sample")?, raised })
}

/// Those of `waiting` that have something to read, their end of file included.
fn readable(ends: &[Process], waiting: &[usize]) -> Result<Vec<usize>> {
    let mut polled = Vec::new();
    for &at in waiting {
        let stdout = ends[at].child.stdout.as_ref().ok_or("a child without standard output")?;
        polled.push(PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::IN));
    }
    rustix::event::poll(&mut polled, None)?; // the deadlines bound it
    let ready = waiting.iter().zip(&polled).filter(|(_, polled)| !polled.revents().is_empty());
    Ok(ready.map(|(&at, _)| at).collect())
}

/// What a dead end reported says more than how its tracer saw it die. One that the tracer itself
/// killed has nothing to say.
fn end_error(ends: &mut [Process], seen: Box<dyn std::error::Error>) -> Box<dyn std::error::Error> {
    for end in ends.iter_mut().filter(|end| end.died_of_itself()) {
        while matches!(end.read(), Ok(false)) {}
        if let Err(error) = end.report::<serde::de::IgnoredAny>() {
            return error;
        }
    }
    seen
}
