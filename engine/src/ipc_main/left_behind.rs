//! Handlers whose renderer is gone.
//!
//! As in Electron they run on, though nobody hears what they answer. A renderer that comes, asks what
//! takes for ever, and goes, would so have main keep more and more: for all renderers that are gone
//! together there are [`LEFT_INVOKES`] of them, with [`LEFT_BYTES`] of arguments, and beyond that the
//! oldest are dropped, wherever they are in their work; and all of them when there is no memory for what
//! somebody sends.

use crate::limits::{LEFT_BYTES, LEFT_INVOKES};
use std::collections::BTreeMap;

/// Which they are, by age.
#[derive(Debug, Default)]
pub(super) struct LeftBehind {
    handlers: BTreeMap<u64, Handler>,
    bytes: usize,
}

#[derive(Debug, Clone, Copy)]
struct Handler {
    key: usize,
    /// Of its arguments.
    bytes: usize,
}

impl LeftBehind {
    /// Adds the handler with this key that was the `age`th of all to begin.
    pub(super) fn add(&mut self, age: u64, key: usize, bytes: usize) {
        self.handlers.insert(age, Handler { key, bytes });
        self.bytes += bytes;
    }

    /// One has ended, of whomever.
    pub(super) fn remove(&mut self, age: u64) {
        if let Some(handler) = self.handlers.remove(&age) {
            self.bytes -= handler.bytes;
        }
    }

    /// The key of the oldest.
    pub(super) fn oldest(&self) -> Option<usize> {
        self.handlers.values().next().map(|handler| handler.key)
    }

    /// The key of the oldest, if there are too many. A single one may be as large as it likes.
    pub(super) fn one_too_many(&self) -> Option<usize> {
        let number = self.handlers.len();
        let too_many = number > LEFT_INVOKES || number > 1 && self.bytes > LEFT_BYTES;
        if too_many { self.oldest() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_one_too_many_first() {
        let mut left = LeftBehind::default();
        for age in 0..=LEFT_INVOKES as u64 {
            assert_eq!(left.one_too_many(), None);
            left.add(age, 1000 + usize::try_from(age).unwrap(), 1);
        }
        assert_eq!(left.one_too_many(), Some(1000));
        left.remove(0);
        assert_eq!(left.one_too_many(), None);
    }

    #[test]
    fn arguments_count_but_those_of_a_single_one() {
        let mut left = LeftBehind::default();
        left.add(7, 1, LEFT_BYTES + 1);
        assert_eq!(left.one_too_many(), None);
        left.add(8, 2, 0);
        assert_eq!(left.one_too_many(), Some(1));
        left.remove(7);
        assert_eq!((left.one_too_many(), left.bytes), (None, 0));
        left.remove(7); // of one that is not left behind
    }
}
