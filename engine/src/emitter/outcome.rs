//! What a listener returns, and what is made of its failure.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Any error, as listeners and handlers return it. `?`, `"text".into()` and `text.into()` make one.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What a listener may return: nothing, or a `Result` whose error counts as Electron's "throws".
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
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| Err(panicked(&*payload)))
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
    fn an_error_is_a_failure() {
        assert_eq!(Err::<(), _>("boom").outcome().unwrap_err().to_string(), "boom");
        assert!(().outcome().is_ok());
    }
}
