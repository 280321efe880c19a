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
//! node: byte 0 is the tag, "range" is bytes 4..8 start, 8..12 count
//!  0 undefined  1 null
//!  2 bool       byte 1
//!  3 int        bytes 4..8
//!  4 float      bytes 8..16
//!  5 short      byte 1 length, bytes 2..16 text, zeros behind it; all UTF-8 of up to 14 bytes
//!  6 string     range of the pool: UTF-8, 15 bytes or more
//!  7 bytes      range of the pool: a Uint8Array over all of a buffer of its own
//!  8 array      range of the links
//!  9 object     range of the links, two per entry: key (a string), value
//! 10 wtf8       range of the pool: a string with lone surrogates
//! 11 bigint     byte 1 negative, range of the pool: magnitude, little endian, last byte not 0
//! 12 date       bytes 8..16: whole milliseconds, or NaN
//! 13 regexp     byte 1 flags (dgimsuvy from bit 0), range of the pool: source, WTF-8
//! 14 error      byte 1 name, byte 2 which links (message, stack, cause from bit 0), bytes 4..8 start
//! 15 boxed      bytes 4..8 start of one link, to a bool, number, bigint or string
//! 16 map        range of the links, two per entry
//! 17 set        range of the links
//! 18 sparse     range of the links, two per entry: index or string, value; bytes 12..16 length
//! 19 buffer     range of the pool
//! 20 view       byte 1 kind, bytes 4..8 start of one link, to a buffer; 8..12 offset, 12..16 length
//! ```
//!
//! All numbers are little endian, all bytes that nothing names are zero. Ranges never share bytes
//! or links (`check` bounds their sum), any link may point at any node. The pool comes first, so
//! what starts at a multiple of 16 in the pool does so in the archive.

#![expect(unsafe_code, reason = "nodes are compared as the bytes that they are")]

use std::slice;

use rkyv::{Archive, Serialize};

/// The longest string that fits into its node, in bytes of UTF-8.
pub(super) const SHORT_MAX: usize = 14;

/// Alignment of an archive's first byte.
pub(super) const ARCHIVE_ALIGN: usize = 16;

/// The largest archive: its relative pointers are `i32`.
pub(super) const ARCHIVE_MAX: usize = i32::MAX as usize;

/// The definition of the format: what rkyv makes of this is what travels. [`Builder`] writes the
/// same bytes directly, and a test compares both.
///
/// [`Builder`]: super::Builder
#[derive(Debug, Default, Archive, Serialize)]
#[cfg_attr(test, derive(rkyv::Deserialize))]
#[cfg_attr(not(test), expect(dead_code, reason = "only its archived form is used"))]
#[rkyv(archived = ArchivedTable)]
pub(super) struct Table {
    /// Texts that are not short, and bytes.
    pub(super) pool: Vec<u8>,
    /// The roots first.
    pub(super) nodes: Vec<Node>,
    /// Indices into `nodes`.
    pub(super) links: Vec<u32>,
    /// How many nodes are roots.
    pub(super) roots: u32,
}

/// One value. What does not fit is a range of the pool or of the links.
#[derive(Debug, Clone, Copy, Archive, Serialize)]
#[cfg_attr(test, derive(rkyv::Deserialize))]
#[cfg_attr(not(test), expect(dead_code, reason = "only its archived form is used"))]
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
    Wtf8 { start: u32, len: u32 },
    BigInt { negative: bool, start: u32, len: u32 },
    Date(f64),
    RegExp { flags: u8, start: u32, len: u32 },
    Error { name: u8, has: u8, start: u32 },
    Boxed { start: u32 },
    Map { start: u32, len: u32 },
    Set { start: u32, len: u32 },
    Sparse { start: u32, entries: u32, length: u32 },
    Buffer { start: u32, len: u32 },
    View { kind: u8, start: u32, offset: u32, len: u32 },
}

/// The first byte of a node.
pub(super) mod tag {
    pub(crate) const UNDEFINED: u8 = 0;
    pub(crate) const NULL: u8 = 1;
    pub(crate) const BOOL: u8 = 2;
    pub(crate) const INT: u8 = 3;
    pub(crate) const FLOAT: u8 = 4;
    pub(crate) const SHORT: u8 = 5;
    pub(crate) const STRING: u8 = 6;
    pub(crate) const BYTES: u8 = 7;
    pub(crate) const ARRAY: u8 = 8;
    pub(crate) const OBJECT: u8 = 9;
    pub(crate) const WTF8: u8 = 10;
    pub(crate) const BIG_INT: u8 = 11;
    pub(crate) const DATE: u8 = 12;
    pub(crate) const REG_EXP: u8 = 13;
    pub(crate) const ERROR: u8 = 14;
    pub(crate) const BOXED: u8 = 15;
    pub(crate) const MAP: u8 = 16;
    pub(crate) const SET: u8 = 17;
    pub(crate) const SPARSE: u8 = 18;
    pub(crate) const BUFFER: u8 = 19;
    pub(crate) const VIEW: u8 = 20;
}

/// The bytes of a node as a number, little endian: the tag is the lowest byte.
pub(super) type Code = u128;

/// A node with a tag, a word in bytes 1..3, and numbers in bytes 4..8, 8..12 and 12..16.
#[inline]
pub(super) fn code(tag: u8, small: u16, start: u32, count: u32, more: u32) -> Code {
    let low = u64::from(tag) | u64::from(small) << 8 | u64::from(start) << 32;
    u128::from(low) | u128::from(count) << 64 | u128::from(more) << 96
}

