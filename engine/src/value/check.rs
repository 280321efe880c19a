//! Validation: the border between bytes that a peer wrote and everything else in [`value`](super).
//!
//! Two passes, no recursion, no allocation, linear in the archive: rkyv proves that the root and
//! its three ranges lie inside the archive, aligned and apart, and that every tag is known; then
//! one walk over the nodes proves what only their meaning can tell. Where the parts lie as we
//! write them, as they do in all that a peer of ours sends, arithmetic takes rkyv's place; tests
//! hold it to rkyv's verdict. Ranges may not share pool
//! bytes or links: with shared ones, few bytes could mean terabytes to everyone who reads them.

#![expect(unsafe_code, reason = "an archive in the usual shape is proved whole without rkyv")]

use rkyv::access_unchecked;
use rkyv::api::low;
use rkyv::rancor::Failure;
use rkyv::rend::u32_le;

use super::table::{ARCHIVE_ALIGN, ARCHIVE_MAX, ROOT_SIZE, SHORT_MAX, Shape};
use super::table::{ArchivedNode, ArchivedTable, Code, encoded, is_node, tag, unnamed};
use super::{Date, ErrorName, ViewKind, failure, regexp, wtf8};
use crate::Corrupt;

/// Proves that `archive` is one whole table that readers can walk.
pub(super) fn check(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    if misaligned(archive) != 0 {
        return Err(corrupt("value alignment", misaligned(archive), 0));
    }
    let table = match usual(archive) {
        Some(table) => table,
        None => access(archive)?,
    };
    let roots = table.roots.to_native() as usize;
    if roots > table.nodes.len() {
        return Err(corrupt("value roots", roots, table.nodes.len()));
    }
    let mut walk = Walk { table, pool_used: 0, links_used: 0 };
    for (position, bytes) in encoded(table).iter().enumerate() {
        let node = Code::from_le_bytes(*bytes);
        if !is_plain(node) {
            walk.node(node, &table.nodes[position])?;
        }
    }
    walk.links()?;
    Ok(table)
}

/// The table of an archive that lies as we write them, if rkyv would find it whole. Of any other
/// nothing is said.
#[inline]
pub(super) fn usual(archive: &[u8]) -> Option<&ArchivedTable> {
    let root = archive.last_chunk::<ROOT_SIZE>()?.as_chunks::<4>().0;
    let &[to_pool, pool, to_nodes, nodes, to_links, links, _] = root else { return None };
    let count = |word| u32::from_le_bytes(word) as usize;
    let shape = Shape { pool: count(pool), nodes: count(nodes), links: count(links) };
    if usize::BITS < 64 // sums of a shape could overflow
        || misaligned(archive) != 0
        || archive.len() > ARCHIVE_MAX
        || archive.len() != shape.archive_len()
        || (to_pool, to_nodes, to_links) != shape.pointers()
    {
        return None;
    }
    let nodes = archive.get(shape.nodes_at()..shape.links_at())?;
    // All of them, without a branch per node.
    if !nodes.as_chunks().0.iter().fold(true, |all, node| all & is_node(node)) {
        return None;
    }
    // SAFETY: needs a root at the end of `archive`, aligned, whose three ranges lie in `archive`,
    // aligned and apart, and whose nodes are some. The root's pointers are those of `Shape`: its
    // parts follow one another from 0 to the root, each aligned as the one before it leaves it,
    // and add up to the length. All nodes have just been looked at; any bytes are a pool, links
    // and lengths. The borrow keeps it so.
    Some(unsafe { access_unchecked::<ArchivedTable>(archive) })
}

/// How far past a multiple of 16 an archive starts.
#[inline]
fn misaligned(archive: &[u8]) -> usize {
    archive.as_ptr().addr() % ARCHIVE_ALIGN
}

/// The table of any archive, as rkyv proves it.
#[cold]
pub(super) fn access(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    low::access::<ArchivedTable, Failure>(archive)
        .map_err(|Failure| corrupt("value archive", archive.len(), ROOT_SIZE))
}

