//! The session of a run: its own, so that the scheduler, where it groups by session, weighs the two
//! ends against each other only, and against the rest of the machine as one raised group. Both
//! ends in one group also wake each other sooner than across two.

use std::process::{Command, ExitCode};

use rustix::process::Signal;

use crate::Result;

/// Starts this program again with the same arguments and [`LEADS`] in its environment, and waits
/// for it. This process stays with its terminal and takes the other along when it is interrupted.
///
/// # Errors
/// If it cannot be started, or was killed.
pub(crate) fn rerun() -> Result<ExitCode> {
    let mut command = Command::new(std::env::current_exe()?);
    let parent = std::process::id().to_string();
    let status = command.args(std::env::args_os().skip(1)).env(LEADS, parent).status()?;
    match status.code() {
        Some(0) => Ok(ExitCode::SUCCESS),
        Some(_) => Ok(ExitCode::FAILURE),
        None => Err(format!("the run ended early ({status})").into()),
    }
}

/// Set for the process that [`rerun`] started, to the id of the one that did.
const LEADS: &str = "RINGMAIN_BENCH_LEADS";

/// Whether [`rerun`] started this process. If so it begins its session, and ends with its parent.
///
/// # Errors
/// If the kernel refuses either.
pub(crate) fn lead() -> Result<bool> {
    let Ok(parent) = std::env::var(LEADS) else { return Ok(false) };
    end_with_parent()?;
    still_child_of(parent.parse()?)?;
    rustix::process::setsid()?; // refused to a group's leader only, and a child is none
    Ok(true)
}

/// From here on this process is killed when its parent ends.
///
/// # Errors
/// If the kernel refuses.
pub(crate) fn end_with_parent() -> Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?)
}

/// For after [`end_with_parent`]: a parent that ended before it is never noticed by the kernel.
///
/// # Errors
/// If this process is another's child by now.
pub(crate) fn still_child_of(parent: u32) -> Result<()> {
    let now = rustix::process::getppid().map(|pid| pid.as_raw_pid().unsigned_abs());
    if now == Some(parent) { Ok(()) } else { Err("its parent is gone".into()) }
}