/// The node with another number in bytes 4..8: every range starts there.
#[inline]
pub(super) fn moved(node: Code, start: u32) -> Code {
    node & !(0xffff_ffff << 32) | u128::from(start) << 32
}

/// What is in a node: all the numbers that some kind has, each where it has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The first byte.
    pub(super) tag: u8,
    /// Bytes 1 and 2.
    pub(super) small: [u8; 2],
    /// Bytes 4..8.
    pub(super) start: u32,
    /// Bytes 8..12.
    pub(super) count: u32,
    /// Bytes 12..16.
    pub(super) more: u32,
}

/// Takes a node apart.
#[inline]
pub(super) fn fields(node: Code) -> Fields {
    let [tag, first, second, _, s0, s1, s2, s3, c0, c1, c2, c3, m0, m1, m2, m3] =
        node.to_le_bytes();
    Fields {
        tag,
        small: [first, second],
        start: u32::from_le_bytes([s0, s1, s2, s3]),
        count: u32::from_le_bytes([c0, c1, c2, c3]),
        more: u32::from_le_bytes([m0, m1, m2, m3]),
    }
}

impl Fields {
    /// Bytes 8..16, as floats and dates have them.
    #[inline]
    pub(super) fn float(self) -> f64 {
        f64::from_bits(u64::from(self.count) | u64::from(self.more) << 32)
    }
}

/// The bytes of each kind of node that mean something.
const NAMED: [Code; 21] = {
    const TAG: Code = 0xff;
    const BYTE: Code = 0xffff;
    const START: Code = TAG | 0xffff_ffff << 32;
    const RANGE: Code = START | 0xffff_ffff << 64;
    const HIGH: Code = TAG | (u64::MAX as Code) << 64;
    let mut named = [RANGE; 21];
    named[tag::UNDEFINED as usize] = TAG;
    named[tag::NULL as usize] = TAG;
    named[tag::BOOL as usize] = BYTE;
    named[tag::INT as usize] = START;
    named[tag::FLOAT as usize] = HIGH;
    named[tag::SHORT as usize] = Code::MAX;
    named[tag::BIG_INT as usize] = RANGE | BYTE;
    named[tag::DATE as usize] = HIGH;
    named[tag::REG_EXP as usize] = RANGE | BYTE;
    named[tag::ERROR as usize] = START | 0xff_ffff;
    named[tag::BOXED as usize] = START;
    named[tag::SPARSE as usize] = RANGE | 0xffff_ffff << 96;
    named[tag::VIEW as usize] = RANGE | 0xffff_ffff << 96 | BYTE;
    named
};

/// The bytes of a node that nothing names; they are zero. All of an unknown one's.
#[inline]
pub(super) fn unnamed(node: Code) -> Code {
    let [tag, ..] = node.to_le_bytes();
    node & !NAMED.get(usize::from(tag)).copied().unwrap_or(0)
}

/// The bits of a plain node that are zero in a right one, low half and high half: by its tag, and
/// of short strings by 256 and their length, where the right ones are ASCII. All bits where a look
/// does not suffice.
static WRONG: [[u64; 2]; 512] = {
    let mut wrong = [[u64::MAX; 2]; 512];
    let mut tag = 0;
    while tag <= tag::FLOAT {
        wrong[tag as usize] = halves(!NAMED[tag as usize]);
        tag += 1;
    }
    wrong[tag::BOOL as usize][0] |= 0xfe << 8;
    let mut len = 0;
    while len <= SHORT_MAX {
        let behind = if len == SHORT_MAX { 0 } else { Code::MAX << (16 + 8 * len) };
        wrong[256 + len] = halves(behind | Code::from_le_bytes([0x80; 16]) >> 16 << 16);
        len += 1;
    }
    wrong
};

#[expect(clippy::cast_possible_truncation, reason = "the other half is behind it")]
const fn halves(node: Code) -> [u64; 2] {
    [node as u64, (node >> 64) as u64]
}

/// Whether a node is fine whatever the others are. Of any other node this says nothing.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "9 bits")]
pub(super) fn is_plain(node: &[u8; NODE_SIZE]) -> bool {
    // In halves: the compiler takes what is one number apart at the tag.
    let [low, high] = halves(Code::from_le_bytes(*node));
    let [tag, len] = [low & 0xff, low >> 8 & 0xff];
    let kind = if tag == u64::from(tag::SHORT) { 256 | len } else { tag };
    let [wrong_low, wrong_high] = WRONG[kind as usize];
    (low & wrong_low | high & wrong_high) == 0
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

/// The nodes of an archive as the bytes that they are.
#[inline]
pub(super) fn encoded(table: &ArchivedTable) -> &[[u8; NODE_SIZE]] {
    let nodes = table.nodes.as_slice();
    // SAFETY: needs `nodes.len()` times 16 initialised bytes. A node is 16 bytes (asserted above),
    // and a table exists only over an archive: a slice of bytes, so those between the fields of a
    // node are bytes like any others. The borrow keeps them unchanged.
    unsafe { slice::from_raw_parts(nodes.as_ptr().cast::<[u8; NODE_SIZE]>(), nodes.len()) }
}

/// Whether these are the bytes of a node, as rkyv sees it: a known tag, and booleans that are.
#[inline]
pub(super) fn is_node([tag, truth, ..]: &[u8; NODE_SIZE]) -> bool {
    let truthful = (*tag != tag::BOOL) & (*tag != tag::BIG_INT) | (*truth <= 1);
    (*tag <= tag::VIEW) & truthful
}
