//! A session as main holds it.

use super::account::{Account, Waiting};
use super::aside::{Aside, Bound};
use super::inbox::Inbox;
use super::lane_lock::LaneLock;
use super::lanes::MainLanes;
use super::link::Link;
use super::offer::{Bounds, Surroundings};
use super::outbox::{Outbox, Tolls};
use super::poller::Poller;
use super::pool::Pool;
use super::sender::Pace;
use crate::board::Entry;
use crate::board::layout::SessionWords;
use crate::error::{Corrupt, Error, Fault};
use crate::layout::WaitWords;
use crate::rendezvous::stream::Stream;
use crate::sync::Shared;
use crate::wire::ENVELOPE;
use parking_lot::{Mutex, MutexGuard};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

/// What all threads of main share of a session; the [`Inbox`] is the dispatcher's alone.
#[derive(Debug)]
pub(crate) struct MainEnd {
    pub(crate) link: Link,
    pub(super) messages: LaneLock<Outbox>,
    pub(super) aside: Mutex<Aside>,
    /// Bytes that are, or were a moment ago.
    pub(super) aside_bytes: AtomicUsize,
    /// Of the dispatcher, who may wait until nothing is.
    pub(super) poller: Weak<Poller>,
    pub(super) messages_bell: Shared<WaitWords>,
    pub(super) replies: Mutex<Outbox>,
    pub(super) replies_bell: Shared<WaitWords>,
    pub(super) bound: Bound,
    /// Bytes of the ring for messages.
    pub(super) capacity: usize,
    /// The longest payload of a message in one record.
    pub(super) payload_max: usize,
    /// Something waits behind a ring.
    pub(super) backlog: AtomicBool,
    /// The thread that delivers this renderer's messages now, zero if none does.
    turn_of: Arc<AtomicUsize>,
    pub(crate) pool: Arc<Pool>,
    /// Why the session was ended, until the dispatcher has reported it.
    fault: Mutex<Option<Fault>>,
    /// Its entry on the board.
    pub(crate) entry: Entry,
    /// Of the renderer's process.
    pub(crate) account: Arc<Account>,
}

impl MainEnd {
    /// Main's end of a session, and the dispatcher's part of it.
    pub(super) fn new(
        id: u32,
        stream: Stream,
        lanes: MainLanes,
        bounds: &Bounds,
        Surroundings { pool, board, poller, account }: Surroundings<'_>,
    ) -> (Self, Inbox) {
        let Bounds { overflow_limit, message_limit, .. } = *bounds;
        let turn_of = Arc::new(AtomicUsize::new(0));
        let entry = board.take(id, stream.credentials().pid);
        let words = entry.words();
        let tally = words.project(|words| &words.tally);
        let payload_max = lanes.messages.content_max() - ENVELOPE;
        let outbox = |lane, queued| {
            let (pool, turn_of) = (Arc::clone(pool), Arc::clone(&turn_of));
            let tolls = Tolls { queued, waiting: Waiting::new(account), tally: tally.clone() };
            Outbox::new(lane, overflow_limit, message_limit, pool, turn_of, tolls)
        };
        let queued_messages = words.project(|words: &SessionWords| &words.queued_messages);
        let queued_replies = words.project(|words: &SessionWords| &words.queued_replies);
        let end = Self {
            link: Link::new(id, stream, lanes.cpus, tally.clone()),
            messages_bell: lanes.messages.data_bell(),
            messages: LaneLock::new(outbox(lanes.messages, queued_messages)),
            aside: Mutex::new(Aside::new(account)),
            aside_bytes: AtomicUsize::new(0),
            poller: Arc::downgrade(poller),
            replies_bell: lanes.replies.data_bell(),
            replies: Mutex::new(outbox(lanes.replies, queued_replies)),
            capacity: bounds.geometry.to_renderer,
            payload_max,
            bound: Bound { limit: overflow_limit, message_limit },
            backlog: AtomicBool::new(false),
            turn_of: Arc::clone(&turn_of),
            pool: Arc::clone(pool),
            fault: Mutex::new(None),
            entry,
            account: Arc::clone(account),
        };
        (end, Inbox::new(lanes.incoming, message_limit))
    }

