//! The archive of one bytes value, written around contents that are in place already.
//!
//! Who has bytes to send can let them be written straight to where the archive goes (a record of a
//! ring, say) and finish the archive behind them: contents, zeros up to the node, node, root.

use super::table::{ARCHIVE_MAX, Shape, code, tag};
use std::ops::Range;

/// Bytes in front of large contents: behind a record's header word and envelope, which take sixteen,
/// they begin with a line then. Copies into and out of whole lines are a tenth faster at 64 KiB.
const FRONT: usize = 48;

/// From here on contents are worth a line of their own.
const FRONT_FROM: usize = 4096;

/// Where contents lie in their archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    front: usize,
    bytes: usize,
}

impl Place {
    /// The place of contents of `bytes` bytes.
    #[must_use]
    pub(crate) fn of(bytes: usize) -> Self {
        Self { front: if bytes < FRONT_FROM { 0 } else { FRONT }, bytes }
    }

    /// The same place for the first `bytes` bytes of the contents only.
    #[must_use]
    pub(crate) fn shortened(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// The contents in the archive.
    #[must_use]
    pub(crate) fn contents(self) -> Range<usize> {
        // A length that no message has stays one: it is refused, and does not go round before.
        self.front..self.front.saturating_add(self.bytes)
    }

    /// The size of the archive, or `None` past [`ARCHIVE_MAX`].
    #[must_use]
    pub(crate) fn archive_len(self) -> Option<usize> {
        let len = (self.bytes <= ARCHIVE_MAX).then(|| self.shape().archive_len());
        len.filter(|len| *len <= ARCHIVE_MAX)
    }

    /// Makes an archive of `archive`, in which the contents are in place: that of
    /// `args![Bytes(contents)]`, with zeros in front of large ones, whatever was around them.
    ///
    /// # Panics
    ///
    /// When `archive` is not [`archive_len`](Self::archive_len) bytes long.
    pub(crate) fn finish(self, archive: &mut [u8]) {
        assert_eq!(Some(archive.len()), self.archive_len(), "an archive of {self:?}");
        let (shape, Range { start, end }) = (self.shape(), self.contents());
        let number = |position| u32::try_from(position).unwrap_or(u32::MAX);
        let node = code(tag::BYTES, 0, number(start), number(self.bytes), 0).to_le_bytes();
        archive[..start].fill(0);
        archive[end..shape.nodes_at()].fill(0);
        archive[shape.nodes_at()..shape.links_at()].copy_from_slice(&node);
        archive[shape.root_at()..].copy_from_slice(shape.root(1).as_flattened());
    }

    fn shape(self) -> Shape {
        Shape { pool: self.front + self.bytes, nodes: 1, links: 0 }
    }
}
