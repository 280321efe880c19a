//! The first eight bytes of a record's content.

use super::run::TOTAL;
use crate::copy::copy;
use crate::error::Corrupt;
use crate::ring::Record;

/// Bytes of an envelope. With the ring's header word before it, a payload is 16-aligned.
pub(crate) const ENVELOPE: usize = 8;

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A channel name takes a slot.
    Define = 1,
    /// `send`, `webContents.send`, `reply`.
    Message = 2,
    /// `sendSync`.
    SyncCall = 3,
    /// `invoke`.
    Invoke = 4,
    /// The answer to one of the two.
    Answer = 5,
    /// More of a message whose first record [began a run](Envelope::begins_run).
    Fragment = 6,
    /// The run ends unfinished: its sender gave up.
    Abort = 7,
    /// A channel name takes a slot, for messages of one type.
    DefineTyped = 8,
}

/// What every message says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) kind: Kind,
    /// The record holds the length of its message and the first bytes of it; fragments follow.
    pub(crate) begins_run: bool,
    /// A slot of the sender's channel table, or an answer's status.
    pub(crate) slot: u16,
    /// The caller's own id of a call; the callee echoes it and reads nothing into it.
    pub(crate) call: u32,
}

/// A record's content, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content<'a> {
    pub(crate) envelope: Envelope,
    pub(crate) payload: &'a [u8],
}

/// All kinds, from 1.
const KINDS: [Kind; 8] = [
    Kind::Define,
    Kind::Message,
    Kind::SyncCall,
    Kind::Invoke,
    Kind::Answer,
    Kind::Fragment,
    Kind::Abort,
    Kind::DefineTyped,
];

/// The flag of [`Envelope::begins_run`], beside the kind.
const BEGINS_RUN: u16 = 1 << 8;

impl Envelope {
    /// The envelope of a message that is one record.
    #[inline]
    pub(crate) const fn new(kind: Kind, slot: u16, call: u32) -> Self {
        Self { kind, begins_run: false, slot, call }
    }

    /// The bytes that stand for `self`.
    #[inline]
    pub(crate) fn encode(self) -> [u8; ENVELOPE] {
        let flags = if self.begins_run { u64::from(BEGINS_RUN) } else { 0 };
        let word =
            self.kind as u64 | flags | u64::from(self.slot) << 16 | u64::from(self.call) << 32;
        word.to_le_bytes()
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "takes the word's fields apart")]
    pub(crate) fn decode(bytes: [u8; ENVELOPE]) -> Result<Self, Corrupt> {
        let word = u64::from_le_bytes(bytes);
        let (kind, begins_run) = match KINDS.get(usize::from(word as u16).wrapping_sub(1)) {
            Some(kind) => (*kind, false),
            None => (Self::first_of_run(word as u16, word)?, true),
        };
        Ok(Self { kind, begins_run, slot: (word >> 16) as u16, call: (word >> 32) as u32 })
    }

    /// The envelope of a record that its sender may be writing, loaded once.
    ///
    /// # Errors
    /// [`Corrupt`] as for [`Content::parse`].
    #[inline]
    pub(crate) fn first(record: &Record<'_>) -> Result<Self, Corrupt> {
        match record.first_word() {
            Some(word) => Self::decode(word),
            None => Err(too_short(record.len())),
        }
    }

    #[cold]
    fn first_of_run(first: u16, word: u64) -> Result<Kind, Corrupt> {
        match first ^ BEGINS_RUN {
            2 => Ok(Kind::Message),
            3 => Ok(Kind::SyncCall),
            4 => Ok(Kind::Invoke),
            5 => Ok(Kind::Answer),
            _ => Err(Corrupt { place: "envelope kind", found: word, expected: 8 }),
        }
    }
}

impl<'a> Content<'a> {
    /// Takes a record's content apart.
    ///
    /// # Errors
    /// [`Corrupt`] if it is too short for an envelope, or of no known kind.
    #[inline]
    pub(crate) fn parse(content: &'a [u8]) -> Result<Self, Corrupt> {
        let Some((envelope, payload)) = content.split_first_chunk() else {
            return Err(too_short(content.len()));
        };
        Ok(Self { envelope: Envelope::decode(*envelope)?, payload })
    }

    /// The first record of a run, taken apart: how many bytes it will be, and the first of them.
    ///
    /// # Errors
    /// [`Corrupt`] if it is too short to say.
    pub(crate) fn begin_run(&self) -> Result<(u64, &'a [u8]), Corrupt> {
        let (found, expected) = (self.payload.len() as u64, TOTAL as u64);
        let (total, bytes) = self.payload.split_first_chunk::<TOTAL>().ok_or(Corrupt {
            place: "length of a run's first record",
            found,
            expected,
        })?;
        Ok((u64::from_le_bytes(*total), bytes))
    }

    /// The record's length in bytes.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        ENVELOPE + self.payload.len()
    }

    /// Writes the record into `place`, which has that length.
    ///
    /// # Panics
    /// If `place` has another length.
    #[inline]
    pub(crate) fn write(&self, place: &mut [u8]) {
        let (envelope, payload) = place.split_at_mut(ENVELOPE);
        envelope.copy_from_slice(&self.envelope.encode());
        copy(payload, self.payload);
    }
}

#[cold]
fn too_short(len: usize) -> Corrupt {
    Corrupt { place: "record length", found: len as u64, expected: ENVELOPE as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_is_these_bytes() {
        let envelope = Envelope::new(Kind::SyncCall, 0x0102, 0x0304_0506);
        let content = Content { envelope, payload: b"ping" };
        let mut bytes = [0; 12];
        content.write(&mut bytes);
        assert_eq!(bytes, *b"\x03\0\x02\x01\x06\x05\x04\x03ping");
        assert_eq!(Content::parse(&bytes), Ok(content));
    }

    #[test]
    fn a_record_too_short_for_an_envelope_is_refused() {
        for len in 0..ENVELOPE {
            assert_eq!(Content::parse(&[1; ENVELOPE][..len]).unwrap_err().place, "record length");
        }
    }

    proptest! {
        #[test]
        fn any_eight_bytes_are_an_envelope_or_refused(bytes: [u8; ENVELOPE]) {
            match Content::parse(&bytes) {
                Ok(content) => prop_assert_eq!(content.envelope.encode(), bytes),
                Err(corrupt) => prop_assert_eq!(corrupt.place, "envelope kind"),
            }
        }
    }
}
