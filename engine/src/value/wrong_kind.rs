//! What to say of a value that is not what was asked for.

use std::borrow::Cow;
use std::fmt;

use super::{Kind, ValueRef};
use crate::error::NoMemory;

/// A value, or a part of it, is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongKind(Box<Wrong>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    argument: Option<usize>,
    path: String,
    expected: Cow<'static, str>,
    found: Kind,
    /// The number, if its kind is fine but not its size.
    number: Option<String>,
    /// It is what was asked for, and there is no memory for it.
    lacks_memory: bool,
}

impl WrongKind {
    /// An error for an implementation of [`FromValue`](super::FromValue): `expected` with its
    /// article, as in "a string".
    #[must_use]
    pub fn new(expected: impl Into<Cow<'static, str>>, found: ValueRef<'_>) -> WrongKind {
        let (expected, found) = (expected.into(), found.kind());
        let (argument, path, number) = (None, String::new(), None);
        let lacks_memory = false;
        WrongKind(Box::new(Wrong { argument, path, expected, found, number, lacks_memory }))
    }

    /// There is no memory for a value as Rust's own: its sender decides how large it is.
    #[cold]
    pub(super) fn no_memory(found: ValueRef<'_>) -> WrongKind {
        let mut lacking = WrongKind::new("less of it", found);
        lacking.0.lacks_memory = true;
        lacking
    }

    /// Whether the value is what was asked for, and there is no memory for it.
    #[must_use]
    pub fn is_out_of_memory(&self) -> bool {
        self.0.lacks_memory
    }

    /// What was asked for.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What is there.
    #[must_use]
    pub fn found(&self) -> Kind {
        self.0.found
    }

    /// The argument's position, if an argument was asked for.
    #[must_use]
    pub fn argument(&self) -> Option<usize> {
        self.0.argument
    }

    /// The way inside the value, such as `[3].name`; empty for the value itself.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The same for the value around it, which has the wrong one as an element.
    #[must_use]
    pub fn inside_index(mut self, position: usize) -> WrongKind {
        self.0.path.insert_str(0, &format!("[{position}]"));
        self
    }

    /// The same for the value around it, which has the wrong one under a key.
    #[must_use]
    pub fn inside_key(mut self, key: &str) -> WrongKind {
        self.0.path.insert_str(0, &key_step(key));
        self
    }

    pub(super) fn in_argument(mut self, position: usize) -> WrongKind {
        self.0.argument = Some(position);
        self
    }

    pub(super) fn with_number(mut self, value: ValueRef<'_>) -> WrongKind {
        let number = match value.kind() {
            Kind::Int | Kind::Float => true,
            Kind::BigInt => value.as_bigint().is_some_and(|number| number.magnitude().len() <= 32),
            _ => false,
        };
        self.0.number = number.then(|| value.to_string());
        self
    }
}

impl fmt::Display for WrongKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wrong { argument, path, expected, found, number, lacks_memory } = &*self.0;
        if let Some(argument) = argument {
            write!(f, "argument {argument}")?;
            f.write_str(if path.is_empty() { ": " } else { ", " })?;
        }
        if !path.is_empty() {
            let path = if argument.is_none() { without_dot(path) } else { path };
            write!(f, "{path}: ")?;
        }
        if *lacks_memory {
            return write!(f, "{NoMemory} for {found}");
        }
        write!(f, "expected {expected}, found ")?;
        match number {
            Some(number) => f.write_str(number),
            None => write!(f, "{found}"),
        }?;
        f.write_str(match found {
            Kind::Map if expected == "an object" => ", which `pairs` reads",
            Kind::View if expected.starts_with("an array") => ", which `as_view` reads",
            _ => "",
        })
    }
}

impl std::error::Error for WrongKind {}

/// Bytes of a key that a path shows: who sends it decides how long it is.
const KEY_MAX: usize = 256;

/// The step of a path to what is under a key: `.key`, or `["a key"]` if it is no name. A long one is cut off.
pub(super) fn key_step(key: &str) -> String {
    if key.len() > KEY_MAX {
        return format!("[{:?}...]", &key[..key.floor_char_boundary(KEY_MAX)]);
    }
    let plain = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    if !key.is_empty() && key.chars().all(plain) { format!(".{key}") } else { format!("[{key:?}]") }
}

/// A path as a text starts with it.
pub(super) fn without_dot(path: &str) -> &str {
    path.strip_prefix('.').unwrap_or(path)
}

/// So much of a key that is perhaps no valid Unicode as a path shows.
pub(super) fn shown_key(key: ValueRef<'_>) -> Cow<'_, str> {
    match (key.as_str(), key.contents()) {
        (Some(text), _) => Cow::Borrowed(text),
        (None, Some(bytes)) => String::from_utf8_lossy(&bytes[..bytes.len().min(KEY_MAX)]),
        (None, None) => Cow::Borrowed(""),
    }
}
