//! A process on the stage, and the lines that it and its test say to each other.

use ringmain::IpcMain;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::process::{Child, Command, ExitStatus, Stdio};

/// A process that is told things through its standard input and answers on its standard output.
/// Dropped, it is killed.
#[derive(Debug)]
pub struct Player {
    child: Option<Child>,
    pid: u32,
    ear: Option<PipeWriter>,
    voice: BufReader<PipeReader>,
}

impl Player {
    /// Starts `program` with the arguments.
    ///
    /// # Panics
    /// If the script or the machine is not as it should be.
    #[must_use]
    pub fn start(program: &str, args: &[&str]) -> Self {
        Self::with(program, args, |mut command| {
            let child = command.spawn().expect("a process");
            (child.id(), Some(child))
        })
    }

    /// Starts it as a renderer by birth. Main waits for it when it ends.
    ///
    /// # Panics
    /// If the script or the machine is not as it should be.
    #[must_use]
    pub fn spawned_by(main: &IpcMain, program: &str, args: &[&str]) -> Self {
        Self::with(program, args, |command| {
            (main.spawn(command).expect("a renderer").process_id(), None)
        })
    }

    fn with(
        program: &str,
        args: &[&str],
        start: impl FnOnce(Command) -> (u32, Option<Child>),
    ) -> Self {
        let (stdin, ear) = std::io::pipe().expect("a pipe");
        let (voice, stdout) = std::io::pipe().expect("a pipe");
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::from(stdin)).stdout(Stdio::from(stdout));
        let (pid, child) = start(command);
        Self { child, pid, ear: Some(ear), voice: BufReader::new(voice) }
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The next line that it says; empty once it is gone.
    ///
    /// # Panics
    /// If the script or the machine is not as it should be.
    pub fn heard(&mut self) -> String {
        let mut line = String::new();
        self.voice.read_line(&mut line).expect("text");
        line.trim_end().to_owned()
    }

    /// Waits for it to say `line`.
    ///
    /// # Panics
    /// If it says something else.
    pub fn says(&mut self, line: &str) {
        assert_eq!(self.heard(), line);
    }

    /// Tells it a line. It may be gone.
    pub fn tell(&mut self, line: &str) {
        if let Some(ear) = &mut self.ear {
            let _ = writeln!(ear, "{line}");
        }
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it was waited for.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.pid).ok().and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.expect("a process id"), signal).expect("a process");
    }

    /// Lets it end, and says how it did; nothing if main waits for it.
    ///
    /// # Panics
    /// If the script or the machine is not as it should be.
    pub fn end(&mut self) -> Option<ExitStatus> {
        self.ear = None;
        self.child.take().map(|mut child| child.wait().expect("a child"))
    }

    /// Lets it end, which it must do of its own accord and content.
    ///
    /// # Panics
    /// If it did not.
    pub fn bows(mut self) {
        let status = self.end();
        assert!(status.is_none_or(|status| status.success()), "{status:?}");
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Says a line to the test.
pub fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    // Nobody listens once the test has failed.
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// The next line that the test tells; nothing once it wants the process to end.
#[must_use]
pub fn told() -> Option<String> {
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(len) if len > 0 => Some(line.trim_end().to_owned()),
        _ => None,
    }
}
