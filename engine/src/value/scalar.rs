//! Scalars: values that need one node and nothing else.

use super::table::{Code, NODE_SIZE, SHORT_MAX};

/// The archived bytes of a node that is whole in itself, as one little-endian number.
///
/// A message of scalars alone is made of these directly, see `Store::leaves`. They are what rkyv
/// makes of the nodes of the same name; a test compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scalar {
    low: u64,
    high: u64,
}

impl Scalar {
    pub(super) const UNDEFINED: Scalar = Scalar { low: 0, high: 0 };
    pub(super) const NULL: Scalar = Scalar { low: 1, high: 0 };

    #[inline]
    pub(super) fn bool(value: bool) -> Scalar {
        Scalar { low: 2 | u64::from(value) << 8, high: 0 }
    }

    #[inline]
    pub(super) fn int(value: i32) -> Scalar {
        Scalar { low: 3 | u64::from(value.cast_unsigned()) << 32, high: 0 }
    }

    #[inline]
    pub(super) fn float(value: f64) -> Scalar {
        Scalar { low: 4, high: value.to_bits() }
    }

    /// A string, if it is short.
    #[inline]
    pub(super) const fn text(value: &str) -> Option<Scalar> {
        let Some((low, high)) = short(value.as_bytes()) else { return None };
        let head = 5 | (value.len() as u64) << 8;
        Some(Scalar { low: head | low << 16, high: high << 16 | low >> 48 })
    }

    #[inline]
    pub(super) fn code(self) -> Code {
        u128::from(self.low) | u128::from(self.high) << 64
    }

    #[inline]
    pub(super) fn bytes(self) -> [u8; NODE_SIZE] {
        self.code().to_le_bytes()
    }
}

/// The bytes of a string that fits into its node, with zeros behind them, as two little-endian
/// words. Gathered in registers from words that overlap: a copy of unknown length is a call, and
/// reading it back as words waits for its bytes.
#[inline]
const fn short(text: &[u8]) -> Option<(u64, u64)> {
    if text.len() > SHORT_MAX {
        return None;
    }
    if let (Some(head), Some(tail)) = (text.first_chunk(), text.last_chunk()) {
        let (head, tail) = (u64::from_le_bytes(*head), u64::from_le_bytes(*tail));
        // Two shifts: eight bytes miss all eight of the second word.
        return Some((head, tail >> 1 >> (8 * (16 - text.len()) - 1)));
    }
    let low = if let (Some(head), Some(tail)) = (text.first_chunk(), text.last_chunk()) {
        let (head, tail) = (u32::from_le_bytes(*head) as u64, u32::from_le_bytes(*tail) as u64);
        head | tail << (8 * (text.len() - 4))
    } else if let (Some(head), Some(tail)) = (text.first_chunk(), text.last_chunk()) {
        let (head, tail) = (u16::from_le_bytes(*head) as u64, u16::from_le_bytes(*tail) as u64);
        head | tail << (8 * (text.len() - 2))
    } else if let [byte] = text {
        *byte as u64
    } else {
        0
    };
    Some((low, 0))
}