/// [`check`] for an archive with exactly one root.
pub(super) fn check_one(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    let table = check(archive)?;
    match table.roots.to_native() {
        1 => Ok(table),
        roots => Err(corrupt("value roots", roots as usize, 1)),
    }
}

/// Whether a node is fine whatever the others are. Most are, and this takes no indirect jump.
#[inline]
fn is_plain(node: Code) -> bool {
    let [tag, len, ..] = node.to_le_bytes();
    let wrong = if tag == tag::SHORT { WRONG_IN_SHORT.get(usize::from(len)) } else { None };
    match wrong {
        Some(wrong) => node & wrong == 0,
        None => tag <= tag::FLOAT && unnamed(node) == 0,
    }
}

/// For each length of a short string, the bits that are not its ASCII text: the highest ones of
/// all bytes, and all behind its end.
const WRONG_IN_SHORT: [Code; SHORT_MAX + 1] = {
    let mut wrong = [0; SHORT_MAX + 1];
    let mut len = 0;
    while len <= SHORT_MAX {
        let behind = if len == SHORT_MAX { 0 } else { Code::MAX << (16 + 8 * len) };
        wrong[len] = behind | Code::from_le_bytes([0x80; 16]) >> 16 << 16;
        len += 1;
    }
    wrong
};

struct Walk<'a> {
    table: &'a ArchivedTable,
    pool_used: u64,
    links_used: u64,
}

impl<'a> Walk<'a> {
    #[inline(never)]
    fn node(&mut self, code: Code, node: &ArchivedNode) -> Result<(), Corrupt> {
        if unnamed(code) != 0 {
            return Err(corrupt(
                "value node has bytes without a name",
                unnamed(code).trailing_zeros() / 8,
                0,
            ));
        }
        match node {
            ArchivedNode::Undefined | ArchivedNode::Null => Ok(()),
            ArchivedNode::Bool(_) | ArchivedNode::Int(_) | ArchivedNode::Float(_) => Ok(()),
            ArchivedNode::Short { len, text } => short(usize::from(*len), text),
            ArchivedNode::String { start, len } => {
                let text = self.pooled(start.to_native(), len.to_native())?;
                if text.len() <= SHORT_MAX {
                    return Err(corrupt("value long string", text.len(), SHORT_MAX + 1));
                }
                utf8(text)
            }
            ArchivedNode::Bytes { start, len } | ArchivedNode::Buffer { start, len } => {
                self.pooled(start.to_native(), len.to_native()).map(|_| ())
            }
            ArchivedNode::Array { start, len } | ArchivedNode::Set { start, len } => {
                self.linked(start.to_native(), u64::from(len.to_native())).map(|_| ())
            }
            ArchivedNode::Object { start, len } => {
                let pairs = self.linked(start.to_native(), 2 * u64::from(len.to_native()))?;
                self.keys(pairs)
            }
            ArchivedNode::Map { start, len } => {
                self.linked(start.to_native(), 2 * u64::from(len.to_native())).map(|_| ())
            }
            other => self.rare(other),
        }
    }

