//! The honest message of 64 bytes, and the clock that both sides read.

use ringmain::Channel;
use ringmain::rkyv::{Archive, Serialize};

/// A message that says which one it is, when it was made, and is checked in every byte.
#[derive(Debug, Clone, Copy, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv)]
pub(super) struct Pulse {
    /// Its place in the order of its renderer.
    pub(super) number: u64,
    /// When its sender began to send it, in nanoseconds.
    pub(super) at: u64,
    /// What follows from the number.
    pub(super) pattern: [u64; 6],
}

/// Pulses.
pub(super) static PULSE: Channel<Pulse> = Channel::new("pulse", 1);

impl Pulse {
    pub(super) fn new(number: u64) -> Self {
        Self { number, at: now(), pattern: pattern(number) }
    }
}

/// The words that belong to a number.
pub(super) fn pattern(number: u64) -> [u64; 6] {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [7, 17, 23, 31, 41, 53].map(|turn| mixed.rotate_left(turn) ^ number)
}

/// The machine's clock that never goes back, in nanoseconds.
pub(super) fn now() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}
