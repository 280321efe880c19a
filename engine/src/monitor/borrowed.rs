//! The board of a main that answers nobody, through the kernel's list of its descriptors.
//!
//! The kernel shows a process's descriptors to processes of the same user that might trace it. What is
//! opened there is a descriptor of its own, read-only here and sealed in any case.

use super::map;
use crate::board::layout::SIZE;
use crate::board::text;
use crate::sync::Ordering;
use rustix::fs::{Mode, OFlags};
use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;

/// The board of process `pid` for the main that is bound to `endpoint`, if it can be seen.
pub(super) fn board(pid: u32, endpoint: &str) -> Option<OwnedFd> {
    if pid == 0 {
        return None;
    }
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let paths = descriptors.filter_map(Result::ok).map(|entry| entry.path());
    paths.filter(|path| is_ours(path)).find_map(|path| open(&path, endpoint))
}

/// Whether it is a memfd of the engine's.
fn is_ours(path: &Path) -> bool {
    fs::read_link(path).is_ok_and(|target| target.to_string_lossy().starts_with("/memfd:ringmain"))
}

fn open(path: &Path, endpoint: &str) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let board = rustix::fs::open(path, flags, Mode::empty()).ok()?;
    let words = map(SIZE as u64, &board).ok()?;
    let len = words.host.name_len.load(Ordering::Relaxed) as usize;
    (text::read(&words.host.name, len) == endpoint).then_some(board)
}
