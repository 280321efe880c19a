//! The builder: a table under construction, addressed by slots.

mod finish;
mod objects;
mod room;
mod slots;
#[cfg(feature = "serde")]
mod written;

pub use objects::Key;
pub use slots::{Slot, Slots};

use smallvec::SmallVec;

use super::list::List;
use super::pool::Pool;
use super::scalar::Scalar;
use super::table::{ARCHIVE_ALIGN, Code, NODE_SIZE, code, moved, tag};
use super::{Name, ToValue, Wtf8, wtf8};

/// Builds [`Args`](super::Args) or a [`Value`](super::Value) node by node, without recursion and in any order.
///
/// A [`Slot`] is `undefined` until it is written; the last write counts. Containers name slots, so
/// one slot can be in several of them (a shared reference) or below itself (a cycle).
///
/// Whatever is done to a builder, it never gives out what a peer would refuse. Where a slot was written
/// that something else may rely on (the key of an object has to stay a string), the message is checked
/// before it goes, and refused with [`Error::Malformed`](crate::Error::Malformed).
///
/// # Panics
///
/// Every method that takes a [`Slot`] panics when the slot is another builder's and this one has
/// no such slot, and when it would write the slot of a [`buffer`](Self::buffer) again. Slots from before
/// [`begin`](Self::begin) or [`finish_into`](Self::finish_into) are as those of another builder: one whose
/// number this builder has writes the slot of that number. Every method that
/// makes slots panics when there would be 2^32 of them, or more than memory has room for. A builder can be
/// used after any of these panics, and after one of a [`ToValue`] in the middle of its writing.
///
/// # Examples
///
/// ```
/// use ringmain::value::Builder;
///
/// let mut builder = Builder::value();
/// let (root, name) = (builder.root(0), builder.reserve());
/// builder.string(name, "loop");
/// builder.object(root, &[("name", name), ("self", root)]);
/// let value = builder.finish_value()?;
/// assert_eq!(value.to_string(), r#"{"name": "loop", "self": [circular]}"#);
/// # Ok::<(), ringmain::Error>(())
/// ```
#[derive(Debug)]
pub struct Builder {
    pool: Pool,
    /// As they travel, the roots first. The room is that of an object of eight entries and some.
    nodes: List<[u8; NODE_SIZE], 24>,
    links: List<[u8; 4], 40>,
    roots: u32,
    /// Whether something may not be what others rely on: the archive is checked before it goes.
    doubtful: bool,
    /// Why something that was to be written cannot be.
    refused: Option<String>,
}

impl Builder {
    /// A builder of the arguments of a call: `count` of them, the slots [`root`](Self::root)
    /// `0..count`.
    #[must_use]
    #[inline]
    pub fn args(count: usize) -> Builder {
        let mut builder = Builder {
            pool: Pool::new(),
            nodes: List::new(),
            links: List::new(),
            roots: 0,
            doubtful: false,
            refused: None,
        };
        let _ = builder.reserve_run(count);
        builder.roots = index(count);
        builder
    }

    /// Starts a new message with `count` arguments, as [`args`](Self::args) does, in the memory of the one
    /// before.
    #[inline]
    pub fn begin(&mut self, count: usize) {
        self.clear();
        // The first one by itself: for one or none nothing is called.
        if count > 0 {
            self.nodes.push(UNDEFINED);
        }
        if count > 1 {
            let _ = self.reserve_run(count - 1);
        }
        self.roots = index(count);
    }

    /// Empties it: what refers to each other goes together.
    #[inline]
    fn clear(&mut self) {
        self.roots = 0;
        self.links.clear();
        self.nodes.clear();
        self.pool.clear();
        self.doubtful = false;
        self.refused = None;
    }

    /// A builder of one value, which is the slot [`root`](Self::root) `0`.
    #[must_use]
    #[inline]
    pub fn value() -> Builder {
        Builder::args(1)
    }

    /// The slot of an argument.
    ///
    /// # Panics
    ///
    /// When the builder was made for fewer arguments.
    #[must_use]
    #[inline]
    pub fn root(&self, position: usize) -> Slot {
        assert!(position < self.roots as usize, "argument {position} was not announced");
        Slot(index(position))
    }

    /// A new slot.
    #[inline]
    pub fn reserve(&mut self) -> Slot {
        let slot = Slot(index(self.nodes.len()));
        self.nodes.push(UNDEFINED);
        slot
    }

    #[inline]
    fn reserve_run(&mut self, count: usize) -> Slots {
        let first = self.nodes.len();
        let _ = self.nodes.grow(count);
        Slots(index(first)..index(first + count))
    }

