//! Borrowed cursors: reading a checked archive in place, without allocation.

#![expect(unsafe_code, reason = "checked text is str, and a checked table knows its archive")]

use std::{fmt, ptr, slice};

use rkyv::rend::u32_le;

use super::table::{ArchivedNode, ArchivedTable, Shape};
use super::{Value, check, copy};
use crate::Corrupt;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number that is kept as `i32`.
    Int,
    /// A number that is kept as `f64`; it may be whole.
    Float,
    /// A string, valid UTF-8.
    String,
    /// Bytes: an `ArrayBuffer` or `Uint8Array`.
    Bytes,
    /// An array.
    Array,
    /// An object with string keys.
    Object,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Undefined => "undefined",
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Int => "an integer",
            Kind::Float => "a number",
            Kind::String => "a string",
            Kind::Bytes => "bytes",
            Kind::Array => "an array",
            Kind::Object => "an object",
        })
    }
}

/// One value inside a checked archive.
///
/// Reading never fails as in JavaScript: what is not there is `undefined`. A value may contain
/// itself, so whoever walks one by hand must bound the walk.
#[derive(Clone, Copy)]
pub struct ValueRef<'a> {
    table: &'a ArchivedTable,
    node: u32,
}

/// What every index past the nodes reads as.
static NOTHING: ArchivedNode = ArchivedNode::Undefined;

impl<'a> ValueRef<'a> {
    /// Checks bytes that a peer wrote, as [`ArgsRef::check`](super::ArgsRef::check) does, and
    /// that they hold exactly one value.
    ///
    /// # Errors
    ///
    /// [`Corrupt`] names the first thing that no peer of ours writes.
    pub fn check(archive: &'a [u8]) -> Result<ValueRef<'a>, Corrupt> {
        check::check_one(archive).map(|table| ValueRef::new(table, 0))
    }

    #[inline]
    pub(super) fn new(table: &'a ArchivedTable, node: u32) -> ValueRef<'a> {
        ValueRef { table, node }
    }

    #[inline]
    pub(super) fn absent(self) -> ValueRef<'a> {
        ValueRef { table: self.table, node: u32::MAX }
    }

    #[inline]
    pub(super) fn node(self) -> &'a ArchivedNode {
        self.table.nodes.get(self.node as usize).unwrap_or(&NOTHING)
    }

    /// The node's index: equal in two values of one archive when they are one object.
    #[inline]
    pub(super) fn id(self) -> u32 {
        self.node
    }

    #[inline]
    pub(super) fn same_archive(self, other: ValueRef<'_>) -> bool {
        std::ptr::eq(self.table, other.table)
    }

