//! A word that its reader sleeps on, in the kernel, until the other process changes it.
//!
//! Nothing spins here, and yet an end need not sleep in each trip: waking a sleeper on an idle
//! virtual CPU can take the waker longer than the sleeper needs to answer, and it then finds its
//! answer there. So a sample says how often its end slept.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Acquire, Release};

use rustix::io::Errno;
use rustix::thread::futex::{self, Flags};

use crate::Result;

/// Wakes whoever is parked on the word.
#[inline(always)]
pub(super) fn publish(word: &AtomicU32, value: u32) -> Result<()> {
    word.store(value, Release); // pairs with the load in `Parked::changed`
    futex::wake(word, Flags::empty(), 1)?; // shared, not private: the other end is a process
    Ok(())
}

/// The reader's end of a word.
pub(super) struct Parked<'w> {
    word: &'w AtomicU32,
    /// How often we were put to sleep, and how often the word changed.
    parks: u32,
    changes: u32,
}

impl<'w> Parked<'w> {
    pub(super) fn on(word: &'w AtomicU32) -> Self {
        Self { word, parks: 0, changes: 0 }
    }

    /// What the word holds once that is no longer `last`.
    #[inline(always)]
    pub(super) fn changed(&mut self, last: u32) -> Result<u32> {
        loop {
            let found = self.word.load(Acquire); // pairs with the store in `publish`
            if found != last {
                self.changes += 1;
                return Ok(found);
            }
            match futex::wait(self.word, Flags::empty(), last, None) {
                Ok(()) => self.parks += 1,
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Share of the changes that were slept for.
    pub(super) fn slept(&self) -> f64 {
        f64::from(self.parks) / f64::from(self.changes)
    }
}
