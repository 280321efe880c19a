//! How much memory a process has.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Bytes of memory that this process has resident now, shared memory aside: that of its own.
///
/// # Panics
/// If the kernel does not say.
#[must_use]
pub fn resident() -> usize {
    said("RssAnon:")
}

/// Lets this process have `slack` bytes of address space more than it has now.
///
/// # Panics
/// If the kernel refuses.
pub fn limit_address_space(slack: usize) {
    let limit = Some((said("VmSize:") + slack) as u64);
    setrlimit(Resource::As, Rlimit { current: limit, maximum: limit }).expect("no limit");
}

/// A size in the kernel's account of this process.
fn said(of: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("our own status");
    let line = status.lines().find_map(|line| line.strip_prefix(of));
    let kib = line.and_then(|line| line.split_whitespace().next()).expect("a number of KiB");
    kib.parse::<usize>().expect("a number") * 1024
}
