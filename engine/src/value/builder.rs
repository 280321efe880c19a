//! The builder: a table under construction, addressed by slots.

use super::scalar::short;
use super::store::Store;
use super::table::{ARCHIVE_ALIGN, Node, Table};
use super::{Args, ToValue, Value};
use crate::Error;

/// Builds [`Args`] or a [`Value`] node by node, without recursion and in any order.
///
/// A [`Slot`] is `undefined` until it is written; the last write counts. Containers name slots, so
/// one slot can be in several of them (a shared reference) or below itself (a cycle).
///
/// # Panics
///
/// Every method that takes a [`Slot`] panics when the slot is another builder's and this one has
/// no such slot.
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
    table: Table,
}

/// A place for one value in a [`Builder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot(u32);

/// Fresh slots, in order.
#[derive(Debug, Clone)]
pub struct Slots(std::ops::Range<u32>);

impl Iterator for Slots {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        self.0.next().map(Slot)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Slots {}

impl Builder {
    /// A builder of the arguments of a call: `count` of them, the slots [`root`](Self::root)
    /// `0..count`.
    #[must_use]
    #[inline]
    pub fn args(count: usize) -> Builder {
        let mut builder = Builder { table: Table::default() };
        let _ = builder.reserve_run(count);
        builder.table.roots = index(count);
        builder
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
        assert!(position < self.table.roots as usize, "argument {position} was not announced");
        Slot(index(position))
    }

    /// A new slot.
    #[inline]
    pub fn reserve(&mut self) -> Slot {
        let slot = Slot(index(self.table.nodes.len()));
        self.table.nodes.push(Node::Undefined);
        slot
    }

    #[inline]
    fn reserve_run(&mut self, count: usize) -> Slots {
        let first = self.table.nodes.len();
        self.table.nodes.extend(std::iter::repeat_n(Node::Undefined, count));
        Slots(index(first)..index(first + count))
    }

    /// Writes anything that is [`ToValue`].
    pub fn put(&mut self, slot: Slot, value: impl ToValue) {
        value.write(self, slot);
    }

    /// Writes `undefined`.
    pub fn undefined(&mut self, slot: Slot) {
        self.set(slot, Node::Undefined);
    }

    /// Writes `null`.
    pub fn null(&mut self, slot: Slot) {
        self.set(slot, Node::Null);
    }

    /// Writes a boolean.
    pub fn bool(&mut self, slot: Slot, value: bool) {
        self.set(slot, Node::Bool(value));
    }

    /// Writes a whole number.
    pub fn int(&mut self, slot: Slot, value: i32) {
        self.set(slot, Node::Int(value));
    }

    /// Writes a number.
    pub fn float(&mut self, slot: Slot, value: f64) {
        self.set(slot, Node::Float(value));
    }

    /// Writes a string.
    #[inline]
    pub fn string(&mut self, slot: Slot, value: &str) {
        let node = self.text(value);
        self.set(slot, node);
    }

    /// Writes bytes.
    pub fn bytes(&mut self, slot: Slot, value: &[u8]) {
        let aligned = self.table.pool.len().next_multiple_of(ARCHIVE_ALIGN);
        if value.len() >= ARCHIVE_ALIGN {
            self.table.pool.resize(aligned, 0);
        }
        let (start, len) = self.pooled(value);
        self.set(slot, Node::Bytes { start, len });
    }

    /// Writes an array of `len` fresh slots.
    pub fn array(&mut self, slot: Slot, len: usize) -> Slots {
        let elements = self.reserve_run(len);
        let start = index(self.table.links.len());
        self.table.links.extend(elements.0.clone());
        self.set(slot, Node::Array { start, len: index(len) });
        elements
    }

    /// Writes an array of slots that exist.
    pub fn array_of(&mut self, slot: Slot, elements: &[Slot]) {
        let start = index(self.table.links.len());
        for element in elements {
            self.link(*element);
        }
        self.set(slot, Node::Array { start, len: index(elements.len()) });
    }

    /// Writes an object, its values in slots that exist. Of equal keys the last one counts.
    pub fn object<K: AsRef<str>>(&mut self, slot: Slot, entries: &[(K, Slot)]) {
        let start = index(self.table.links.len());
        for (key, value) in entries {
            let name = self.reserve();
            self.string(name, key.as_ref());
            self.link(name);
            self.link(*value);
        }
        self.set(slot, Node::Object { start, len: index(entries.len()) });
    }

    /// An object whose keys have slots too: links in pairs, key first.
    pub(super) fn object_of_links(&mut self, slot: Slot, pairs: &[Slot]) {
        let start = index(self.table.links.len());
        for link in pairs {
            self.link(*link);
        }
        self.set(slot, Node::Object { start, len: index(pairs.len() / 2) });
    }

    /// The arguments.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] when the message would have 2 GiB or more.
    #[inline]
    pub fn finish_args(self) -> Result<Args, Error> {
        Store::archive(&self.table).map(Args::from_checked)
    }

    /// The first root as a value of its own.
    ///
    /// # Errors
    ///
    /// [`Error::TooLarge`] when the value would have 2 GiB or more.
    #[inline]
    pub fn finish_value(mut self) -> Result<Value, Error> {
        if self.table.nodes.is_empty() {
            let _ = self.reserve();
        }
        self.table.roots = 1;
        Store::archive(&self.table).map(Value::from_checked)
    }

    #[inline]
    fn set(&mut self, slot: Slot, node: Node) {
        self.table.nodes[slot.0 as usize] = node;
    }

    fn link(&mut self, slot: Slot) {
        assert!((slot.0 as usize) < self.table.nodes.len(), "{slot:?} is another builder's");
        self.table.links.push(slot.0);
    }

    #[inline]
    fn text(&mut self, value: &str) -> Node {
        match node_of_short(value.as_bytes()) {
            Some(node) => node,
            None => {
                let (start, len) = self.pooled(value.as_bytes());
                Node::String { start, len }
            }
        }
    }

    fn pooled(&mut self, contents: &[u8]) -> (u32, u32) {
        let start = index(self.table.pool.len());
        self.table.pool.extend_from_slice(contents);
        (start, index(contents.len()))
    }
}

/// A table position. What does not fit belongs to a table that `Store::archive` refuses.
#[inline]
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// The node of a string that fits into one.
#[inline]
fn node_of_short(text: &[u8]) -> Option<Node> {
    let (low, high) = short(text)?;
    let words = (u128::from(low) | u128::from(high) << 64).to_le_bytes();
    let len = u8::try_from(text.len()).ok()?;
    words.first_chunk().map(|text| Node::Short { len, text: *text })
}