    /// The kinds that are sent less.
    #[cold]
    fn rare(&mut self, node: &ArchivedNode) -> Result<(), Corrupt> {
        match node {
            ArchivedNode::Wtf8 { start, len } => {
                let text = self.pooled(start.to_native(), len.to_native())?;
                if wtf8(text)? { Ok(()) } else { Err(corrupt("value lone surrogates", 0_u32, 1)) }
            }
            ArchivedNode::BigInt { negative, start, len } => {
                match self.pooled(start.to_native(), len.to_native())? {
                    [.., 0] => Err(corrupt("value bigint's last byte", 0_u32, 1)),
                    [] if *negative => Err(corrupt("value sign of zero", 1_u32, 0)),
                    _ => Ok(()),
                }
            }
            ArchivedNode::Date(ms) if Date::is_date(ms.to_native()) => Ok(()),
            ArchivedNode::Date(ms) => Err(corrupt("value date", ms.to_native().to_bits(), 0)),
            ArchivedNode::RegExp { flags, start, len } => {
                if !regexp::are_flags(*flags) {
                    return Err(corrupt("value regexp flags", *flags, 0));
                }
                wtf8(self.pooled(start.to_native(), len.to_native())?).map(|_| ())
            }
            ArchivedNode::Error { name, has, start } => self.error(*name, *has, start.to_native()),
            ArchivedNode::Boxed { start } => {
                let [link] = self.linked(start.to_native(), 1)? else { return Ok(()) };
                self.child("value in a box", *link, |tag| {
                    matches!(tag, tag::BOOL | tag::INT | tag::FLOAT | tag::BIG_INT)
                        || is_string(tag)
                })
            }
            ArchivedNode::Sparse { start, entries, length } => {
                let pairs = self.linked(start.to_native(), 2 * u64::from(entries.to_native()))?;
                self.sparse_keys(pairs, length.to_native())
            }
            ArchivedNode::View { kind, start, offset, len } => {
                let [link] = self.linked(start.to_native(), 1)? else { return Ok(()) };
                self.view(*kind, *link, offset.to_native(), len.to_native())
            }
            _ => Ok(()), // `node` has them
        }
    }

    fn error(&mut self, name: u8, has: u8, start: u32) -> Result<(), Corrupt> {
        if usize::from(name) >= ErrorName::ALL.len() {
            return Err(corrupt("value error name", name, ErrorName::ALL.len() - 1));
        }
        if has & !failure::HAS_ALL != 0 {
            return Err(corrupt("value error parts", has, failure::HAS_ALL));
        }
        let texts = (has & (failure::HAS_MESSAGE | failure::HAS_STACK)).count_ones() as usize;
        let links = self.linked(start, u64::from(has.count_ones()))?;
        links
            .iter()
            .take(texts)
            .try_for_each(|link| self.child("value error text", *link, is_string))
    }

    fn view(&self, kind: u8, buffer: u32_le, offset: u32, len: u32) -> Result<(), Corrupt> {
        let Some(kind) = ViewKind::ALL.get(usize::from(kind)) else {
            return Err(corrupt("value view kind", kind, ViewKind::ALL.len() - 1));
        };
        let held = match self.table.nodes.get(buffer.to_native() as usize) {
            Some(ArchivedNode::Buffer { len, .. }) => len.to_native(),
            _ => return Err(corrupt("value view's buffer", buffer.to_native(), tag::BUFFER)),
        };
        let end = u64::from(offset) + u64::from(len);
        if end > u64::from(held) {
            return Err(corrupt("value view range", end, held));
        }
        let past = (offset | len) as usize % kind.element_size();
        if past != 0 {
            return Err(corrupt("value view alignment", past, 0));
        }
        Ok(())
    }

    /// The link leads to a node of a kind that may be there.
    fn child(&self, place: &'static str, link: u32_le, may: fn(u8) -> bool) -> Result<(), Corrupt> {
        match encoded(self.table).get(link.to_native() as usize) {
            Some([tag, ..]) if may(*tag) => Ok(()),
            _ => Err(corrupt(place, link.to_native(), 0)),
        }
    }

