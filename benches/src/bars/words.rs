//! The records of the ring's bars: a number, where an envelope would be, and a payload of words that
//! depend on it and on their place, so that a record that is torn, stale, or another's is found out.

use ringmain::lane::{Incoming, Outgoing};
use ringmain::ring::CopyBuffer;

use crate::payload::{is_words, write_words};
use crate::{Result, lanes};

/// Puts record `number`, spinning for space.
#[inline(always)]
pub(super) fn put<const WORDS: usize>(lane: &mut Outgoing, number: u64) -> Result<()> {
    lanes::put(lane, 8 + WORDS * 8, |content| {
        content[..8].copy_from_slice(&number.to_le_bytes());
        write_words::<WORDS>(&mut content[8..], number);
    })
}

/// Puts record `number` and wakes a consumer that parked.
#[inline(always)]
pub(super) fn put_and_wake<const WORDS: usize>(lane: &mut Outgoing, number: u64) -> Result<()> {
    put::<WORDS>(lane, number)?;
    lanes::wake_sleeper(lane);
    Ok(())
}

/// Reads record `number` in place, spinning for it.
#[inline(always)]
pub(super) fn read<const WORDS: usize>(lane: &mut Incoming, number: u64) -> Result<()> {
    lanes::read(lane, |content| check::<WORDS>(content, number))?
}

/// Reads record `number` through a private copy, spinning for it.
#[inline(always)]
pub(super) fn copy<const WORDS: usize>(
    lane: &mut Incoming,
    buffer: &mut CopyBuffer,
    number: u64,
) -> Result<()> {
    lanes::copy(lane, buffer, |content| check::<WORDS>(content, number))?
}

/// Reads a record that is a number only.
pub(super) fn read_number(lane: &mut Incoming) -> Result<u64> {
    let number = lanes::read(lane, |content| content.try_into().map(u64::from_le_bytes))?;
    number.map_err(|_| "not a number".into())
}

#[inline(always)]
fn check<const WORDS: usize>(content: &[u8], number: u64) -> Result<()> {
    let right = content.len() == 8 + WORDS * 8
        && content.first_chunk() == Some(&number.to_le_bytes())
        && is_words::<WORDS>(&content[8..], number);
    if right { Ok(()) } else { Err(wrong(content, number)) }
}

#[cold]
fn wrong(content: &[u8], number: u64) -> Box<dyn std::error::Error> {
    format!("these {} bytes are not record {number}", content.len()).into()
}
