//! Deadlines that hold whatever a process does: the kernel kills it by SIGALRM.

use std::time::Duration;

/// For one end of a group, from its start to its exit.
pub(crate) const OF_AN_END: Duration = Duration::from_secs(30);
/// For the parent, from one group to the next. Its death takes the children along.
pub(crate) const OF_A_GROUP: Duration = Duration::from_secs(45);

/// Has this process killed `after` from now, in place of any earlier deadline.
#[expect(unsafe_code, reason = "no safe crate in use has alarm(2)")]
pub(crate) fn arm(after: Duration) {
    let seconds = u32::try_from(after.as_secs()).unwrap_or(u32::MAX);
    // SAFETY: alarm(2) takes a number and touches no memory; nothing here handles SIGALRM, so its
    // default holds: the process ends.
    unsafe { libc::alarm(seconds) };
}
