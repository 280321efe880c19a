//! Why a command could not do its work, and what to do about it.

use ringmain::Error;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// What is told on stderr when a command ends.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads what is written any more, as in `ringmain ls | head -1`. Nothing to tell.
    Unread,
    /// Something went wrong.
    Told {
        /// What.
        message: String,
        /// What to do about it, or nothing.
        hint: &'static str,
    },
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>, hint: &'static str) -> Self {
        Self::Told { message: message.into(), hint }
    }

    /// Tells it, and how the program ends.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Unread => ExitCode::SUCCESS,
            Self::Told { message, hint } => {
                complain(&message);
                if !hint.is_empty() {
                    complain_line(format_args!("hint: {hint}"));
                }
                ExitCode::FAILURE
            }
        }
    }
}

/// A line on stderr under the program's name.
pub(crate) fn complain(message: &str) {
    complain_line(format_args!("ringmain: {message}"));
}

/// `eprintln!` panics where stderr is closed; there is nobody to tell then.
fn complain_line(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::new(format!("the terminal or output failed: {error}"), ""),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoMain { .. } => "`ringmain ls` lists the endpoints of this user",
            Error::Deadline => "main is stuck, and its process cannot be looked into from here",
            Error::VersionMismatch { .. }
            | Error::LayoutMismatch { .. }
            | Error::Corrupt { .. } => "use the `ringmain` of main's release",
            Error::PermissionDenied { .. } => {
                "run it as main's user; `ringmain doctor` checks the directory"
            }
            Error::Exhausted { .. } => {
                "main has as many monitors as it takes, or descriptors are short"
            }
            _ => "",
        };
        Self::new(error.to_string(), hint)
    }
}
