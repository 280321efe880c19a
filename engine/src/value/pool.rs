//! The pool of a builder: the contents of texts and bytes, and the archive that grows behind them.
//!
//! The pool is an archive's first part, so a pool that has a block of its own becomes the archive:
//! contents are copied into it once, and nodes, links and root behind them. Small pools need none.

use super::store::{INLINE_MAX, Store};
use super::table::{NODE_SIZE, ROOT_SIZE, Shape};
use crate::buffer::Buffer;
use crate::copy::copy;
use crate::error::NoMemory;

/// Bytes that need no block.
const SMALL: usize = 64;

/// What a new block has room for behind the contents that it is made for.
const SLACK: usize = 512;

#[derive(Debug)]
pub(super) struct Pool {
    /// Nothing from `small_len` on.
    small: [u8; SMALL],
    small_len: usize,
    /// Empty until `small` does not suffice.
    block: Buffer,
    /// There was no memory for contents, which are not there.
    lacks: bool,
}

impl Pool {
    #[inline]
    pub(super) fn new() -> Pool {
        Pool { small: [0; SMALL], small_len: 0, block: Buffer::new(), lacks: false }
    }

    /// Empties it; a block is kept.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.small_len = 0;
        self.block.clear();
        self.lacks = false;
    }

    /// Something is not there.
    pub(super) fn lack(&mut self) {
        self.lacks = true;
    }

    /// Whether all that was put is there.
    ///
    /// # Errors
    ///
    /// [`NoMemory`] if there was none for a part of it.
    #[inline]
    pub(super) fn complete(&self) -> Result<(), NoMemory> {
        if self.lacks { Err(NoMemory) } else { Ok(()) }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.small_len.max(self.block.len())
    }

    /// What is in it.
    pub(super) fn as_slice(&self) -> &[u8] {
        if self.block.is_empty() { &self.small[..self.small_len] } else { &self.block }
    }

    /// Appends `contents` at a multiple of `align` and says where. The gap is zeros. What there is no memory for
    /// is left out, and then the pool is not [`complete`](Self::complete).
    #[inline]
    pub(super) fn push(&mut self, contents: &[u8], align: usize) -> usize {
        let before = self.len();
        let start = aligned(before, align);
        let end = start + contents.len();
        if self.block.is_empty()
            && let Some(place) = self.small.get_mut(start..end)
        {
            copy(place, contents);
            if start > before {
                self.small[before..start].fill(0);
            }
            self.small_len = end;
        } else {
            self.lacks |= self.spill(contents, start).is_err();
        }
        start
    }

    #[cold]
    fn spill(&mut self, contents: &[u8], start: usize) -> Result<(), NoMemory> {
        self.complete()?;
        if self.block.is_empty() {
            self.block.reserve_exact(start + contents.len() + SLACK)?;
            self.block.extend_from_slice(&self.small[..self.small_len])?;
            self.small_len = 0;
        }
        self.block.resize(start)?;
        self.block.extend_from_slice(contents)
    }

    /// The archive of `shape`, which is no larger than archives may be, with this pool. A block goes
    /// there, so that nothing may refer to what was in this pool any more.
    #[inline]
    pub(super) fn finish(&mut self, shape: Shape, parts: Parts<'_>) -> Result<Store, NoMemory> {
        if shape.archive_len() <= INLINE_MAX {
            let mut store = Store::empty();
            self.fill(shape, parts, &mut store);
            return Ok(store);
        }
        self.finish_block(shape, parts)
    }

    /// The same in place of another archive, which stays if there is no memory.
    #[inline]
    pub(super) fn finish_into(
        &mut self,
        shape: Shape,
        parts: Parts<'_>,
        store: &mut Store,
    ) -> Result<(), NoMemory> {
        if shape.archive_len() <= INLINE_MAX {
            self.fill(shape, parts, store);
        } else {
            *store = self.finish_block(shape, parts)?;
        }
        Ok(())
    }

    /// A small archive. In copies of sizes that are known, each of them some instructions: of the pool
    /// more than there is, and what is behind it overwrites the rest.
    #[inline]
    fn fill(&self, shape: Shape, parts: Parts<'_>, store: &mut Store) {
        let block = store.make_small(shape.archive_len());
        if self.block.is_empty() {
            put(block, 0, &self.small);
        } else {
            block[..self.block.len()].copy_from_slice(&self.block);
        }
        put(block, shape.pool, &[0; 8]);
        let (nodes_at, links_at) = (shape.nodes_at(), shape.links_at());
        for (number, node) in parts.nodes.iter().enumerate() {
            put(block, nodes_at + number * NODE_SIZE, node);
        }
        for (number, link) in parts.links.iter().enumerate() {
            put(block, links_at + number * LINK_SIZE, link);
        }
        for (number, word) in parts.root.iter().enumerate() {
            put(block, shape.root_at() + number * LINK_SIZE, word);
        }
    }

    fn finish_block(&mut self, shape: Shape, parts: Parts<'_>) -> Result<Store, NoMemory> {
        let (len, small) = (shape.archive_len(), &self.small[..self.small_len]);
        self.block.reserve_exact(len - self.block.len())?;
        // There is room for all of it now.
        let mut archive = std::mem::take(&mut self.block);
        archive.extend_from_slice(small)?;
        archive.extend_from_slice(&[0; 8][..shape.nodes_at() - shape.pool])?;
        archive.extend_from_slice(parts.nodes.as_flattened())?;
        archive.extend_from_slice(parts.links.as_flattened())?;
        archive.extend_from_slice(parts.root.as_flattened())?;
        debug_assert_eq!(archive.len(), len, "archive_len is exact");
        Ok(Store::from_buffer(archive))
    }
}

/// What comes behind the pool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'b> {
    pub(super) nodes: &'b [[u8; NODE_SIZE]],
    pub(super) links: &'b [[u8; LINK_SIZE]],
    pub(super) root: [[u8; LINK_SIZE]; ROOT_SIZE / LINK_SIZE],
}

/// Bytes of a link, and of a word of the root.
const LINK_SIZE: usize = 4;

/// `at`, or the next multiple of `align`, which is a power of two: a division takes 7 ns.
#[inline(always)]
pub(super) fn aligned(at: usize, align: usize) -> usize {
    debug_assert!(align.is_power_of_two());
    (at + align - 1) & !(align - 1)
}

/// Writes `part` at a place where there is room for it.
#[inline(always)]
fn put<const N: usize>(block: &mut [u8; INLINE_MAX], at: usize, part: &[u8; N]) {
    if let Some(place) = block.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = *part;
    }
}
