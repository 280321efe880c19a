//! Bytes that tell when one of them is wrong, or at the wrong place.

use ringmain::value::Bytes;
use ringmain::{Args, ArgsRef, args};
use std::sync::OnceLock;

/// Twice the longest pattern, so that patterns may start anywhere in the first half.
const TABLE: usize = 1 << 21;

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
    let start = number.unsigned_abs() as usize * 7919 % (TABLE / 2);
    &table()[start..][..len]
}

/// The arguments of message `number`, which carry `len` bytes.
#[must_use]
pub fn numbered(number: i32, len: usize) -> Args {
    args![number, Bytes(pattern(number, len))]
}

/// Whether arguments are what [`numbered`] made for this number, byte by byte.
#[must_use]
pub fn is_numbered(args: ArgsRef<'_>, number: i32) -> bool {
    let Some(bytes) = args.get(1).as_bytes() else { return false };
    args.len() == 2 && args.get(0) == number && bytes == pattern(number, bytes.len())
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
