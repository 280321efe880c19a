//! The first eight bytes of a record's content.

use crate::error::Corrupt;

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
}

/// What every message says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) kind: Kind,
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

impl Envelope {
    /// The bytes that stand for `self`.
    #[inline]
    pub(crate) fn encode(self) -> [u8; ENVELOPE] {
        let word = self.kind as u64 | u64::from(self.slot) << 16 | u64::from(self.call) << 32;
        word.to_le_bytes()
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "takes the word's fields apart")]
    fn decode(bytes: [u8; ENVELOPE]) -> Result<Self, Corrupt> {
        let word = u64::from_le_bytes(bytes);
        let kind = match word as u16 {
            1 => Kind::Define,
            2 => Kind::Message,
            3 => Kind::SyncCall,
            4 => Kind::Invoke,
            5 => Kind::Answer,
            _ => return Err(Corrupt { place: "envelope kind", found: word, expected: 5 }),
        };
        Ok(Self { kind, slot: (word >> 16) as u16, call: (word >> 32) as u32 })
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
            let (found, expected) = (content.len() as u64, ENVELOPE as u64);
            return Err(Corrupt { place: "record length", found, expected });
        };
        Ok(Self { envelope: Envelope::decode(*envelope)?, payload })
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
        payload.copy_from_slice(self.payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_is_these_bytes() {
        let envelope = Envelope { kind: Kind::SyncCall, slot: 0x0102, call: 0x0304_0506 };
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
