//! The board: a page of numbers that main keeps about itself, for monitors.
//!
//! ```text
//!   main                                    monitor (`ringmain top`, …)
//!     board, a memfd (RW) ──── sealed ─────►  the same pages (RO)
//! ```
//! The numbers lie there and nowhere else: what a session counts, it counts on the board with plain
//! stores, which cost what they cost in private memory. So main does nothing for a monitor after its
//! handshake, is never woken by one, and a main that is stuck in a listener can still be looked into.
//! The page is sealed like main's segments, so a monitor can neither write it nor take it away.
//!
//! What costs more than a store is counted only while a monitor is attached: traffic and latency by
//! channel, see [`Watch`].

pub(crate) mod entry;
pub(crate) mod layout;
pub(crate) mod tally;
pub(crate) mod text;
pub(crate) mod watch;

pub(crate) use entry::Entry;
pub(crate) use watch::Watch;

use crate::error::Error;
use crate::fork::Generation;
use crate::segment::{Segment, Writer};
use crate::sync::{Ordering, Shared};
use entry::Entries;
use layout::{MAGIC, SIZE, VERSION, Words};
use parking_lot::Mutex;
use rustix::time::{ClockId, clock_gettime};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

/// Main's hold of its board.
#[derive(Debug)]
pub(crate) struct Board {
    words: Shared<Words>,
    fd: OwnedFd,
    entries: Mutex<Entries>,
    generation: Generation,
    /// An instant, and what the monotonic clock said then.
    birth: (Instant, u64),
}

/// Nanoseconds of the monotonic clock, which all processes of a machine share.
pub(crate) fn monotonic_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let (seconds, nanos) = (now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs());
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

impl Board {
    /// A board for the main that is bound to `endpoint`, if it is, with entries for `sessions`.
    ///
    /// # Errors
    /// [`Error::Exhausted`] for want of descriptors or memory, [`Error::System`] on a kernel that
    /// cannot seal.
    pub(crate) fn new(endpoint: Option<&str>, sessions: usize) -> Result<Self, Error> {
        let (segment, fd) = Segment::create(SIZE, Writer::Us)?;
        let words = words(&segment);
        let limit = u32::try_from(sessions.min(layout::SESSIONS)).unwrap_or(u32::MAX);
        let birth = (Instant::now(), monotonic_ns());
        let host = &words.host;
        host.pid.store(std::process::id(), Ordering::Relaxed);
        host.born_ns.store(birth.1, Ordering::Relaxed);
        // Outside of `run` and `dispatch`, where it has been no longer than it lives.
        words.pulse.since_ns.store(birth.1, Ordering::Relaxed);
        let name = endpoint.unwrap_or_default();
        text::write(&host.name, name);
        host.name_len.store(u32::try_from(name.len()).unwrap_or(0), Ordering::Relaxed);
        text::write(&host.release, env!("CARGO_PKG_VERSION"));
        words.header.version.store(VERSION, Ordering::Relaxed);
        words.header.sessions.store(limit, Ordering::Relaxed);
        words.header.magic.store(MAGIC, Ordering::Release); // pairs with the fence in `Monitor::of`
        let generation = Generation::current()?;
        Ok(Self { words, fd, entries: Mutex::new(Entries::new(limit)), generation, birth })
    }

    pub(crate) fn words(&self) -> &Words {
        &self.words
    }

    /// An instant as the board tells it.
    pub(crate) fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.birth.0).as_nanos();
        self.birth.1.saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }

    /// What main's dispatcher does from now on, one of [`layout::pulse`].
    pub(crate) fn enter(&self, state: u32, now: Instant) {
        let (pulse, now) = (&self.words.pulse, self.nanos(now));
        pulse.since_ns.store(now, Ordering::Relaxed);
        pulse.looked_ns.store(now, Ordering::Relaxed);
        pulse.state.store(state, Ordering::Relaxed);
    }

    /// The dispatcher has looked at sockets and timers.
    pub(crate) fn looked(&self, now: Instant) {
        self.words.pulse.looked_ns.store(self.nanos(now), Ordering::Relaxed);
    }
}

impl AsFd for Board {
    /// What a monitor is given.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The words of a mapped board.
#[expect(unsafe_code, reason = "names the layout's struct of the page")]
pub(crate) fn words(segment: &Segment) -> Shared<Words> {
    // SAFETY: a board starts with `Words`, a struct of atomics, and is of its size: `new` and
    // `Monitor::of` have made or opened it with `SIZE`.
    unsafe { segment.words::<Words>() }
}

#[cfg(test)]
mod tests;
