//! Validation: the border between bytes that a peer wrote and everything else in [`value`](super).
//!
//! One pass over the nodes and one over the links, no recursion, no allocation, linear in the
//! archive. Where the parts lie as we write them, as they do in all that a peer of ours sends,
//! arithmetic proves that they lie in the archive, aligned and apart; elsewhere rkyv does. Tests
//! hold the first to the second's verdict. Ranges may not share pool bytes or links: with shared
//! ones, few bytes could mean terabytes to everyone who reads them.

#![expect(unsafe_code, reason = "an archive in the usual shape is proved whole without rkyv")]

mod walk;

use rkyv::access_unchecked;
use rkyv::api::low;
use rkyv::rancor::Failure;

use super::store::Store;
use super::table::{ARCHIVE_ALIGN, ARCHIVE_MAX, NODE_SIZE, ROOT_SIZE, Shape};
use super::table::{ArchivedTable, encoded};
use crate::{Corrupt, Error};

use walk::Walk;
pub(super) use walk::sparse_index;

/// Proves that `archive` is one whole table that readers can walk.
#[inline]
pub(super) fn check(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    if misaligned(archive) != 0 {
        return Err(corrupt("value alignment", misaligned(archive), 0));
    }
    let Some(parts) = Parts::usual(archive) else { return unusual(archive) };
    Walk::over(parts)?;
    // SAFETY: needs a root at the end of `archive`, aligned, whose three ranges lie in `archive`,
    // aligned and apart, and whose nodes are some. `Parts::usual` proved the first: the root's
    // pointers are those of `Shape`, whose parts follow one another from 0 to the root, each
    // aligned as the one before it leaves it, and add up to the length. `Walk` refuses all that
    // `is_node` does; any bytes are a pool, links and lengths. The borrow keeps it so.
    Ok(unsafe { access_unchecked::<ArchivedTable>(archive) })
}

/// What [`check`] says of an archive with these parts, which need not lie in one.
pub(super) fn parts(parts: Parts<'_>) -> Result<(), Corrupt> {
    Walk::over(parts)
}

/// Zeros for an archive of `len` bytes, which may be that of a peer. None are made of what no archive has.
pub(super) fn room(len: usize) -> Result<Store, Error> {
    match len {
        ..=ARCHIVE_MAX => Ok(Store::zeroed(len)?),
        _ => Err(corrupt("value archive", len, ARCHIVE_MAX).into()),
    }
}

/// [`check`] for an archive with exactly one root.
pub(super) fn check_one(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    let table = check(archive)?;
    match table.roots.to_native() {
        1 => Ok(table),
        roots => Err(corrupt("value roots", roots as usize, 1)),
    }
}

/// The parts of an archive whose places are proved, as the bytes that they are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) pool: &'a [u8],
    pub(super) nodes: &'a [[u8; NODE_SIZE]],
    pub(super) links: &'a [[u8; 4]],
    pub(super) roots: u32,
}

impl<'a> Parts<'a> {
    /// The parts of an archive that lies as we write them. Of any other nothing is said.
    #[inline]
    pub(super) fn usual(archive: &'a [u8]) -> Option<Parts<'a>> {
        let root = archive.last_chunk::<ROOT_SIZE>()?.as_chunks::<4>().0;
        let &[to_pool, pool, to_nodes, nodes, to_links, links, roots] = root else { return None };
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
        Some(Parts {
            pool: archive.get(..shape.pool)?,
            nodes: archive.get(shape.nodes_at()..shape.links_at())?.as_chunks().0,
            links: archive.get(shape.links_at()..shape.root_at())?.as_chunks().0,
            roots: u32::from_le_bytes(roots),
        })
    }

    /// The parts of an archive that rkyv has proved whole.
    fn proved(archive: &'a [u8], table: &'a ArchivedTable) -> Option<Parts<'a>> {
        let links = table.links.as_slice();
        let at = links.as_ptr().addr().wrapping_sub(archive.as_ptr().addr());
        let links = match size_of_val(links) {
            0 => &[],
            len => archive.get(at..)?.get(..len)?,
        };
        let roots = table.roots.to_native();
        let (pool, nodes) = (table.pool.as_slice(), encoded(table));
        Some(Parts { pool, nodes, links: links.as_chunks().0, roots })
    }
}

/// How far past a multiple of 16 an archive starts.
#[inline]
fn misaligned(archive: &[u8]) -> usize {
    archive.as_ptr().addr() % ARCHIVE_ALIGN
}

/// [`check`] for an archive that does not lie as we write them.
#[cold]
fn unusual(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    let table = access(archive)?;
    let parts = Parts::proved(archive, table);
    Walk::over(parts.ok_or_else(|| corrupt("value archive", archive.len(), ROOT_SIZE))?)?;
    Ok(table)
}

/// The table of any archive, as rkyv proves it.
pub(super) fn access(archive: &[u8]) -> Result<&ArchivedTable, Corrupt> {
    low::access::<ArchivedTable, Failure>(archive)
        .map_err(|Failure| corrupt("value archive", archive.len(), ROOT_SIZE))
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
