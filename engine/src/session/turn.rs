//! Whose turn it is to dispatch: one thread at a time per endpoint.

use super::lane_lock::this_thread;
use crate::error::Error;
use parking_lot::{Condvar, Mutex, MutexGuard};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// What only the thread that dispatches may touch. It is held while listeners run, so a listener
/// that asks for it again is told instead of blocked for ever.
#[derive(Debug)]
pub(crate) struct Turn<T> {
    state: Mutex<T>,
    /// The thread whose turn it is, zero if nobody's.
    owner: AtomicUsize,
    gate: Mutex<()>,
    changed: Condvar,
}

/// The turn, given back when dropped.
#[derive(Debug)]
pub(crate) struct Taken<'t, T> {
    turn: &'t Turn<T>,
    /// `None` only while being dropped.
    state: Option<MutexGuard<'t, T>>,
}

impl<T> Turn<T> {
    pub(crate) fn new(state: T) -> Self {
        Self {
            state: Mutex::new(state),
            owner: AtomicUsize::new(0),
            gate: Mutex::new(()),
            changed: Condvar::new(),
        }
    }

    /// The turn, or `None` while another thread has it.
    ///
    /// # Errors
    /// [`Error::WouldDeadlock`] if this thread has it.
    pub(crate) fn try_take(&self) -> Result<Option<Taken<'_, T>>, Error> {
        if self.is_mine() {
            return Err(Error::WouldDeadlock);
        }
        let Some(state) = self.state.try_lock() else { return Ok(None) };
        self.owner.store(this_thread(), Ordering::Relaxed);
        Ok(Some(Taken { turn: self, state: Some(state) }))
    }

    /// Whether this thread has the turn.
    pub(crate) fn is_mine(&self) -> bool {
        // Only this thread ever stores its own number here.
        self.owner.load(Ordering::Relaxed) == this_thread()
    }

    /// The thread whose turn it is, as [`this_thread`] numbers them; zero if it is nobody's.
    #[inline]
    pub(crate) fn owner(&self) -> usize {
        self.owner.load(Ordering::Relaxed)
    }

    /// The turn, once it is free.
    ///
    /// # Errors
    /// As [`try_take`](Self::try_take).
    pub(crate) fn take(&self) -> Result<Taken<'_, T>, Error> {
        loop {
            if let Some(taken) = self.try_take()? {
                return Ok(taken);
            }
            self.wait(|| false, None);
        }
    }

    /// Blocks while another thread has the turn and `done` is false. Returns whether the deadline
    /// has not passed.
    pub(crate) fn wait(&self, done: impl Fn() -> bool, deadline: Option<Instant>) -> bool {
        let mut gate = self.gate.lock();
        // Who frees the turn or makes `done` true locks the gate afterwards, so neither can happen
        // unseen between this look and the wait.
        while self.state.is_locked() && !done() {
            match deadline {
                None => self.changed.wait(&mut gate),
                Some(deadline) if self.changed.wait_until(&mut gate, deadline).timed_out() => {
                    return false;
                }
                Some(_) => {}
            }
        }
        true
    }

    /// Lets those who [`wait`](Self::wait) look again.
    pub(crate) fn notify(&self) {
        let _gate = self.gate.lock();
        self.changed.notify_all();
    }
}

impl<T> Drop for Taken<'_, T> {
    fn drop(&mut self) {
        self.turn.owner.store(0, Ordering::Relaxed);
        self.state = None;
        self.turn.notify();
    }
}

impl<T> Deref for Taken<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.state {
            Some(state) => state,
            None => unreachable!("taken until dropped"),
        }
    }
}

impl<T> DerefMut for Taken<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.state {
            Some(state) => state,
            None => unreachable!("taken until dropped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_thread_cannot_take_its_own_turn_twice() {
        let turn = Turn::new(1);
        let taken = turn.try_take().unwrap();
        assert_eq!(turn.try_take().err(), Some(Error::WouldDeadlock));
        drop(taken);
        assert_eq!(turn.try_take().unwrap().map(|taken| *taken), Some(1));
    }

    #[test]
    fn another_thread_waits_for_the_turn() {
        let turn = Turn::new(0);
        let mut taken = turn.take().unwrap();
        let looked = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| {
                assert!(turn.try_take().unwrap().is_none());
                assert!(!turn.wait(|| false, Some(Instant::now() + Duration::from_millis(1))));
                assert!(turn.wait(|| true, None));
                looked.wait();
                *turn.take().unwrap()
            });
            looked.wait();
            *taken = 7;
            drop(taken);
            assert_eq!(other.join().unwrap(), 7);
        });
    }
}
