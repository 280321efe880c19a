//! What the seals forbid, tried.

use super::*;
use crate::error::Error;
use crate::layout::{MainWords, role};
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;

const SIZE: usize = DATA_OFFSET + (64 << 10);
const IDENTITY: Identity = Identity { fingerprint: 7, role: role::MAIN, web_contents: 3, nonce: 0 };

fn words(segment: &Segment) -> Shared<MainWords> {
    // SAFETY: `MainWords` is one of the layout's structs.
    unsafe { segment.words() }
}

#[test]
fn a_formatted_segment_is_joined_by_its_reader() {
    let (mine, fd) = Segment::create(SIZE, Writer::Us).unwrap();
    let theirs = Segment::open(&fd, SIZE, Writer::Peer).unwrap();
    let unformatted = join(&words(&theirs).header, IDENTITY).unwrap_err();
    assert_eq!(unformatted.place, "segment magic");
    format(&words(&mine).header, IDENTITY);
    join(&words(&theirs).header, IDENTITY).unwrap();
    let other = Identity { web_contents: 4, ..IDENTITY };
    assert_eq!(join(&words(&theirs).header, other).unwrap_err().place, "segment web contents");
}

#[test]
fn nobody_else_can_write_mains_segment() {
    let (_mine, fd) = Segment::create(SIZE, Writer::Us).unwrap();
    assert!(matches!(Segment::open(&fd, SIZE, Writer::Us), Err(Error::PermissionDenied { .. })));
    assert_eq!(rustix::io::pwrite(&fd, &[1], 0), Err(Errno::PERM));
    let reopened = std::fs::OpenOptions::new()
        .write(true)
        .open(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&fd)));
    if let Ok(file) = reopened {
        assert_eq!(rustix::io::pwrite(&file, &[1], 0), Err(Errno::PERM));
    }
}

#[test]
fn no_segment_changes_its_size() {
    for writer in [Writer::Us, Writer::Peer] {
        let (_segment, fd) = Segment::create(SIZE, writer).unwrap();
        assert_eq!(rustix::fs::ftruncate(&fd, 0), Err(Errno::PERM));
        assert_eq!(rustix::fs::ftruncate(&fd, 2 * SIZE as u64), Err(Errno::PERM));
        assert_eq!(rustix::fs::fcntl_add_seals(&fd, SealFlags::WRITE), Err(Errno::PERM));
    }
}

#[test]
fn holes_cannot_be_punched_into_mains_segment() {
    let (_mine, fd) = Segment::create(SIZE, Writer::Us).unwrap();
    let hole = rustix::fs::FallocateFlags::PUNCH_HOLE | rustix::fs::FallocateFlags::KEEP_SIZE;
    assert_eq!(rustix::fs::fallocate(&fd, hole, 0, 4096), Err(Errno::PERM));
}

#[test]
fn a_segment_of_another_size_or_without_seals_is_refused() {
    let (_segment, fd) = Segment::create(SIZE, Writer::Us).unwrap();
    let refused = Segment::open(&fd, 2 * SIZE, Writer::Peer).unwrap_err();
    assert!(matches!(refused, Error::Corrupt(Corrupt { place: "segment size", .. })));
    let unsealed = rustix::fs::memfd_create(c"unsealed", MemfdFlags::ALLOW_SEALING).unwrap();
    rustix::fs::ftruncate(&unsealed, SIZE as u64).unwrap();
    let refused = Segment::open(&unsealed, SIZE, Writer::Peer).unwrap_err();
    assert!(matches!(refused, Error::Corrupt(Corrupt { place: "segment seals", .. })));
}