    /// Writes anything that is [`ToValue`].
    pub fn put(&mut self, slot: Slot, value: impl ToValue) {
        value.write(self, slot);
    }

    /// Writes `undefined`.
    pub fn undefined(&mut self, slot: Slot) {
        self.scalar(slot, Scalar::UNDEFINED);
    }

    /// Writes `null`.
    pub fn null(&mut self, slot: Slot) {
        self.scalar(slot, Scalar::NULL);
    }

    /// Writes a boolean.
    pub fn bool(&mut self, slot: Slot, value: bool) {
        self.scalar(slot, Scalar::bool(value));
    }

    /// Writes a whole number.
    #[inline]
    pub fn int(&mut self, slot: Slot, value: i32) {
        self.scalar(slot, Scalar::int(value));
    }

    /// Writes a number.
    #[inline]
    pub fn float(&mut self, slot: Slot, value: f64) {
        self.scalar(slot, Scalar::float(value));
    }

    /// Writes a string.
    #[inline]
    pub fn string(&mut self, slot: Slot, value: &str) {
        match Scalar::text(value) {
            Some(short) => self.scalar(slot, short),
            None => self.long_string(slot, value),
        }
    }

    /// Writes a string that is not short. Apart, so that the short ones need no frame.
    #[inline(never)]
    pub(super) fn long_string(&mut self, slot: Slot, value: &str) {
        self.pooled(slot, tag::STRING, 0, value.as_bytes(), 1);
    }

    /// Writes a string that may have lone surrogates.
    pub fn wtf8(&mut self, slot: Slot, value: Wtf8<'_>) {
        match value.as_str() {
            Some(text) => self.string(slot, text),
            None => self.pooled(slot, tag::WTF8, 0, value.as_bytes(), 1),
        }
    }

    /// Writes a string of 16-bit words, as JavaScript has them. Lone surrogates stay what they are.
    pub fn string_utf16(&mut self, slot: Slot, value: &[u16]) {
        let mut bytes = SmallVec::<[u8; 256]>::with_capacity(value.len());
        let _ = wtf8::from_utf16(value, &mut bytes);
        self.wtf8(slot, Wtf8::checked(&bytes));
    }

    /// Writes bytes.
    pub fn bytes(&mut self, slot: Slot, value: &[u8]) {
        let align = if value.len() < ARCHIVE_ALIGN { 1 } else { ARCHIVE_ALIGN };
        self.pooled(slot, tag::BYTES, 0, value, align);
    }

    /// Writes an array of `len` fresh slots.
    pub fn array(&mut self, slot: Slot, len: usize) -> Slots {
        self.run(slot, tag::ARRAY, len, len)
    }

    /// Writes an array of slots that exist.
    pub fn array_of(&mut self, slot: Slot, elements: &[Slot]) {
        self.linked(slot, code(tag::ARRAY, 0, 0, index(elements.len()), 0), elements);
    }

    /// Writes an object, its values in slots that exist. Of equal keys the last one counts.
    pub fn object<K: AsRef<str>>(&mut self, slot: Slot, entries: &[(K, Slot)]) {
        let start = index(self.links.len());
        for (key, value) in entries {
            let name = self.reserve();
            self.string(name, key.as_ref());
            self.link(name);
            self.link(*value);
        }
        self.put_code(slot, code(tag::OBJECT, 0, start, index(entries.len()), 0));
    }