    /// The archive around this value, if it is the only root and the parts lie as we write them:
    /// the length follows from the root then.
    pub(super) fn whole_archive(self) -> Option<&'a [u8]> {
        let (pool, nodes, links) =
            (&*self.table.pool, &*self.table.nodes, self.table.links.as_slice());
        let shape = Shape { pool: pool.len(), nodes: nodes.len(), links: links.len() };
        let start = pool.as_ptr();
        let at = |part: *const u8| part.addr().wrapping_sub(start.addr());
        let usual = at(nodes.as_ptr().cast()) == shape.nodes_at()
            && at(links.as_ptr().cast()) == shape.links_at()
            && at(ptr::from_ref(self.table).cast()) == shape.root_at();
        if !usual || self.node != 0 || self.table.roots != 1 {
            return None;
        }
        // SAFETY: needs `archive_len` bytes of one allocation that nobody changes for `'a`. The
        // table and the parts that it names lie in the archive, which is borrowed for `'a`: they
        // were checked, or we built them. Their places have just been found to be those of an
        // archive from `start` on, whose last part is the root.
        Some(unsafe { slice::from_raw_parts(start, shape.archive_len()) })
    }

    /// What this is.
    #[must_use]
    #[inline]
    pub fn kind(self) -> Kind {
        match self.node() {
            ArchivedNode::Undefined => Kind::Undefined,
            ArchivedNode::Null => Kind::Null,
            ArchivedNode::Bool(_) => Kind::Bool,
            ArchivedNode::Int(_) => Kind::Int,
            ArchivedNode::Float(_) => Kind::Float,
            ArchivedNode::Short { .. } | ArchivedNode::String { .. } => Kind::String,
            ArchivedNode::Bytes { .. } => Kind::Bytes,
            ArchivedNode::Array { .. } => Kind::Array,
            ArchivedNode::Object { .. } => Kind::Object,
        }
    }

    /// Whether this is `undefined`, which is also what a missing value reads as.
    #[must_use]
    pub fn is_undefined(self) -> bool {
        self.kind() == Kind::Undefined
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The boolean.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.node() {
            ArchivedNode::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is whole and in range, however it is kept.
    #[must_use]
    pub fn as_i32(self) -> Option<i32> {
        match self.node() {
            ArchivedNode::Int(value) => Some(value.to_native()),
            ArchivedNode::Float(value) => whole(value.to_native()),
            _ => None,
        }
    }

    /// The number, however it is kept.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        match self.node() {
            ArchivedNode::Int(value) => Some(f64::from(value.to_native())),
            ArchivedNode::Float(value) => Some(value.to_native()),
            _ => None,
        }
    }

    /// The string.
    #[must_use]
    #[inline]
    pub fn as_str(self) -> Option<&'a str> {
        let text = match self.node() {
            ArchivedNode::Short { len, text } => text.get(..usize::from(*len)).unwrap_or(&[]),
            ArchivedNode::String { start, len } => self.pooled(start, len),
            _ => return None,
        };
        // SAFETY: needs valid UTF-8. `check` ran `from_utf8` on exactly this range of this node,
        // or our own builder copied it from a `str`; a `ValueRef` exists over such archives only,
        // and the borrow `'a` keeps their bytes unchanged.
        Some(unsafe { std::str::from_utf8_unchecked(text) })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(self) -> Option<&'a [u8]> {
        match self.node() {
            ArchivedNode::Bytes { start, len } => Some(self.pooled(start, len)),
            _ => None,
        }
    }

    /// Elements of an array, entries of an object, bytes of bytes or of a string's UTF-8; 0 of
    /// everything else.
    #[must_use]
    pub fn len(self) -> usize {
        match self.node() {
            ArchivedNode::Short { len, .. } => usize::from(*len),
            ArchivedNode::String { len, .. } | ArchivedNode::Bytes { len, .. } => {
                len.to_native() as usize
            }
            ArchivedNode::Array { len, .. } | ArchivedNode::Object { len, .. } => {
                len.to_native() as usize
            }
            _ => 0,
        }
    }

    /// Whether [`len`](Self::len) is 0.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// An element of an array; `undefined` past its end or in anything else.
    #[must_use]
    pub fn index(self, position: usize) -> ValueRef<'a> {
        match self.node() {
            ArchivedNode::Array { .. } => self.links().get(position).map(|link| self.at(*link)),
            _ => None,
        }
        .unwrap_or(self.absent())
    }

    /// The value under a key of an object, `undefined` when there is none. Looks at the entries
    /// one by one, the last first.
    #[must_use]
    pub fn get(self, key: &str) -> ValueRef<'a> {
        self.entries()
            .rev()
            .find(|(name, _)| *name == key)
            .map_or(self.absent(), |(_, value)| value)
    }

    /// The elements of an array, in order; nothing in anything else.
    #[must_use]
    pub fn elements(
        self,
    ) -> impl ExactSizeIterator<Item = ValueRef<'a>> + DoubleEndedIterator + use<'a> {
        let links = match self.node() {
            ArchivedNode::Array { .. } => self.links(),
            _ => &[],
        };
        links.iter().map(move |link| self.at(*link))
    }

    /// The entries of an object, in order; nothing in anything else.
    #[must_use]
    pub fn entries(
        self,
    ) -> impl ExactSizeIterator<Item = (&'a str, ValueRef<'a>)> + DoubleEndedIterator + use<'a>
    {
        let links = match self.node() {
            ArchivedNode::Object { .. } => self.links(),
            _ => &[],
        };
        let (pairs, _) = links.as_chunks::<2>();
        pairs
            .iter()
            .map(move |[key, value]| (self.at(*key).as_str().unwrap_or_default(), self.at(*value)))
    }

    /// The keys of an object, in order; nothing in anything else.
    #[must_use]
    pub fn keys(self) -> impl ExactSizeIterator<Item = &'a str> + DoubleEndedIterator + use<'a> {
        self.entries().map(|(key, _)| key)
    }

    /// A value of its own: what can be reached from here, each object once.
    #[must_use]
    pub fn to_owned(self) -> Value {
        copy::to_owned(self)
    }

    /// The links of a container: an object's in pairs, key first.
    pub(super) fn links(self) -> &'a [u32_le] {
        let (start, len) = match self.node() {
            ArchivedNode::Array { start, len } => (start, len.to_native() as usize),
            ArchivedNode::Object { start, len } => (start, 2 * len.to_native() as usize),
            _ => return &[],
        };
        let start = start.to_native() as usize;
        self.table.links.get(start..start + len).unwrap_or(&[])
    }

    /// Another node of the same archive.
    #[inline]
    pub(super) fn at(self, link: u32_le) -> ValueRef<'a> {
        ValueRef { table: self.table, node: link.to_native() }
    }

    fn pooled(self, start: &u32_le, len: &u32_le) -> &'a [u8] {
        let start = start.to_native() as usize;
        self.table.pool.get(start..start + len.to_native() as usize).unwrap_or(&[])
    }
}

#[expect(clippy::cast_possible_truncation, reason = "compared with the original afterwards")]
fn whole(value: f64) -> Option<i32> {
    let truncated = value as i32;
    (f64::from(truncated) == value).then_some(truncated)
}
