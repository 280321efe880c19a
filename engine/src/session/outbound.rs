//! The renderer's end of the messages lane to main.

use super::sender::{Filled, Pace, Put, Reserved, Sender};
use crate::error::{Corrupt, Error};
use crate::lane::Outgoing;
use crate::ring::ClaimError;
use crate::wait::{Armed, How, Wake};
use crate::wire::{Content, ENVELOPE, Envelope, Kind, Run, Signature};

/// Puts messages into the ring, one at a time.
#[derive(Debug)]
pub(crate) struct Outbound {
    sender: Sender,
    /// The id of the last `sendSync`.
    last_call: u32,
    /// A run was begun and given up, and main has not been told yet.
    aborting: bool,
    message_limit: usize,
}

/// A message as it is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'a> {
    pub(crate) kind: Kind,
    pub(crate) signature: Signature<'a>,
    pub(crate) call: u32,
    pub(crate) payload: &'a [u8],
}

impl<'a> Message<'a> {
    /// A message of dynamic arguments.
    #[inline]
    pub(crate) fn dynamic(kind: Kind, channel: &'a str, call: u32, payload: &'a [u8]) -> Self {
        Self { kind, signature: Signature::dynamic(channel), call, payload }
    }

    /// A message that nobody answers.
    #[inline]
    pub(crate) fn plain(signature: Signature<'a>, payload: &'a [u8]) -> Self {
        Self { kind: Kind::Message, signature, call: 0, payload }
    }
}

impl Outbound {
    pub(crate) fn new(lane: Outgoing, message_limit: usize) -> Self {
        Self { sender: Sender::new(lane), last_call: 0, aborting: false, message_limit }
    }

    /// An id that no `sendSync` of the last 2^32 has had.
    #[inline]
    pub(crate) fn new_call(&mut self) -> u32 {
        self.last_call = self.last_call.wrapping_add(1);
        self.last_call
    }

    /// Tries to put a message, its channel's name first if main does not know it.
    ///
    /// # Errors
    /// [`Error::ChannelName`], [`Error::Corrupt`].
    #[inline]
    pub(crate) fn put(&mut self, message: &Message<'_>) -> Result<Put, Error> {
        let Message { kind, signature, call, payload } = *message;
        match self.slot(signature)? {
            Ok(slot) => {
                let envelope = Envelope::new(kind, slot, call);
                Ok(self.sender.put(&Content { envelope, payload })?)
            }
            Err(len) => Ok(Put::Full(len)),
        }
    }

