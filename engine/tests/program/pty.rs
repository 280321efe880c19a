//! A terminal that a test looks at: a pseudo-terminal, and a program on it.

use crate::actors::actor;
use crate::stage::Stage;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use vt100::{Parser, Screen};

/// How long a screen may take to become what is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A terminal and the program on it.
pub(crate) struct Terminal {
    keyboard: File,
    /// The program's end, kept open: what it wrote last can be read when it is gone.
    line: Option<OwnedFd>,
    /// The line's settings before the program came.
    settings: String,
    output: Receiver<Vec<u8>>,
    parser: Parser,
    program: Child,
}

impl Terminal {
    /// Starts the program on a terminal of its own of so many columns and rows.
    pub(crate) fn new(stage: &Stage, arguments: &str, size: (u16, u16)) -> Self {
        let control = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&control).unwrap();
        unlockpt(&control).unwrap();
        let line = ioctl_tiocgptpeer(&control, OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        tcsetwinsize(&line, window(size)).unwrap();
        let settings = settings(&line);
        let end = || line.try_clone().unwrap();
        let mut command = actor("on a terminal", arguments);
        let command =
            stage.place(&mut command).env("TERM", "xterm-256color").env_remove("NO_COLOR");
        let program = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
        let keyboard = File::from(control);
        let output = read(keyboard.try_clone().unwrap());
        let parser = Parser::new(some(size.1), some(size.0), 0);
        Self { keyboard, line: Some(line), settings, output, parser, program }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        self.parser.screen_mut().set_size(some(size.1), some(size.0));
        tcsetwinsize(&self.keyboard, window(size)).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.program.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Reads what comes until the screen is as it should be.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&Screen) -> bool) -> &Screen {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self.parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(_) => panic!("never {what}:\n{}", self.parser.screen().contents()),
            }
        }
        self.parser.screen()
    }

    /// Waits until the program has ended, and checks that it has left the terminal as it found it.
    /// Returns how it ended and the text that it left on the screen.
    #[track_caller]
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let status = self.program.wait().unwrap();
        let line = self.line.take().unwrap();
        assert_eq!(settings(&line), self.settings);
        drop(line);
        self.output.iter().for_each(|bytes| self.parser.process(&bytes));
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the other screen was not left");
        assert!(!screen.hide_cursor(), "the cursor was not shown again");
        (status, screen.contents())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// What the program writes, until nobody can write any more.
fn read(mut control: File) -> Receiver<Vec<u8>> {
    let (read, output) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(len @ 1..) = control.read(&mut bytes) {
            if read.send(bytes[..len].to_vec()).is_err() {
                break;
            }
        }
    });
    output
}

fn settings(line: &OwnedFd) -> String {
    format!("{:?}", tcgetattr(line).unwrap())
}

fn window((columns, rows): (u16, u16)) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn some(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}
