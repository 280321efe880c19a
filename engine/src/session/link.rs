//! What both ends of a session have: the socket, where the sides run, whether it is over, and counts.

use super::inbox::Inbox;
use super::lanes::Cpus;
use super::poller::{Poller, Token};
use crate::board::tally::Tally;
use crate::error::Error;
use crate::fork::Generation;
use crate::layout::WaitWords;
use crate::rendezvous::peer::Credentials;
use crate::rendezvous::stream::{Drained, Nudge, Stream};
use crate::sync::{Ordering, Shared};
use crate::wait::{Wake, Waker};
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// One end's connection to the other, apart from the lanes.
#[derive(Debug)]
pub(crate) struct Link {
    id: u32,
    /// Nothing once the session is over and its descriptors were given back, though handles live on.
    stream: ArcSwapOption<Stream>,
    peer: Credentials,
    generation: Generation,
    cpus: Cpus,
    gone: AtomicBool,
    /// On the board in main, in private memory in a renderer.
    pub(crate) tally: Shared<Tally>,
}

/// Tries to get memory for a nudge.
const NUDGES: u32 = 64;

impl Link {
    pub(crate) fn new(id: u32, stream: Stream, cpus: Cpus, tally: Shared<Tally>) -> Self {
        let (peer, generation) = (stream.credentials(), stream.generation());
        let stream = ArcSwapOption::from_pointee(stream);
        Self { id, stream, peer, generation, cpus, gone: AtomicBool::new(false), tally }
    }

    /// The id of the renderer's `WebContents`.
    #[inline]
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// The socket and the peer's process, until they were [released](Self::release). Some 20 ns.
    pub(crate) fn stream(&self) -> Option<Arc<Stream>> {
        self.stream.load_full()
    }

    /// Who the peer is, or was.
    pub(crate) fn peer(&self) -> Credentials {
        self.peer
    }

    /// The process that made this end, as opposed to a forked child.
    #[inline]
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// What has arrived at the socket.
    pub(crate) fn drain(&self) -> Drained {
        match self.stream() {
            Some(stream) => stream.drain(),
            None => Drained { hung_up: true, ..Drained::default() },
        }
    }

    /// Whether the peer died or hung up: a system call.
    pub(crate) fn is_peer_gone(&self) -> bool {
        self.stream().is_none_or(|stream| stream.is_gone())
    }

    /// Has `poller` tell of what arrives at the socket, and of the peer's end.
    ///
    /// # Errors
    /// As [`Poller::add`].
    pub(crate) fn watch(
        &self,
        poller: &Poller,
        socket: Token,
        process: Token,
    ) -> Result<(), Error> {
        let Some(stream) = self.stream() else { return Ok(()) };
        poller.add(&*stream, socket)?;
        poller.add(stream.pidfd(), process)
    }

    /// See [`watch`](Self::watch).
    pub(crate) fn unwatch(&self, poller: &Poller) {
        self.unwatch_socket(poller);
        if let Some(stream) = self.stream() {
            poller.remove(stream.pidfd());
        }
    }

    /// Watches the peer's end only.
    pub(crate) fn unwatch_socket(&self, poller: &Poller) {
        if let Some(stream) = self.stream() {
            poller.remove(&*stream);
        }
    }

    /// Gives the descriptors back. The session is over for good.
    pub(crate) fn release(&self) {
        self.end();
        self.stream.store(None);
    }

    /// Whether the session is known to be over.
    #[inline]
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// Ends the session: the peer sees the socket hang up.
    pub(crate) fn end(&self) {
        if !self.gone.swap(true, Ordering::Relaxed)
            && let Some(stream) = self.stream()
        {
            stream.hang_up();
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
        let Some(stream) = self.stream() else { return false };
        for _ in 0..NUDGES {
            match stream.nudge() {
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
