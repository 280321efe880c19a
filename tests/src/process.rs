//! Processes: started, forked, killed and waited for.

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions};
use std::io::Read;
use std::process::{Command, Stdio};

/// A program that plays the scenario in `words`, with a standard input that ends with its parent's
/// interest in it. Its mains make the same [segments](crate::segments) as ours.
#[must_use]
pub fn program(path: &str, words: &[&str]) -> Command {
    let mut command = Command::new(path);
    command.args(words).stdin(Stdio::piped());
    crate::origin::pass_on(&mut command);
    command
}

/// Blocks until nobody holds the other end of standard input: a process that is idle.
pub fn until_eof() {
    // What is written there is of no interest, and neither is an error.
    let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
}

/// Ends this process as `kill -9` does.
pub fn die() {
    kill(std::process::id());
    std::process::abort();
}

/// Ends a process as `kill -9` does.
///
/// # Panics
/// If there is no such process.
pub fn kill(process: u32) {
    rustix::process::kill_process(pid(process), Signal::KILL).expect("kill failed");
}

/// Blocks until a child of this process is dead, and leaves it to be waited for.
///
/// # Panics
/// If it is no child of this process.
pub fn until_dead(child: u32) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    rustix::process::waitid(WaitId::Pid(pid(child)), options).expect("waitid failed");
}

/// Whether this process has a child of that id which nobody has waited for, dead or alive.
#[must_use]
pub fn is_a_child(process: u32) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    rustix::process::waitid(WaitId::Pid(pid(process)), options).is_ok()
}

fn pid(process: u32) -> Pid {
    i32::try_from(process).ok().and_then(Pid::from_raw).expect("no process id")
}

/// Forks, runs `child` there, and gives back the child's process id at once. The child exits with
/// status 0 if `child` returned true.
///
/// # Panics
/// If there is no process to be had.
#[expect(unsafe_code, reason = "forks without executing another program")]
fn fork(child: impl FnOnce() -> bool) -> Pid {
    // SAFETY: the child runs `child` and leaves by `_exit`. Our programs fork while their other
    // thread, the watchdog, waits and holds no lock; glibc makes allocating safe.
    let forked = unsafe { libc::fork() };
    if forked == 0 {
        let status = if child() { 0 } else { 1 };
        // SAFETY: ends the child without running anything of the parent's.
        unsafe { libc::_exit(status) }
    }
    Pid::from_raw(forked).expect("fork failed")
}

/// Forks, runs `child` there, and says whether it returned true. With `wait` being false, it does
/// not wait, and the child may outlive this process.
///
/// # Panics
/// If there is no process to be had.
pub fn in_a_child(wait: bool, child: impl FnOnce() -> bool) -> bool {
    let child = fork(child);
    if !wait {
        return true;
    }
    let waited = rustix::process::waitpid(Some(child), WaitOptions::empty());
    let (_, status) = waited.expect("waitpid failed").expect("no status");
    status.exit_status() == Some(0)
}

/// Stops a child of this process, and waits until it stands still.
///
/// # Panics
/// If it is no child of this process.
pub fn stop(child: u32) {
    rustix::process::kill_process(pid(child), Signal::STOP).expect("kill failed");
    let options = WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
    rustix::process::waitid(WaitId::Pid(pid(child)), options).expect("waitid failed");
}

/// Lets a stopped process go on.
///
/// # Panics
/// If there is no such process.
pub fn resume(process: u32) {
    rustix::process::kill_process(pid(process), Signal::CONT).expect("kill failed");
}
