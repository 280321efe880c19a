//! A session's entry on the board.
//!
//! An entry belongs to its session as long as anybody in main holds a handle of that, because handles
//! count to the last; so nobody ever counts into another session's entry. A session that finds no entry
//! free counts in private memory, and monitors are told how many do.
//!
//! A monitor reads an entry while it may change hands:
//!
//! ```text
//! main, in `take`                        monitor, in `read`
//!   generation = odd                       before = generation (even, or try again)
//!   fence Release              W1          fence Acquire                 R1
//!   clear, who, state                      copy all words
//!   generation = even, Release W2          fence Acquire                 R2
//!                                          generation = before, or try again
//! ```
//! R1 pairs with W2: who sees the even number sees what was written before it. R2 pairs with W1: who
//! has copied a word of the next owner sees the odd number, or a later one, in its second look.

use super::Board;
use super::layout::{SessionWords, Words, state};
use crate::sync::{Ordering, Shared, fence};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The entries that are free.
#[derive(Debug)]
pub(super) struct Entries {
    free: Vec<u32>,
    /// Those behind it were never taken.
    taken: u32,
    limit: u32,
}

/// A session's entry, until it is dropped.
#[derive(Debug)]
pub(crate) struct Entry {
    words: Shared<SessionWords>,
    board: Arc<Board>,
    /// `None`: the words are private.
    number: Option<u32>,
    retired: AtomicBool,
}

impl Entries {
    pub(super) fn new(limit: u32) -> Self {
        Self { free: Vec::new(), taken: 0, limit }
    }

    fn take(&mut self) -> Option<u32> {
        self.free.pop().or_else(|| {
            let entry = self.taken;
            (entry < self.limit).then(|| {
                self.taken += 1;
                entry
            })
        })
    }
}

impl Board {
    /// An entry for a session that is made now.
    pub(crate) fn take(self: &Arc<Self>, web_contents: u32, pid: u32) -> Entry {
        let mut entries = self.entries.lock();
        let number = entries.take();
        let sums = &self.words.sums;
        sums.session_entries.store(entries.taken, Ordering::Relaxed);
        sums.made.add(1);
        sums.sessions.add(1);
        sums.hidden.add(usize::from(number.is_none()));
        drop(entries);
        let words = match number {
            Some(number) => {
                self.words.project(move |words: &Words| &words.sessions[number as usize])
            }
            None => Shared::from(Arc::new(SessionWords::default())),
        };
        words.begin(web_contents, pid, self.nanos(Instant::now()));
        Entry { words, board: Arc::clone(self), number, retired: AtomicBool::new(false) }
    }
}

impl SessionWords {
    fn begin(&self, web_contents: u32, pid: u32, now_ns: u64) {
        let generation = self.generation.load(Ordering::Relaxed);
        self.generation.store(generation + 1, Ordering::Relaxed);
        fence(Ordering::Release); // W1, pairs with R2 in `monitor::read`
        self.tally.clear();
        for gauge in
            [&self.queued_messages, &self.queued_replies, &self.running, &self.running_bytes]
        {
            gauge.set(0);
        }
        self.web_contents.store(web_contents, Ordering::Relaxed);
        self.pid.store(pid, Ordering::Relaxed);
        self.since_ns.store(now_ns, Ordering::Relaxed);
        self.state.store(state::STARTING, Ordering::Relaxed);
        self.generation.store(generation + 2, Ordering::Release); // W2, pairs with R1 in `monitor::read`
    }
}

impl Entry {
    /// The words, for parts of the session that count by themselves.
    pub(crate) fn words(&self) -> &Shared<SessionWords> {
        &self.words
    }

    /// The renderer has attached.
    pub(crate) fn attached(&self) {
        self.enter(state::ATTACHED);
    }

    /// The renderer is gone, or as good as.
    pub(crate) fn leaving(&self) {
        self.enter(state::LEAVING);
    }

    /// The session is over. What its handles still count is in their own numbers only.
    pub(crate) fn retire(&self) {
        if self.retired.swap(true, Ordering::Relaxed) {
            return;
        }
        let (sums, tally) = (&self.board.words.sums, &self.words.tally);
        let entries = self.board.entries.lock();
        sums.sessions.sub(1);
        sums.hidden.sub(usize::from(self.number.is_none()));
        for (sum, part) in [
            (&sums.sent, &tally.sent),
            (&sums.sent, &tally.answers),
            (&sums.received, &tally.received),
        ] {
            sum.messages.add_wide(part.messages.get());
            sum.bytes.add_wide(part.bytes.get());
        }
        drop(entries);
        self.enter(state::GONE);
    }

    fn enter(&self, state: u32) {
        self.words.since_ns.store(self.board.nanos(Instant::now()), Ordering::Relaxed);
        self.words.state.store(state, Ordering::Relaxed);
    }
}

impl Deref for Entry {
    type Target = SessionWords;

    fn deref(&self) -> &SessionWords {
        &self.words
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // The board of a forked child is its parent's.
        if !self.board.generation.is_this_process() {
            return;
        }
        self.retire();
        self.words.state.store(state::FREE, Ordering::Relaxed);
        if let Some(number) = self.number {
            self.board.entries.lock().free.push(number);
        }
    }
}
