//! A record's header word: what it says, and what of it may be believed.

use crate::error::Corrupt;
use crate::layout::{HEADER_WORD, LINE, record_kind};

/// A header word that has been checked against its place in the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Header {
    /// A record with this many bytes of content.
    Record { len: usize },
    /// Nothing but the rest of the ring, this many bytes.
    Padding { size: usize },
}

/// Bytes of ring that a record with `len` bytes of content takes.
#[inline]
pub(crate) const fn record_size(len: usize) -> usize {
    (HEADER_WORD + len).next_multiple_of(LINE)
}

/// The longest content of a record in a ring of `capacity` bytes: a record is at most half the
/// ring, so that padding and record always fit together into an empty one.
#[inline]
pub(crate) const fn content_max(capacity: usize) -> usize {
    capacity / 2 - HEADER_WORD
}

impl Header {
    /// The word that stands for `self`.
    #[inline]
    pub(crate) const fn encode(self) -> u64 {
        match self {
            Self::Record { len } => (record_kind::RECORD as u64) << 32 | len as u64,
            Self::Padding { size } => (record_kind::PADDING as u64) << 32 | size as u64,
        }
    }

    /// What `word`, found `index` bytes into a ring of `capacity`, says, if it can be true.
    ///
    /// A record must end within the ring and be no longer than half of it. Padding must be exactly
    /// the rest of the ring and not all of it, so that a reader meets at most one in a row.
    ///
    /// # Errors
    /// [`Corrupt`] with the word, if no producer of ours writes it there.
    #[inline]
    pub(crate) fn decode(word: u64, index: usize, capacity: usize) -> Result<Self, Corrupt> {
        let len = (word & 0xffff_ffff) as usize;
        let rest = capacity - index;
        match u32::try_from(word >> 32) {
            Ok(record_kind::RECORD) if len <= content_max(capacity) && record_size(len) <= rest => {
                Ok(Self::Record { len })
            }
            Ok(record_kind::PADDING) if len == rest && index != 0 => {
                Ok(Self::Padding { size: len })
            }
            _ => Err(Corrupt { place: "record header", found: word, expected: rest as u64 }),
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_holds_fifty_six_bytes_of_content() {
        assert_eq!(record_size(0), 64);
        assert_eq!(record_size(56), 64);
        assert_eq!(record_size(57), 128);
    }

    #[test]
    fn a_header_word_is_never_zero() {
        assert_ne!(Header::Record { len: 0 }.encode(), 0);
    }

    #[test]
    fn what_a_producer_writes_is_read_back() {
        for header in [Header::Record { len: 0 }, Header::Record { len: 504 }] {
            assert_eq!(Header::decode(header.encode(), 512, 1024), Ok(header));
        }
        let padding = Header::Padding { size: 64 };
        assert_eq!(Header::decode(padding.encode(), 960, 1024), Ok(padding));
    }

    #[test]
    fn a_record_over_the_end_of_the_ring_is_refused() {
        let word = Header::Record { len: 57 }.encode();
        assert!(Header::decode(word, 1024 - 128, 1024).is_ok());
        assert!(Header::decode(word, 1024 - 64, 1024).is_err());
    }

    #[test]
    fn a_record_of_more_than_half_the_ring_is_refused() {
        assert!(Header::decode(Header::Record { len: 504 }.encode(), 0, 1024).is_ok());
        assert!(Header::decode(Header::Record { len: 505 }.encode(), 0, 1024).is_err());
    }

    #[test]
    fn padding_that_is_not_the_rest_is_refused() {
        assert!(Header::decode(Header::Padding { size: 64 }.encode(), 896, 1024).is_err());
        assert!(Header::decode(Header::Padding { size: 1024 }.encode(), 0, 1024).is_err());
    }

    #[test]
    fn unknown_bits_are_refused() {
        for bit in 0..64 {
            let word = Header::Record { len: 8 }.encode() ^ 1 << bit;
            let seen = Header::decode(word, 0, 1024);
            assert!(bit < 9 || seen.is_err(), "bit {bit}: {seen:?}");
        }
    }
}
