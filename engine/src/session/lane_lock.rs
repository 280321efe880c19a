//! The lock of a lane's sending end, which may be held while user code runs.

use crate::error::Error;
use parking_lot::{Mutex, MutexGuard};
use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Guards the sending end of a lane.
///
/// Engine code takes it for the time of a call. A claim or a burst keeps it while its user does
/// something else, and that may be another send on the same lane by the same thread: such a thread is
/// told so, instead of waiting for itself for ever. Nobody pays for that who gets the lock at once.
#[derive(Debug)]
pub(crate) struct LaneLock<T> {
    inner: Mutex<T>,
    /// The thread whose user holds a claim, zero if none does.
    claimant: AtomicUsize,
}

/// The lock, held on behalf of a user. Not `Send`: who holds it is known by its thread.
#[derive(Debug)]
pub(crate) struct Claimed<'l, T> {
    lock: &'l LaneLock<T>,
    /// `None` only while being dropped.
    guard: Option<MutexGuard<'l, T>>,
}

/// How long a lock may be held before it is looked whether a user has it.
const LOOK: Duration = Duration::from_micros(20);

thread_local! {
    /// The claims and bursts that this thread holds. Where it lies is the thread's number.
    static CLAIMS: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread holds a claim or burst, of any session.
pub(crate) fn thread_holds_claims() -> bool {
    CLAIMS.get() > 0
}

/// A number that no other living thread has, and never zero.
#[inline]
pub(crate) fn this_thread() -> usize {
    CLAIMS.with(number)
}

fn number(claims: &Cell<usize>) -> usize {
    std::ptr::from_ref(claims).addr()
}

impl<T> LaneLock<T> {
    pub(crate) fn new(end: T) -> Self {
        Self { inner: Mutex::new(end), claimant: AtomicUsize::new(0) }
    }

    /// The lock, once it is free.
    ///
    /// # Errors
    /// [`Error::ClaimHeld`] if this thread's user holds it.
    #[inline]
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, T>, Error> {
        match self.inner.try_lock() {
            Some(guard) => Ok(guard),
            None => self.wait(),
        }
    }

    #[cold]
    fn wait(&self) -> Result<MutexGuard<'_, T>, Error> {
        self.check()?;
        Ok(self.inner.lock())
    }

    /// Only this thread ever stores its own number.
    fn check(&self) -> Result<(), Error> {
        let held = self.claimant.load(Ordering::Relaxed) == this_thread();
        if held { Err(Error::ClaimHeld) } else { Ok(()) }
    }

    /// The lock, if it is free by `deadline`.
    ///
    /// # Errors
    /// As [`lock`](Self::lock), and [`Error::Deadline`].
    pub(crate) fn lock_until(&self, deadline: Instant) -> Result<MutexGuard<'_, T>, Error> {
        self.check()?;
        self.inner.try_lock_until(deadline).ok_or(Error::Deadline)
    }

    /// The lock, if it is free within `time`.
    ///
    /// # Errors
    /// As [`lock`](Self::lock).
    pub(crate) fn lock_within(&self, time: Duration) -> Result<Option<MutexGuard<'_, T>>, Error> {
        self.check()?;
        Ok(self.inner.try_lock_for(time))
    }

    /// The lock, if it is free now.
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.inner.try_lock()
    }

    /// The lock, once no engine code has it; `None` while a user's claim is held.
    pub(crate) fn lock_unless_claimed(&self) -> Option<MutexGuard<'_, T>> {
        loop {
            if let Some(guard) = self.inner.try_lock_for(LOOK) {
                return Some(guard);
            }
            if self.claimant.load(Ordering::Relaxed) != 0 {
                return None;
            }
        }
    }

    /// Keeps the lock for user code.
    pub(crate) fn claim<'l>(&'l self, guard: MutexGuard<'l, T>) -> Claimed<'l, T> {
        CLAIMS.with(|claims| {
            self.claimant.store(number(claims), Ordering::Relaxed);
            claims.set(claims.get() + 1);
        });
        Claimed { lock: self, guard: Some(guard) }
    }
}

impl<T> Drop for Claimed<'_, T> {
    fn drop(&mut self) {
        self.lock.claimant.store(0, Ordering::Relaxed);
        CLAIMS.set(CLAIMS.get() - 1);
        self.guard = None;
    }
}

impl<T> Deref for Claimed<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match &self.guard {
            Some(guard) => guard,
            None => unreachable!("held until dropped"),
        }
    }
}

impl<T> DerefMut for Claimed<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.guard {
            Some(guard) => guard,
            None => unreachable!("held until dropped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_a_claim_is_told_instead_of_blocked() {
        let lock = LaneLock::new(1);
        let claimed = lock.claim(lock.lock().unwrap());
        assert!(thread_holds_claims());
        assert_eq!(lock.lock().err(), Some(Error::ClaimHeld));
        assert_eq!(lock.lock_until(Instant::now()).err(), Some(Error::ClaimHeld));
        drop(claimed);
        assert!(!thread_holds_claims());
        assert_eq!(lock.lock().map(|guard| *guard), Ok(1));
    }

    #[test]
    fn another_thread_waits_for_a_claim() {
        let lock = LaneLock::new(1);
        let mut claimed = lock.claim(lock.lock().unwrap());
        std::thread::scope(|scope| {
            let past = scope.spawn(|| lock.lock_until(Instant::now()).map(|guard| *guard));
            assert_eq!(past.join().unwrap(), Err(Error::Deadline));
            let other = scope.spawn(|| lock.lock().map(|guard| *guard));
            *claimed = 2;
            drop(claimed);
            assert_eq!(other.join().unwrap(), Ok(2));
        });
    }
}