    /// Ends the session of a renderer that cheats, or sends more than there is memory for.
    #[cold]
    pub(crate) fn cut_off(&self, fault: impl Into<Fault>) {
        if !self.link.is_gone() {
            self.fault.lock().get_or_insert(fault.into());
        }
        self.link.end();
    }

    /// Why the session was ended, if it is news.
    pub(crate) fn take_fault(&self) -> Option<Fault> {
        self.fault.lock().take()
    }

    /// Whether messages can still be sent.
    ///
    /// # Errors
    /// [`Error::RendererGone`], [`Error::Forked`].
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.link.generation().check()?;
        if self.link.is_over() { Err(self.gone()) } else { Ok(()) }
    }

    #[cold]
    pub(super) fn gone(&self) -> Error {
        Error::RendererGone { id: self.link.id() }
    }

    /// Whether something waits behind a ring. A hint: another thread may add to it.
    #[inline]
    pub(crate) fn has_backlog(&self) -> bool {
        self.backlog.load(Ordering::Relaxed)
    }

    /// Moves what fits from the overflow into the rings. Returns whether that was anything. Where a
    /// user holds a claim, that is left to its end.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's words are impossible.
    #[cold]
    pub(crate) fn drain_overflow(&self) -> Result<bool, Corrupt> {
        // Before the looks: what another thread adds behind them is seen the next time.
        self.backlog.store(false, Ordering::Relaxed);
        let (mut moved, mut waits) = (false, false);
        for (outbox, bell) in self.outboxes() {
            let Some(mut outbox) = outbox else { continue };
            moved |= outbox.drain(Pace::Window)?;
            waits |= outbox.queued() > 0;
            let wake = outbox.flush();
            drop(outbox);
            self.link.rouse(wake, bell);
        }
        if waits {
            self.backlog.store(true, Ordering::Relaxed);
        }
        Ok(moved)
    }

    /// The session is over: lets go of what waits for the renderer, though handles live on. What a user's claim
    /// is in front of goes when that ends.
    pub(crate) fn drop_waiting(&self) {
        self.aside.lock().clear();
        self.replies.lock().clear();
        if let Some(mut outbox) = self.messages.lock_unless_claimed() {
            outbox.clear();
        }
    }

    /// Both sending ends, but for what user code has, and their bells.
    fn outboxes(&self) -> [(Option<MutexGuard<'_, Outbox>>, &Shared<WaitWords>); 2] {
        let messages = self.messages.lock_unless_claimed();
        [(messages, &self.messages_bell), (Some(self.replies.lock()), &self.replies_bell)]
    }

    /// Prepares for a quiet time. `false` if there is work after all. A user's claim prepares itself,
    /// when it ends.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's words are impossible.
    pub(crate) fn rest(&self) -> Result<bool, Corrupt> {
        let mut rested = true;
        for (outbox, bell) in self.outboxes() {
            let Some(mut outbox) = outbox else { continue };
            let waited = outbox.queued() > 0;
            rested &= outbox.rest()?;
            let wake = if waited { outbox.flush() } else { None };
            drop(outbox);
            self.link.rouse(wake, bell);
        }
        Ok(rested)
    }

    /// This thread, whose number is `thread`, delivers messages of this renderer until [`end_turn`](Self::end_turn), and looks
    /// afterwards for what its listeners have left behind the rings.
    #[inline]
    pub(crate) fn begin_turn(&self, thread: usize) {
        self.turn_of.store(thread, Ordering::Relaxed);
    }

    /// See [`begin_turn`](Self::begin_turn).
    #[inline]
    pub(crate) fn end_turn(&self) {
        self.turn_of.store(0, Ordering::Relaxed);
    }

    /// Bytes that wait behind the rings, or behind a claim.
    pub(crate) fn queued(&self) -> usize {
        let words = self.entry.words();
        let behind_rings = words.queued_messages.get() + words.queued_replies.get();
        behind_rings + self.aside_bytes.load(Ordering::Relaxed)
    }
}
