//! A main in a process of its own.

use rustix::process::Signal;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

/// A main that speaks through its standard output and hears the end of its standard input.
#[derive(Debug)]
pub struct MainProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl MainProcess {
    /// Starts one, and waits for the line in which it says that it is ready.
    ///
    /// # Panics
    /// If it does not say so.
    #[must_use]
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("no main process");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        let mut started = Self { child, stdin, stdout };
        assert_eq!(started.line(), "ready");
        started
    }

    /// Its next line, empty after its last.
    ///
    /// # Panics
    /// If that is no text.
    #[must_use]
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("no text");
        line.trim_end().to_owned()
    }

    /// Closes its standard input.
    pub fn release(&mut self) {
        self.stdin = None;
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, and waits until it is dead.
    ///
    /// # Panics
    /// If it was dead already.
    pub fn kill(&mut self) {
        self.child.kill().expect("kill failed");
        self.until_killed();
    }

    /// Waits until it was killed.
    ///
    /// # Panics
    /// If it ended in another way.
    pub fn until_killed(&mut self) {
        assert_eq!(self.exit_status().signal(), Some(Signal::KILL.as_raw()));
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn exit_status(&mut self) -> ExitStatus {
        self.child.wait().expect("wait failed")
    }
}

impl Drop for MainProcess {
    fn drop(&mut self) {
        // Dead already in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
