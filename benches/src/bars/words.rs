//! The payload of the ring's bars: words that depend on the record's number and on their place, so
//! that a record that is torn, stale, or another's is found out.

use crate::Result;

/// Writes the payload of record `number` behind the eight bytes where an envelope would be.
#[inline(always)]
pub(super) fn write<const WORDS: usize>(content: &mut [u8], number: u64) {
    content[..8].copy_from_slice(&number.to_le_bytes());
    for (place, word) in content[8..8 + WORDS * 8].chunks_exact_mut(8).enumerate() {
        word.copy_from_slice(&expected(number, place).to_le_bytes());
    }
}

/// Reads all of it.
#[inline(always)]
pub(super) fn check<const WORDS: usize>(content: &[u8], number: u64) -> Result<()> {
    if content.len() != 8 + WORDS * 8 {
        return Err(wrong(content.len() as u64, number));
    }
    let mut wrong_bits = word_at(content, 0) ^ number;
    for place in 0..WORDS {
        wrong_bits |= word_at(content, 8 + place * 8) ^ expected(number, place);
    }
    if wrong_bits == 0 { Ok(()) } else { Err(wrong(wrong_bits, number)) }
}

#[inline(always)]
fn expected(number: u64, place: usize) -> u64 {
    number.wrapping_add(place as u64 * 0x0101_0101_0101_0101)
}

#[inline(always)]
fn word_at(content: &[u8], at: usize) -> u64 {
    content[at..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word))
}

#[cold]
fn wrong(bits: u64, number: u64) -> Box<dyn std::error::Error> {
    format!("record {number} differs: {bits:#x}").into()
}
