//! Owned archives: small ones inline, the rest in one allocation.

use crate::buffer::Buffer;
use crate::error::NoMemory;

use super::leaf::Leaf;
use super::pool::aligned;
use super::table::{NODE_SIZE, ROOT_SIZE, Shape};
use crate::copy::copy;

/// The largest archive that needs no allocation: five scalars, or 64 bytes.
pub(super) const INLINE_MAX: usize = 112;

/// How many scalars fit into the inline block.
const SCALARS_MAX: usize = (INLINE_MAX - ROOT_SIZE) / NODE_SIZE;

/// The bytes of one archive, aligned to 16. Dropping it frees one block at most.
pub(super) enum Store {
    Inline { len: u8, block: Block },
    Heap(Buffer),
}

#[derive(Clone)]
#[repr(C, align(16))]
pub(super) struct Block([u8; INLINE_MAX]);

const _: () = assert!(align_of::<Block>() == super::table::ARCHIVE_ALIGN);

impl Block {
    /// The archive, once pool and nodes are there and all else is zeros; all nodes are roots.
    #[inline(always)]
    fn end(mut self, shape: Shape) -> Option<Store> {
        let root = shape.root(u32::try_from(shape.nodes).ok()?);
        let place = self.0.get_mut(shape.root_at()..shape.archive_len())?;
        place.copy_from_slice(root.as_flattened());
        Some(Store::Inline { len: u8::try_from(shape.archive_len()).ok()?, block: self })
    }
}

impl Store {
    /// No bytes, and room for those of a small archive.
    #[inline]
    pub(super) const fn empty() -> Store {
        Store::Inline { len: 0, block: Block([0; INLINE_MAX]) }
    }

    /// `len` zero bytes.
    ///
    /// # Errors
    /// [`NoMemory`]
    #[inline]
    pub(super) fn zeroed(len: usize) -> Result<Store, NoMemory> {
        match u8::try_from(len) {
            Ok(short) if len <= INLINE_MAX => {
                Ok(Store::Inline { len: short, block: Block([0; INLINE_MAX]) })
            }
            _ => Buffer::zeroed(len).map(Store::Heap),
        }
    }

    /// Makes it one of `len` bytes, [`INLINE_MAX`] at most, that are whatever was at the front of this.
    #[inline]
    pub(super) fn make_small(&mut self, len: usize) -> &mut [u8; INLINE_MAX] {
        let len = u8::try_from(len).unwrap_or(0);
        loop {
            match self {
                Store::Inline { len: own, block } => {
                    *own = len;
                    return &mut block.0;
                }
                Store::Heap(_) => *self = Store::empty(),
            }
        }
    }

    /// The same bytes.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(super) fn copy_of(archive: &[u8]) -> Result<Store, NoMemory> {
        if archive.len() <= INLINE_MAX {
            let mut store = Store::zeroed(archive.len())?;
            copy(store.bytes_mut(), archive);
            return Ok(store);
        }
        Buffer::copy_of(archive).map(Store::Heap)
    }

    /// The archive of `count` roots that are leaves, or `None` if it would not lie inline or one of
    /// them is none. The bytes are rkyv's, written directly into their place: a tenth of the time.
    #[inline(always)]
    pub(super) fn leaves<'l>(
        count: usize,
        leaf: impl Fn(usize) -> Option<Leaf<'l>>,
    ) -> Option<Store> {
        if count > SCALARS_MAX {
            return None;
        }
        let shape = Shape { pool: 0, nodes: count, links: 0 };
        let mut block = Block([0; INLINE_MAX]);
        for (position, node) in block.0.as_chunks_mut().0.iter_mut().take(count).enumerate() {
            match leaf(position)? {
                Leaf::Scalar(scalar) => *node = scalar.bytes(),
                Leaf::Pooled(_) => return Store::pooled(count, leaf),
            }
        }
        block.end(shape)
    }

    /// The same where some leaves have contents.
    #[inline]
    fn pooled<'l>(count: usize, leaf: impl Fn(usize) -> Option<Leaf<'l>>) -> Option<Store> {
        let mut block = Block([0; INLINE_MAX]);
        let mut nodes = [[0; NODE_SIZE]; SCALARS_MAX];
        let mut pool = 0_usize;
        for (position, node) in nodes.iter_mut().take(count).enumerate() {
            *node = match leaf(position)? {
                Leaf::Scalar(scalar) => scalar.bytes(),
                Leaf::Pooled(pooled) => {
                    let contents = pooled.contents();
                    let start = aligned(pool, pooled.align());
                    let end = start.checked_add(contents.len())?;
                    copy(block.0.get_mut(start..end)?, contents);
                    pool = start + contents.len();
                    pooled.node(start).to_le_bytes()
                }
            };
        }
        let shape = Shape { pool, nodes: count, links: 0 };
        let place = block.0.get_mut(shape.nodes_at()..shape.links_at())?;
        place.copy_from_slice(nodes.get(..count)?.as_flattened());
        block.end(shape)
    }

    /// An archive that has a block already.
    pub(super) fn from_buffer(archive: Buffer) -> Store {
        Store::Heap(archive)
    }

    /// The block of a large archive, to be used again.
    pub(super) fn into_buffer(self) -> Option<Buffer> {
        match self {
            Store::Inline { .. } => None,
            Store::Heap(bytes) => Some(bytes),
        }
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Store::Inline { len, block } => block.0.get(..usize::from(*len)).unwrap_or(&[]),
            Store::Heap(bytes) => bytes,
        }
    }

    #[inline]
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Store::Inline { len, block } => block.0.get_mut(..usize::from(*len)).unwrap_or(&mut []),
            Store::Heap(bytes) => bytes,
        }
    }
}

impl Clone for Store {
    /// # Panics
    /// If there is no memory for it. A listener's panic is reported, and main goes on.
    fn clone(&self) -> Store {
        match self {
            Store::Inline { len, block } => Store::Inline { len: *len, block: block.clone() },
            Store::Heap(bytes) => {
                Store::copy_of(bytes).unwrap_or_else(|NoMemory| panic!("{NoMemory}"))
            }
        }
    }
}
