//! A session as the renderer holds it.

use super::geometry::Geometry;
use super::inbox::Inbox;
use super::lane_lock::{Claimed, LaneLock};
use super::lanes::{self, Descriptors};
use super::link::Link;
use super::outbound::{Message, Outbound};
use super::payload::raw_archive_len;
use super::pool::Pool;
use super::replies::Replies;
use super::sender::{Filled, Pace, Put};
use crate::error::Error;
use crate::layout::WaitWords;
use crate::limits::{LIVENESS_SLICE, SPIN_MAX};
use crate::rendezvous::handshake::Welcomed;
use crate::rendezvous::stream::Stream;
use crate::ring::Watch;
use crate::sync::{AtomicU32, Ordering, Shared, Woken};
use crate::value::Value;
use crate::value::raw::Place;
use crate::wait::{Armed, Sleeper, Spin, SpinOutcome, WaitPolicy};
use crate::wire::{ENVELOPE, Kind, Signature};
use parking_lot::{Mutex, MutexGuard};
use std::ops::DerefMut;
use std::sync::Arc;
use std::time::Instant;

/// What all threads of a renderer share of its session; the [`Inbox`] is the dispatcher's alone.
#[derive(Debug)]
pub(crate) struct RendererEnd {
    pub(crate) link: Link,
    messages: LaneLock<Outbound>,
    messages_bell: Shared<WaitWords>,
    space_bell: Shared<WaitWords>,
    replies: Mutex<Replies>,
    replies_watch: Watch,
    replies_bell: Shared<WaitWords>,
    replies_space_bell: Shared<WaitWords>,
    spin: Spin,
    space_spin: Spin,
    /// Bytes of the ring to main.
    capacity: usize,
    message_limit: usize,
    pub(crate) pool: Arc<Pool>,
    next_invoke: AtomicU32,
}

/// What a renderer's send does when the ring is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// Waits until main has read enough, or is gone.
    Wait,
    /// Answers [`Error::Backpressure`]. So does a message that the empty ring cannot hold at once.
    Fail,
    /// Waits, and answers [`Error::Deadline`] when this passes: the message was not sent, and what of
    /// a large one was is taken back.
    Until(Instant),
}

impl RendererEnd {
    /// Joins the session that main granted.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if grant and segments do not fit each other, [`Error::Exhausted`] or
    /// [`Error::System`] if they cannot be mapped.
    pub(crate) fn join(
        stream: Stream,
        welcomed: Welcomed,
        policy: WaitPolicy,
    ) -> Result<(Self, Inbox), Error> {
        let id = welcomed.grant.web_contents;
        let geometry = Geometry::granted(&welcomed.grant)?;
        let message_limit = usize::try_from(welcomed.grant.message_limit).unwrap_or(usize::MAX);
        let pool = Arc::new(Pool::new());
        let [main, renderer] = welcomed.segments;
        let lanes = lanes::open(&Descriptors { main, renderer }, &geometry, id)?;
        let end = Self {
            link: Link::new(id, stream, lanes.cpus),
            messages_bell: lanes.messages.data_bell(),
            space_bell: lanes.messages.space_bell(),
            messages: LaneLock::new(Outbound::new(lanes.messages, message_limit)),
            replies_watch: lanes.replies.watch(),
            replies_bell: lanes.replies.data_bell(),
            replies_space_bell: lanes.replies.space_bell(),
            replies: Mutex::new(Replies::new(lanes.replies, message_limit)),
            spin: Spin::new(policy, LIVENESS_SLICE),
            space_spin: Spin::new(policy, LIVENESS_SLICE),
            capacity: geometry.to_main,
            message_limit,
            pool: Arc::clone(&pool),
            next_invoke: AtomicU32::new(0),
        };
        Ok((end, Inbox::new(lanes.incoming, message_limit)))
    }

    pub(crate) fn spin(&self) -> &Spin {
        &self.spin
    }

    /// Whether main still lives, by a look at its socket and its process.
    pub(crate) fn look_for_main(&self) -> bool {
        if !self.link.is_gone() && self.link.stream().is_gone() {
            self.link.end();
        }
        !self.link.is_gone()
    }

