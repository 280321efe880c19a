//! A clock for whether something was long ago.
#![expect(unsafe_code, reason = "an instruction that only reads a counter")]

/// The CPU's cycles, two to five in a nanosecond, within 10 ns. Those of two CPUs may differ: good for a
/// guess and nothing else.
#[inline]
#[must_use]
pub(crate) fn cycles() -> u64 {
    // SAFETY: every x86-64 processor has the instruction, which touches no memory.
    unsafe { std::arch::x86_64::_rdtsc() }
}
