//! Main's end of a lane to a renderer: the ring, and behind it a bounded overflow.

use super::account::Waiting;
use super::lane_lock::this_thread;
use super::overflow::{Overflow, RECORD_COST};
use super::pool::Pool;
use super::sender::{Filled, Pace, Put, Reserved, Sender};
use crate::board::tally::{Gauge, Tally};
use crate::error::{Corrupt, Error, Fault};
use crate::lane::Outgoing;
use crate::limits::OVERFLOW_RESERVE;
use crate::ring::ClaimError;
use crate::sync::Shared;
use crate::wait::{Armed, How, Wake};
use crate::wire::{Answer, Content, ENVELOPE, Envelope, Kind, Refused, Run, Signature};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes after which [`Outbox::drain`] leaves the rest to the next round.
const DRAIN_BYTES: usize = 256 << 10;

/// Sends without ever blocking. Messages leave in the order in which they were put.
///
/// What waits is moved into the ring by whoever dispatches: in every round while main is awake, and
/// after the renderer's nudge while it sleeps, for which this end announces a sleep for space. It
/// announces one as soon as something waits, because the dispatcher may be asleep just then, unless it
/// is the dispatcher that sends, and is nudged at most once before it sleeps again.
#[derive(Debug)]
pub(crate) struct Outbox {
    sender: Sender,
    overflow: Overflow,
    pub(crate) pool: Arc<Pool>,
    limit: usize,
    message_limit: usize,
    /// Asleep for space: the renderer nudges, once.
    armed: Option<Armed>,
    /// The thread that delivers a message of this renderer just now, and looks here afterwards.
    turn_of: Arc<AtomicUsize>,
    tolls: Tolls,
}

/// Where an outbox says what waits in it.
#[derive(Debug)]
pub(crate) struct Tolls {
    /// Bytes behind the ring.
    pub(crate) queued: Shared<Gauge>,
    /// The same bytes, of all sessions of the process.
    pub(crate) waiting: Waiting,
    pub(crate) tally: Shared<Tally>,
}

impl Tolls {
    fn set(&mut self, queued: usize) {
        self.queued.set(queued);
        self.waiting.set(queued);
    }
}

impl Outbox {
    /// An outbox that keeps at most `limit` bytes behind its ring, of messages of at most
    /// `message_limit`.
    pub(crate) fn new(
        lane: Outgoing,
        limit: usize,
        message_limit: usize,
        pool: Arc<Pool>,
        turn_of: Arc<AtomicUsize>,
        tolls: Tolls,
    ) -> Self {
        let (sender, overflow) = (Sender::new(lane), Overflow::default());
        Self { sender, overflow, pool, limit, message_limit, armed: None, turn_of, tolls }
    }

    /// Sends a message, its channel's name first if the renderer does not know it. Returns the bytes
    /// of its content.
    ///
    /// # Errors
    /// [`Error::ChannelName`], [`Error::TooLarge`], [`Error::Backpressure`], [`Error::Exhausted`],
    /// [`Error::Corrupt`].
    #[inline]
    pub(crate) fn send(
        &mut self,
        signature: Signature<'_>,
        payload: &[u8],
    ) -> Result<usize, Error> {
        let envelope = self.envelope(signature, self.limit)?;
        let content = Content { envelope, payload };
        self.put(&content, self.limit)?;
        Ok(content.len())
    }

    /// Sends a message that was accepted before, when this end was a user's: on a channel, or an answer.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's words are impossible; that there is no memory.
    pub(crate) fn put_accepted(
        &mut self,
        to: Option<Signature<'_>>,
        envelope: Envelope,
        payload: &[u8],
    ) -> Result<usize, Fault> {
        let mut put = || {
            let envelope = match to {
                Some(signature) => self.envelope(signature, usize::MAX)?,
                None => envelope,
            };
            let content = Content { envelope, payload };
            self.put(&content, usize::MAX)?;
            Ok(content.len())
        };
        put().map_err(|error: Error| match error {
            Error::Corrupt(corrupt) => corrupt.into(),
            Error::Exhausted { .. } => Fault::NoMemory,
            // Not that there is another reason.
            _ => Corrupt {
                place: "message that was accepted",
                found: payload.len() as u64,
                expected: self.message_limit as u64,
            }
            .into(),
        })
    }

