//! A pair: this executable twice more, each end in a process of its own, and what they report.
//!
//! Nothing here can hang. A child dies with its parent, at its deadline, or when its [`Process`]
//! is dropped, whichever comes first; the parent dies at a deadline of its own and takes the
//! children along.

use std::io::{Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::event::{PollFd, PollFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};

use crate::catalogue::Listed;
use crate::contender::{Method, Placement};
use crate::end::{Plan, Report, Side};
use crate::shared::Shared;
use crate::stats::Sample;
use crate::syscalls::Tracer;
use crate::{Result, deadline};

/// What came of one pair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) sample: Sample,
    /// Whether both ends ran with raised priority.
    pub(crate) raised: bool,
}

/// Measures `contender` once, in two fresh processes.
///
/// # Errors
/// What either end reports, or how it died without a report.
pub(crate) fn measure(contender: Listed, shrink: u32, token: String) -> Result<Measured> {
    deadline::arm(deadline::OF_A_PAIR);
    let plan = Plan {
        contender: contender.name().to_owned(),
        side: Side::Measuring,
        cpu: 0,
        shrink,
        token,
    };
    let mut ends = spawn()?;
    match contender.method() {
        Method::Sampled => {
            start(&mut ends, &plan, contender.placement())?;
            collect(&mut ends)
        }
        Method::CountedCalls => {
            let mut tracer = Tracer::seize(ends.each_ref().map(Process::id))?;
            start(&mut ends, &plan, contender.placement())?;
            let calls = tracer.run();
            for end in &mut ends {
                end.reaped = tracer.reaped(end.id());
            }
            let calls = calls.map_err(|error| end_error(&mut ends, error))?;
            let mut measured = collect(&mut ends)?;
            let messages = measured.sample.count;
            measured.sample = Sample::of_one(calls as f64 / messages as f64, messages);
            Ok(measured)
        }
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

    /// The report, once all of it was read.
    fn report(&mut self) -> Result<Report> {
        let side = self.side;
        if self.output.is_empty() {
            let status = self.wait()?;
            return Err(match status.signal() {
                Some(libc::SIGALRM) => format!("the {side:?} end ran into its deadline").into(),
                _ => format!("the {side:?} end left no report ({status})").into(),
            });
        }
        let report: Report = serde_json::from_slice(&self.output)?;
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

fn spawn() -> Result<[Process; 2]> {
    let memory = Shared::create()?;
    let ([link, other_link], [meeting, other_meeting]) = (sockets()?, sockets()?);
    Ok([
        spawn_one(Side::Measuring, &memory, &link, &meeting)?,
        spawn_one(Side::Answering, &memory, &other_link, &other_meeting)?,
    ])
}

fn sockets() -> Result<[OwnedFd; 2]> {
    let flags = SocketFlags::CLOEXEC;
    let (one, other) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    Ok([one, other])
}

fn spawn_one(side: Side, memory: &OwnedFd, link: &OwnedFd, meeting: &OwnedFd) -> Result<Process> {
    // Copies that survive the exec, open no longer than it takes: the other child gets none.
    let [shared, link, meeting] =
        [rustix::io::dup(memory)?, rustix::io::dup(link)?, rustix::io::dup(meeting)?];
    let number = |fd: &OwnedFd| fd.as_raw_fd().to_string();
    let child = Command::new(std::env::current_exe()?)
        .args(["end", "--shared", &number(&shared)])
        .args(["--link", &number(&link), "--meeting", &number(&meeting)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    Ok(Process { child, side, output: Vec::new(), reaped: None })
}

/// Hands each end its plan: nothing of a contender runs before.
fn start(ends: &mut [Process; 2], plan: &Plan, placement: Placement) -> Result<()> {
    for (place, end) in ends.iter_mut().enumerate() {
        let cpu = if placement == Placement::TwoCpus { place } else { 0 };
        let plan = Plan { side: end.side, cpu, ..plan.clone() };
        let mut stdin = end.child.stdin.take().ok_or("a child without standard input")?;
        stdin.write_all(serde_json::to_string(&plan)?.as_bytes())?;
    }
    Ok(())
}

/// Waits for both reports. The first end that fails ends the wait, so that the other is not left
/// spinning for an answer until its deadline.
fn collect(ends: &mut [Process; 2]) -> Result<Measured> {
    let mut reports = [None, None];
    while reports.iter().any(Option::is_none) {
        let waiting: Vec<usize> = (0..2).filter(|&at| reports[at].is_none()).collect();
        for at in readable(ends, &waiting)? {
            if ends[at].read()? {
                reports[at] = Some(ends[at].report()?);
            }
        }
    }
    let [Some(measuring), Some(answering)] = reports else { unreachable!("both were awaited") };
    let sample = measuring.sample.ok_or("the measuring end reported no sample")?;
    Ok(Measured { sample, raised: measuring.raised && answering.raised })
}

/// Those of `waiting` that have something to read, their end of file included.
fn readable(ends: &[Process; 2], waiting: &[usize]) -> Result<Vec<usize>> {
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
fn end_error(
    ends: &mut [Process; 2],
    seen: Box<dyn std::error::Error>,
) -> Box<dyn std::error::Error> {
    for end in ends.iter_mut().filter(|end| end.died_of_itself()) {
        while matches!(end.read(), Ok(false)) {}
        if let Err(error) = end.report() {
            return error;
        }
    }
    seen
}
