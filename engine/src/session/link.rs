//! What both ends of a session have: the socket, where the sides run, whether it is over, and counts.

use super::inbox::Inbox;
use super::lanes::Cpus;
use super::poller::{Poller, Token};
use crate::board::tally::Tally;
use crate::error::Error;
use crate::fork::Generation;
use crate::layout::{Status, WaitWords, life};
use crate::rendezvous::peer::Credentials;
use crate::rendezvous::stream::{Drained, Nudge, Stream};
use crate::segment::life::{Sign, is_alive};
use crate::sync::{Ordering, Shared, fence, tick};
use crate::wait::{Wake, Waker};
use arc_swap::ArcSwapOption;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

/// One end's connection to the other, apart from the lanes.
#[derive(Debug)]
pub(crate) struct Link {
    id: u32,
    /// Nothing once the session is over and its descriptors were given back, though handles live on.
    stream: ArcSwapOption<Stream>,
    peer: Credentials,
    /// See [`Stream::process`].
    process: u64,
    generation: Generation,
    cpus: Cpus,
    /// Where the peer's sign of life is.
    theirs: Shared<Status>,
    /// This side's, until it ends the session.
    sign: Mutex<Option<Sign>>,
    gone: AtomicBool,
    /// It was this side's host that ended the session.
    closed: AtomicBool,
    /// The peer was seen to have died or hung up, though what it left behind may still be read.
    left: AtomicBool,
    /// The host was told that the session is over.
    told: AtomicBool,
    /// The [`tick`] in which it was last looked whether a peer is there that gives no sign.
    looked: AtomicU64,
    /// On the board in main, in private memory in a renderer.
    pub(crate) tally: Shared<Tally>,
}

/// Tries to get memory for a nudge.
const NUDGES: u32 = 64;

impl Link {
    pub(crate) fn new(id: u32, stream: Stream, cpus: Cpus, tally: Shared<Tally>) -> Self {
        let (peer, generation) = (stream.credentials(), stream.generation());
        let process = stream.process();
        let [mine, theirs] = cpus.clone().statuses();
        Self {
            id,
            stream: ArcSwapOption::from_pointee(stream),
            peer,
            process,
            generation,
            cpus,
            theirs,
            sign: Mutex::new(Some(Sign::give(mine, generation))),
            gone: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            left: AtomicBool::new(false),
            told: AtomicBool::new(false),
            looked: AtomicU64::new(0),
            tally,
        }
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

    /// Which process the peer is, see [`Stream::process`].
    pub(crate) fn process(&self) -> u64 {
        self.process
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

    /// Whether what has just been published cannot arrive: the session is over, or the peer has left. Asked
    /// before the peer is woken: one that leaves because of this very message cannot have left yet. And before
    /// the fence, which waits for the message to become visible anyway.
    ///
    /// The load pairs with the kernel's mark, or the peer's own, by what tells the caller of the peer's end:
    /// whoever calls after that loads the mark, see [`life`](crate::segment::life).
    #[inline]
    pub(crate) fn is_deserted(&self) -> bool {
        let word = self.theirs.life.load(Ordering::Relaxed);
        self.is_over() || !is_alive(word) && self.look(word)
    }

    /// A peer that has left; or that gives no sign, at which it is looked once a [`tick`]; or that has not come yet,
    /// and may be dead before it does: at that it is looked each time, in half a microsecond.
    #[cold]
    fn look(&self, word: u32) -> bool {
        let now = tick();
        let is_old = word == life::NOT_YET || self.looked.load(Ordering::Relaxed) != now;
        if word & life::OVER != 0 {
            self.note_left();
        } else if is_old {
            self.looked.store(now, Ordering::Relaxed);
            if self.is_peer_gone() {
                self.note_left();
            }
        }
        self.is_over()
    }

    /// The peer has died or hung up. What it left behind may still be read.
    pub(crate) fn note_left(&self) {
        self.left.store(true, Ordering::Relaxed);
    }

    /// Ends the session because this side's host wants that.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        // Pairs with the one between a message and `was_closed`; and `end` stores with a fence of its own only
        // if it is the first.
        fence(Ordering::SeqCst);
        self.end();
    }

    /// Whether this side's host has ended the session. Asked when a message was published, and the fence
    /// behind it: either the end is seen here, or the peer, which hears of it later, finds the message.
    #[inline]
    pub(crate) fn was_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Whether the session is known to be over, or the peer to have left.
    #[inline]
    pub(crate) fn is_over(&self) -> bool {
        self.is_gone() || self.left.load(Ordering::Relaxed)
    }

    /// The host is told that the session is over, and why: as the result of a call of its own, not of one
    /// whose result it never asked for.
    #[cold]
    pub(crate) fn tell(&self) {
        self.told.store(true, Ordering::Relaxed);
    }

    /// Whether the host was told.
    pub(crate) fn is_told(&self) -> bool {
        self.told.load(Ordering::Relaxed)
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

    /// Ends the session: the peer sees so in this side's sign of life, and then the socket hang up.
    pub(crate) fn end(&self) {
        if self.gone.swap(true, Ordering::Relaxed) || !self.generation.is_this_process() {
            return;
        }
        self.sign.lock().take();
        if let Some(stream) = self.stream() {
            stream.hang_up();
        }
    }

    /// Ends the session if the peer's end has come, as opposed to its beginning: while threads of a dying
    /// process run, there is something to read.
    pub(crate) fn follow(&self) {
        if !self.is_gone() && self.is_peer_gone() {
            self.end();
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
        wake.is_none_or(|wake| self.rouse_now(wake, bell))
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
                Ok(Nudge::Gone) => {
                    self.note_left();
                    return false;
                }
                Ok(_) => return true,
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
