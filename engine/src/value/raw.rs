//! The archive of one bytes value, written around contents that are in place already.
//!
//! Who has bytes to send can let them be written straight to where the archive goes (a record of a
//! ring, say) and finish the archive behind them: contents, zeros up to the node, node, root.

use super::table::{ARCHIVE_MAX, Shape, code, tag};

/// The size of the archive of one value of `bytes` bytes, or `None` past [`ARCHIVE_MAX`].
#[must_use]
pub(crate) fn archive_len(bytes: usize) -> Option<usize> {
    (bytes <= ARCHIVE_MAX).then(|| shape(bytes).archive_len()).filter(|len| *len <= ARCHIVE_MAX)
}

/// Makes an archive of `archive`, whose first `bytes` bytes are the contents: exactly that of
/// `args![Bytes(contents)]`, whatever was behind them.
///
/// # Panics
///
/// When `archive` is not [`archive_len`] bytes long.
pub(crate) fn finish(archive: &mut [u8], bytes: usize) {
    assert_eq!(Some(archive.len()), archive_len(bytes), "an archive of {bytes} bytes");
    let shape = shape(bytes);
    let len = u32::try_from(bytes).unwrap_or(u32::MAX);
    let node = code(tag::BYTES, 0, 0, len, 0).to_le_bytes();
    archive[bytes..shape.nodes_at()].fill(0);
    archive[shape.nodes_at()..shape.links_at()].copy_from_slice(&node);
    archive[shape.root_at()..].copy_from_slice(shape.root(1).as_flattened());
}

fn shape(bytes: usize) -> Shape {
    Shape { pool: bytes, nodes: 1, links: 0 }
}
