//! Reading and writing the fields of a handshake packet, and naming those that are wrong.

use crate::Corrupt;
use crate::limits::{RING_CAPACITY_MAX, RING_CAPACITY_MIN};

/// The places that [`preamble`] and [`exactly`] name.
pub(super) struct Places {
    pub(super) len: &'static str,
    pub(super) magic: &'static str,
}

/// The version, from the bytes that keep their place in every version.
pub(super) fn preamble(packet: &[u8], magic: u64, places: Places) -> Result<u32, Corrupt> {
    let Some(start) = packet.first_chunk::<12>() else {
        return Err(corrupt(places.len, packet.len() as u64, 12));
    };
    expect(places.magic, get_u64(start, 0), magic)?;
    Ok(get_u32(start, 8))
}

pub(super) fn exactly<const LEN: usize>(
    packet: &[u8],
    places: Places,
) -> Result<&[u8; LEN], Corrupt> {
    packet.try_into().map_err(|_| corrupt(places.len, packet.len() as u64, LEN as u64))
}

/// A ring that a renderer asks for: zero or a legal capacity.
pub(super) fn wish(place: &'static str, found: u32) -> Result<u32, Corrupt> {
    if found == 0 { Ok(0) } else { capacity(place, found.into()) }
}

pub(super) fn capacity(place: &'static str, found: u64) -> Result<u32, Corrupt> {
    if found > RING_CAPACITY_MAX as u64 {
        return Err(corrupt(place, found, RING_CAPACITY_MAX as u64));
    }
    if found < RING_CAPACITY_MIN as u64 {
        return Err(corrupt(place, found, RING_CAPACITY_MIN as u64));
    }
    match u32::try_from(found) {
        Ok(capacity) if capacity.is_power_of_two() => Ok(capacity),
        _ => Err(corrupt(place, found, found.next_power_of_two())),
    }
}

pub(super) fn at_least(place: &'static str, found: u64, least: u64) -> Result<u64, Corrupt> {
    if found < least { Err(corrupt(place, found, least)) } else { Ok(found) }
}

pub(super) fn at_most(place: &'static str, found: u64, most: u64) -> Result<u64, Corrupt> {
    if found > most { Err(corrupt(place, found, most)) } else { Ok(found) }
}

pub(super) fn zero(place: &'static str, bytes: &[u8]) -> Result<(), Corrupt> {
    match bytes.iter().find(|byte| **byte != 0) {
        None => Ok(()),
        Some(byte) => Err(corrupt(place, u64::from(*byte), 0)),
    }
}

pub(super) fn expect(place: &'static str, found: u64, expected: u64) -> Result<(), Corrupt> {
    if found == expected { Ok(()) } else { Err(corrupt(place, found, expected)) }
}

pub(super) fn corrupt(place: &'static str, found: u64, expected: u64) -> Corrupt {
    Corrupt { place, found, expected }
}

// Those below are only given offsets that are constants inside a packet of constant size.

pub(super) fn put_u32(packet: &mut [u8], at: usize, value: u32) {
    packet[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

pub(super) fn put_u64(packet: &mut [u8], at: usize, value: u64) {
    packet[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

pub(super) fn get_u32<const LEN: usize>(packet: &[u8; LEN], at: usize) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&packet[at..at + 4]);
    u32::from_le_bytes(bytes)
}

pub(super) fn get_u64<const LEN: usize>(packet: &[u8; LEN], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&packet[at..at + 8]);
    u64::from_le_bytes(bytes)
}

pub(super) fn put_u128(packet: &mut [u8], at: usize, value: u128) {
    packet[at..at + 16].copy_from_slice(&value.to_le_bytes());
}

pub(super) fn get_u128<const LEN: usize>(packet: &[u8; LEN], at: usize) -> u128 {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&packet[at..at + 16]);
    u128::from_le_bytes(bytes)
}
