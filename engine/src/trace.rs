//! What the engine tells [`tracing`](https://docs.rs/tracing), if the feature of that name is on.
//!
//! | | level | name | fields |
//! |---|---|---|---|
//! | span | debug | `send_sync`, `invoke`: from the call to its answer | `channel` |
//! | span | debug | `handler`: an `invoke` in main, entered whenever its future is polled | `channel`, `renderer` |
//! | span | trace | `turn`: messages of one renderer | `renderer` |
//! | span | trace | `listeners`: those of one message, or of several in a row that are alike | `channel`, `renderer` |
//! | event | info | a session begins, ends, or goes on with the next main | `renderer`, `pid`, `reason`, `exit_code` |
//! | event | debug | a monitor comes or goes | `pid` |
//! | event | warn | what [`Diagnostic`](crate::Diagnostic)s and `on_uncaught` say | |
//!
//! All of them have the target `ringmain`. `renderer` is the id of the `WebContents`. Without the feature
//! nothing of this is compiled; with it, and no subscriber that is interested, each place costs the load of
//! a word. Nothing of a message's content is told.

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
