//! JavaScript's own objects in a builder.

use smallvec::SmallVec;

use super::{Builder, Slot, index, pairs};
use crate::value::bigint::BigIntRef;
use crate::value::scalar::Scalar;
use crate::value::table::{ARCHIVE_ALIGN, code, tag};
use crate::value::{Date, ErrorName, Primitive, RegExp, ToValue, ViewKind, Wtf8, failure};

/// What an entry of a sparse array is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// An element.
    Index(u32),
    /// Another property. JavaScript's names of elements (`"0"`) do not belong here.
    Name(Wtf8<'a>),
}

impl Builder {
    /// Writes a bigint: a sign, and the magnitude in little-endian bytes.
    pub fn bigint(&mut self, slot: Slot, negative: bool, magnitude: &[u8]) {
        let number = BigIntRef::new(negative, magnitude);
        let sign = u16::from(number.is_negative());
        self.pooled(slot, tag::BIG_INT, sign, number.magnitude(), 1);
    }

    /// Writes a date.
    pub fn date(&mut self, slot: Slot, value: Date) {
        let bits = u128::from(value.ms().to_bits()) << 64;
        self.put_code(slot, bits | code(tag::DATE, 0, 0, 0, 0));
    }

    /// Writes a regular expression.
    pub fn regexp(&mut self, slot: Slot, value: RegExp<'_>) {
        let flags = u16::from(value.flag_bits());
        self.pooled(slot, tag::REG_EXP, flags, value.source().as_bytes(), 1);
    }

    /// Writes an error, its cause in a slot that exists.
    pub fn error(
        &mut self,
        slot: Slot,
        name: ErrorName,
        message: Option<Wtf8<'_>>,
        stack: Option<Wtf8<'_>>,
        cause: Option<Slot>,
    ) {
        let mut children = SmallVec::<[Slot; 3]>::new();
        let mut has = 0;
        for (bit, text) in [(failure::HAS_MESSAGE, message), (failure::HAS_STACK, stack)] {
            if let Some(text) = text {
                let child = self.reserve();
                self.wtf8(child, text);
                children.push(child);
                has |= bit;
            }
        }
        if let Some(cause) = cause {
            children.push(cause);
            has |= failure::HAS_CAUSE;
        }
        let small = u16::from_le_bytes([name as u8, has]);
        self.linked(slot, code(tag::ERROR, small, 0, 0, 0), &children);
    }

    /// Writes a boolean, number, bigint or string in an object of its own.
    pub fn boxed(&mut self, slot: Slot, value: Primitive<'_>) {
        let child = self.reserve();
        value.write(self, child);
        self.linked(slot, code(tag::BOXED, 0, 0, 0, 0), &[child]);
    }

    /// Writes an object, its keys and values in slots that exist. Of equal keys the last one counts.
    ///
    /// # Panics
    ///
    /// When a key's slot holds no string now. It has to stay one.
    pub fn object_of(&mut self, slot: Slot, entries: &[(Slot, Slot)]) {
        let mut children = SmallVec::<[Slot; 16]>::with_capacity(2 * entries.len());
        for (key, value) in entries {
            let node = self.nodes.as_slice().get(key.0 as usize);
            let is_text = node.is_some_and(|[tag, ..]| TEXTS.contains(tag));
            assert!(is_text, "{key:?} is no string");
            children.extend([*key, *value]);
        }
        self.linked(slot, code(tag::OBJECT, 0, 0, index(entries.len()), 0), &children);
    }

    /// Writes a map, its keys and values in slots that exist.
    pub fn map(&mut self, slot: Slot, entries: &[(Slot, Slot)]) {
        let children: SmallVec<[Slot; 16]> =
            entries.iter().flat_map(|(key, value)| [*key, *value]).collect();
        self.linked(slot, code(tag::MAP, 0, 0, index(entries.len()), 0), &children);
    }

    /// Writes a map of `len` entries; `entry` gets each one's position and the slots of its key
    /// and its value.
    pub(in crate::value) fn map_with(
        &mut self,
        slot: Slot,
        len: usize,
        mut entry: impl FnMut(&mut Builder, usize, Slot, Slot),
    ) {
        let mut slots = self.run(slot, tag::MAP, pairs(len), len);
        for position in 0..len {
            let (Some(key), Some(value)) = (slots.next(), slots.next()) else { return };
            entry(self, position, key, value);
        }
    }

    /// Writes a set, its members in slots that exist.
    pub fn set(&mut self, slot: Slot, members: &[Slot]) {
        self.linked(slot, code(tag::SET, 0, 0, index(members.len()), 0), members);
    }

    /// Writes an array of `length` elements, of which only those in `entries` are there, with
    /// properties of other names. Of equal keys the last one counts.
    ///
    /// # Panics
    ///
    /// When an index is not below `length`.
    pub fn sparse_array(&mut self, slot: Slot, length: u32, entries: &[(Key<'_>, Slot)]) {
        let mut children = SmallVec::<[Slot; 16]>::with_capacity(2 * entries.len());
        for (key, value) in entries {
            let name = self.reserve();
            match key {
                Key::Index(at) => {
                    assert!(*at < length, "element {at} of a sparse array of {length}");
                    match i32::try_from(*at) {
                        Ok(at) => self.int(name, at),
                        Err(_) => self.scalar(name, Scalar::float(f64::from(*at))),
                    }
                }
                Key::Name(text) => self.wtf8(name, *text),
            }
            children.extend([name, *value]);
        }
        let node = code(tag::SPARSE, 0, 0, index(entries.len()), length);
        self.linked(slot, node, &children);
    }

    /// Writes an `ArrayBuffer`. Its slot cannot be written again.
    pub fn buffer(&mut self, slot: Slot, contents: &[u8]) {
        self.pooled(slot, tag::BUFFER, 0, contents, buffer_align(contents.len()));
    }

    /// Writes a view of a buffer that exists: `len` bytes of it from `offset` on.
    ///
    /// # Panics
    ///
    /// When `buffer` is no slot of a [`buffer`](Self::buffer), when the range is not inside it, or
    /// when `offset` or `len` is no multiple of the element's size.
    pub fn view(&mut self, slot: Slot, kind: ViewKind, buffer: Slot, offset: usize, len: usize) {
        let Some(node) = self.nodes.as_slice().get(buffer.0 as usize) else { buffer.is_foreign() };
        assert!(node[0] == tag::BUFFER, "{buffer:?} is no buffer");
        let [.., a, b, c, d, _, _, _, _] = node;
        let held = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let end = offset.checked_add(len);
        assert!(end.is_some_and(|end| end <= held), "{offset} and {len} of {held} bytes");
        let element = kind.element_size();
        assert!(
            offset.is_multiple_of(element) && len.is_multiple_of(element),
            "{offset} and {len} bytes are no multiples of {element}"
        );
        let node = code(tag::VIEW, u16::from(kind as u8), 0, index(offset), index(len));
        self.linked(slot, node, &[buffer]);
    }
}

/// The nodes that are strings.
const TEXTS: [u8; 3] = [tag::SHORT, tag::STRING, tag::WTF8];

/// Where elements of any size that fits into the buffer are aligned.
pub(super) fn buffer_align(len: usize) -> usize {
    len.checked_ilog2().map_or(1, |bits| 1 << bits).min(ARCHIVE_ALIGN)
}
