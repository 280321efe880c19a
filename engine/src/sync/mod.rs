//! Atomics, fences and the futex, from the machine or from loom's model of it.
//!
//! Everything that two processes touch goes through here, so that `--cfg loom` checks the very
//! code that runs. A shared word is an [`AtomicU32`] or [`AtomicU64`]; the one word that a thread
//! sleeps on is a [`FutexWord`].

#[cfg(not(loom))]
mod clock;
mod futex;
#[cfg(not(loom))]
mod robust;
mod shared;
mod site;
#[cfg(not(loom))]
mod thread;

#[cfg(not(loom))]
pub(crate) use clock::tick;
pub use futex::{FutexWord, Woken};
#[cfg(not(loom))]
pub(crate) use robust::{OWNER, OWNER_DIED, Place, RobustList};
pub(crate) use shared::Owner;
pub use shared::Shared;
#[cfg(loom)]
pub(crate) use site::without;
pub(crate) use site::{Site, at, fence_at};

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

/// One step of a spin: polite to the other hyper-thread, and a few PAUSE rather than one, because
/// a poll that comes too soon takes the line away from the writer (3 to 4 shorten a round trip by
/// 15 %).
#[cfg(not(loom))]
#[inline]
pub fn pause() {
    for _ in 0..3 {
        std::hint::spin_loop();
    }
}

/// Lets the model run another thread: a spin makes no progress of its own.
#[cfg(loom)]
pub fn pause() {
    loom::thread::yield_now();
}

/// The CPU that this thread runs on, plus one; zero is "nobody said".
#[cfg(not(loom))]
#[inline]
#[must_use]
pub fn cpu_number() -> u32 {
    u32::try_from(rustix::thread::sched_getcpu()).map_or(0, |cpu| cpu.wrapping_add(1))
}
