//! A CPU for each side, so that the figures do not depend on where the scheduler puts them.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// One of the two processes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Renderer,
    Main,
}

/// Gives this thread the first CPU that it may run on, or the last; both sides share the only one.
/// A child inherits what its parent has, and is started before this.
pub(crate) fn pin(side: Side) {
    let allowed = sched_getaffinity(None).expect("the CPUs of this thread");
    let mut allowed = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu));
    let cpu = match side {
        Side::Renderer => allowed.next(),
        Side::Main => allowed.next_back(),
    };
    let mut one = CpuSet::new();
    one.set(cpu.expect("a CPU that this thread runs on"));
    sched_setaffinity(None, &one).expect("one of the CPUs that were allowed");
}
