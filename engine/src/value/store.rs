//! Owned archives: small ones inline, the rest in one allocation.

use rkyv::util::AlignedVec;

use super::scalar::Scalar;
use super::table::{ARCHIVE_ALIGN, NODE_SIZE, ROOT_SIZE, Shape};

/// The largest archive that needs no allocation: five scalars, or 64 bytes.
pub(super) const INLINE_MAX: usize = 112;

/// How many scalars fit into the inline block.
const SCALARS_MAX: usize = (INLINE_MAX - ROOT_SIZE) / NODE_SIZE;

/// The bytes of one archive, aligned to 16. Dropping it frees one block at most.
#[derive(Clone)]
pub(super) enum Store {
    Inline { len: u8, block: Block },
    Heap(AlignedVec<ARCHIVE_ALIGN>),
}

#[derive(Clone)]
#[repr(C, align(16))]
pub(super) struct Block([u8; INLINE_MAX]);

const _: () = assert!(align_of::<Block>() == ARCHIVE_ALIGN);

impl Store {
    /// `len` zero bytes.
    #[inline]
    pub(super) fn zeroed(len: usize) -> Store {
        match u8::try_from(len) {
            Ok(short) if len <= INLINE_MAX => {
                Store::Inline { len: short, block: Block([0; INLINE_MAX]) }
            }
            _ => {
                let mut bytes = AlignedVec::with_capacity(len);
                bytes.resize(len, 0);
                Store::Heap(bytes)
            }
        }
    }

    /// The same bytes.
    pub(super) fn copy_of(archive: &[u8]) -> Store {
        if archive.len() <= INLINE_MAX {
            let mut store = Store::zeroed(archive.len());
            store.bytes_mut().copy_from_slice(archive);
            return store;
        }
        let mut bytes = AlignedVec::with_capacity(archive.len());
        bytes.extend_from_slice(archive);
        Store::Heap(bytes)
    }

    /// The archive of `count` roots that are scalars, or `None` if they are too many or one of
    /// them is none. The bytes are rkyv's, written directly into their place: a tenth of the
    /// time.
    #[inline(always)]
    pub(super) fn scalars(count: usize, scalar: impl Fn(usize) -> Option<Scalar>) -> Option<Store> {
        if count > SCALARS_MAX {
            return None;
        }
        let shape = Shape { pool: 0, nodes: count, links: 0 };
        let mut block = Block([0; INLINE_MAX]);
        for (position, node) in block.0.as_chunks_mut().0.iter_mut().take(count).enumerate() {
            *node = scalar(position)?.bytes();
        }
        let root = shape.root(u32::try_from(count).ok()?);
        block.0.get_mut(shape.root_at()..shape.archive_len())?.copy_from_slice(root.as_flattened());
        Some(Store::Inline { len: u8::try_from(shape.archive_len()).ok()?, block })
    }

    /// An archive that has a block already.
    pub(super) fn from_buffer(archive: AlignedVec<ARCHIVE_ALIGN>) -> Store {
        Store::Heap(archive)
    }

    /// The block of a large archive, to be used again.
    pub(super) fn into_buffer(self) -> Option<AlignedVec<ARCHIVE_ALIGN>> {
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
