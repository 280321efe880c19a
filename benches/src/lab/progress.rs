//! How far a run is, on standard error: in place on a terminal, now and then elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Between two lines where they are not written over each other.
const LINES_APART: Duration = Duration::from_secs(10);
/// As much of a line as any terminal shows.
const WIDTH: usize = 78;

#[derive(Debug)]
pub(crate) struct Progress {
    steps: usize,
    done: usize,
    started: Instant,
    shown: Option<Instant>,
    terminal: bool,
}

impl Progress {
    pub(crate) fn of(steps: usize) -> Self {
        let terminal = stderr().is_terminal();
        Self { steps, done: 0, started: Instant::now(), shown: None, terminal }
    }

    /// The next step begins.
    pub(crate) fn step(&mut self, what: &str) {
        let due = self.shown.is_none_or(|shown| shown.elapsed() >= LINES_APART);
        if self.terminal {
            let line: String = format!("{} {what}", self.so_far()).chars().take(WIDTH).collect();
            eprint!("\r{line:<WIDTH$}");
            let _ = stderr().flush(); // a progress line that cannot be shown is no reason to stop
        } else if due {
            eprintln!("{} {what}", self.so_far());
            self.shown = Some(Instant::now());
        }
        self.done += 1;
    }

    pub(crate) fn end(&self) {
        if self.terminal {
            eprint!("\r{:WIDTH$}\r", "");
        }
        eprintln!("{} steps in {:.0} s", self.done, self.started.elapsed().as_secs_f64());
    }

    fn so_far(&self) -> String {
        let left = match self.done {
            0 => String::new(),
            done => {
                let left = self.started.elapsed() * u32::try_from(self.steps - done).unwrap_or(0)
                    / u32::try_from(done).unwrap_or(1);
                format!(", {}:{:02} left", left.as_secs() / 60, left.as_secs() % 60)
            }
        };
        format!("[{}/{}{left}]", self.done + 1, self.steps)
    }
}
