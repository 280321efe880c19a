//! What main keeps in private memory for renderers, by process and for all together.
//!
//! It is what waits for a renderer to read, and what invokes hold whose handlers are not done. Each session has
//! bounds of its own; these here hold for all sessions of a process, and for all processes, so that neither
//! many sessions nor many processes make main grow without end. Counted are bytes that a peer decides about,
//! by any thread.

use crate::error::Error;
use crate::rendezvous::welcome::lacks;
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// How much of each there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caps {
    pub(crate) bytes: usize,
    pub(crate) invokes: usize,
    pub(crate) sessions: usize,
}

/// How much of each there is.
#[derive(Debug)]
struct Held {
    bytes: Count,
    invokes: Count,
    sessions: Count,
    caps: Caps,
}

/// How much there is of one thing. Any thread counts.
#[derive(Debug, Default)]
struct Count(AtomicUsize);

/// The account of each process that has sessions.
#[derive(Debug)]
pub(crate) struct Accounts {
    processes: Mutex<HashMap<u64, Weak<Account>>>,
    all: Arc<Held>,
    /// Of one process.
    caps: Caps,
}

/// What is kept for one process.
#[derive(Debug)]
pub(crate) struct Account {
    own: Held,
    all: Arc<Held>,
}

impl Held {
    fn new(caps: Caps) -> Self {
        let [bytes, invokes, sessions] = Default::default();
        Self { bytes, invokes, sessions, caps }
    }
}

impl Count {
    /// Adds `more`, if that stays within `cap`.
    ///
    /// # Errors
    /// What it would come to.
    fn add(&self, more: usize, cap: usize) -> Result<(), usize> {
        self.add_if(more, |_, now| now <= cap)
    }

    /// The same, but where there is nothing, there may be any `more`.
    fn add_any_first(&self, more: usize, cap: usize) -> Result<(), usize> {
        self.add_if(more, |before, now| before == 0 || now <= cap)
    }

    fn add_if(&self, more: usize, fits: impl Fn(usize, usize) -> bool) -> Result<(), usize> {
        let add = |before: usize| {
            let now = before.saturating_add(more);
            fits(before, now).then_some(now)
        };
        let added = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        added.map(drop).map_err(|before| before.saturating_add(more))
    }

    fn sub(&self, less: usize) {
        self.0.fetch_sub(less, Ordering::Relaxed);
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Accounts {
    /// With caps for one process, and for all.
    pub(crate) fn new(caps: Caps, all: Caps) -> Self {
        Self { processes: Mutex::default(), all: Arc::new(Held::new(all)), caps }
    }

    /// The account of a process.
    pub(crate) fn of(&self, process: u64) -> Arc<Account> {
        let mut processes = self.processes.lock();
        if let Some(account) = processes.get(&process).and_then(Weak::upgrade) {
            return account;
        }
        let account = Account { own: Held::new(self.caps), all: Arc::clone(&self.all) };
        let account = Arc::new(account);
        if processes.len() == processes.capacity() {
            processes.retain(|_, account| account.strong_count() > 0);
        }
        processes.insert(process, Arc::downgrade(&account));
        account
    }

    /// Bytes that are kept for all, and invokes whose handlers are not done.
    pub(crate) fn held(&self) -> (usize, usize) {
        (self.all.bytes.get(), self.all.invokes.get())
    }
}

impl Account {
    /// One without caps.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Arc<Self> {
        let none = Caps { bytes: usize::MAX, invokes: usize::MAX, sessions: usize::MAX };
        Accounts::new(none, none).of(1)
    }

    /// Adds bytes. The only ones that a process has may be any number, as far as main has as many.
    ///
    /// # Errors
    /// [`Error::Backpressure`] with what it would come to.
    fn add_bytes(&self, more: usize) -> Result<(), Error> {
        let Self { own, all } = self;
        let refused = |limit| move |queued| Error::Backpressure { queued, limit };
        own.bytes.add_any_first(more, own.caps.bytes).map_err(refused(own.caps.bytes))?;
        let added = all.bytes.add_any_first(more, all.caps.bytes);
        added.inspect_err(|_| own.bytes.sub(more)).map_err(refused(all.caps.bytes))
    }

    fn sub_bytes(&self, less: usize) {
        self.own.bytes.sub(less);
        self.all.bytes.sub(less);
    }

    /// Adds an invoke whose handler is not done, and the bytes of its arguments.
    ///
    /// # Errors
    /// [`Error::TooManyPending`], [`Error::Backpressure`].
    pub(crate) fn begin_invoke(self: &Arc<Self>, bytes: usize) -> Result<Pending, Error> {
        let Self { own, all } = &**self;
        let refused = |limit| move |_| Error::TooManyPending { limit };
        own.invokes.add(1, own.caps.invokes).map_err(refused(own.caps.invokes))?;
        let added = all.invokes.add(1, all.caps.invokes).map_err(refused(all.caps.invokes));
        added.inspect_err(|_| own.invokes.sub(1))?;
        self.add_bytes(bytes).inspect_err(|_| {
            own.invokes.sub(1);
            all.invokes.sub(1);
        })?;
        Ok(Pending { account: Arc::clone(self), bytes })
    }

    /// Adds a session.
    ///
    /// # Errors
    /// [`Error::Exhausted`].
    pub(crate) fn begin_session(self: &Arc<Self>) -> Result<Seat, Error> {
        let Self { own, all } = &**self;
        let refused = |what| move |_| Error::Exhausted { what };
        own.sessions.add(1, own.caps.sessions).map_err(refused(lacks::PROCESS_SESSIONS))?;
        let added = all.sessions.add(1, all.caps.sessions).map_err(refused(lacks::SESSIONS));
        added.inspect_err(|_| own.sessions.sub(1))?;
        Ok(Seat { account: Arc::clone(self) })
    }
}

/// A session, as long as it lives.
#[derive(Debug)]
pub(crate) struct Seat {
    account: Arc<Account>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Account { own, all } = &*self.account;
        own.sessions.sub(1);
        all.sessions.sub(1);
    }
}

