//! What both ends of a session have: the socket, where the sides run, whether it is over, and counts.

use super::inbox::Inbox;
use super::lanes::Cpus;
use crate::board::tally::Tally;
use crate::layout::WaitWords;
use crate::rendezvous::stream::{Nudge, Stream};
use crate::sync::{Ordering, Shared};
use crate::wait::{Wake, Waker};
use std::sync::atomic::AtomicBool;

/// One end's connection to the other, apart from the lanes.
#[derive(Debug)]
pub(crate) struct Link {
    id: u32,
    stream: Stream,
    cpus: Cpus,
    gone: AtomicBool,
    /// On the board in main, in private memory in a renderer.
    pub(crate) tally: Shared<Tally>,
}

/// Tries to get memory for a nudge.
const NUDGES: u32 = 64;

impl Link {
    pub(crate) fn new(id: u32, stream: Stream, cpus: Cpus, tally: Shared<Tally>) -> Self {
        Self { id, stream, cpus, gone: AtomicBool::new(false), tally }
    }

    /// The id of the renderer's `WebContents`.
    #[inline]
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    #[inline]
    pub(crate) fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Whether the session is known to be over.
    #[inline]
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// Ends the session: the peer sees the socket hang up.
    pub(crate) fn end(&self) {
        if !self.gone.swap(true, Ordering::Relaxed) {
            self.stream.hang_up();
        }
    }

    /// Whether the peer last ran on another CPU than this thread.
    #[inline]
    pub(crate) fn peer_elsewhere(&self) -> bool {
        self.cpus.peer_elsewhere()
    }

    /// Wakes the peer if it sleeps. `false` if that finds it gone.
    #[inline]
    pub(crate) fn rouse(&self, wake: Option<Wake>, bell: &Shared<WaitWords>) -> bool {
        match wake {
            None => true,
            Some(wake) => self.rouse_now(wake, bell),
        }
    }

    #[cold]
    fn rouse_now(&self, wake: Wake, bell: &Shared<WaitWords>) -> bool {
        self.tally.wakes.add(1);
        match wake {
            Wake::Futex => {
                Waker::wake(bell);
                true
            }
            Wake::Nudge => self.nudge(),
        }
    }

    /// Nobody rings twice for one sleep, so a nudge may not be lost for want of memory for its one
    /// byte. A machine that has none for so long has no session any more.
    fn nudge(&self) -> bool {
        for _ in 0..NUDGES {
            match self.stream.nudge() {
                Ok(nudge) => return nudge != Nudge::Gone,
                Err(_) => std::thread::yield_now(),
            }
        }
        self.end();
        false
    }

    /// Rings for a peer that sleeps for space, after records of `inbox` were released.
    #[inline]
    pub(crate) fn settle(&self, inbox: &mut Inbox) {
        if let Some(wake) = inbox.lane.settle() {
            self.rouse_now(wake, &inbox.lane.space_bell());
        }
    }

    /// The same before this side sleeps.
    pub(crate) fn flush_inbox(&self, inbox: &mut Inbox) {
        if let Some(wake) = inbox.lane.flush() {
            self.rouse_now(wake, &inbox.lane.space_bell());
        }
    }
}
