//! Children whose sessions ended before they did: somebody has to wait for them when they exit.

use super::Core;
use super::attach::Source;
use super::state::State;
use slab::Slab;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::process::Child;

/// Children without a session.
#[derive(Debug, Default)]
pub(super) struct Orphans {
    children: Slab<Orphan>,
}

#[derive(Debug)]
struct Orphan {
    child: Child,
    /// Of our own: the session's is closed with the last handle to it.
    process: OwnedFd,
}

impl Orphans {
    /// Waits for `child`, if it has not exited, when it does. Without a descriptor to watch it by,
    /// it is left to be a zombie until main exits.
    pub(super) fn keep(&mut self, core: &Core, mut child: Child, process: BorrowedFd<'_>) {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        // What reads from main sees the end, as if its session's end had been main's.
        drop((child.stdin.take(), child.stdout.take(), child.stderr.take()));
        let Ok(process) = rustix::io::fcntl_dupfd_cloexec(process, 0) else { return };
        let entry = self.children.vacant_entry();
        if core.poller.add(&process, Source::Orphan(entry.key()).token()).is_ok() {
            entry.insert(Orphan { child, process });
        }
    }
}

impl State {
    /// A child without a session has exited.
    pub(super) fn reap(&mut self, core: &Core, key: usize) {
        let children = &mut self.orphans.children;
        let Some(orphan) = children.get_mut(key) else { return };
        if !matches!(orphan.child.try_wait(), Ok(None)) {
            // Closing does not do it: the session's descriptor may keep the same file open.
            core.poller.remove(&orphan.process);
            children.remove(key);
        }
    }
}
