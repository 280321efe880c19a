//! JavaScript's errors as values.

use super::{Builder, Slot, ToValue, ValueRef, Wtf8};

/// The classes of errors that structured clone knows. Others become [`ErrorName::Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
#[repr(u8)]
pub enum ErrorName {
    /// `Error`
    #[default]
    Error,
    /// `EvalError`
    EvalError,
    /// `RangeError`
    RangeError,
    /// `ReferenceError`
    ReferenceError,
    /// `SyntaxError`
    SyntaxError,
    /// `TypeError`
    TypeError,
    /// `URIError`
    UriError,
}

impl ErrorName {
    /// All, in the order of their numbers.
    pub const ALL: [ErrorName; 7] = [
        ErrorName::Error,
        ErrorName::EvalError,
        ErrorName::RangeError,
        ErrorName::ReferenceError,
        ErrorName::SyntaxError,
        ErrorName::TypeError,
        ErrorName::UriError,
    ];

    /// The name as JavaScript has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorName::Error => "Error",
            ErrorName::EvalError => "EvalError",
            ErrorName::RangeError => "RangeError",
            ErrorName::ReferenceError => "ReferenceError",
            ErrorName::SyntaxError => "SyntaxError",
            ErrorName::TypeError => "TypeError",
            ErrorName::UriError => "URIError",
        }
    }
}

impl std::fmt::Display for ErrorName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Bits of an error's node: which links it has, in this order.
pub(super) const HAS_MESSAGE: u8 = 1;
pub(super) const HAS_STACK: u8 = 2;
pub(super) const HAS_CAUSE: u8 = 4;
pub(super) const HAS_ALL: u8 = HAS_MESSAGE | HAS_STACK | HAS_CAUSE;

/// A JavaScript error to be sent.
///
/// # Examples
///
/// ```
/// use ringmain::value::{ErrorName, ErrorValue};
/// use ringmain::args;
///
/// let args = args![ErrorValue::new(ErrorName::TypeError, "boom")];
/// assert_eq!(args.to_string(), "[[TypeError: boom]]");
/// ```
#[derive(Clone, Copy, Default)]
pub struct ErrorValue<'a> {
    /// The class.
    pub name: ErrorName,
    /// `error.message`, if it has one of its own.
    pub message: Option<Wtf8<'a>>,
    /// `error.stack`
    pub stack: Option<Wtf8<'a>>,
    /// `error.cause`
    pub cause: Option<&'a dyn ToValue>,
}

impl<'a> ErrorValue<'a> {
    /// An error with a message.
    #[must_use]
    pub fn new(name: ErrorName, message: &'a str) -> ErrorValue<'a> {
        ErrorValue { name, message: Some(message.into()), ..ErrorValue::default() }
    }
}

impl ToValue for ErrorValue<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        let cause = self.cause.map(|cause| {
            let slot = builder.reserve();
            cause.write(builder, slot);
            slot
        });
        builder.error(slot, self.name, self.message, self.stack, cause);
    }
}

impl std::fmt::Debug for ErrorValue<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErrorValue")
            .field("name", &self.name)
            .field("message", &self.message)
            .field("stack", &self.stack)
            .finish_non_exhaustive()
    }
}

/// A JavaScript error that was received.
#[derive(Debug, Clone, Copy)]
pub struct ErrorRef<'a> {
    name: ErrorName,
    message: Option<ValueRef<'a>>,
    stack: Option<ValueRef<'a>>,
    cause: Option<ValueRef<'a>>,
}

impl<'a> ErrorRef<'a> {
    /// From a checked node and its children.
    pub(super) fn new(
        name: u8,
        has: u8,
        mut children: impl Iterator<Item = ValueRef<'a>>,
    ) -> ErrorRef<'a> {
        let mut next = |bit| if has & bit == 0 { None } else { children.next() };
        ErrorRef {
            name: ErrorName::ALL.get(usize::from(name)).copied().unwrap_or_default(),
            message: next(HAS_MESSAGE),
            stack: next(HAS_STACK),
            cause: next(HAS_CAUSE),
        }
    }

    /// The class.
    #[must_use]
    pub fn name(self) -> ErrorName {
        self.name
    }

    /// `error.message`, if it has one of its own: a string.
    #[must_use]
    pub fn message(self) -> Option<Wtf8<'a>> {
        self.message.and_then(ValueRef::as_wtf8)
    }

    /// `error.stack`: a string.
    #[must_use]
    pub fn stack(self) -> Option<Wtf8<'a>> {
        self.stack.and_then(ValueRef::as_wtf8)
    }

    /// `error.cause`, if it has one.
    #[must_use]
    pub fn cause(self) -> Option<ValueRef<'a>> {
        self.cause
    }
}

/// As JavaScript's `toString`: the name, and the message if there is one.
impl std::fmt::Display for ErrorRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name.as_str())?;
        match self.message() {
            Some(message) if message != "" => write!(f, ": {message}"),
            _ => Ok(()),
        }
    }
}
