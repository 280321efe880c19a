//! What is in a builder already.

use super::{Builder, Slot};
use crate::value::table::{Fields, SHORT_MAX, fields, tag};

impl Builder {
    /// Makes the builder fail in the end: something could not be written, for this reason.
    pub(in crate::value) fn refuse(&mut self, reason: String) {
        self.refused.get_or_insert(reason);
    }

    /// Whether a slot has a string.
    pub(in crate::value) fn is_text(&self, slot: Slot) -> bool {
        let node = self.nodes.as_slice().get(slot.0 as usize);
        node.is_some_and(|[tag, ..]| matches!(*tag, tag::SHORT | tag::STRING))
    }

    /// The string in a slot.
    pub(in crate::value) fn text(&self, slot: Slot) -> Option<String> {
        let node = self.nodes.as_slice().get(slot.0 as usize)?;
        let Fields { tag, small: [len, _], start, count, .. } = fields(u128::from_le_bytes(*node));
        let text = match tag {
            tag::SHORT => node.get(2..2 + usize::from(len).min(SHORT_MAX))?,
            tag::STRING => self.pool.as_slice().get(start as usize..)?.get(..count as usize)?,
            _ => return None,
        };
        std::str::from_utf8(text).ok().map(str::to_owned)
    }
}
