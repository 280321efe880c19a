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
use crate::sync::{Ordering, Shared, cycles, fence, tick};
use crate::wait::{Wake, Waker};
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

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
    /// It was this side's host that ended the session.
    closed: AtomicBool,
    /// The peer was seen to have died or hung up, though what it left behind may still be read.
    left: AtomicBool,
    /// The host was told that the session is over.
    told: AtomicBool,
    /// The [`tick`] in which it was last looked whether the peer is there.
    looked: AtomicU64,
    /// When user code sent something last that it had held, in [`cycles`].
    sent: AtomicU64,
    /// On the board in main, in private memory in a renderer.
    pub(crate) tally: Shared<Tally>,
}

/// Tries to get memory for a nudge.
const NUDGES: u32 = 64;

/// Who sends, for whether the last look at the peer's life is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A call: the look may be as old as the kernel's tick.
    Call,
    /// User code, that has held what it sends for nobody knows how long: the look is older than some 20 µs only
    /// if the last such message is not.
    Holder,
}

/// User code that sends less often than this may have held what it sends for as long, in [`cycles`]: some
/// 20 µs. A look at the peer's life takes half a microsecond.
const HELD: u64 = 1 << 16;

/// Who sends more often looks once in so many bits' worth of cycles: some 0.4 ms.
const LOOK_EVERY: u32 = 20;

impl Link {
    pub(crate) fn new(id: u32, stream: Stream, cpus: Cpus, tally: Shared<Tally>) -> Self {
        let (peer, generation) = (stream.credentials(), stream.generation());
        Self {
            id,
            stream: ArcSwapOption::from_pointee(stream),
            peer,
            generation,
            cpus,
            gone: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            left: AtomicBool::new(false),
            told: AtomicBool::new(false),
            looked: AtomicU64::new(0),
            sent: AtomicU64::new(0),
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

    /// Whether what has just been published cannot arrive: the session is over, or the peer has left, as far as
    /// was seen at the last look; where that is old, this takes another. Asked before the peer is woken: one
    /// that leaves because of this very message cannot have left yet. And before the fence, which waits for
    /// the message to become visible anyway.
    #[inline]
    pub(crate) fn is_deserted(&self, by: By) -> bool {
        let is_old = match by {
            By::Call => tick() != self.looked.load(Ordering::Relaxed),
            By::Holder => self.was_held(),
        };
        self.is_over() || is_old && self.look()
    }

    /// Whether the last message of this kind is so old that this one may have been held for long.
    #[inline]
    fn was_held(&self) -> bool {
        let (now, before) = (cycles(), self.sent.load(Ordering::Relaxed));
        self.sent.store(now, Ordering::Relaxed);
        // A count of another CPU that lies ahead makes for one look more.
        now.wrapping_sub(before) > HELD || now >> LOOK_EVERY != before >> LOOK_EVERY
    }

    #[cold]
    fn look(&self) -> bool {
        self.looked.store(tick(), Ordering::Relaxed);
        if self.is_peer_gone() {
            self.note_left();
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
