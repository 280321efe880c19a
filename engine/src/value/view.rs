//! Borrowed cursors: reading a checked archive in place, without allocation.

#![expect(unsafe_code, reason = "checked text is str, and a checked table knows its archive")]

use std::borrow::Cow;
use std::ffi::c_void;
use std::{ptr, slice};

use rkyv::rend::u32_le;

use super::table::{ArchivedNode, ArchivedTable, Code, NODE_SIZE, Shape, encoded};
use super::{Kind, Value, Wtf8, check, copy};
use crate::Corrupt;

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

    /// What this consists of, to be carried through another language.
    #[must_use]
    #[inline]
    pub fn into_raw_parts(self) -> (ptr::NonNull<c_void>, u32) {
        (ptr::NonNull::from_ref(self.table).cast(), self.node)
    }

    /// The value that was taken apart.
    ///
    /// # Safety
    /// They come from [`into_raw_parts`](Self::into_raw_parts), and the value that was taken apart could
    /// still be used for `'a`.
    #[must_use]
    #[inline]
    pub unsafe fn from_raw_parts(archive: ptr::NonNull<c_void>, node: u32) -> ValueRef<'a> {
        // SAFETY: a checked archive's table, borrowed for `'a`, by the caller's promise.
        ValueRef { table: unsafe { archive.cast().as_ref() }, node }
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

    /// Bytes of the archive's pool, nodes and links.
    pub(super) fn archive_size(self) -> usize {
        let (pool, links) = (self.table.pool.len(), self.table.links.as_slice());
        pool + size_of_val(self.nodes()) + size_of_val(links)
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
            ArchivedNode::Short { .. }
            | ArchivedNode::String { .. }
            | ArchivedNode::Wtf8 { .. } => Kind::String,
            ArchivedNode::Bytes { .. } => Kind::Bytes,
            ArchivedNode::Array { .. } => Kind::Array,
            ArchivedNode::Object { .. } => Kind::Object,
            ArchivedNode::BigInt { .. } => Kind::BigInt,
            ArchivedNode::Date(_) => Kind::Date,
            ArchivedNode::RegExp { .. } => Kind::RegExp,
            ArchivedNode::Error { .. } => Kind::Error,
            ArchivedNode::Boxed { .. } => Kind::Boxed,
            ArchivedNode::Map { .. } => Kind::Map,
            ArchivedNode::Set { .. } => Kind::Set,
            ArchivedNode::Sparse { .. } => Kind::SparseArray,
            ArchivedNode::Buffer { .. } => Kind::ArrayBuffer,
            ArchivedNode::View { .. } => Kind::View,
        }
    }

    /// Whether this is `undefined`, which is also what a missing value reads as.
    #[must_use]
    pub fn is_undefined(self) -> bool {
        matches!(self.node(), ArchivedNode::Undefined)
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        matches!(self.node(), ArchivedNode::Null)
    }

    /// Whether both are one object, shared and not only equal: in one container, or in several
    /// arguments of a call. What is no object (numbers, strings) is never the same.
    #[must_use]
    pub fn is_same(self, other: ValueRef<'_>) -> bool {
        use Kind::{BigInt, Bool, Float, Int, Null, String, Undefined};
        let primitive =
            matches!(self.kind(), Undefined | Null | Bool | Int | Float | String | BigInt);
        !primitive && self.node == other.node && self.same_archive(other)
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
    #[inline]
    pub fn as_f64(self) -> Option<f64> {
        match self.node() {
            ArchivedNode::Int(value) => Some(f64::from(value.to_native())),
            ArchivedNode::Float(value) => Some(value.to_native()),
            _ => None,
        }
    }

    /// The string, if it has no lone surrogates.
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

    /// The string, lone surrogates included.
    #[must_use]
    pub fn as_wtf8(self) -> Option<Wtf8<'a>> {
        match self.node() {
            ArchivedNode::Wtf8 { start, len } => Some(Wtf8::checked(self.pooled(start, len))),
            _ => self.as_str().map(Wtf8::from),
        }
    }

    /// The string, with U+FFFD in place of lone surrogates.
    #[must_use]
    pub fn to_str_lossy(self) -> Option<Cow<'a, str>> {
        match self.as_str() {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.as_wtf8().map(Wtf8::to_str_lossy),
        }
    }

    /// A value of its own: what can be reached from here, each object once.
    #[must_use]
    pub fn to_owned(self) -> Value {
        copy::to_owned(self)
    }

    /// The node as the bytes that it is; those of `undefined` if it is missing.
    #[inline]
    pub(super) fn code(self) -> Code {
        encoded(self.table).get(self.node as usize).map_or(0, |node| Code::from_le_bytes(*node))
    }

    /// All nodes of the archive, as bytes.
    #[inline]
    pub(super) fn nodes(self) -> &'a [[u8; NODE_SIZE]] {
        encoded(self.table)
    }

    /// The links of any node: in pairs, key first, where there are keys.
    #[inline]
    pub(super) fn links(self) -> &'a [u32_le] {
        let (start, len) = match self.node() {
            ArchivedNode::Array { start, len } | ArchivedNode::Set { start, len } => {
                (start, len.to_native() as usize)
            }
            ArchivedNode::Object { start, len }
            | ArchivedNode::Map { start, len }
            | ArchivedNode::Sparse { start, entries: len, .. } => {
                (start, 2 * len.to_native() as usize)
            }
            ArchivedNode::Error { has, start, .. } => (start, has.count_ones() as usize),
            ArchivedNode::Boxed { start } | ArchivedNode::View { start, .. } => (start, 1),
            _ => return &[],
        };
        let start = start.to_native() as usize;
        self.table.links.get(start..start + len).unwrap_or(&[])
    }

    /// The range of the pool that is this node's.
    #[inline]
    pub(super) fn contents(self) -> Option<&'a [u8]> {
        match self.node() {
            ArchivedNode::String { start, len }
            | ArchivedNode::Wtf8 { start, len }
            | ArchivedNode::Bytes { start, len }
            | ArchivedNode::Buffer { start, len }
            | ArchivedNode::BigInt { start, len, .. }
            | ArchivedNode::RegExp { start, len, .. } => Some(self.pooled(start, len)),
            _ => None,
        }
    }

    /// Another node of the same archive.
    #[inline]
    pub(super) fn at(self, link: u32_le) -> ValueRef<'a> {
        ValueRef { table: self.table, node: link.to_native() }
    }

    #[inline]
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
