//! A process of the command's: this program in another role.

use rustix::process::{Pid, Signal};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A process that is told lines and says some. Dropped, it is killed with all that it has started.
#[derive(Debug)]
pub(super) struct Actor {
    child: Child,
    /// It and what it starts are a process group.
    leads: bool,
    ear: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Actor {
    /// Starts this program in a role. What goes wrong there is printed only if it is `loud`.
    pub(super) fn start(words: &[&str], loud: bool) -> Self {
        let mut command = role(words);
        command.process_group(0);
        if !loud {
            command.stderr(Stdio::null());
        }
        Self::with(command, true)
    }

    /// Starts it as one of this process's group, with which it ends.
    pub(super) fn helper(words: &[&str]) -> Self {
        Self::with(role(words), false)
    }

    fn with(mut command: Command, leads: bool) -> Self {
        let mut child = command.spawn().expect("a process");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let (says, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if says.send(line).is_err() {
                    return;
                }
            }
        });
        Self { ear: child.stdin.take(), child, leads, lines }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Tells it a line. It may be gone.
    pub(super) fn tell(&mut self, line: &str) {
        if let Some(ear) = &mut self.ear {
            let _ = writeln!(ear, "{line}");
        }
    }

    /// Its next line, if it says one in time.
    pub(super) fn hear(&self, within: Duration) -> Option<String> {
        self.lines.recv_timeout(within).ok()
    }

    /// Its lines up to `end`, if it says that in time.
    pub(super) fn hear_all(&self, within: Duration) -> Option<Vec<String>> {
        let until = Instant::now() + within;
        let mut lines = Vec::new();
        loop {
            match self.hear(until.saturating_duration_since(Instant::now()))? {
                line if line == "end" => return Some(lines),
                line => lines.push(line),
            }
        }
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child")
    }

    /// Sends it a signal. It may have ended by itself.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }

    /// Ends it and all that it has started.
    pub(super) fn kill(&mut self) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw);
        if let Some(group) = pid.filter(|_| self.leads) {
            // As above.
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The command of this program in a role.
fn role(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("role").args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}
