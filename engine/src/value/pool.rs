//! The pool of a builder: the contents of texts and bytes, and the archive that grows behind them.
//!
//! The pool is an archive's first part, so a pool that has a block of its own becomes the archive:
//! contents are copied into it once, and nodes, links and root behind them. Small pools need none.

use rkyv::util::AlignedVec;

use super::store::{INLINE_MAX, Store};
use super::table::{ARCHIVE_ALIGN, Shape};

/// Bytes that need no block.
const SMALL: usize = 64;

/// What a new block has room for behind the contents that it is made for.
const SLACK: usize = 512;

#[derive(Debug)]
pub(super) struct Pool {
    /// Nothing if `block` is in use.
    small: [u8; SMALL],
    small_len: usize,
    /// Empty until `small` does not suffice.
    block: AlignedVec<ARCHIVE_ALIGN>,
}

impl Pool {
    #[inline]
    pub(super) fn new() -> Pool {
        Pool { small: [0; SMALL], small_len: 0, block: AlignedVec::new() }
    }

    /// Empties it; a block is kept.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.small[..self.small_len].fill(0);
        self.small_len = 0;
        self.block.clear();
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.small_len.max(self.block.len())
    }

    #[cfg(feature = "serde")]
    pub(super) fn as_slice(&self) -> &[u8] {
        if self.block.is_empty() { &self.small[..self.small_len] } else { &self.block }
    }

    /// Appends `contents` at a multiple of `align` and says where. The gap is zeros.
    #[inline]
    pub(super) fn push(&mut self, contents: &[u8], align: usize) -> usize {
        let start = self.len().next_multiple_of(align);
        let end = start + contents.len();
        if self.block.is_empty()
            && let Some(place) = self.small.get_mut(start..end)
        {
            place.copy_from_slice(contents);
            self.small_len = end;
        } else {
            self.spill(contents, start);
        }
        start
    }

    #[cold]
    fn spill(&mut self, contents: &[u8], start: usize) {
        if self.block.is_empty() {
            self.block.reserve_exact(start + contents.len() + SLACK);
            self.block.extend_from_slice(&self.small[..self.small_len]);
            self.small_len = 0;
        }
        self.block.resize(start, 0);
        self.block.extend_from_slice(contents);
    }

    /// The archive of `shape`, which is no larger than archives may be, with this pool. A block goes
    /// there.
    #[inline]
    pub(super) fn finish(&mut self, shape: Shape, parts: [&[u8]; 3]) -> Store {
        let (len, small) = (shape.archive_len(), &self.small[..self.small_len]);
        if len <= INLINE_MAX {
            let mut store = Store::zeroed(len);
            let mut rest = store.bytes_mut();
            let pool = if self.block.is_empty() { small } else { &self.block };
            put(&mut rest, pool);
            put(&mut rest, &[0; 8][..shape.nodes_at() - shape.pool]);
            parts.iter().for_each(|part| put(&mut rest, part));
            return store;
        }
        let mut archive = if self.block.is_empty() {
            AlignedVec::with_capacity(len)
        } else {
            let mut block = std::mem::take(&mut self.block);
            block.reserve_exact(len - block.len());
            block
        };
        archive.extend_from_slice(small);
        archive.extend_from_slice(&[0; 8][..shape.nodes_at() - shape.pool]);
        parts.iter().for_each(|part| archive.extend_from_slice(part));
        debug_assert_eq!(archive.len(), len, "archive_len is exact");
        Store::from_buffer(archive)
    }
}

/// Writes `part` to the front of `rest`, which is what is behind it then.
fn put(rest: &mut &mut [u8], part: &[u8]) {
    if let Some(place) = rest.split_off_mut(..part.len()) {
        place.copy_from_slice(part);
    }
}
