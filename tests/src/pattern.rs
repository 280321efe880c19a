//! Bytes that tell when one of them is wrong, or at the wrong place.

use ringmain::value::Bytes;
use ringmain::{Args, ArgsRef, ValueRef, args};
use std::borrow::Cow;
use std::sync::OnceLock;

/// The longest pattern that lies in the table as it is.
const PIECE: usize = 1 << 20;

/// Twice the longest pattern, so that patterns may start anywhere in the first half.
const TABLE: usize = 2 * PIECE;

fn table() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        };
        std::iter::repeat_with(next).take(TABLE / 8).flatten().collect()
    })
}

/// `len` bytes that differ from number to number.
///
/// # Panics
/// If `len` is more than 1 MiB.
#[must_use]
pub fn pattern(number: i32, len: usize) -> &'static [u8] {
    let start = number.unsigned_abs() as usize * 7919 % PIECE;
    &table()[start..][..len]
}

/// The same of any length: the patterns of the next numbers, one MiB of each.
fn pieces(number: i32, len: usize) -> impl Iterator<Item = &'static [u8]> {
    let len_at = move |at: usize| PIECE.min(len - at);
    (number..).zip((0..len).step_by(PIECE)).map(move |(number, at)| pattern(number, len_at(at)))
}

/// `len` bytes of any number, differing from number to number.
#[must_use]
pub fn contents(number: i32, len: usize) -> Cow<'static, [u8]> {
    if len <= PIECE {
        return Cow::Borrowed(pattern(number, len));
    }
    let mut bytes = Vec::with_capacity(len);
    pieces(number, len).for_each(|piece| bytes.extend_from_slice(piece));
    Cow::Owned(bytes)
}

/// Whether `bytes` are the [`contents`] of this number.
#[must_use]
pub fn is_contents(bytes: &[u8], number: i32) -> bool {
    bytes.chunks(PIECE).zip(pieces(number, bytes.len())).all(|(found, piece)| found == piece)
}

/// Whether a value is bytes that are the [`contents`] of this number.
#[must_use]
pub fn is_of(value: ValueRef<'_>, number: i32) -> bool {
    value.as_bytes().is_some_and(|bytes| is_contents(bytes, number))
}

/// The arguments of message `number`, which carry `len` bytes.
#[must_use]
pub fn numbered(number: i32, len: usize) -> Args {
    args![number, Bytes(&contents(number, len))]
}

/// Whether arguments are what [`numbered`] made for this number, byte by byte.
#[must_use]
pub fn is_numbered(args: ArgsRef<'_>, number: i32) -> bool {
    args.len() == 2 && args.get(0) == number && is_of(args.get(1), number)
}

/// Lengths without a pattern, small ones mostly, of so many bytes together. None is above 30,000.
#[must_use]
pub fn many_lens(total: usize) -> Vec<usize> {
    let mut state = 1_u32;
    let mut left = total;
    std::iter::from_fn(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let scale = 1 << (state >> 28).max(6);
        let len = (state >> 8) as usize % scale.min(30_000);
        left = left.checked_sub(len)?;
        Some(len)
    })
    .collect()
}
