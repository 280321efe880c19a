//! Channel names as slots: the sender's table and the receiver's copy of it.

use crate::error::{Corrupt, Error};
use crate::limits::{CHANNEL_NAME_MAX, CHANNEL_SLOTS};
use lru::LruCache;
use std::sync::Arc;

/// The sender's table: which slot a name has, and which is the next to be given away.
#[derive(Debug)]
pub(crate) struct Interner {
    slots: LruCache<Box<str>, u16>,
    /// The name that was used last, which most calls use again. It is the most recently used one,
    /// so finding it here changes nothing about the order.
    last: String,
    last_slot: Option<u16>,
}

impl Interner {
    /// A table without names.
    pub(crate) fn new() -> Self {
        // Grows with the names in use, not to its bound at once.
        Self {
            slots: LruCache::unbounded(),
            last: String::with_capacity(CHANNEL_NAME_MAX),
            last_slot: None,
        }
    }

    /// The slot of `name`, if it has one.
    #[inline]
    pub(crate) fn get(&mut self, name: &str) -> Option<u16> {
        match self.last_slot {
            Some(slot) if self.last == name => Some(slot),
            _ => self.find(name),
        }
    }

    fn find(&mut self, name: &str) -> Option<u16> {
        let slot = *self.slots.get(name)?;
        self.last.clear();
        self.last.push_str(name);
        self.last_slot = Some(slot);
        Some(slot)
    }

    /// The slot that a new name will have. Nothing is taken before [`insert`](Self::insert).
    ///
    /// # Errors
    /// [`Error::ChannelName`] if the name is too long.
    pub(crate) fn next_slot(&self, name: &str) -> Result<u16, Error> {
        if name.len() > CHANNEL_NAME_MAX {
            return Err(Error::ChannelName { found: name.len(), limit: CHANNEL_NAME_MAX });
        }
        let free = u16::try_from(self.slots.len()).unwrap_or(u16::MAX);
        match self.slots.peek_lru() {
            Some((_, oldest)) if self.slots.len() >= CHANNEL_SLOTS => Ok(*oldest),
            _ => Ok(free),
        }
    }

    /// Gives `name` the slot that [`next_slot`](Self::next_slot) said, once the peer has been told.
    pub(crate) fn insert(&mut self, name: &str, slot: u16) {
        if self.slots.len() >= CHANNEL_SLOTS {
            self.slots.pop_lru();
            self.last_slot = None;
        }
        self.slots.put(name.into(), slot);
    }
}

/// The receiver's copy of the peer's table.
#[derive(Debug, Default)]
pub(crate) struct Names {
    slots: Vec<Option<Arc<str>>>,
}

impl Names {
    /// Takes note of a definition.
    ///
    /// # Errors
    /// [`Corrupt`] if the slot is none of the table's or the name is none that can be sent.
    pub(crate) fn define(&mut self, slot: u16, name: &[u8]) -> Result<(), Corrupt> {
        let index = usize::from(slot);
        if index >= CHANNEL_SLOTS {
            let (found, expected) = (slot.into(), CHANNEL_SLOTS as u64);
            return Err(Corrupt { place: "channel slot", found, expected });
        }
        let text = std::str::from_utf8(name).ok().filter(|_| name.len() <= CHANNEL_NAME_MAX);
        let Some(text) = text else {
            let (found, expected) = (name.len() as u64, CHANNEL_NAME_MAX as u64);
            return Err(Corrupt { place: "channel name", found, expected });
        };
        if index >= self.slots.len() {
            self.slots.resize(index + 1, None);
        }
        self.slots[index] = Some(text.into());
        Ok(())
    }

    /// The name in a slot.
    ///
    /// # Errors
    /// [`Corrupt`] if none was defined.
    #[inline]
    pub(crate) fn get(&self, slot: u16) -> Result<&Arc<str>, Corrupt> {
        self.slots.get(usize::from(slot)).and_then(Option::as_ref).ok_or(Corrupt {
            place: "undefined channel",
            found: slot.into(),
            expected: self.slots.len() as u64,
        })
    }
}

// A slot is a u16 in the envelope.
const _: () = assert!(CHANNEL_SLOTS <= 1 << 16);

#[cfg(test)]
mod tests {
    use super::*;

    fn intern(interner: &mut Interner, names: &mut Names, name: &str) -> u16 {
        interner.get(name).unwrap_or_else(|| {
            let slot = interner.next_slot(name).unwrap();
            names.define(slot, name.as_bytes()).unwrap();
            interner.insert(name, slot);
            slot
        })
    }

    #[test]
    fn a_name_keeps_its_slot() {
        let (mut interner, mut names) = (Interner::new(), Names::default());
        assert_eq!(intern(&mut interner, &mut names, "a"), 0);
        assert_eq!(intern(&mut interner, &mut names, "b"), 1);
        assert_eq!(intern(&mut interner, &mut names, "a"), 0);
        assert_eq!(&**names.get(1).unwrap(), "b");
    }

    #[test]
    fn the_least_recently_used_slot_is_given_away_first() {
        let (mut interner, mut names) = (Interner::new(), Names::default());
        for number in 0..CHANNEL_SLOTS {
            intern(&mut interner, &mut names, &number.to_string());
        }
        assert_eq!(interner.get("0"), Some(0));
        assert_eq!(intern(&mut interner, &mut names, "new"), 1);
        assert_eq!(interner.get("1"), None);
        assert_eq!(&**names.get(1).unwrap(), "new");
        assert_eq!(interner.get("0"), Some(0));
    }

    #[test]
    fn a_name_of_256_bytes_is_too_long() {
        let interner = Interner::new();
        assert!(interner.next_slot(&"x".repeat(255)).is_ok());
        let refused = Error::ChannelName { found: 256, limit: 255 };
        assert_eq!(interner.next_slot(&"x".repeat(256)), Err(refused));
    }

    #[test]
    fn definitions_that_no_sender_makes_are_refused() {
        let mut names = Names::default();
        assert_eq!(names.define(1024, b"x").unwrap_err().place, "channel slot");
        assert_eq!(names.define(0, b"\xff").unwrap_err().place, "channel name");
        assert_eq!(names.define(0, &[b'x'; 256]).unwrap_err().place, "channel name");
        assert_eq!(names.get(0).unwrap_err().place, "undefined channel");
    }
}
