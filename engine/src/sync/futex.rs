//! The word that a thread of another process sleeps on.
//!
//! A shared futex, never a private one: the kernel keys it by page, so that waiter and waker may
//! live in different processes, and either may map the page read-only. std's and parking_lot's
//! futexes are private and would never wake a peer.

use super::{AtomicU32, Ordering};
use std::time::Duration;

/// Why [`FutexWord::wait`] returned. It is a reason to look again, never a proof of anything: the
/// ring's state is the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// Rung, or the word had changed already.
    Rung,
    /// The time passed, or a signal came: a moment to look around.
    NotRung,
}

/// A 32-bit word to sleep on.
#[derive(Debug)]
#[repr(C)]
pub struct FutexWord {
    word: AtomicU32,
    #[cfg(loom)]
    kernel: Kernel,
}

impl FutexWord {
    /// The present value.
    #[inline]
    pub fn load(&self) -> u32 {
        self.word.load(Ordering::Relaxed)
    }

    /// Adds one. Only the owner of the word does this, one thread at a time.
    #[inline]
    pub(crate) fn bump(&self) {
        self.word.store(self.load().wrapping_add(1), Ordering::Relaxed);
    }
}

#[cfg(not(loom))]
impl FutexWord {
    /// Sleeps while the word is `expected`, at most for `timeout`; `None` is for ever. May return for
    /// no reason. A timeout costs some 0.4 µs, for the kernel's timer.
    #[cold]
    pub fn wait(&self, expected: u32, timeout: Option<Duration>) -> Woken {
        use rustix::thread::futex;
        let timeout = timeout.map(|timeout| futex::Timespec {
            tv_sec: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(timeout.subsec_nanos()),
        });
        match futex::wait(&self.word, futex::Flags::empty(), expected, timeout.as_ref()) {
            Ok(()) | Err(rustix::io::Errno::AGAIN) => Woken::Rung,
            Err(_) => Woken::NotRung,
        }
    }

    /// Wakes every thread that sleeps on the word.
    #[cold]
    pub fn wake_all(&self) {
        // The only error is a bad address, which a reference is not.
        let _ = rustix::thread::futex::wake(
            &self.word,
            rustix::thread::futex::Flags::empty(),
            i32::MAX.unsigned_abs(),
        );
    }
}

/// What the kernel adds to the word: comparing and going to sleep are one step, under a lock that
/// the waker takes as well.
#[cfg(loom)]
#[derive(Debug)]
struct Kernel {
    bucket: loom::sync::Mutex<()>,
    sleepers: loom::sync::Condvar,
}

#[cfg(loom)]
impl FutexWord {
    /// A word of value zero.
    pub fn new() -> Self {
        Self {
            word: AtomicU32::new(0),
            kernel: Kernel {
                bucket: loom::sync::Mutex::new(()),
                sleepers: loom::sync::Condvar::new(),
            },
        }
    }

    /// Sleeps while the word is `expected`. The model has no time: a lost wake is a deadlock.
    pub fn wait(&self, expected: u32, _timeout: Option<Duration>) -> Woken {
        let bucket = self.kernel.bucket.lock().unwrap();
        if self.load() == expected {
            drop(self.kernel.sleepers.wait(bucket).unwrap());
        }
        Woken::Rung
    }

    /// Wakes every thread that sleeps on the word.
    pub fn wake_all(&self) {
        let _bucket = self.kernel.bucket.lock().unwrap();
        self.kernel.sleepers.notify_all();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn word(value: u32) -> FutexWord {
        FutexWord { word: AtomicU32::new(value) }
    }

    #[test]
    fn a_word_that_changed_is_not_slept_on() {
        assert_eq!(word(7).wait(6, None), Woken::Rung);
    }

    #[test]
    fn a_wait_ends_with_its_time() {
        assert_eq!(word(7).wait(7, Some(Duration::from_millis(1))), Woken::NotRung);
    }

    #[test]
    fn a_bump_wraps() {
        let word = word(u32::MAX);
        word.bump();
        assert_eq!(word.load(), 0);
    }
}
