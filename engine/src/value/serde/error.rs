//! Why serde and values did not come together, and where.

use std::fmt::{self, Display};

use super::DEPTH_MAX;
use crate::error::NoMemory;
use crate::value::Kind;
use crate::value::wrong_kind::{key_step, without_dot};

/// A type could not be written as a value, or a value not be read as a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerdeError(Box<(String, Problem)>);

/// What the reason is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The type's own: it cannot be written, or expects something else. With its text.
    Type(String),
    /// Containers in more than [`DEPTH_MAX`] others, as every cycle is.
    TooDeep,
    /// Parts in so many places that the whole would be far larger than the archive.
    TooShared,
    /// The value would have 2 GiB or more.
    TooLarge,
    /// This kind of value has no form in serde.
    NoForm(Kind),
    /// There is no memory for it.
    NoMemory,
    /// A string with lone surrogates, which Rust's strings cannot have.
    LoneSurrogates,
}

impl SerdeError {
    pub(super) fn new(problem: Problem) -> SerdeError {
        SerdeError(Box::new((String::new(), problem)))
    }

    /// What the reason is.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.0.1
    }

    /// The way inside the value, such as `.name[3]`; empty for the value itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.0
    }

    /// The same for the container around it.
    pub(super) fn inside_index(mut self, position: usize) -> SerdeError {
        self.0.0.insert_str(0, &format!("[{position}]"));
        self
    }

    /// The same for the container around it.
    pub(super) fn inside_key(mut self, key: &str) -> SerdeError {
        self.0.0.insert_str(0, &key_step(key));
        self
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Type(text) => f.write_str(text),
            Problem::TooDeep => write!(f, "inside of more than {DEPTH_MAX} containers"),
            Problem::TooShared => f.write_str("shared by too many containers"),
            Problem::TooLarge => f.write_str("2 GiB or more"),
            Problem::NoMemory => NoMemory.fmt(f),
            Problem::NoForm(kind) => write!(f, "{kind} that serde has no form for"),
            Problem::LoneSurrogates => f.write_str("a string with lone surrogates"),
        }
    }
}

impl Display for SerdeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            "" => self.problem().fmt(f),
            path => write!(f, "{}: {}", without_dot(path), self.problem()),
        }
    }
}

impl std::error::Error for SerdeError {}

impl serde::ser::Error for SerdeError {
    fn custom<T: Display>(text: T) -> SerdeError {
        SerdeError::new(Problem::Type(short(text)))
    }
}

impl serde::de::Error for SerdeError {
    fn custom<T: Display>(text: T) -> SerdeError {
        SerdeError::new(Problem::Type(short(text)))
    }
}

/// Bytes of a type's text that are kept: serde's quote what was sent.
const TEXT_MAX: usize = 4096;

/// A text, cut off where it becomes too long.
fn short(text: impl Display) -> String {
    struct Short(String);
    impl fmt::Write for Short {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            let room = TEXT_MAX - self.0.len();
            self.0.push_str(&part[..part.floor_char_boundary(room)]);
            if part.len() > room { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut short = Short(String::new());
    if fmt::Write::write_fmt(&mut short, format_args!("{text}")).is_err() {
        short.0.push_str("...");
    }
    short.0
}
