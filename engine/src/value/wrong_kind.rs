//! What to say of a value that is not what was asked for.

use std::borrow::Cow;
use std::fmt;

use super::{Kind, ValueRef};

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
}

impl WrongKind {
    /// An error for an implementation of [`FromValue`](super::FromValue): `expected` with its
    /// article, as in "a string".
    #[must_use]
    pub fn new(expected: impl Into<Cow<'static, str>>, found: ValueRef<'_>) -> WrongKind {
        let (expected, found) = (expected.into(), found.kind());
        let (argument, path, number) = (None, String::new(), None);
        WrongKind(Box::new(Wrong { argument, path, expected, found, number }))
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
        let Wrong { argument, path, expected, found, number } = &*self.0;
        if let Some(argument) = argument {
            write!(f, "argument {argument}")?;
            f.write_str(if path.is_empty() { ": " } else { ", " })?;
        }
        if !path.is_empty() {
            let path = if argument.is_none() { without_dot(path) } else { path };
            write!(f, "{path}: ")?;
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

/// The step of a path to what is under a key: `.key`, or `["a key"]` if it is no name.
pub(super) fn key_step(key: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    if !key.is_empty() && key.chars().all(plain) { format!(".{key}") } else { format!("[{key:?}]") }
}

/// A path as a text starts with it.
pub(super) fn without_dot(path: &str) -> &str {
    path.strip_prefix('.').unwrap_or(path)
}
