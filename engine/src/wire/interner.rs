//! The sender's table of channels.

use super::{DYNAMIC, Signature};
use crate::error::Error;
use crate::limits::{CHANNEL_NAME_MAX, CHANNEL_SLOTS};
use lru::LruCache;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

/// The sender's table: which slot a signature has, and which is the next to be given away.
#[derive(Debug)]
pub(crate) struct Interner {
    slots: LruCache<Interned, u16>,
    /// What was used last, which most calls use again. It is the most recently used one, so finding
    /// it here changes nothing about the order.
    last: String,
    last_schema: u64,
    last_slot: Option<u16>,
}

/// Equality of names, most of which are short: a call of `memcmp` costs more than the rest of a lookup.
#[inline]
fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    match (left.len(), left.first_chunk::<8>(), right.first_chunk::<8>()) {
        (0..=16, Some(head), Some(other)) => {
            head == other && left.last_chunk::<8>() == right.last_chunk::<8>()
        }
        (0..8, ..) => left.iter().zip(right).all(|(left, right)| left == right),
        _ => left == right,
    }
}

/// A signature in the table.
#[derive(Debug)]
struct Interned {
    channel: Box<str>,
    schema: u64,
}

/// What the table is searched by: an [`Interned`] or a [`Signature`], without making one of the other.
trait Key {
    fn signature(&self) -> Signature<'_>;
}

impl Key for Interned {
    fn signature(&self) -> Signature<'_> {
        Signature { channel: &self.channel, schema: self.schema }
    }
}

impl Key for Signature<'_> {
    fn signature(&self) -> Signature<'_> {
        *self
    }
}

impl<'k> Borrow<dyn Key + 'k> for Interned {
    fn borrow(&self) -> &(dyn Key + 'k) {
        self
    }
}

impl Hash for dyn Key + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.signature().hash(state);
    }
}

impl PartialEq for dyn Key + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.signature() == other.signature()
    }
}

impl Eq for dyn Key + '_ {}

impl Hash for Interned {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.signature().hash(state);
    }
}

impl PartialEq for Interned {
    fn eq(&self, other: &Self) -> bool {
        self.signature() == other.signature()
    }
}

impl Eq for Interned {}

/// Whether a channel can have this name.
///
/// # Errors
/// [`Error::ChannelName`] if it is too long.
pub(crate) fn check_name(channel: &str) -> Result<(), Error> {
    match channel.len() {
        ..=CHANNEL_NAME_MAX => Ok(()),
        found => Err(Error::ChannelName { found, limit: CHANNEL_NAME_MAX }),
    }
}

impl Interner {
    /// A table of nothing.
    pub(crate) fn new() -> Self {
        // Grows with the names in use, not to its bound at once.
        Self {
            slots: LruCache::unbounded(),
            last: String::with_capacity(CHANNEL_NAME_MAX),
            last_schema: DYNAMIC,
            last_slot: None,
        }
    }

    /// The slot of `signature`, if it has one.
    #[inline(always)]
    pub(crate) fn get(&mut self, signature: Signature<'_>) -> Option<u16> {
        let Signature { channel, schema } = signature;
        match self.last_slot {
            Some(slot) if self.last_schema == schema && is_same(&self.last, channel) => Some(slot),
            _ => self.find(signature),
        }
    }

    fn find(&mut self, signature: Signature<'_>) -> Option<u16> {
        let slot = *self.slots.get(&signature as &dyn Key)?;
        self.last.clear();
        self.last.push_str(signature.channel);
        self.last_schema = signature.schema;
        self.last_slot = Some(slot);
        Some(slot)
    }

    /// The slot that a new channel will have. Nothing is taken before [`insert`](Self::insert).
    ///
    /// # Errors
    /// [`Error::ChannelName`] if the name is too long.
    pub(crate) fn next_slot(&self, channel: &str) -> Result<u16, Error> {
        check_name(channel)?;
        let free = u16::try_from(self.slots.len()).unwrap_or(u16::MAX);
        match self.slots.peek_lru() {
            Some((_, oldest)) if self.slots.len() >= CHANNEL_SLOTS => Ok(*oldest),
            _ => Ok(free),
        }
    }

    /// Gives `signature` the slot that [`next_slot`](Self::next_slot) said, once the peer has been
    /// told.
    pub(crate) fn insert(&mut self, signature: Signature<'_>, slot: u16) {
        if self.slots.len() >= CHANNEL_SLOTS {
            self.slots.pop_lru();
            self.last_slot = None;
        }
        let Signature { channel, schema } = signature;
        self.slots.put(Interned { channel: channel.into(), schema }, slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Names;

    fn intern(interner: &mut Interner, names: &mut Names, signature: Signature<'_>) -> u16 {
        interner.get(signature).unwrap_or_else(|| {
            let slot = interner.next_slot(signature.channel).unwrap();
            signature.define(slot, |content| names.define(content)).unwrap();
            interner.insert(signature, slot);
            slot
        })
    }

    fn dynamic(interner: &mut Interner, names: &mut Names, channel: &str) -> u16 {
        intern(interner, names, Signature::dynamic(channel))
    }

    #[test]
    fn a_name_keeps_its_slot() {
        let (mut interner, mut names) = (Interner::new(), Names::default());
        assert_eq!(dynamic(&mut interner, &mut names, "a"), 0);
        assert_eq!(dynamic(&mut interner, &mut names, "b"), 1);
        assert_eq!(dynamic(&mut interner, &mut names, "a"), 0);
        assert_eq!(&*names.get(1).unwrap().channel, "b");
    }

    #[test]
    fn one_name_has_a_slot_per_schema() {
        let (mut interner, mut names) = (Interner::new(), Names::default());
        let typed = Signature { channel: "a", schema: 7 };
        assert_eq!(dynamic(&mut interner, &mut names, "a"), 0);
        assert_eq!(intern(&mut interner, &mut names, typed), 1);
        assert_eq!(dynamic(&mut interner, &mut names, "a"), 0);
        assert_eq!(intern(&mut interner, &mut names, typed), 1);
        let known = |slot| names.get(slot).map(|known| (&*known.channel, known.schema));
        assert_eq!(known(0), Ok(("a", DYNAMIC)));
        assert_eq!(known(1), Ok(("a", 7)));
    }

    #[test]
    fn the_least_recently_used_slot_is_given_away_first() {
        let (mut interner, mut names) = (Interner::new(), Names::default());
        for number in 0..CHANNEL_SLOTS {
            dynamic(&mut interner, &mut names, &number.to_string());
        }
        assert_eq!(interner.get(Signature::dynamic("0")), Some(0));
        assert_eq!(dynamic(&mut interner, &mut names, "new"), 1);
        assert_eq!(interner.get(Signature::dynamic("1")), None);
        assert_eq!(&*names.get(1).unwrap().channel, "new");
        assert_eq!(interner.get(Signature::dynamic("0")), Some(0));
    }

    #[test]
    fn a_name_of_256_bytes_is_too_long() {
        let interner = Interner::new();
        assert!(interner.next_slot(&"x".repeat(255)).is_ok());
        let refused = Error::ChannelName { found: 256, limit: 255 };
        assert_eq!(interner.next_slot(&"x".repeat(256)), Err(refused));
    }
}