    /// A range of the pool that no other node has.
    fn pooled(&mut self, start: u32, len: u32) -> Result<&'a [u8], Corrupt> {
        let pool = self.table.pool.as_slice();
        self.pool_used += u64::from(len);
        if self.pool_used > pool.len() as u64 {
            return Err(corrupt("value pool in use", self.pool_used, pool.len()));
        }
        let end = start as usize + len as usize;
        pool.get(start as usize..end).ok_or_else(|| corrupt("value pool range", end, pool.len()))
    }

    /// A range of the links that no other node has.
    fn linked(&mut self, start: u32, len: u64) -> Result<&'a [u32_le], Corrupt> {
        let links = self.table.links.as_slice();
        self.links_used += len;
        if self.links_used > links.len() as u64 {
            return Err(corrupt("value links in use", self.links_used, links.len()));
        }
        let end = u64::from(start) + len;
        let range = start as usize..usize::try_from(end).unwrap_or(usize::MAX);
        links.get(range).ok_or_else(|| corrupt("value link range", end, links.len()))
    }

    /// The keys of an object are strings.
    fn keys(&self, pairs: &[u32_le]) -> Result<(), Corrupt> {
        let nodes = encoded(self.table);
        for [key, _] in pairs.as_chunks().0 {
            match nodes.get(key.to_native() as usize) {
                Some([tag, ..]) if is_string(*tag) => {}
                _ => return Err(corrupt("value object key", key.to_native(), 0)),
            }
        }
        Ok(())
    }

    /// The keys of a sparse array are strings, or indices below its length.
    fn sparse_keys(&self, pairs: &[u32_le], length: u32) -> Result<(), Corrupt> {
        for [key, _] in pairs.as_chunks().0 {
            match self.table.nodes.get(key.to_native() as usize) {
                Some(ArchivedNode::Short { .. } | ArchivedNode::String { .. }) => {}
                Some(ArchivedNode::Wtf8 { .. }) => {}
                Some(node) if sparse_index(node).is_some_and(|at| at < length) => {}
                _ => return Err(corrupt("value sparse array key", key.to_native(), length)),
            }
        }
        Ok(())
    }

    /// Every link leads to a node.
    #[inline]
    fn links(&self) -> Result<(), Corrupt> {
        // The largest, without a branch per link.
        let largest = self.table.links.iter().fold(0, |most: u32, link| most.max(link.to_native()));
        let nodes = self.table.nodes.len();
        if !self.table.links.is_empty() && largest as usize >= nodes {
            return Err(corrupt("value link", largest, nodes));
        }
        Ok(())
    }
}

#[inline]
fn is_string(tag: u8) -> bool {
    matches!(tag, tag::SHORT | tag::STRING | tag::WTF8)
}

/// The index that a key of a sparse array is: an integer, or a float if it is past `i32`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared afterwards")]
pub(super) fn sparse_index(key: &ArchivedNode) -> Option<u32> {
    match key {
        ArchivedNode::Int(at) => u32::try_from(at.to_native()).ok(),
        ArchivedNode::Float(at) => {
            let whole = at.to_native() as u32;
            let past = whole > i32::MAX.cast_unsigned() && f64::from(whole) == at.to_native();
            past.then_some(whole)
        }
        _ => None,
    }
}

/// A short string: its length, its text, and zeros.
fn short(len: usize, text: &[u8; SHORT_MAX]) -> Result<(), Corrupt> {
    let Some((text, behind)) = text.split_at_checked(len) else {
        return Err(corrupt("value short string", len, SHORT_MAX));
    };
    match behind.iter().rposition(|byte| *byte != 0) {
        Some(last) => Err(corrupt("value short string's end", len + last, len)),
        None => utf8(text),
    }
}

fn wtf8(text: &[u8]) -> Result<bool, Corrupt> {
    wtf8::check(text).map_err(|end| corrupt("value text is WTF-8 up to", end, text.len()))
}

fn utf8(text: &[u8]) -> Result<(), Corrupt> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(corrupt("value text is UTF-8 up to", error.valid_up_to(), text.len())),
    }
}

#[cold]
fn corrupt(place: &'static str, found: impl TryInto<u64>, expected: impl TryInto<u64>) -> Corrupt {
    let number = |found: Option<u64>| found.unwrap_or(u64::MAX);
    Corrupt {
        place,
        found: number(found.try_into().ok()),
        expected: number(expected.try_into().ok()),
    }
}
