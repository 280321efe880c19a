//! Main's end of a lane to a renderer: the ring, and behind it a bounded overflow.

use crate::error::{Corrupt, Error};
use crate::lane::Outgoing;
use crate::limits::OVERFLOW_RESERVE;
use crate::ring::ClaimError;
use crate::wait::{How, Wake};
use crate::wire::{Answer, Content, ENVELOPE, Envelope, Interner, Kind, Refused};
use std::collections::VecDeque;

/// What a queued record costs besides its content: its place in the queue and its allocation. Without
/// it a renderer could make main keep six times the limit in answers of eight bytes.
const RECORD_COST: usize = 48;

/// Sends without ever blocking. Messages leave in the order in which they were put.
#[derive(Debug)]
pub(crate) struct Outbox {
    lane: Outgoing,
    names: Interner,
    overflow: VecDeque<Box<[u8]>>,
    queued: usize,
    limit: usize,
    /// Asleep for space: the renderer will nudge.
    armed: bool,
}

impl Outbox {
    /// An outbox that keeps at most `limit` bytes behind its ring.
    pub(crate) fn new(lane: Outgoing, limit: usize) -> Self {
        Self {
            lane,
            names: Interner::new(),
            overflow: VecDeque::new(),
            queued: 0,
            limit,
            armed: false,
        }
    }

    /// Sends arguments on a channel, its name first if the renderer does not know it.
    ///
    /// # Errors
    /// [`Error::ChannelName`], [`Error::TooLarge`], [`Error::Backpressure`], [`Error::Corrupt`].
    pub(crate) fn send(&mut self, channel: &str, payload: &[u8]) -> Result<usize, Error> {
        let slot = match self.names.get(channel) {
            Some(slot) => slot,
            None => self.define(channel)?,
        };
        let envelope = Envelope { kind: Kind::Message, slot, call: 0 };
        let content = Content { envelope, payload };
        self.put(&content, self.limit)?;
        Ok(content.len())
    }

    #[cold]
    fn define(&mut self, channel: &str) -> Result<u16, Error> {
        let slot = self.names.next_slot(channel)?;
        let envelope = Envelope { kind: Kind::Define, slot, call: 0 };
        self.put(&Content { envelope, payload: channel.as_bytes() }, self.limit)?;
        self.names.insert(channel, slot);
        Ok(slot)
    }

    /// Answers a call. One that finds no room becomes an answer of fixed size that says so, for
    /// which there is always room: an answer is never refused.
    ///
    /// # Errors
    /// [`Error::TooLarge`] and [`Error::Backpressure`] if the caller got that instead;
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
        self.put(&instead, self.limit + OVERFLOW_RESERVE).map_err(|_| Corrupt {
            place: "bytes of unread answers",
            found: self.queued as u64,
            expected: (self.limit + OVERFLOW_RESERVE) as u64,
        })?;
        Err(refused)
    }

    /// The longest payload of a message.
    fn payload_max(&self) -> usize {
        self.lane.content_max() - ENVELOPE
    }

    #[inline]
    fn put(&mut self, content: &Content<'_>, limit: usize) -> Result<(), Error> {
        if self.overflow.is_empty() {
            match self.lane.claim(content.len()) {
                Ok(mut claim) => {
                    content.write(claim.bytes());
                    claim.commit(content.len());
                    return Ok(());
                }
                Err(ClaimError::Full { .. }) => {}
                Err(error) => return Err(self.refusal(error, content)),
            }
        }
        self.queue(content, limit)
    }

    #[cold]
    fn refusal(&self, error: ClaimError, content: &Content<'_>) -> Error {
        match error {
            ClaimError::Corrupt(corrupt) => corrupt.into(),
            _ => Error::TooLarge { found: content.payload.len(), limit: self.payload_max() },
        }
    }

    #[cold]
    fn queue(&mut self, content: &Content<'_>, limit: usize) -> Result<(), Error> {
        let len = content.len();
        let cost = len + RECORD_COST;
        if len > self.lane.content_max() {
            let found = content.payload.len();
            return Err(Error::TooLarge { found, limit: self.payload_max() });
        }
        if !self.overflow.is_empty() && self.queued + cost > limit {
            return Err(Error::Backpressure { queued: self.queued + cost, limit });
        }
        let mut record = vec![0; len].into_boxed_slice();
        content.write(&mut record);
        self.overflow.push_back(record);
        self.queued += cost;
        if !self.arm()? {
            self.drain()?;
        }
        Ok(())
    }

    /// Moves what fits from the overflow to the ring, after the renderer has freed space.
    ///
    /// # Errors
    /// [`Corrupt`] if its head is impossible.
    pub(crate) fn drain(&mut self) -> Result<(), Corrupt> {
        if self.armed {
            self.armed = false;
            self.lane.disarm();
        }
        while let Some(record) = self.overflow.front() {
            let fitted = match self.lane.claim(record.len()) {
                Ok(mut claim) => {
                    claim.bytes().copy_from_slice(record);
                    claim.commit(record.len());
                    true
                }
                Err(ClaimError::Corrupt(corrupt)) => return Err(corrupt),
                // Nothing that can never fit is ever queued.
                Err(_) => false,
            };
            if fitted {
                self.queued -= record.len() + RECORD_COST;
                self.overflow.pop_front();
            } else if self.arm()? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Goes to sleep until the first of the overflow fits. `false` if it fits now.
    fn arm(&mut self) -> Result<bool, Corrupt> {
        let Some(front) = self.overflow.front().filter(|_| !self.armed) else { return Ok(true) };
        match self.lane.arm_for_space(front.len(), How::InLoop) {
            Ok(armed) => {
                self.armed = armed.is_some();
                Ok(self.armed)
            }
            Err(ClaimError::Corrupt(corrupt)) => Err(corrupt),
            Err(_) => Ok(false),
        }
    }

    /// Looks for a renderer that sleeps, after one or several messages.
    #[inline]
    pub(crate) fn flush(&mut self) -> Option<Wake> {
        self.lane.flush()
    }

    /// Bytes behind the ring.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }

    /// Returns to the ring's first page if all was read, see `Producer::rewind`.
    pub(crate) fn rewind(&mut self) -> Result<(), Corrupt> {
        self.lane.rewind()
    }
}
