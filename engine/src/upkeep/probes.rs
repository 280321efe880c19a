//! Each thing that a machine may lack, tried once.

use super::machine::Finding;
use crate::board::Board;
use crate::board::layout::SIZE;
use crate::error::Error;
use crate::fork::Generation;
use crate::monitor::map;
use crate::rendezvous::endpoint::Directory;
use crate::rendezvous::sockopt;
use memmap2::MmapOptions;
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::{PidfdFlags, Resource};
use rustix::thread::futex;
use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;

/// Descriptors of a main without renderers, rounded up.
const OWN_DESCRIPTORS: u64 = 16;

/// Descriptors of a session: its socket and its renderer's process.
const SESSION_DESCRIPTORS: u64 = 2;

pub(super) fn kernel() -> Finding {
    let what = "kernel";
    match fs::read_to_string("/proc/sys/kernel/osrelease") {
        Ok(release) => Finding::fine(what, format!("Linux {}", release.trim())),
        Err(error) => Finding::degraded(what, error, "/proc cannot be read, which tools need"),
    }
}

pub(super) fn sealing() -> Finding {
    let what = "memfd, F_SEAL_FUTURE_WRITE (Linux 5.1)";
    let board = match Board::new(None, 0) {
        Ok(board) => board,
        Err(error) => return Finding::missing(what, error, "required: no session"),
    };
    let mut options = MmapOptions::new();
    match options.len(SIZE).map_raw(board.as_fd().as_raw_fd()) {
        Err(_) => Finding::fine(what, "a sealed page refuses writers"),
        Ok(_) => Finding::missing(what, "a sealed page can be written", "required: no session"),
    }
}

pub(super) fn pidfd() -> Finding {
    let what = "pidfd_open (Linux 5.3)";
    match rustix::process::pidfd_open(rustix::process::getpid(), PidfdFlags::empty()) {
        Ok(_) => Finding::fine(what, "processes can be watched"),
        Err(errno) => Finding::missing(what, errno, "required: no session"),
    }
}

fn sockets() -> Result<(OwnedFd, OwnedFd), Errno> {
    rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
}

pub(super) fn peer_pidfd() -> Finding {
    let what = "SO_PEERPIDFD (Linux 6.5)";
    match sockets().and_then(|(socket, _peer)| sockopt::peer_pidfd(socket.as_fd())) {
        Ok(_) => Finding::fine(what, "peers are opened without a race"),
        Err(errno) => Finding::degraded(
            what,
            errno,
            "peers are opened by their ids: one that was given out again meanwhile is mistaken, and \
             peers of other pid namespaces are refused",
        ),
    }
}

pub(super) fn pass_rights() -> Finding {
    let what = "SO_PASSRIGHTS (Linux 6.16)";
    let meaning =
        "a hostile renderer can send descriptors whose closing stalls main, for seconds at worst";
    match sockets().and_then(|(socket, _peer)| sockopt::refuse_descriptors(socket.as_fd())) {
        Ok(true) => Finding::fine(what, "main's sockets take no descriptors"),
        Ok(false) => Finding::degraded(what, "the kernel does not know it", meaning),
        Err(errno) => Finding::degraded(what, errno, meaning),
    }
}

pub(super) fn wipe_on_fork() -> Finding {
    let what = "MADV_WIPEONFORK (Linux 4.14)";
    match Generation::current() {
        Ok(_) => Finding::fine(what, "forked children are told apart"),
        Err(error) => Finding::missing(what, error, "required: no session"),
    }
}

pub(super) fn futex_on_a_read_only_page() -> Finding {
    let what = "futex on a read-only page";
    match try_futex() {
        Ok(()) => Finding::fine(what, "waits and wakes"),
        Err(error) => Finding::missing(what, error, "required: a blocked call would never wake"),
    }
}

/// Waits for a word that is another one already, and wakes nobody.
fn try_futex() -> Result<(), Error> {
    let board = Board::new(None, 0)?;
    let fd = rustix::io::fcntl_dupfd_cloexec(board.as_fd(), 0)
        .map_err(|errno| Error::system("fcntl", errno))?;
    let words = map(SIZE as u64, &fd)?;
    let (word, flags) = (&words.header.version, futex::Flags::empty());
    match futex::wait(word, flags, u32::MAX, None) {
        Ok(()) | Err(Errno::AGAIN) => {}
        Err(errno) => return Err(Error::system("futex", errno)),
    }
    futex::wake(word, flags, 1).map(drop).map_err(|errno| Error::system("futex", errno))
}