/// An invoke whose handler is not done.
#[derive(Debug)]
pub(crate) struct Pending {
    account: Arc<Account>,
    /// Of its arguments.
    pub(crate) bytes: usize,
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Account { own, all } = &*self.account;
        own.invokes.sub(1);
        all.invokes.sub(1);
        self.account.sub_bytes(self.bytes);
    }
}

/// Bytes that wait in one queue.
#[derive(Debug)]
pub(crate) struct Waiting {
    account: Arc<Account>,
    bytes: usize,
}

impl Waiting {
    pub(crate) fn new(account: &Arc<Account>) -> Self {
        Self { account: Arc::clone(account), bytes: 0 }
    }

    /// Adds bytes that are about to wait.
    ///
    /// # Errors
    /// [`Error::Backpressure`].
    pub(crate) fn add(&mut self, more: usize) -> Result<(), Error> {
        self.account.add_bytes(more)?;
        self.bytes += more;
        Ok(())
    }

    /// So many bytes wait now, whatever the caps are.
    pub(crate) fn set(&mut self, now: usize) {
        if now > self.bytes {
            let any = |_, _| true;
            let _ = self.account.own.bytes.add_if(now - self.bytes, any);
            let _ = self.account.all.bytes.add_if(now - self.bytes, any);
        } else if now < self.bytes {
            self.account.sub_bytes(self.bytes - now);
        }
        self.bytes = now;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.account.sub_bytes(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(bytes: usize, invokes: usize, sessions: usize) -> Caps {
        Caps { bytes, invokes, sessions }
    }

    fn accounts() -> Accounts {
        Accounts::new(caps(100, 2, 2), caps(150, 3, 3))
    }

    #[test]
    fn sessions_of_one_process_share_its_bytes_and_processes_main_s() {
        let accounts = accounts();
        let [mut one, mut other] = [7, 7].map(|pid| Waiting::new(&accounts.of(pid)));
        one.add(60).unwrap();
        assert_eq!(other.add(41), Err(Error::Backpressure { queued: 101, limit: 100 }));
        other.add(40).unwrap();
        let mut another = Waiting::new(&accounts.of(8));
        assert_eq!(another.add(51), Err(Error::Backpressure { queued: 151, limit: 150 }));
        another.add(50).unwrap();
        drop((one, other));
        assert_eq!(accounts.held(), (50, 0));
        another.set(10);
        assert_eq!(accounts.held(), (10, 0));
    }

    #[test]
    fn the_only_bytes_may_be_any_number() {
        let accounts = accounts();
        let mut waiting = Waiting::new(&accounts.of(7));
        waiting.add(1000).unwrap();
        assert_eq!(waiting.add(1), Err(Error::Backpressure { queued: 1001, limit: 100 }));
        let refused = Waiting::new(&accounts.of(8)).add(1);
        assert_eq!(refused, Err(Error::Backpressure { queued: 1001, limit: 150 }));
        drop(waiting);
        assert_eq!(accounts.held(), (0, 0));
    }

    #[test]
    fn invokes_are_counted_and_what_was_refused_is_not() {
        let accounts = accounts();
        let [first, second] = [1, 2].map(|pid| accounts.of(pid));
        let _kept = [first.begin_invoke(10), first.begin_invoke(10)].map(Result::unwrap);
        assert_eq!(first.begin_invoke(0).unwrap_err(), Error::TooManyPending { limit: 2 });
        let last = second.begin_invoke(0).unwrap();
        assert_eq!(second.begin_invoke(0).unwrap_err(), Error::TooManyPending { limit: 3 });
        drop(last);
        let refused = second.begin_invoke(200).unwrap_err();
        assert_eq!(refused, Error::Backpressure { queued: 220, limit: 150 });
        assert_eq!(accounts.held(), (20, 2));
        second.begin_invoke(1).unwrap();
    }

    #[test]
    fn sessions_are_counted_while_they_live() {
        let accounts = accounts();
        let account = accounts.of(7);
        let seats = [account.begin_session(), account.begin_session()].map(Result::unwrap);
        let refused = account.begin_session().unwrap_err();
        assert_eq!(refused, Error::Exhausted { what: lacks::PROCESS_SESSIONS });
        let _other = accounts.of(8).begin_session().unwrap();
        let refused = accounts.of(9).begin_session().unwrap_err();
        assert_eq!(refused, Error::Exhausted { what: lacks::SESSIONS });
        drop(seats);
        account.begin_session().unwrap();
    }

    #[test]
    fn accounts_without_sessions_are_forgotten() {
        let accounts = accounts();
        for pid in 0..1000 {
            drop(accounts.of(pid));
        }
        assert!(accounts.processes.lock().len() < 10);
    }
}