    /// Has `fill` write a message of at most `max` bytes into the ring, as [`Sender::fill`]. `false` if
    /// that is not possible now: there are messages that wait, or it is longer.
    ///
    /// # Errors
    /// [`Error::ChannelName`], [`Error::Backpressure`], [`Error::Corrupt`].
    #[inline]
    pub(crate) fn fill(
        &mut self,
        signature: Signature<'_>,
        max: usize,
        fill: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<Option<usize>, Error> {
        let envelope = self.envelope(signature, self.limit)?;
        if !self.overflow.is_empty() {
            return Ok(None);
        }
        match self.sender.fill(envelope, max, fill)? {
            Filled::Done(len) => Ok(Some(len)),
            Filled::Full(_) | Filled::TooSmall => Ok(None),
        }
    }

    /// The place in the ring of the next message's payload, as [`Sender::reserve`]. `None` as well
    /// while others wait.
    ///
    /// # Errors
    /// As [`fill`](Self::fill).
    #[inline]
    pub(crate) fn reserve(
        &mut self,
        signature: Signature<'_>,
        len: usize,
    ) -> Result<Option<Reserved>, Error> {
        let envelope = self.envelope(signature, self.limit)?;
        if !self.overflow.is_empty() {
            return Ok(None);
        }
        Ok(self.sender.reserve(envelope, len)?)
    }

    /// See [`Sender::reserved`].
    #[inline]
    pub(crate) fn reserved(&mut self, place: &Reserved) -> &mut [u8] {
        self.sender.reserved(place)
    }

    /// See [`Sender::commit`].
    #[inline]
    pub(crate) fn commit(
        &mut self,
        place: Reserved,
        len: usize,
        finish: impl FnOnce(&mut [u8]),
    ) -> usize {
        self.sender.commit(place, len, finish)
    }

    /// Why a payload of `len` bytes has no place in the ring now.
    #[cold]
    pub(crate) fn no_room(&self, len: usize) -> Error {
        let (capacity, limit) = (self.sender.lane.capacity(), self.sender.payload_max());
        if len > limit {
            return Error::TooLarge { found: len, limit };
        }
        let queued = self.overflow.queued() + self.sender.taken_with(ENVELOPE + len);
        Error::Backpressure { queued, limit: capacity }
    }

    #[inline]
    fn envelope(&mut self, signature: Signature<'_>, limit: usize) -> Result<Envelope, Error> {
        let slot = match self.sender.names.get(signature) {
            Some(slot) => slot,
            None => self.define(signature, limit)?,
        };
        Ok(Envelope::new(Kind::Message, slot, 0))
    }

    #[cold]
    fn define(&mut self, signature: Signature<'_>, limit: usize) -> Result<u16, Error> {
        let slot = self.sender.names.next_slot(signature.channel)?;
        signature.define(slot, |content| self.put(content, limit))?;
        self.sender.names.insert(signature, slot);
        Ok(slot)
    }

    /// Answers a call. One that finds no room becomes an answer of fixed size that says so, for
    /// which there is always room: an answer is never refused.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Backpressure`] and [`Error::Exhausted`] if the caller got that instead;
    /// [`unanswered`] if there is no memory even for that;
    /// [`Error::Corrupt`] if the renderer makes calls without end and reads no answers.
    pub(crate) fn answer(&mut self, answer: Answer<'_>, call: u32) -> Result<usize, Error> {
        let content = answer.content(call);
        let refused = match self.put(&content, self.limit) {
            Ok(()) => return Ok(content.len()),
            Err(Error::Corrupt(corrupt)) => return Err(corrupt.into()),
            Err(refused) => refused,
        };
        let Some(instead) = Refused::of(&refused) else { return Err(refused) };
        let instead = Answer::Refused(&instead).content(call);
        let limit = self.limit.saturating_add(OVERFLOW_RESERVE);
        self.put(&instead, limit).map_err(|error| match error {
            Error::Exhausted { .. } => unanswered(),
            _ => Error::Corrupt(Corrupt {
                place: "bytes of unread answers",
                found: self.overflow.queued() as u64,
                expected: limit as u64,
            }),
        })?;
        Err(refused)
    }

    #[inline]
    fn put(&mut self, content: &Content<'_>, limit: usize) -> Result<(), Error> {
        if !self.is_too_large(content)
            && self.overflow.is_empty()
            && self.sender.put(content)? == Put::Done
        {
            return Ok(());
        }
        self.put_later(content, limit)
    }

    /// Whether it is longer than messages may be. The name of a channel is none.
    #[inline]
    fn is_too_large(&self, content: &Content<'_>) -> bool {
        let is_name = matches!(content.envelope.kind, Kind::Define | Kind::DefineTyped);
        content.payload.len() > self.message_limit && !is_name
    }

    /// Keeps a message that did not fit, or the rest of one.
    #[cold]
    fn put_later(&mut self, content: &Content<'_>, limit: usize) -> Result<(), Error> {
        let found = content.payload.len();
        if self.is_too_large(content) {
            return Err(Error::TooLarge { found, limit: self.message_limit });
        }
        let queued = self.overflow.queued() + content.len() + RECORD_COST;
        if self.overflow.has_messages() && queued > limit {
            return Err(Error::Backpressure { queued, limit });
        }
        // What was accepted once, and answers that say that there is no room, are not refused.
        if limit <= self.limit {
            self.tolls.waiting.add(content.len() + RECORD_COST)?;
        }
        let kept = if found <= self.sender.payload_max() {
            self.overflow.push(content).map_err(Error::from)
        } else {
            self.put_run(content)
        };
        self.tolls.set(self.overflow.queued());
        kept?;
        self.tolls.tally.stalls.add(1);
        if self.turn_of.load(Ordering::Relaxed) != this_thread() {
            while !self.rest()? {}
        }
        Ok(())
    }

    /// As much of a large message as there is room for, and the rest into the overflow.
    ///
    /// # Errors
    /// [`Error::Exhausted`]: nothing was sent, as what was begun could not be ended. [`Error::Corrupt`].
    fn put_run(&mut self, content: &Content<'_>) -> Result<(), Error> {
        self.overflow.make_room_for_run()?;
        let room = self.pool.room_for(content.payload)?;
        let mut run = Run::new(content.envelope, content.payload.len());
        let mut rest = content.payload;
        if self.overflow.is_empty() {
            let sender = &mut self.sender;
            while !run.is_done() && sender.put_fragment(&mut run, rest, Pace::Window)? == Put::Done
            {
                rest = &content.payload[run.sent()..];
            }
        }
        if run.is_done() {
            self.pool.give(room);
        } else {
            self.overflow.push_run(run, self.pool.keep_in(room, rest)?);
        }
        Ok(())
    }

    /// Moves what fits from the overflow to the ring, no more than a round's share of a renderer that
    /// reads as fast as main writes. Returns whether that was anything.
    ///
    /// # Errors
    /// [`Corrupt`] if the renderer's head is impossible.
    pub(crate) fn drain(&mut self, pace: Pace) -> Result<bool, Corrupt> {
        let moved = self.move_to_ring(pace);
        self.tolls.set(self.overflow.queued());
        moved
    }

    fn move_to_ring(&mut self, pace: Pace) -> Result<bool, Corrupt> {
        let mut moved = 0;
        while let Some(len) = self.overflow.next_len(self.sender.fragment_max()) {
            let in_pace = !self.overflow.is_in_run() || self.sender.keeps_pace(pace)?;
            if moved > DRAIN_BYTES || !in_pace {
                return Ok(moved > 0);
            }
            match self.sender.lane.claim(len) {
                Ok(mut claim) => {
                    self.overflow.pop_into(claim.bytes(), &self.pool);
                    claim.commit(len);
                    moved += len;
                }
                Err(ClaimError::Corrupt(corrupt)) => return Err(corrupt),
                // Nothing that can never fit is ever queued.
                Err(_) => return Ok(moved > 0),
            }
        }
        self.disarm();
        Ok(moved > 0)
    }

    fn disarm(&mut self) {
        if self.armed.take().is_some() {
            self.sender.lane.disarm();
        }
    }

    /// Goes to sleep until the first of the overflow fits. `false` if it fits now.
    ///
    /// An announcement that was not rung for stays, though the dispatcher may have moved records since:
    /// it went on until there was too little space, which is what `Incoming::settle` asks of a producer
    /// that sleeps.
    fn arm(&mut self) -> Result<bool, Corrupt> {
        let next = self.overflow.next_len(self.sender.fragment_max());
        let Some(len) = next else { return Ok(true) };
        if self.armed.is_some_and(|armed| !self.sender.lane.was_rung(armed)) {
            return Ok(true);
        }
        self.disarm();
        match self.sender.lane.arm_for_space(len, How::InLoop) {
            Ok(armed) => {
                self.armed = armed;
                Ok(self.armed.is_some())
            }
            Err(ClaimError::Corrupt(corrupt)) => Err(corrupt),
            Err(_) => Ok(false),
        }
    }

    /// Looks for a renderer that sleeps, after one or several messages.
    #[inline]
    pub(crate) fn flush(&mut self) -> Option<Wake> {
        self.sender.lane.flush()
    }

    /// The same between two messages of a burst: may miss one.
    #[inline]
    pub(crate) fn hint(&mut self) -> Option<Wake> {
        self.sender.lane.hint()
    }

    /// The longest payload of a message that is one record.
    pub(crate) fn payload_max(&self) -> usize {
        self.sender.payload_max().min(self.message_limit)
    }

    /// Bytes behind the ring.
    pub(crate) fn queued(&self) -> usize {
        self.overflow.queued()
    }

    /// Lets go of what waits: nobody will read it.
    pub(crate) fn clear(&mut self) {
        self.overflow = Overflow::default();
        self.tolls.set(0);
    }

    /// Prepares for a quiet time: what waits will be moved after a nudge, and if nothing does the ring
    /// returns to its first page, see `Producer::rewind`. `false` if something was moved, and more may
    /// be.
    ///
    /// # Errors
    /// As [`drain`](Self::drain).
    pub(crate) fn rest(&mut self) -> Result<bool, Corrupt> {
        if self.overflow.is_empty() {
            self.overflow.rest();
            self.sender.lane.rewind()?;
            return Ok(true);
        }
        let armed = self.arm()?;
        if !armed {
            self.drain(Pace::Full)?;
        }
        Ok(armed)
    }
}

/// There is no memory for an answer, nor for one that says so: the session ends, as an answer is never missing.
#[cold]
pub(super) fn unanswered() -> Error {
    Error::Exhausted { what: UNANSWERED }
}

/// What [`unanswered`] says there is none of.
pub(super) const UNANSWERED: &str = "memory for an answer";
