//! Main's memory for messages that arrive in fragments.

use crate::limits::GATHER_PATIENCE;
use std::time::{Duration, Instant};

/// A run that is slower than this, in bytes a second, is slower than any renderer that wants to be done.
const RATE: usize = 16 << 20;

/// What of it is promised to whom.
///
/// A run is promised the whole message's size when it begins, so that runs that have begun can always
/// end; its buffer grows with what arrives. A renderer whose run finds no room is not read until there
/// is some.
#[derive(Debug)]
pub(super) struct Memory {
    promised: usize,
    limit: usize,
    /// Somebody waits.
    pub(super) wanted: bool,
    /// Something was given back since anybody was told.
    pub(super) freed: bool,
}

/// What one run was promised.
#[derive(Debug)]
pub(super) struct Promise {
    bytes: usize,
    since: Instant,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        Self { promised: 0, limit, wanted: false, freed: false }
    }

    /// A promise of `bytes`. Whoever is alone is promised anything.
    pub(super) fn promise(&mut self, bytes: usize) -> Option<Promise> {
        if self.promised > 0 && self.promised.saturating_add(bytes) > self.limit {
            self.wanted = true;
            return None;
        }
        self.promised += bytes;
        Some(Promise { bytes, since: Instant::now() })
    }

    /// Takes a promise back, if there is one.
    pub(super) fn give_back(&mut self, promise: Option<Promise>) {
        if let Some(promise) = promise {
            self.promised -= promise.bytes;
            self.freed = self.wanted;
        }
    }
}

impl Promise {
    /// How long the run has lasted, if that is longer than any run of its size has to.
    pub(super) fn overdue(&self) -> Option<Duration> {
        let patience = GATHER_PATIENCE + Duration::from_secs((self.bytes / RATE) as u64);
        Some(self.since.elapsed()).filter(|lasted| *lasted > patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_alone_is_promised_anything() {
        let mut memory = Memory::new(100);
        let first = memory.promise(1000);
        assert!(first.is_some());
        assert!(memory.promise(1).is_none() && memory.wanted);
        memory.give_back(first);
        assert!(memory.freed);
        assert!(memory.promise(60).is_some() && memory.promise(40).is_some());
        assert!(memory.promise(1).is_none());
    }

    #[test]
    fn a_run_is_given_time() {
        let overdue = |bytes, lasted| {
            let since = Instant::now().checked_sub(Duration::from_secs(lasted)).unwrap();
            Promise { bytes, since }.overdue().is_some()
        };
        assert!(!overdue(1 << 20, 9));
        assert!(overdue(1 << 20, 11));
        assert!(!overdue(1 << 30, 60));
        assert!(overdue(1 << 30, 80));
    }
}
