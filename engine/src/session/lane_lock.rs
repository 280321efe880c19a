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
/// something else, for as long as he likes: for ever, if he forgets it. Who finds the lock taken can
/// therefore ask whether a user has it, and whether that is this very thread.
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

/// How many threads have been numbered.
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The claims and bursts that this thread holds.
    static CLAIMS: Cell<usize> = const { Cell::new(0) };
    /// Zero until it is asked for.
    static NUMBER: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread holds a claim or burst, of any session.
pub(crate) fn thread_holds_claims() -> bool {
    CLAIMS.get() > 0
}

/// A number that no other thread has or had, and never zero. A claim may outlive its thread, if it is
/// forgotten, and is no later thread's.
#[inline]
pub(crate) fn this_thread() -> usize {
    match NUMBER.get() {
        0 => new_number(),
        number => number,
    }
}

#[cold]
fn new_number() -> usize {
    let number = THREADS.fetch_add(1, Ordering::Relaxed) + 1;
    NUMBER.set(number);
    number
}

impl<T> LaneLock<T> {
    pub(crate) fn new(end: T) -> Self {
        Self { inner: Mutex::new(end), claimant: AtomicUsize::new(0) }
    }

    /// Whether this thread's user holds it. Only this thread ever stores its own number.
    pub(crate) fn is_mine(&self) -> bool {
        self.claimant.load(Ordering::Relaxed) == this_thread()
    }

    /// Whether some thread's user holds it. A hint; behind a fence it is what [`Claimed::end`] says.
    pub(crate) fn is_claimed(&self) -> bool {
        self.claimant.load(Ordering::Relaxed) != 0
    }

    fn check(&self) -> Result<(), Error> {
        if self.is_mine() { Err(Error::ClaimHeld) } else { Ok(()) }
    }

    /// The lock, if it is free by `deadline`.
    ///
    /// # Errors
    /// [`Error::ClaimHeld`] if this thread's user holds it, and [`Error::Deadline`].
    pub(crate) fn lock_until(&self, deadline: Instant) -> Result<MutexGuard<'_, T>, Error> {
        self.check()?;
        self.inner.try_lock_until(deadline).ok_or(Error::Deadline)
    }

    /// The lock, if it is free within `time`.
    ///
    /// # Errors
    /// [`Error::ClaimHeld`] if this thread's user holds it.
    pub(crate) fn lock_within(&self, time: Duration) -> Result<Option<MutexGuard<'_, T>>, Error> {
        self.check()?;
        Ok(self.inner.try_lock_for(time))
    }

    /// The lock, if it is free now.
    #[inline]
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.inner.try_lock()
    }

    /// The lock, once no engine code has it; `None` while a user's claim is held.
    pub(crate) fn lock_unless_claimed(&self) -> Option<MutexGuard<'_, T>> {
        let mut guard = self.inner.try_lock();
        while guard.is_none() && !self.is_claimed() {
            guard = self.inner.try_lock_for(LOOK);
        }
        guard
    }

    /// The same, which waits for a claim too, if it ends at once: most are those of one typed message.
    pub(crate) fn lock_unless_kept(&self) -> Option<MutexGuard<'_, T>> {
        self.inner.try_lock_for(LOOK).or_else(|| self.lock_unless_claimed())
    }

    /// Keeps the lock for user code.
    #[inline]
    pub(crate) fn claim<'l>(&'l self, guard: MutexGuard<'l, T>) -> Claimed<'l, T> {
        self.claimant.store(this_thread(), Ordering::Relaxed);
        CLAIMS.set(CLAIMS.get() + 1);
        Claimed { lock: self, guard: Some(guard) }
    }
}

impl<'l, T> Claimed<'l, T> {
    /// The lock, which is engine code's again.
    #[inline]
    pub(crate) fn end(mut self) -> MutexGuard<'l, T> {
        match self.guard.take() {
            Some(guard) => guard,
            None => unreachable!("held until dropped"),
        }
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
        let claimed = lock.claim(lock.try_lock().unwrap());
        assert!(thread_holds_claims() && lock.is_mine());
        assert_eq!(lock.lock_within(LOOK).err(), Some(Error::ClaimHeld));
        assert_eq!(lock.lock_until(Instant::now()).err(), Some(Error::ClaimHeld));
        assert!(lock.lock_unless_claimed().is_none());
        drop(claimed);
        assert!(!thread_holds_claims() && !lock.is_claimed());
        assert_eq!(lock.lock_within(LOOK).map(|guard| *guard.unwrap()), Ok(1));
    }

    #[test]
    fn a_claim_that_ends_leaves_the_lock_to_engine_code() {
        let lock = LaneLock::new(1);
        let guard = lock.claim(lock.try_lock().unwrap()).end();
        assert!(!lock.is_claimed() && !thread_holds_claims());
        assert!(lock.try_lock().is_none());
        drop(guard);
        assert!(lock.try_lock().is_some());
    }

    #[test]
    fn a_forgotten_claim_is_no_later_threads() {
        let lock = &LaneLock::new(1);
        let forget = || std::mem::forget(lock.claim(lock.try_lock().unwrap()));
        std::thread::scope(|scope| scope.spawn(forget).join().unwrap());
        // Enough of them that one lies where the first one lay.
        for _ in 0..100 {
            let later = || assert!(lock.is_claimed() && !lock.is_mine());
            std::thread::scope(|scope| scope.spawn(later).join().unwrap());
        }
    }

    #[test]
    fn another_thread_waits_for_a_claim() {
        let lock = &LaneLock::new(1);
        let mut claimed = lock.claim(lock.try_lock().unwrap());
        std::thread::scope(|scope| {
            let past = scope.spawn(|| lock.lock_until(Instant::now()).map(|guard| *guard));
            assert_eq!(past.join().unwrap(), Err(Error::Deadline));
            let long = Duration::from_secs(60);
            let other = scope.spawn(move || lock.lock_within(long).map(|guard| *guard.unwrap()));
            *claimed = 2;
            drop(claimed);
            assert_eq!(other.join().unwrap(), Ok(2));
        });
    }
}