    /// An id that no invoke of the last 2^32 has had. Known before the request is sent, unlike that
    /// of a `sendSync`: another thread may dispatch the answer at once.
    pub(crate) fn new_invoke(&self) -> u32 {
        self.next_invoke.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends a message or an invoke's request.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    #[inline]
    pub(crate) fn send(&self, message: &Message<'_>, when_full: WhenFull) -> Result<(), Error> {
        let mut outbound = self.lock(when_full)?;
        self.put(&mut outbound, message, when_full)?;
        self.finish(outbound)
    }

    /// Sends the request of a `sendSync` and returns its id.
    ///
    /// # Errors
    /// [`Error::MainGone`], [`Error::ChannelName`], [`Error::TooLarge`], [`Error::Backpressure`],
    /// [`Error::Deadline`], [`Error::ClaimHeld`], [`Error::Corrupt`].
    #[inline]
    pub(crate) fn send_call(
        &self,
        channel: &str,
        payload: &[u8],
        when_full: WhenFull,
    ) -> Result<u32, Error> {
        let mut outbound = self.lock(when_full)?;
        let call = outbound.new_call();
        let message = Message::dynamic(Kind::SyncCall, channel, call, payload);
        self.put(&mut outbound, &message, when_full)?;
        self.finish(outbound)?;
        Ok(call)
    }

    /// Threads that send while another waits for space wait behind it, in order.
    #[inline]
    pub(crate) fn lock(&self, when_full: WhenFull) -> Result<MutexGuard<'_, Outbound>, Error> {
        let outbound = match when_full {
            WhenFull::Wait => self.messages.lock()?,
            WhenFull::Until(deadline) => self.messages.lock_until(deadline)?,
            // Another thread that just writes a record is done sooner; one that waits for space is not.
            WhenFull::Fail => {
                self.messages.lock_within(SPIN_MAX)?.ok_or_else(|| self.backpressure(0))?
            }
        };
        // Whoever was blocked then has been told why.
        if self.link.is_gone() { Err(Error::Disconnected) } else { Ok(outbound) }
    }

