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

use super::table::{ARCHIVE_ALIGN, ARCHIVE_MAX, ArchivedNode, ArchivedTable, ROOT_SIZE, SHORT_MAX};
use super::table::{Shape, is_node};
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
    for node in table.nodes.iter().filter(|node| !is_plain(node)) {
        walk.node(node)?;
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
    if !nodes.as_chunks().0.iter().all(is_node) {
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
fn is_plain(node: &ArchivedNode) -> bool {
    use ArchivedNode::{Bool, Float, Int, Null, Short, Undefined};
    match node {
        Undefined | Null | Bool(_) | Int(_) | Float(_) => true,
        Short { len, text } => usize::from(*len) <= SHORT_MAX && text.is_ascii(), // two words
        _ => false,
    }
}

struct Walk<'a> {
    table: &'a ArchivedTable,
    pool_used: u64,
    links_used: u64,
}

impl Walk<'_> {
    #[inline(never)]
    fn node(&mut self, node: &ArchivedNode) -> Result<(), Corrupt> {
        match node {
            ArchivedNode::Undefined | ArchivedNode::Null => Ok(()),
            ArchivedNode::Bool(_) | ArchivedNode::Int(_) | ArchivedNode::Float(_) => Ok(()),
            ArchivedNode::Short { len, text } => match text.get(..usize::from(*len)) {
                Some(text) => utf8(text),
                None => Err(corrupt("value short string", usize::from(*len), SHORT_MAX)),
            },
            ArchivedNode::String { start, len } => {
                utf8(self.pooled(start.to_native(), len.to_native())?)
            }
            ArchivedNode::Bytes { start, len } => {
                self.pooled(start.to_native(), len.to_native()).map(|_| ())
            }
            ArchivedNode::Array { start, len } => {
                self.linked(start.to_native(), u64::from(len.to_native()))
            }
            ArchivedNode::Object { start, len } => {
                let entries = u64::from(len.to_native());
                self.linked(start.to_native(), 2 * entries)?;
                self.keys(start.to_native(), entries)
            }
        }
    }

    /// A range of the pool that no other node has.
    fn pooled(&mut self, start: u32, len: u32) -> Result<&[u8], Corrupt> {
        let pool = self.table.pool.as_slice();
        self.pool_used += u64::from(len);
        if self.pool_used > pool.len() as u64 {
            return Err(corrupt("value pool in use", self.pool_used, pool.len()));
        }
        let end = start as usize + len as usize;
        pool.get(start as usize..end).ok_or(corrupt("value pool range", end, pool.len()))
    }

    /// A range of the links that no other node has.
    fn linked(&mut self, start: u32, len: u64) -> Result<(), Corrupt> {
        let links = self.table.links.len();
        self.links_used += len;
        if self.links_used > links as u64 {
            return Err(corrupt("value links in use", self.links_used, links));
        }
        let end = u64::from(start) + len;
        if end > links as u64 {
            return Err(corrupt("value link range", end, links));
        }
        Ok(())
    }

    /// Every other link of an object's range, which `linked` has checked, leads to a string.
    fn keys(&self, start: u32, entries: u64) -> Result<(), Corrupt> {
        let links = self.table.links.iter().skip(start as usize).step_by(2);
        for link in links.take(usize::try_from(entries).unwrap_or(usize::MAX)) {
            match self.table.nodes.get(link.to_native() as usize) {
                Some(ArchivedNode::Short { .. } | ArchivedNode::String { .. }) => {}
                _ => return Err(corrupt("value object key", link.to_native(), 0_u32)),
            }
        }
        Ok(())
    }

    /// Every link leads to a node.
    fn links(&self) -> Result<(), Corrupt> {
        let nodes = self.table.nodes.len();
        match self.table.links.iter().find(|link| link.to_native() as usize >= nodes) {
            Some(link) => Err(corrupt("value link", link.to_native(), nodes)),
            None => Ok(()),
        }
    }
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
