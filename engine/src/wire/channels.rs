//! Channels as slots: the sender's table and the receiver's copy of it.

use super::{Content, Envelope, Kind};
use crate::error::{Corrupt, Fault};
use crate::limits::{CHANNEL_NAME_MAX, CHANNEL_SLOTS};
use crate::room;
use smallvec::SmallVec;
use std::sync::Arc;

/// What a slot stands for: a channel, and what its messages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Signature<'a> {
    pub(crate) channel: &'a str,
    /// The fingerprint of the messages' type; [`DYNAMIC`] for archives of arguments.
    pub(crate) schema: u64,
}

/// The schema of messages that say themselves what they hold.
pub(crate) const DYNAMIC: u64 = 0;

impl<'a> Signature<'a> {
    /// The signature of a channel's dynamic messages.
    #[inline]
    pub(crate) fn dynamic(channel: &'a str) -> Self {
        Self { channel, schema: DYNAMIC }
    }

    /// Hands the record that gives this a slot to `put`.
    pub(crate) fn define<T>(self, slot: u16, put: impl FnOnce(&Content<'_>) -> T) -> T {
        let channel = self.channel.as_bytes();
        if self.schema == DYNAMIC {
            return put(&Content {
                envelope: Envelope::new(Kind::Define, slot, 0),
                payload: channel,
            });
        }
        let mut payload = SmallVec::<[u8; 64]>::from_slice(&self.schema.to_le_bytes());
        payload.extend_from_slice(channel);
        put(&Content { envelope: Envelope::new(Kind::DefineTyped, slot, 0), payload: &payload })
    }
}

/// The receiver's copy of the peer's table.
#[derive(Debug, Default)]
pub(crate) struct Names {
    slots: Vec<Option<Known>>,
}

/// A slot of the peer's.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) channel: Arc<str>,
    /// As [`Signature::schema`].
    pub(crate) schema: u64,
}

impl Names {
    /// Takes note of a definition.
    ///
    /// # Errors
    /// [`Corrupt`] if the slot is none of the table's, or the name or schema none that can be sent; that there
    /// is no memory.
    pub(crate) fn define(&mut self, content: &Content<'_>) -> Result<(), Fault> {
        let slot = content.envelope.slot;
        let index = usize::from(slot);
        if index >= CHANNEL_SLOTS {
            let (found, expected) = (slot.into(), CHANNEL_SLOTS as u64);
            return Err(Corrupt { place: "channel slot", found, expected }.into());
        }
        // The name, here and where its listeners are looked up and their calls counted.
        room::promise(4 * CHANNEL_NAME_MAX)?;
        let known = Known::of(content)?;
        if let Some(more) = (index + 1).checked_sub(self.slots.len()) {
            room::reserve(&mut self.slots, more)?;
            self.slots.resize(index + 1, None);
        }
        self.slots[index] = Some(known);
        Ok(())
    }

    /// The channel in a slot.
    ///
    /// # Errors
    /// [`Corrupt`] if none was defined.
    #[inline]
    pub(crate) fn get(&self, slot: u16) -> Result<&Known, Corrupt> {
        self.slots.get(usize::from(slot)).and_then(Option::as_ref).ok_or(Corrupt {
            place: "undefined channel",
            found: slot.into(),
            expected: self.slots.len() as u64,
        })
    }
}

impl Known {
    fn of(content: &Content<'_>) -> Result<Self, Corrupt> {
        let (schema, name) = match content.envelope.kind {
            Kind::DefineTyped => typed(content.payload)?,
            _ => (DYNAMIC, content.payload),
        };
        let channel = std::str::from_utf8(name).ok().filter(|_| name.len() <= CHANNEL_NAME_MAX);
        let Some(channel) = channel else {
            let (found, expected) = (name.len() as u64, CHANNEL_NAME_MAX as u64);
            return Err(Corrupt { place: "channel name", found, expected });
        };
        Ok(Self { channel: channel.into(), schema })
    }
}

/// A typed definition: the schema, and the name behind it.
fn typed(payload: &[u8]) -> Result<(u64, &[u8]), Corrupt> {
    match payload.split_first_chunk() {
        Some((schema, name)) if *schema != DYNAMIC.to_le_bytes() => {
            Ok((u64::from_le_bytes(*schema), name))
        }
        _ => Err(Corrupt { place: "channel schema", found: payload.len() as u64, expected: 8 }),
    }
}

// A slot is a u16 in the envelope.
const _: () = assert!(CHANNEL_SLOTS <= 1 << 16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_that_no_sender_makes_are_refused() {
        let mut names = Names::default();
        let mut refused = |kind, slot, payload: &[u8]| {
            let content = Content { envelope: Envelope::new(kind, slot, 0), payload };
            match names.define(&content) {
                Err(Fault::Corrupt(corrupt)) => corrupt.place,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(refused(Kind::Define, 1024, b"x"), "channel slot");
        assert_eq!(refused(Kind::Define, 0, b"\xff"), "channel name");
        assert_eq!(refused(Kind::Define, 0, &[b'x'; 256]), "channel name");
        assert_eq!(refused(Kind::DefineTyped, 0, b"\x01"), "channel schema");
        assert_eq!(refused(Kind::DefineTyped, 0, b"\0\0\0\0\0\0\0\0name"), "channel schema");
        assert_eq!(names.get(0).unwrap_err().place, "undefined channel");
    }
}
