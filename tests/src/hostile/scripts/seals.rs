//! What the seals forbid, and what they allow.

use super::super::map::Map;
use super::super::player::{say, told};
use super::{attach, note};
use rustix::fs::{FallocateFlags, Mode, OFlags, SealFlags};
use rustix::io::Errno;
use std::os::fd::{AsRawFd, OwnedFd};

/// Every way to change what the seals protect fails, with the error that says so.
pub(super) fn try_everything(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    cannot_be_changed(&client.main_fd, &client.main);
    cannot_be_resized(&client.own_fd, client.own.size());
    for fd in [&client.main_fd, &client.own_fd] {
        let seals = rustix::fs::fcntl_get_seals(fd).expect("seals");
        assert!(seals.contains(SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL));
        assert_eq!(rustix::fs::fcntl_add_seals(fd, SealFlags::WRITE), Err(Errno::PERM));
    }
    note(&mut client, "tried everything").expect("a main that listens");
    say("tried everything");
    while told().is_some() {}
}

/// What main alone may write, by any descriptor of it and through a mapping.
pub(super) fn cannot_be_changed(fd: &OwnedFd, map: &Map) {
    let size = map.size();
    cannot_be_resized(fd, size);
    let punch = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    assert_eq!(rustix::fs::fallocate(fd, punch, 0, 4096), Err(Errno::PERM));
    assert_eq!(rustix::io::write(fd, b"x"), Err(Errno::PERM));
    assert_eq!(rustix::io::pwrite(fd, b"x", 0), Err(Errno::PERM));
    assert!(Map::writable(fd, size).is_err());
    assert_eq!(map.make_writable(), Err(Errno::ACCESS));

    let reopened = reopen(fd);
    assert_eq!(rustix::io::write(&reopened, b"x"), Err(Errno::PERM));
    assert!(Map::writable(&reopened, size).is_err());
    cannot_be_resized(&reopened, size);
    let read_only = Map::readable(&reopened, size).expect("a mapping for reading");
    assert!(read_only.make_writable().is_err());
}

fn cannot_be_resized(fd: &OwnedFd, size: usize) {
    let size = size as u64;
    for other in [0, 1, 4096, size - 1, size + 1, size * 2] {
        assert_eq!(rustix::fs::ftruncate(fd, other), Err(Errno::PERM), "to {other}");
    }
    let grow = FallocateFlags::empty();
    assert_eq!(rustix::fs::fallocate(fd, grow, size, 4096), Err(Errno::PERM));
    let collapse = FallocateFlags::COLLAPSE_RANGE;
    assert!(rustix::fs::fallocate(fd, collapse, 0, 4096).is_err());
}

fn reopen(fd: &OwnedFd) -> OwnedFd {
    let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
    rustix::fs::open(path, OFlags::RDWR, Mode::empty()).expect("our own descriptor")
}

/// A renderer may take pages out of its own segment: main reads zeros there, and no fault.
pub(super) fn punch_own(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    let (fd, size) = (client.own_fd.try_clone().expect("a descriptor"), client.own.size() as u64);
    std::thread::spawn(move || {
        let punch = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        // Behind the words, through all of the ring, time and again.
        for page in (4096..size).step_by(4096).cycle() {
            rustix::fs::fallocate(&fd, punch, page, 4096).expect("a hole in our own segment");
        }
    });
    say("punches");
    // Zeros are no envelope, no archive, or "not ready yet", behind which the ring fills up for ever.
    while !told_to_end() {
        if client.has_space(256) && note(&mut client, "between holes").is_err() {
            break;
        }
    }
    while told().is_some() {}
}

/// Whether the test has closed our standard input, without waiting for it.
fn told_to_end() -> bool {
    let stdin = std::io::stdin();
    let mut fds = [rustix::event::PollFd::new(&stdin, rustix::event::PollFlags::IN)];
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    rustix::event::poll(&mut fds, Some(&now)) != Ok(0)
}
