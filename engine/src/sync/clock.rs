//! Clocks for whether something was long ago.
#![expect(unsafe_code, reason = "an instruction that only reads a counter")]

use rustix::time::{ClockId, clock_gettime};

/// The processor's cycles, two to five in a nanosecond, in some 15 ns. Those of two CPUs may differ: good for
/// a guess and nothing else.
#[inline]
#[must_use]
pub(crate) fn cycles() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, which touches no memory.
    unsafe { std::arch::x86_64::_rdtsc() }
}

/// A number that changes with the kernel's tick, every 1 to 4 ms, in some 5 ns.
#[inline]
#[must_use]
pub(crate) fn tick() -> u64 {
    let now = clock_gettime(ClockId::MonotonicCoarse);
    now.tv_sec.cast_unsigned() << 30 ^ now.tv_nsec.cast_unsigned()
}