    /// The run of a message that needs several records. [`put`](Self::put) has just said so.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub(crate) fn run(&mut self, message: &Message<'_>) -> Result<Result<Run, usize>, Error> {
        let slot = self.slot(message.signature)?;
        let run =
            |slot| Run::new(Envelope::new(message.kind, slot, message.call), message.payload.len());
        Ok(slot.map(run))
    }

    /// Puts the next record of `run`, of which `rest` is what has not been sent. Room to give it up is
    /// left.
    ///
    /// # Errors
    /// [`Corrupt`] if main's words are impossible.
    pub(crate) fn put_fragment(
        &mut self,
        run: &mut Run,
        rest: &[u8],
        pace: Pace,
    ) -> Result<Put, Corrupt> {
        self.sender.put_revocable(run, rest, pace)
    }

    /// See [`Outgoing::go_straight`](crate::lane::Outgoing::go_straight).
    #[inline]
    pub(crate) fn go_straight(&mut self, straight: bool) {
        self.sender.lane.go_straight(straight);
    }

    /// See [`Sender::window_space`].
    pub(crate) fn window_space(&self) -> usize {
        self.sender.window_space()
    }

    /// See [`Sender::check_run`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn check_run(&mut self, total: usize) -> Result<(), Error> {
        self.sender.check_run(total)
    }

    /// See [`Sender::taken_with`].
    pub(crate) fn taken_with(&self, len: usize) -> usize {
        self.sender.taken_with(len)
    }

    /// Gives a run up. Main is told at once: it keeps memory for it, and others may wait for that.
    pub(crate) fn give_up(&mut self, run: &Run) {
        self.aborting |= run.sent() > 0;
        if self.aborting {
            // What is wrong is found again by whoever sends next.
            let _ = self.abort();
        }
    }

    /// Tries to have `fill` write a message of at most `max` bytes into the ring, as
    /// [`Sender::fill`].
    ///
    /// # Errors
    /// As [`put`](Self::put).
    #[inline]
    pub(crate) fn fill(
        &mut self,
        signature: Signature<'_>,
        max: usize,
        fill: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<Filled, Error> {
        match self.slot(signature)? {
            Ok(slot) => {
                let envelope = Envelope::new(Kind::Message, slot, 0);
                Ok(self.sender.fill(envelope, max, fill)?)
            }
            Err(len) => Ok(Filled::Full(len)),
        }
    }

    /// The place in the ring of the next message's payload: the place, or the bytes of content that
    /// have to be free first.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    #[inline]
    pub(crate) fn reserve(
        &mut self,
        signature: Signature<'_>,
        len: usize,
    ) -> Result<Result<Reserved, usize>, Error> {
        match self.slot(signature)? {
            Ok(slot) => {
                let envelope = Envelope::new(Kind::Message, slot, 0);
                Ok(self.sender.reserve(envelope, len)?.ok_or(ENVELOPE + len))
            }
            Err(len) => Ok(Err(len)),
        }
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

    /// The longest payload of a message that is one record.
    pub(crate) fn payload_max(&self) -> usize {
        self.sender.payload_max().min(self.message_limit)
    }

    #[inline(always)]
    fn slot(&mut self, signature: Signature<'_>) -> Result<Result<u16, usize>, Error> {
        if self.aborting
            && let Put::Full(len) = self.abort()?
        {
            return Ok(Err(len));
        }
        self.sender.slot(signature)
    }

    #[cold]
    fn abort(&mut self) -> Result<Put, Corrupt> {
        let envelope = Envelope::new(Kind::Abort, 0, 0);
        let put = self.sender.put(&Content { envelope, payload: &[] })?;
        self.aborting = put != Put::Done;
        Ok(put)
    }

    /// Whether a record of `len` bytes of content fits now, with so many bytes `free` before it. `true`
    /// as well if it never will.
    pub(crate) fn has_space(&mut self, len: usize, free: usize) -> bool {
        let has_free = self.sender.lane.look_for_space().map_or(true, |space| space >= free);
        has_free && !matches!(self.sender.lane.claim(len), Err(ClaimError::Full { .. }))
    }

    /// Announces a sleep until `len` bytes may fit: `None` if they fit now.
    ///
    /// # Errors
    /// [`Corrupt`] if main's words are impossible.
    pub(crate) fn arm_for_space(&mut self, len: usize) -> Result<Option<Armed>, Corrupt> {
        match self.sender.lane.arm_for_space(len, How::Futex) {
            Ok(armed) => Ok(armed),
            Err(ClaimError::Corrupt(corrupt)) => Err(corrupt),
            Err(_) => Ok(None),
        }
    }

    /// Is awake again.
    pub(crate) fn disarm(&mut self) {
        self.sender.lane.disarm();
    }

    /// Looks for a main that sleeps.
    #[inline]
    pub(crate) fn flush(&mut self) -> Option<Wake> {
        self.sender.lane.flush()
    }

    /// The same between two messages of a burst: may miss one.
    #[inline]
    pub(crate) fn hint(&mut self) -> Option<Wake> {
        self.sender.lane.hint()
    }

    /// See `Producer::rewind`.
    ///
    /// # Errors
    /// As [`put_fragment`](Self::put_fragment).
    pub(crate) fn rewind(&mut self) -> Result<(), Corrupt> {
        self.sender.lane.rewind()
    }
}