pub(super) fn inotify() -> Finding {
    let what = "inotify";
    match rustix::fs::inotify::init(rustix::fs::inotify::CreateFlags::CLOEXEC) {
        Ok(_) => Finding::fine(what, "renderers hear of a main that appears"),
        Err(errno) => {
            Finding::degraded(what, errno, "renderers look every 10 ms for a main that appears")
        }
    }
}

pub(super) fn endpoints_directory() -> Finding {
    let what = "directory of endpoints";
    let directory = Directory::of_user();
    let path = directory.path().display().to_string();
    match directory.open() {
        Ok(Some(_)) => return Finding::fine(what, format!("{path}, mode 0700, ours")),
        Err(error) => return Finding::missing(what, error, "no main can be found by name"),
        Ok(None) => {}
    }
    let parent = directory.path().parent();
    let writable = parent.is_some_and(|parent| {
        rustix::fs::access(parent, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)
            .is_ok()
    });
    if writable {
        return Finding::fine(what, path).meaning("the first main makes it");
    }
    let found = format!("{path} cannot be made");
    Finding::missing(what, found, "no main can be found by name; see XDG_RUNTIME_DIR")
}

pub(super) fn descriptors() -> Finding {
    let what = "open descriptors";
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let Some(soft) = limit.current else { return Finding::fine(what, "without limit") };
    let sessions = soft.saturating_sub(OWN_DESCRIPTORS) / SESSION_DESCRIPTORS;
    let hard = limit.maximum.map_or("without limit".to_owned(), |hard| hard.to_string());
    let found = format!("{soft} (ulimit -n; at most {hard})");
    if sessions < 8 {
        return Finding::degraded(
            what,
            found,
            &format!("a main has room for {sessions} renderers"),
        );
    }
    Finding::fine(what, found).meaning(format!("a main has room for some {sessions} renderers"))
}

pub(super) fn cpus() -> Finding {
    let what = "CPUs";
    match std::thread::available_parallelism() {
        Ok(count) if count.get() > 1 => Finding::fine(what, count.to_string()),
        Ok(count) => Finding::degraded(what, count, "both sides share it: every call sleeps"),
        Err(error) => Finding::degraded(what, error, "their number is not known"),
    }
}

pub(super) fn memory() -> Finding {
    let what = "memory for sessions";
    let Some(free) = available_memory() else {
        return Finding::degraded(what, "not known", "/proc/meminfo cannot be read");
    };
    let session = 3 * crate::limits::RING_CAPACITY as u64;
    let found = format!("{} MiB available", free >> 20);
    let sessions = free / session;
    if sessions < 8 {
        return Finding::degraded(what, found, "less than eight sessions whose rings fill up");
    }
    Finding::fine(what, found).meaning(format!("{sessions} sessions, if all their rings fill up"))
}

/// Bytes, from the line `MemAvailable: 123 kB`.
fn available_memory() -> Option<u64> {
    let info = fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib << 10)
}

pub(super) fn shm() -> Finding {
    let (what, path) = ("/dev/shm", "/dev/shm");
    let meaning = "sessions do not need it; named segments do";
    let (metadata, space) = match (fs::metadata(path), rustix::fs::statvfs(path)) {
        (Ok(metadata), Ok(space)) => (metadata, space),
        (Err(error), _) => return Finding::degraded(what, error, meaning),
        (_, Err(errno)) => return Finding::degraded(what, errno, meaning),
    };
    let mode = metadata.permissions().mode() & 0o7777;
    let free = space.f_bavail.saturating_mul(space.f_frsize) >> 20;
    let found = format!("mode {mode:04o}, {free} MiB free");
    if mode & 0o1777 == 0o1777 || rustix::process::geteuid().is_root() {
        Finding::fine(what, found).meaning(meaning)
    } else {
        Finding::degraded(what, found, meaning)
    }
}
