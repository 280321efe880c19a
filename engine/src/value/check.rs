//! Validation: the border between bytes that a peer wrote and everything else in [`value`](super).
//!
//! Two passes, no recursion, no allocation, linear in the archive: rkyv proves that the root and
//! its three ranges lie inside the archive, aligned and apart, and that every tag is known; then
//! one walk over the nodes proves what only their meaning can tell. Ranges may not share pool
//! bytes or links: with shared ones, few bytes could mean terabytes to everyone who reads them.

use rkyv::api::low;
use rkyv::rancor::Failure;

use super::table::{ARCHIVE_ALIGN, ArchivedNode, ArchivedTable, ROOT_SIZE, SHORT_MAX};
use crate::Corrupt;

/// Proves that `archive` is one whole table that readers can walk.
pub(super) fn check(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    let misaligned = archive.as_ptr().addr() % ARCHIVE_ALIGN;
    if misaligned != 0 {
        return Err(corrupt("value alignment", misaligned, 0));
    }
    let table = low::access::<ArchivedTable, Failure>(archive)
        .map_err(|Failure| corrupt("value archive", archive.len(), ROOT_SIZE))?;
    let roots = table.roots.to_native() as usize;
    if roots > table.nodes.len() {
        return Err(corrupt("value roots", roots, table.nodes.len()));
    }
    let mut walk = Walk { table, pool_used: 0, links_used: 0 };
    for node in table.nodes.iter() {
        walk.node(node)?;
    }
    walk.links()?;
    Ok(table)
}

/// [`check`] for an archive with exactly one root.
pub(super) fn check_one(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    let table = check(archive)?;
    match table.roots.to_native() {
        1 => Ok(table),
        roots => Err(corrupt("value roots", roots as usize, 1)),
    }
}

struct Walk<'a> {
    table: &'a ArchivedTable,
    pool_used: u64,
    links_used: u64,
}

impl Walk<'_> {
    #[inline]
    fn node(&mut self, node: &ArchivedNode) -> Result<(), Corrupt> {
        match node {
            ArchivedNode::Undefined | ArchivedNode::Null => Ok(()),
            ArchivedNode::Bool(_) | ArchivedNode::Int(_) | ArchivedNode::Float(_) => Ok(()),
            ArchivedNode::Short { len, text } => match text.get(..usize::from(*len)) {
                Some(_) if text.is_ascii() => Ok(()), // of known length: two words
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
