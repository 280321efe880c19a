//! How much memory a process has.

/// Bytes of memory that this process has resident now, shared memory aside: that of its own.
///
/// # Panics
/// If the kernel does not say.
#[must_use]
pub fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("our own status");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).expect("a number of KiB");
    kib.parse::<usize>().expect("a number") * 1024
}
