//! A session as main holds it.

use super::inbox::Inbox;
use super::lane_lock::{Claimed, LaneLock};
use super::lanes::MainLanes;
use super::link::Link;
use super::offer::Bounds;
use super::outbox::{Outbox, Tolls};
use super::payload::raw_archive_len;
use super::pool::Pool;
use super::sender::Pace;
use crate::board::layout::SessionWords;
use crate::board::tally::Traffic;
use crate::board::{Board, Entry};
use crate::error::{Corrupt, Error};
use crate::layout::WaitWords;
use crate::rendezvous::stream::Stream;
use crate::sync::Shared;
use crate::value::raw::Place;
use crate::wire::{Answer, Signature};
use parking_lot::Mutex;
use std::ops::DerefMut;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What all threads of main share of a session; the [`Inbox`] is the dispatcher's alone.
#[derive(Debug)]
pub(crate) struct MainEnd {
    pub(crate) link: Link,
    messages: LaneLock<Outbox>,
    messages_bell: Shared<WaitWords>,
    replies: Mutex<Outbox>,
    replies_bell: Shared<WaitWords>,
    message_limit: usize,
    /// Something waits behind a ring.
    backlog: AtomicBool,
    /// The thread that delivers this renderer's messages now, zero if none does.
    turn_of: Arc<AtomicUsize>,
    pub(crate) pool: Arc<Pool>,
    /// Why the session was ended, until the dispatcher has reported it.
    corrupt: Mutex<Option<Corrupt>>,
    /// Its entry on the board.
    pub(crate) entry: Entry,
}

impl MainEnd {
    /// Main's end of a session, and the dispatcher's part of it.
    pub(super) fn new(
        id: u32,
        stream: Stream,
        lanes: MainLanes,
        bounds: &Bounds,
        (pool, board): (&Arc<Pool>, &Arc<Board>),
    ) -> (Self, Inbox) {
        let Bounds { overflow_limit, message_limit, .. } = *bounds;
        let turn_of = Arc::new(AtomicUsize::new(0));
        let entry = board.take(id, stream.credentials().pid);
        let words = entry.words();
        let tally = words.project(|words| &words.tally);
        let outbox = |lane, queued| {
            let (pool, turn_of) = (Arc::clone(pool), Arc::clone(&turn_of));
            let tolls = Tolls { queued, tally: tally.clone() };
            Outbox::new(lane, overflow_limit, message_limit, pool, turn_of, tolls)
        };
        let queued_messages = words.project(|words: &SessionWords| &words.queued_messages);
        let queued_replies = words.project(|words: &SessionWords| &words.queued_replies);
        let end = Self {
            link: Link::new(id, stream, lanes.cpus, tally.clone()),
            messages_bell: lanes.messages.data_bell(),
            messages: LaneLock::new(outbox(lanes.messages, queued_messages)),
            replies_bell: lanes.replies.data_bell(),
            replies: Mutex::new(outbox(lanes.replies, queued_replies)),
            message_limit,
            backlog: AtomicBool::new(false),
            turn_of: Arc::clone(&turn_of),
            pool: Arc::clone(pool),
            corrupt: Mutex::new(None),
            entry,
        };
        (end, Inbox::new(lanes.incoming, message_limit))
    }

    /// Ends the session of a renderer that cheats.
    #[cold]
    pub(crate) fn cut_off(&self, corrupt: Corrupt) {
        if !self.link.is_gone() {
            self.corrupt.lock().get_or_insert(corrupt);
        }
        self.link.end();
    }

    /// Why the session was ended, if it is news.
    pub(crate) fn take_corrupt(&self) -> Option<Corrupt> {
        self.corrupt.lock().take()
    }

    fn check(&self) -> Result<(), Error> {
        self.link.generation().check()?;
        if self.link.is_gone() { Err(Error::RendererGone { id: self.link.id() }) } else { Ok(()) }
    }

    /// Sends a message. Never blocks; any thread.
    ///
    /// # Errors
    /// As [`Outbox::send`], [`Error::RendererGone`], [`Error::Forked`], [`Error::ClaimHeld`].
    #[inline]
    pub(crate) fn send(&self, signature: Signature<'_>, payload: &[u8]) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.messages.lock()?;
        let sent = outbox.send(signature, payload);
        self.finish(outbox, &self.messages_bell, &self.link.tally.sent, sent)
    }

