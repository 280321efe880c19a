//! A directory of endpoints for one test, mains in it, and the program.

use crate::actors::actor;
use std::fs::DirBuilder;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Longer than any of these tests takes on the busiest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// One test's own place. The process ends if the test hangs.
#[derive(Debug)]
pub(crate) struct Stage {
    directory: PathBuf,
    _alive: Sender<()>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        static STAGES: AtomicU32 = AtomicU32::new(0);
        let number = STAGES.fetch_add(1, Ordering::Relaxed);
        let name = format!("ringmain-program-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&directory).expect("a directory of our own");
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        let (alive, watched) = channel();
        std::thread::spawn(move || {
            if watched.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("{test} hangs");
                std::process::abort();
            }
        });
        Self { directory, _alive: alive }
    }

    /// Where this stage's endpoints are, once there are any.
    pub(crate) fn endpoints(&self) -> PathBuf {
        self.directory.join("ringmain")
    }

    /// Puts a command onto this stage.
    pub(crate) fn place<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("XDG_RUNTIME_DIR", &self.directory)
    }

    /// A main that runs, and so many renderers, which may not have attached yet.
    pub(crate) fn main(&self, name: &str, renderers: u32) -> Main {
        let mut command = actor("main", &format!("{name} {renderers}"));
        let command = self.place(&mut command).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a main");
        let stdout = process.stdout.take().expect("a piped stdout");
        let mut main = Main { process, stdout: BufReader::new(stdout) };
        main.says("ready");
        main
    }

    /// What is left of a main that was killed.
    pub(crate) fn dead_main(&self, name: &str) {
        self.main(name, 0).kill();
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringmain"));
        let output = self.place(&mut command).args(arguments).stdin(Stdio::null()).output();
        Done::of(output.expect("the program"))
    }

    /// Runs it until it has done what is waited for.
    pub(crate) fn run_until(&self, arguments: &[&str], is_so: impl Fn(&Done) -> bool) -> Done {
        loop {
            let done = self.run(arguments);
            if is_so(&done) {
                return done;
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// How a run of the program went.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Self { status: output.status.code(), stdout, stderr }
    }

    /// Its stdout, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        assert_eq!(self.status, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).expect("an array")
    }

    /// The line of a table that has this cell.
    #[track_caller]
    pub(crate) fn row(&self, cell: &str) -> Vec<&str> {
        let mut rows = self.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        rows.find(|cells| cells.contains(&cell)).unwrap_or_else(|| panic!("no {cell} in {self:#?}"))
    }
}

/// A main's process. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Main {
    process: Child,
    stdout: BufReader<ChildStdout>,
}

impl Main {
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Reads what it writes until it says this.
    #[track_caller]
    fn says(&mut self, word: &str) {
        let mut lines = self.stdout.by_ref().lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains(word)), "main never said that it is {word}");
    }

    /// Makes the listener of 'hold' block for ever. It does so when this returns.
    pub(crate) fn hold(&mut self) {
        let stdin = self.process.stdin.as_mut().expect("a piped stdin");
        stdin.write_all(b"hold\n").expect("main lives");
        self.says("holding");
    }

    /// Ends it as `kill -9` does, its renderers with it.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Main {
    fn drop(&mut self) {
        self.end();
    }
}
