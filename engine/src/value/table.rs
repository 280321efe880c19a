//! The table: the bytes of a dynamic message, declared once.
//!
//! ```text
//! 0          pool          nodes               links            root          end
//! ┌──────────┬─────────────┬───────────────────┬────────────────┬─────────────┐
//! │ pool     │ 0 to 7 zero │ 16 bytes per node │ u32 per link   │ 28 bytes    │
//! └──────────┴─────────────┴───────────────────┴────────────────┴─────────────┘
//!
//! root: pool (rel i32, len u32)  nodes (rel, len)  links (rel, len)  roots u32
//!
//! node: byte 0 tag
//!       bool   byte 1          int     bytes 4..8     float   bytes 8..16
//!       short  byte 1 length, bytes 2..16 text
//!       string, bytes   bytes 4..8 start, 8..12 length: a range of the pool
//!       array           bytes 4..8 start, 8..12 length: a range of the links
//!       object          bytes 4..8 start, 8..12 entries: two links each, key first
//! ```
//!
//! All numbers are little endian, all bytes that nothing names are zero. Ranges never share bytes
//! or links (`check` bounds their sum), any link may point at any node. The pool comes first, so
//! what starts at a multiple of 16 in the pool does so in the archive.

use rkyv::rancor::Fallible;
use rkyv::ser::{Allocator, Writer};
use rkyv::vec::{ArchivedVec, VecResolver};
use rkyv::with::{ArchiveWith, SerializeWith};
use rkyv::{Archive, Place, Serialize};
use smallvec::SmallVec;

/// The longest string that fits into its node, in bytes of UTF-8.
pub(super) const SHORT_MAX: usize = 14;

/// Alignment of an archive's first byte.
pub(super) const ARCHIVE_ALIGN: usize = 16;

/// The largest archive: its relative pointers are `i32`.
pub(super) const ARCHIVE_MAX: usize = i32::MAX as usize;

/// The write form of a message; its archive is what travels.
#[derive(Debug, Default, Archive, Serialize)]
#[rkyv(archived = ArchivedTable)]
pub(super) struct Table {
    /// The contents of long strings and of bytes.
    pub(super) pool: SmallVec<[u8; 64]>,
    /// The roots first.
    #[rkyv(with = Flat)]
    pub(super) nodes: Nodes,
    /// Indices into `nodes`.
    pub(super) links: SmallVec<[u32; 16]>,
    /// How many nodes are roots.
    pub(super) roots: u32,
}

/// The nodes of a [`Table`] that is being built.
pub(super) type Nodes = SmallVec<[Node; 8]>;

/// One value. What does not fit is a range of the pool or of the links.
#[derive(Debug, Clone, Copy, Archive, Serialize)]
#[rkyv(archived = ArchivedNode)]
pub(super) enum Node {
    Undefined,
    Null,
    Bool(bool),
    Int(i32),
    Float(f64),
    Short { len: u8, text: [u8; SHORT_MAX] },
    String { start: u32, len: u32 },
    Bytes { start: u32, len: u32 },
    Array { start: u32, len: u32 },
    Object { start: u32, len: u32 },
}

/// Bytes of an archived node.
pub(super) const NODE_SIZE: usize = size_of::<ArchivedNode>();

/// Bytes of an archived root.
pub(super) const ROOT_SIZE: usize = size_of::<ArchivedTable>();

// Both are the wire format; with them `["ping"]` is 44 bytes and shares one cache line with the
// 16 bytes of header and envelope before it.
const _: () = assert!(NODE_SIZE == 16 && align_of::<ArchivedNode>() == 8);
const _: () = assert!(ROOT_SIZE == 28 && align_of::<ArchivedTable>() == 4);

/// How much a table holds. The places of its parts follow from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Bytes of the pool.
    pub(super) pool: usize,
    /// How many nodes.
    pub(super) nodes: usize,
    /// How many links.
    pub(super) links: usize,
}

impl Table {
    pub(super) fn shape(&self) -> Shape {
        Shape { pool: self.pool.len(), nodes: self.nodes.len(), links: self.links.len() }
    }
}

impl Shape {
    /// Bytes before the nodes.
    #[inline]
    pub(super) fn nodes_at(self) -> usize {
        self.pool.next_multiple_of(align_of::<ArchivedNode>())
    }

    /// Bytes before the links.
    #[inline]
    pub(super) fn links_at(self) -> usize {
        self.nodes_at() + self.nodes * NODE_SIZE
    }

    /// Bytes before the root.
    #[inline]
    pub(super) fn root_at(self) -> usize {
        self.links_at() + self.links * size_of::<u32>()
    }

    /// The size of the archive in bytes.
    #[inline]
    pub(super) fn archive_len(self) -> usize {
        self.root_at() + ROOT_SIZE
    }

    /// The relative pointers in the root: to the pool, the nodes and the links.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "less than `ARCHIVE_MAX`, which fits")]
    pub(super) fn pointers(self) -> ([u8; 4], [u8; 4], [u8; 4]) {
        let back = |from: usize, to: usize| (to as u32).wrapping_sub(from as u32).to_le_bytes();
        let at = self.root_at();
        (back(at, 0), back(at + 8, self.nodes_at()), back(at + 16, self.links_at()))
    }

    /// The root of an archive of at most [`ARCHIVE_MAX`] bytes, as little-endian words.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "less than `ARCHIVE_MAX`, which fits")]
    pub(super) fn root(self, roots: u32) -> [[u8; 4]; ROOT_SIZE / 4] {
        let (to_pool, to_nodes, to_links) = self.pointers();
        let [pool, nodes, links] =
            [self.pool, self.nodes, self.links].map(|len| (len as u32).to_le_bytes());
        [to_pool, pool, to_nodes, nodes, to_links, links, roots.to_le_bytes()]
    }
}

/// The bytes of a [`Node::Bytes`].
pub(super) fn bytes_node(start: u32, len: u32) -> [u8; NODE_SIZE] {
    const BYTES: u128 = 7;
    (BYTES | u128::from(start) << 32 | u128::from(len) << 64).to_le_bytes()
}

/// Whether these are the bytes of a node: a known tag, and a boolean that is one.
#[inline]
pub(super) fn is_node([tag, truth, ..]: &[u8; NODE_SIZE]) -> bool {
    const BOOL: u8 = 2;
    const OBJECT: u8 = 9;
    (*tag <= OBJECT) & ((*tag != BOOL) | (*truth <= 1))
}

/// Archives nodes one after the other. A node has nothing out of line, so unlike the derived way
/// this needs no scratch memory for resolvers.
pub(super) struct Flat;

impl ArchiveWith<Nodes> for Flat {
    type Archived = ArchivedVec<ArchivedNode>;
    type Resolver = VecResolver;

    fn resolve_with(nodes: &Nodes, resolver: VecResolver, out: Place<Self::Archived>) {
        ArchivedVec::resolve_from_len(nodes.len(), resolver, out);
    }
}

impl<S: Fallible + Allocator + Writer + ?Sized> SerializeWith<Nodes, S> for Flat {
    fn serialize_with(nodes: &Nodes, serializer: &mut S) -> Result<VecResolver, S::Error> {
        ArchivedVec::serialize_from_unknown_length_iter(&mut nodes.iter().copied(), serializer)
    }
}