    /// The sending end for user code, which may do anything while it has it.
    ///
    /// # Errors
    /// [`Error::RendererGone`], [`Error::Forked`], [`Error::ClaimHeld`].
    pub(crate) fn claim(&self) -> Result<Claimed<'_, Outbox>, Error> {
        self.check()?;
        Ok(self.messages.claim(self.messages.lock()?))
    }

    /// After one message of a claim: counts it, and wakes a renderer that is seen to sleep.
    ///
    /// # Errors
    /// `sent`'s own; a renderer that cheats is cut off.
    #[inline]
    pub(crate) fn note(
        &self,
        outbox: &mut Outbox,
        sent: Result<usize, Error>,
    ) -> Result<(), Error> {
        let wake = outbox.hint();
        self.link.rouse(wake, &self.messages_bell);
        self.count(outbox, &self.link.tally.sent, sent)
    }

    /// What `error` of the sending end means to the caller; a renderer that cheats is cut off.
    #[cold]
    pub(crate) fn failed(&self, error: Error) -> Error {
        if let Error::Corrupt(corrupt) = error {
            self.cut_off(corrupt);
        }
        error
    }

    /// The size of a message of raw bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(crate) fn raw_archive_len(&self, place: Place) -> Result<usize, Error> {
        raw_archive_len(place, self.message_limit)
    }

    /// After the last message of a claim. What waits behind the ring is announced: the dispatcher may
    /// have gone to sleep meanwhile.
    pub(crate) fn release(&self, mut outbox: impl DerefMut<Target = Outbox>) {
        while outbox.queued() > 0 {
            match outbox.rest() {
                Ok(true) => break,
                Ok(false) => {}
                Err(corrupt) => {
                    self.cut_off(corrupt);
                    break;
                }
            }
        }
        let wake = outbox.flush();
        drop(outbox);
        self.link.rouse(wake, &self.messages_bell);
    }

    /// Answers an invoke, in one order with `send`.
    ///
    /// # Errors
    /// As [`Outbox::answer`], [`Error::RendererGone`], [`Error::Forked`].
    pub(crate) fn answer_invoke(&self, answer: Answer<'_>, call: u32) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.messages.lock()?;
        let sent = outbox.answer(answer, call);
        self.finish(outbox, &self.messages_bell, &self.link.tally.sent, sent)
    }

    /// Answers a sendSync.
    ///
    /// # Errors
    /// As [`answer_invoke`](Self::answer_invoke).
    pub(crate) fn answer_sync(&self, answer: Answer<'_>, call: u32) -> Result<(), Error> {
        self.check()?;
        let mut outbox = self.replies.lock();
        let sent = outbox.answer(answer, call);
        self.finish(outbox, &self.replies_bell, &self.link.tally.answers, sent)
    }

    /// The largest message in bytes of its payload.
    pub(crate) fn message_limit(&self) -> usize {
        self.message_limit
    }

    #[inline]
    fn finish(
        &self,
        mut outbox: parking_lot::MutexGuard<'_, Outbox>,
        bell: &Shared<WaitWords>,
        traffic: &Traffic,
        sent: Result<usize, Error>,
    ) -> Result<(), Error> {
        let wake = outbox.flush();
        let counted = self.count(&outbox, traffic, sent);
        drop(outbox);
        self.link.rouse(wake, bell);
        counted
    }

    #[inline]
    fn count(
        &self,
        outbox: &Outbox,
        traffic: &Traffic,
        sent: Result<usize, Error>,
    ) -> Result<(), Error> {
        if outbox.queued() > 0 {
            self.backlog.store(true, Ordering::Relaxed);
        }
        match sent {
            Ok(len) => {
                traffic.count(len);
                Ok(())
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Whether something waits behind a ring. A hint: another thread may add to it.
    #[inline]
    pub(crate) fn has_backlog(&self) -> bool {
        self.backlog.load(Ordering::Relaxed)
    }

    /// Moves what fits from the overflow into the rings. Returns whether that was anything. Where a
    /// user of another thread holds a claim, that is left to the next time.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's words are impossible.
    #[cold]
    pub(crate) fn drain_overflow(&self) -> Result<bool, Corrupt> {
        // Before the looks: what another thread adds behind them is seen the next time.
        self.backlog.store(false, Ordering::Relaxed);
        let messages = self.messages.lock_unless_claimed();
        let (claimed, mut moved, mut waits) = (messages.is_none(), false, false);
        let replies = Some(self.replies.lock());
        for (outbox, bell) in [(messages, &self.messages_bell), (replies, &self.replies_bell)] {
            let Some(mut outbox) = outbox else { continue };
            moved |= outbox.drain(Pace::Window)?;
            waits |= outbox.queued() > 0;
            let wake = outbox.flush();
            drop(outbox);
            self.link.rouse(wake, bell);
        }
        if waits || claimed {
            self.backlog.store(true, Ordering::Relaxed);
        }
        Ok(moved)
    }

    /// Prepares for a quiet time. `false` if there is work after all. A user's claim prepares itself,
    /// when it ends.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's words are impossible.
    pub(crate) fn rest(&self) -> Result<bool, Corrupt> {
        let messages = self.messages.lock_unless_claimed();
        let replies = Some(self.replies.lock());
        let mut rested = true;
        for (outbox, bell) in [(messages, &self.messages_bell), (replies, &self.replies_bell)] {
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

    /// Bytes that wait behind the rings.
    pub(crate) fn queued(&self) -> usize {
        // One's own claim is not asked: what it holds is its own to know.
        let messages = self.messages.lock().map_or(0, |messages| messages.queued());
        messages + self.replies.lock().queued()
    }
}
