//! Leaves: values that need one node and at most some bytes of the pool. Most messages have no others,
//! and are written as archives directly, without a builder.

use super::scalar::Scalar;
use super::table::{ARCHIVE_ALIGN, Code, code, tag};

/// A value without others in it.
#[derive(Debug, Clone, Copy)]
pub enum Leaf<'a> {
    /// It fits into its node.
    Scalar(Scalar),
    /// It has these bytes in the pool.
    Pooled(Pooled<'a>),
}

/// A value of bytes in the pool.
#[derive(Debug, Clone, Copy)]
pub struct Pooled<'a> {
    tag: u8,
    contents: &'a [u8],
}

impl<'a> Leaf<'a> {
    #[inline]
    pub(super) fn text(value: &'a str) -> Leaf<'a> {
        match Scalar::text(value) {
            Some(short) => Leaf::Scalar(short),
            None => Leaf::Pooled(Pooled { tag: tag::STRING, contents: value.as_bytes() }),
        }
    }

    #[inline]
    pub(super) fn bytes(value: &'a [u8]) -> Leaf<'a> {
        Leaf::Pooled(Pooled { tag: tag::BYTES, contents: value })
    }
}

impl<'a> Pooled<'a> {
    #[inline]
    pub(super) fn contents(self) -> &'a [u8] {
        self.contents
    }

    /// Where the contents may start: long bytes are aligned for whoever reads them as something else.
    #[inline]
    pub(super) fn align(self) -> usize {
        if self.tag == tag::BYTES && self.contents.len() >= ARCHIVE_ALIGN {
            ARCHIVE_ALIGN
        } else {
            1
        }
    }

    /// The node, with contents at `start`, which is no more than any archive has.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "less than `ARCHIVE_MAX`, which fits")]
    pub(super) fn node(self, start: usize) -> Code {
        code(self.tag, 0, start as u32, self.contents.len() as u32, 0)
    }
}
