//! What a listener returns, and what is made of its failure.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Any error, as listeners and handlers return it. `?`, `"text".into()` and `text.into()` make one.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What a listener may return: nothing, or a `Result` whose error counts as Electron's "throws".
///
/// Open to all: it is asked where the listener ran, under the same guard, and what it answers is told, not
/// believed.
pub trait Outcome {
    /// The failure, if it is one.
    ///
    /// # Errors
    /// The listener's own.
    fn outcome(self) -> Result<(), BoxError>;
}

impl Outcome for () {
    #[inline]
    fn outcome(self) -> Result<(), BoxError> {
        Ok(())
    }
}

impl<E: Into<BoxError>> Outcome for Result<(), E> {
    #[inline]
    fn outcome(self) -> Result<(), BoxError> {
        self.map_err(Into::into)
    }
}

/// The text that a panic was raised with.
#[derive(Debug)]
struct Panicked(String);

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}

impl StdError for Panicked {}

/// Runs a listener or handler; a panic is a failure like any other, and ends nothing else.
#[inline]
pub(crate) fn guarded<T>(run: impl FnOnce() -> Result<T, BoxError>) -> Result<T, BoxError> {
    // Whatever `run` left half-done is its owner's: the engine's own state is not in its reach.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        let failure = panicked(&*payload);
        drop_payload(payload);
        Err(failure)
    })
}

/// A payload is anybody's type, and may panic when it is dropped. What it panics with then is leaked.
#[cold]
fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
}

#[cold]
fn panicked(payload: &(dyn Any + Send)) -> BoxError {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "with something that is no text".to_owned());
    Box::new(Panicked(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_with_its_text() {
        let failed = guarded::<()>(|| panic!("at {}", 7)).unwrap_err();
        assert_eq!(failed.to_string(), "panicked: at 7");
        let failed = guarded::<()>(|| panic!("plain")).unwrap_err();
        assert_eq!(failed.to_string(), "panicked: plain");
    }

    #[test]
    fn a_payload_that_panics_when_it_is_dropped_ends_nothing_else() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                std::panic::panic_any(Bomb);
            }
        }
        let failed = guarded::<()>(|| std::panic::panic_any(Bomb)).unwrap_err();
        assert_eq!(failed.to_string(), "panicked: with something that is no text");
    }

    #[test]
    fn an_error_is_a_failure() {
        assert_eq!(Err::<(), _>("boom").outcome().unwrap_err().to_string(), "boom");
        assert!(().outcome().is_ok());
    }
}
