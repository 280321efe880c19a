//! What the engine tells [`tracing`](https://docs.rs/tracing), if the feature of that name is on.
//!
//! The table of spans, events and their fields is on the [front page](crate). Without the feature nothing
//! of this is compiled; with it, and no subscriber that is interested, each place costs the load of a word.

/// A span, entered until what this gives is dropped.
#[cfg(feature = "tracing")]
macro_rules! entered {
    ($level:ident, $name:literal $(, $field:ident = $value:expr)* $(,)?) => {
        tracing::span!(target: "ringmain", tracing::Level::$level, $name $(, $field = $value)*)
            .entered()
    };
}

/// A span that is entered now and then.
#[cfg(feature = "tracing")]
macro_rules! span {
    ($level:ident, $name:literal $(, $field:ident = $value:expr)* $(,)?) => {
        tracing::span!(target: "ringmain", tracing::Level::$level, $name $(, $field = $value)*)
    };
}

/// An event.
#[cfg(feature = "tracing")]
macro_rules! event {
    ($level:ident, $text:literal $(, $field:ident = $value:expr)* $(,)?) => {
        tracing::event!(target: "ringmain", tracing::Level::$level, $($field = $value,)* $text)
    };
}

#[cfg(feature = "tracing")]
pub(crate) use tracing::{Span, field::display as text};

/// Nothing: the values are not looked at.
#[cfg(not(feature = "tracing"))]
macro_rules! entered {
    ($($anything:tt)*) => { $crate::trace::span!($($anything)*) };
}

/// Nothing: the values are not looked at.
#[cfg(not(feature = "tracing"))]
macro_rules! span {
    ($level:ident, $name:literal $(, $field:ident = $value:expr)* $(,)?) => {{
        $(let _ = || $value;)*
        $crate::trace::Span
    }};
}

/// Nothing: the values are not looked at.
#[cfg(not(feature = "tracing"))]
macro_rules! event {
    ($level:ident, $text:literal $(, $field:ident = $value:expr)* $(,)?) => {{
        $(let _ = || $value;)*
    }};
}

/// A value as its text.
#[cfg(not(feature = "tracing"))]
pub(crate) fn text<T>(value: T) -> T {
    value
}

/// Where a span would be.
#[cfg(not(feature = "tracing"))]
#[derive(Debug, Clone)]
pub(crate) struct Span;

#[cfg(not(feature = "tracing"))]
impl Span {
    #[inline]
    pub(crate) fn in_scope<R>(&self, run: impl FnOnce() -> R) -> R {
        run()
    }
}

pub(crate) use {entered, event, span};
