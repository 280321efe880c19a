//! The renderer's end of the messages lane to main.

use crate::error::Error;
use crate::lane::Outgoing;
use crate::ring::ClaimError;
use crate::wait::{Armed, How, Wake};
use crate::wire::{Content, ENVELOPE, Envelope, Interner, Kind};

/// Puts messages into the ring, one at a time.
#[derive(Debug)]
pub(crate) struct Outbound {
    lane: Outgoing,
    names: Interner,
    /// The id of the last `sendSync`.
    last_call: u32,
}

/// What became of a message.
#[derive(Debug)]
pub(crate) enum Put {
    /// It is in the ring.
    Done,
    /// The ring is too full for a record of so many bytes of content.
    Full(usize),
}

impl Outbound {
    pub(crate) fn new(lane: Outgoing) -> Self {
        Self { lane, names: Interner::new(), last_call: 0 }
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
    /// [`Error::ChannelName`], [`Error::TooLarge`], [`Error::Corrupt`].
    #[inline]
    pub(crate) fn put(
        &mut self,
        kind: Kind,
        channel: &str,
        call: u32,
        payload: &[u8],
    ) -> Result<Put, Error> {
        let slot = match self.names.get(channel) {
            Some(slot) => slot,
            None => {
                let slot = self.names.next_slot(channel)?;
                let envelope = Envelope { kind: Kind::Define, slot, call: 0 };
                let put = self.put_content(&Content { envelope, payload: channel.as_bytes() })?;
                let Put::Done = put else { return Ok(put) };
                self.names.insert(channel, slot);
                slot
            }
        };
        self.put_content(&Content { envelope: Envelope { kind, slot, call }, payload })
    }

    #[inline]
    fn put_content(&mut self, content: &Content<'_>) -> Result<Put, Error> {
        match self.lane.claim(content.len()) {
            Ok(mut claim) => {
                content.write(claim.bytes());
                claim.commit(content.len());
                Ok(Put::Done)
            }
            Err(ClaimError::Full { .. }) => Ok(Put::Full(content.len())),
            Err(ClaimError::TooLong { max }) => {
                Err(Error::TooLarge { found: content.payload.len(), limit: max - ENVELOPE })
            }
            Err(ClaimError::Corrupt(corrupt)) => Err(corrupt.into()),
        }
    }

    /// Announces a sleep until `len` bytes may fit: `None` if they fit now.
    pub(crate) fn arm_for_space(&mut self, len: usize) -> Result<Option<Armed>, Error> {
        match self.lane.arm_for_space(len, How::Futex) {
            Ok(armed) => Ok(armed),
            Err(ClaimError::Corrupt(corrupt)) => Err(corrupt.into()),
            Err(_) => Ok(None),
        }
    }

    /// Is awake again.
    pub(crate) fn disarm(&mut self) {
        self.lane.disarm();
    }

    /// Looks for a main that sleeps.
    #[inline]
    pub(crate) fn flush(&mut self) -> Option<Wake> {
        self.lane.flush()
    }

    /// See `Producer::rewind`.
    pub(crate) fn rewind(&mut self) -> Result<(), Error> {
        Ok(self.lane.rewind()?)
    }
}