    /// The same for user code, which may do anything while it has it.
    pub(crate) fn claim(&self, when_full: WhenFull) -> Result<Claimed<'_, Outbound>, Error> {
        Ok(self.messages.claim(self.lock(when_full)?))
    }

    /// Puts a message, waiting for space if need be.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    #[inline]
    pub(crate) fn put(
        &self,
        outbound: &mut Outbound,
        message: &Message<'_>,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        if message.payload.len() > self.message_limit {
            return Err(self.too_large(message.payload.len()));
        }
        loop {
            match outbound.put(message)? {
                Put::Done => break,
                Put::Full(len) => self.wait_for_space(outbound, len, when_full)?,
                Put::TooLong => {
                    self.put_run(outbound, message, when_full)?;
                    break;
                }
            }
        }
        self.link.tally.sent.count(ENVELOPE + message.payload.len());
        Ok(())
    }

    /// Puts a message that needs several records.
    #[cold]
    fn put_run(
        &self,
        outbound: &mut Outbound,
        message: &Message<'_>,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        let payload = message.payload;
        if when_full == WhenFull::Fail && !outbound.fits_run(payload.len())? {
            return Err(self.backpressure(payload.len()));
        }
        let mut run = loop {
            match outbound.run(message)? {
                Ok(run) => break run,
                Err(len) => self.wait_for_space(outbound, len, when_full)?,
            }
        };
        let window = outbound.window_space();
        let mut pace = if when_full == WhenFull::Fail { Pace::Full } else { Pace::Window };
        while !run.is_done() {
            let rest = &payload[run.sent()..];
            match outbound.put_fragment(&mut run, rest, pace)? {
                // A main that is this slow gets as much as there is space for.
                Put::Full(len) => {
                    pace = Pace::Full;
                    if let Err(error) = self.wait_for(outbound, len, window, when_full) {
                        outbound.give_up(&run);
                        self.flush(outbound);
                        return Err(error);
                    }
                }
                // Main may begin to read before all is there.
                _ => {
                    pace = if when_full == WhenFull::Fail { pace } else { Pace::Window };
                    self.hint(outbound);
                }
            }
        }
        Ok(())
    }

    /// Has `fill` write a message of at most `max` bytes into the ring. `false` if there is no room for
    /// so many now, or it takes more.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    #[inline]
    pub(crate) fn fill(
        &self,
        outbound: &mut Outbound,
        signature: Signature<'_>,
        max: usize,
        fill: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<bool, Error> {
        match outbound.fill(signature, max, fill)? {
            Filled::Done(len) => {
                self.link.tally.sent.count(ENVELOPE + len);
                Ok(true)
            }
            Filled::Full(_) | Filled::TooSmall => Ok(false),
        }
    }

    /// Waits until a payload of `len` bytes, which is no run's, has its place in the ring.
    ///
    /// # Errors
    /// As [`send_call`](Self::send_call).
    pub(crate) fn reserve(
        &self,
        outbound: &mut Outbound,
        signature: Signature<'_>,
        len: usize,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        while let Err(len) = outbound.reserve(signature, len)?.map(drop) {
            self.wait_for_space(outbound, len, when_full)?;
        }
        Ok(())
    }

    /// The size of a message of raw bytes.
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub(crate) fn raw_archive_len(&self, place: Place) -> Result<usize, Error> {
        raw_archive_len(place, self.message_limit)
    }

    /// After the last message of a call or burst.
    ///
    /// # Errors
    /// [`Error::MainGone`] if main is found to be.
    #[inline]
    pub(crate) fn finish(
        &self,
        mut outbound: impl DerefMut<Target = Outbound>,
    ) -> Result<(), Error> {
        let wake = outbound.flush();
        drop(outbound);
        if self.link.rouse(wake, &self.messages_bell) {
            return Ok(());
        }
        self.link.end();
        Err(Error::MainGone)
    }

    /// Between two records of a burst or run: wakes a main that is seen to sleep.
    #[inline]
    pub(crate) fn hint(&self, outbound: &mut Outbound) {
        let wake = outbound.hint();
        self.link.rouse(wake, &self.messages_bell);
    }

    #[cold]
    fn too_large(&self, found: usize) -> Error {
        Error::TooLarge { found, limit: self.message_limit }
    }

    /// The ring is full, so all of it waits.
    #[cold]
    fn backpressure(&self, len: usize) -> Error {
        Error::Backpressure { queued: self.capacity + len, limit: self.capacity }
    }

    /// Waits for a record of `len` bytes of content; awake a little longer, so that many follow before
    /// the next wait.
    #[cold]
    fn wait_for_space(
        &self,
        outbound: &mut Outbound,
        len: usize,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        self.wait_for(outbound, len, self.capacity / 16, when_full)
    }

    /// Waits until `free` bytes of the ring are, or asleep until `len` bytes of content fit.
    fn wait_for(
        &self,
        outbound: &mut Outbound,
        len: usize,
        free: usize,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        self.link.tally.stalls.add(1);
        // Main may sleep on what was put before: a definition, padding, another thread's message.
        self.flush(outbound);
        if when_full == WhenFull::Fail {
            return Err(self.backpressure(len));
        }
        let deadline = when_full.deadline();
        let elsewhere = || self.link.peer_elsewhere();
        match self.space_spin.until(|| outbound.has_space(len, free), elsewhere) {
            SpinOutcome::Ready => return Ok(()),
            SpinOutcome::Look if !self.look_for_main() => return Err(Error::MainGone),
            SpinOutcome::Look if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                return Err(Error::Deadline);
            }
            SpinOutcome::Look => return Ok(()),
            SpinOutcome::Sleep => {}
        }
        let Some(armed) = outbound.arm_for_space(len)? else { return Ok(()) };
        self.flush(outbound);
        let started = Instant::now();
        let slept = self.sleep(&self.space_bell, armed, deadline);
        self.space_spin.slept(started.elapsed());
        outbound.disarm();
        slept
    }

    fn flush(&self, outbound: &mut Outbound) {
        let wake = outbound.flush();
        self.link.rouse(wake, &self.messages_bell);
    }

    /// Waits for the answer to `call`, which was made on `channel`.
    ///
    /// # Errors
    /// What the answer says; [`Error::Deadline`]; [`Error::MainGone`] once main is gone and what it
    /// had committed is read; [`Error::Corrupt`].
    pub(crate) fn wait_for_answer(
        &self,
        call: u32,
        channel: &str,
        deadline: Option<Instant>,
    ) -> Result<Value, Error> {
        loop {
            let alive = !self.link.is_gone();
            let mut replies = self.replies.lock();
            if let Some(answer) = self.take(&mut replies, call, channel)? {
                return answer;
            }
            if !alive {
                return Err(Error::MainGone);
            }
            let position = replies.position();
            drop(replies);
            let ready = || self.replies_watch.is_ready(position);
            match self.spin.until(ready, || self.link.peer_elsewhere()) {
                SpinOutcome::Ready => {}
                SpinOutcome::Sleep => self.sleep_for_answer(call, deadline)?,
                SpinOutcome::Look => self.look_around(call, deadline)?,
            }
        }
    }

    #[inline]
    fn take(
        &self,
        replies: &mut MutexGuard<'_, Replies>,
        call: u32,
        channel: &str,
    ) -> Result<Option<Result<Value, Error>>, Error> {
        let taken = replies.take(call, channel, &self.link.tally);
        if let Some(wake) = replies.settle() {
            self.link.rouse(Some(wake), &self.replies_space_bell);
        }
        taken.map_err(|corrupt| {
            self.link.end();
            corrupt.into()
        })
    }

    #[cold]
    fn sleep_for_answer(&self, call: u32, deadline: Option<Instant>) -> Result<(), Error> {
        let mut replies = self.replies.lock();
        let wake = replies.flush();
        self.link.rouse(wake, &self.replies_space_bell);
        let Some(armed) = replies.arm() else { return Ok(()) };
        drop(replies);
        let started = Instant::now();
        let slept = self.sleep(&self.replies_bell, armed, deadline);
        self.spin.slept(started.elapsed());
        let mut replies = self.replies.lock();
        replies.disarm();
        match slept {
            Err(Error::Deadline) => {
                self.give_up(replies, call);
                slept
            }
            // The caller looks once more before it believes it.
            Err(Error::MainGone) => Ok(()),
            slept => slept,
        }
    }

    /// What a sleeper does between its slices, for a thread that never sleeps.
    #[cold]
    fn look_around(&self, call: u32, deadline: Option<Instant>) -> Result<(), Error> {
        self.look_for_main();
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            self.give_up(self.replies.lock(), call);
            return Err(Error::Deadline);
        }
        Ok(())
    }

    #[cold]
    fn give_up(&self, mut replies: parking_lot::MutexGuard<'_, Replies>, call: u32) {
        if replies.give_up(call) {
            self.link.tally.late_answers.add(1);
        }
    }

    /// Sleeps until main rings, but no longer than a slice: the kernel does not wake a futex when a
    /// process dies, so main's life is looked at in between.
    fn sleep(
        &self,
        bell: &Shared<WaitWords>,
        armed: Armed,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        let slice = match deadline {
            None => LIVENESS_SLICE,
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(Error::Deadline);
                }
                left.min(LIVENESS_SLICE)
            }
        };
        self.link.tally.sleeps.add(1);
        if Sleeper::sleep(bell, armed, Some(slice)) == Woken::NotRung && !self.look_for_main() {
            return Err(Error::MainGone);
        }
        Ok(())
    }

    /// Prepares for a quiet time.
    pub(crate) fn rest(&self) -> Result<(), Error> {
        self.messages.try_lock().map_or(Ok(()), |mut messages| Ok(messages.rewind()?))
    }
}

impl WhenFull {
    fn deadline(self) -> Option<Instant> {
        match self {
            Self::Until(deadline) => Some(deadline),
            Self::Wait | Self::Fail => None,
        }
    }
}
