//! A clock for whether something was long ago.

use rustix::time::{ClockId, clock_gettime};

/// A number that changes with the kernel's tick, every 1 to 4 ms, in some 5 ns.
#[inline]
#[must_use]
pub(crate) fn tick() -> u64 {
    let now = clock_gettime(ClockId::MonotonicCoarse);
    now.tv_sec.cast_unsigned() << 30 ^ now.tv_nsec.cast_unsigned()
}