    /// Writes an object with these keys, and gives the slots of its keys and values in turn. The keys are
    /// all there before the values are written, whose own code may do anything to this builder.
    #[inline]
    pub(super) fn object_named<'n>(
        &mut self,
        slot: Slot,
        names: impl ExactSizeIterator<Item = Name<'n>> + Clone,
    ) -> Slots {
        let len = names.len();
        let (start, slots) = self.fresh_links(pairs(len));
        let fresh = self.nodes.as_mut_slice().get_mut(slots.0.start as usize..);
        let (entries, _) = fresh.unwrap_or_default().as_chunks_mut();
        let mut any_long = false;
        for ([key, _], name) in entries.iter_mut().zip(names.clone()) {
            match name {
                Name(Ok(short)) => *key = short.bytes(),
                Name(Err(_)) => any_long = true,
            }
        }
        if any_long {
            self.long_names(slots.clone(), names);
        }
        self.put_code(slot, code(tag::OBJECT, 0, start, index(len), 0));
        slots
    }

    #[cold]
    fn long_names<'n>(&mut self, slots: Slots, names: impl Iterator<Item = Name<'n>>) {
        for (key, name) in slots.step_by(2).zip(names) {
            if let Name(Err(long)) = name {
                self.long_string(key, long);
            }
        }
    }

    #[inline]
    fn scalar(&mut self, slot: Slot, scalar: Scalar) {
        self.put_code(slot, scalar.code());
    }

    /// Writes a node. Slots of buffers are not written again, because views rely on them.
    #[inline]
    pub(super) fn put_code(&mut self, slot: Slot, node: Code) {
        match self.nodes.as_mut_slice().get_mut(slot.0 as usize) {
            Some(place @ [tag::UNDEFINED, ..]) => *place = node.to_le_bytes(),
            _ => self.put_again(slot, node),
        }
    }

    /// Writes a node in place of another. That may be one that has to be of its kind (a key, an error's
    /// text), which nobody keeps account of: all is checked in the end.
    #[cold]
    #[inline(never)]
    fn put_again(&mut self, slot: Slot, node: Code) {
        match self.nodes.as_mut_slice().get_mut(slot.0 as usize) {
            Some([tag::BUFFER, ..]) => slot.is_buffer(),
            Some(place) => *place = node.to_le_bytes(),
            None => slot.is_foreign(),
        }
        self.doubtful = true;
    }

    /// Lets `write` fill `slot`, and fresh ones, with parts that rely on each other, one by one: if it
    /// panics in between, all is checked in the end.
    #[inline]
    pub(super) fn in_doubt(&mut self, slot: Slot, write: impl FnOnce(&mut Builder)) {
        let place = self.nodes.as_slice().get(slot.0 as usize);
        let again = place.is_some_and(|[tag, ..]| *tag != tag::UNDEFINED);
        let doubtful = self.doubtful | again;
        self.doubtful = true;
        write(self);
        self.doubtful = doubtful;
    }

    /// Writes a node with a range of the pool for `contents`.
    #[inline]
    pub(super) fn pooled(
        &mut self,
        slot: Slot,
        tag: u8,
        small: u16,
        contents: &[u8],
        align: usize,
    ) {
        let start = self.pool.push(contents, align);
        self.put_code(slot, code(tag, small, index(start), index(contents.len()), 0));
    }

    /// Writes a node of another archive, with its range of the pool. Bytes and buffers are aligned
    /// as they were made.
    pub(super) fn copied(&mut self, slot: Slot, node: Code, contents: &[u8]) {
        let [tag, ..] = node.to_le_bytes();
        let align = match tag {
            tag::BYTES if contents.len() < ARCHIVE_ALIGN => 1,
            tag::BYTES => ARCHIVE_ALIGN,
            tag::BUFFER => objects::buffer_align(contents.len()),
            _ => 1,
        };
        let start = self.pool.push(contents, align);
        self.put_code(slot, moved(node, index(start)));
    }

    /// Writes a container of `count` parts, for which `links` fresh slots are made.
    #[inline(always)]
    fn run(&mut self, slot: Slot, tag: u8, links: usize, count: usize) -> Slots {
        let (start, slots) = self.fresh_links(links);
        self.put_code(slot, code(tag, 0, start, index(count), 0));
        slots
    }

    /// So many links to fresh slots; where the links begin, and the slots.
    #[inline(always)]
    fn fresh_links(&mut self, count: usize) -> (u32, Slots) {
        let start = index(self.links.len());
        let slots = self.reserve_run(count);
        for (link, number) in self.links.grow(count).iter_mut().zip(slots.0.start..) {
            *link = number.to_le_bytes();
        }
        (start, slots)
    }

    /// Writes a node whose range of links leads to `children`.
    #[inline]
    pub(super) fn linked(&mut self, slot: Slot, node: Code, children: &[Slot]) {
        let start = index(self.links.len());
        for child in children {
            self.link(*child);
        }
        self.put_code(slot, moved(node, start));
    }

    #[inline]
    fn link(&mut self, slot: Slot) {
        if slot.0 as usize >= self.nodes.len() {
            slot.is_foreign();
        }
        self.links.push(slot.0.to_le_bytes());
    }
}

/// A fresh node: zeros, as a [`List`] has them.
const UNDEFINED: [u8; NODE_SIZE] = [0; NODE_SIZE];

/// The slots of `len` entries: more than there can be of too many.
#[inline]
fn pairs(len: usize) -> usize {
    len.saturating_mul(2)
}

/// A table position. What does not fit belongs to a table that `archive` refuses.
#[inline]
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
