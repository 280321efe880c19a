//! A segment: one shared mapping, written by one process.
//!
//! Main creates both segments of a session as memfds: no name in a file system, nothing left after
//! `kill -9`. Seals make the writer the only one and the size final:
//!
//! | segment | main maps | seals | what the renderer can do |
//! |---|---|---|---|
//! | main's | read-write, before sealing | `FUTURE_WRITE SHRINK GROW SEAL` | read; its write, writable mmap, mprotect, truncate and re-open all fail |
//! | renderer's | read-only | `SHRINK GROW SEAL` | write; it cannot truncate, so main never meets SIGBUS |
//!
//! The life of a segment is four steps: **create** (main), **format** (its writer; the magic is
//! stored last), **join** (its reader; the magic is looked at first), and drop, which unmaps. Sizes
//! and places come from the creator's private copy and are never read from shared memory.
//!
//! Linux 5.1 is required, for `FUTURE_WRITE`.
#![expect(unsafe_code, reason = "turns a mapping into the layout's structs")]

use crate::error::{Corrupt, Error};
use crate::layout::{DATA_OFFSET, Header, MAGIC, VERSION};
use crate::ring::{Line, RingData};
use crate::sync::{Ordering, Owner, Shared, fence};
use memmap2::{MmapOptions, MmapRaw};
use rustix::fs::{MemfdFlags, SealFlags};
use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::Arc;

/// A mapped segment.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    map: Arc<MmapRaw>,
}

/// Who will write a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// The process that maps it here.
    Us,
    /// The peer.
    Peer,
}

/// What a segment's header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Layout and archive format.
    pub(crate) fingerprint: u64,
    /// Who writes the segment, see [`crate::layout::role`].
    pub(crate) role: u32,
    /// The id of the renderer's `WebContents`.
    pub(crate) web_contents: u32,
}

impl Segment {
    /// Makes a sealed segment of `size` bytes, zeroed, and maps it. The descriptor is for the peer.
    ///
    /// # Errors
    /// [`Error::Exhausted`] for want of descriptors or memory, [`Error::System`] on a kernel that
    /// cannot seal.
    pub(crate) fn create(size: usize, writer: Writer) -> Result<(Self, OwnedFd), Error> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING | MemfdFlags::NOEXEC_SEAL;
        let fd = rustix::fs::memfd_create(c"ringmain", flags)
            .or_else(|_| rustix::fs::memfd_create(c"ringmain", flags - MemfdFlags::NOEXEC_SEAL))
            .map_err(|errno| Error::system("memfd_create", errno))?;
        rustix::fs::ftruncate(&fd, size as u64)
            .map_err(|errno| Error::system("ftruncate", errno))?;
        let segment = Self::map(&fd, size, writer)?;
        let mut seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        if writer == Writer::Us {
            seals |= SealFlags::FUTURE_WRITE;
        }
        rustix::fs::fcntl_add_seals(&fd, seals)
            .map_err(|errno| Error::system("fcntl(F_ADD_SEALS)", errno))?;
        Ok((segment, fd))
    }

    /// Maps a segment that the peer created.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is not of `size` bytes or may change its size, [`Error::Exhausted`]
    /// or [`Error::System`] if it cannot be mapped.
    pub(crate) fn open(fd: &OwnedFd, size: usize, writer: Writer) -> Result<Self, Error> {
        let stat = rustix::fs::fstat(fd).map_err(|errno| Error::system("fstat", errno))?;
        if usize::try_from(stat.st_size) != Ok(size) {
            let found = stat.st_size.cast_unsigned();
            return Err(Corrupt { place: "segment size", found, expected: size as u64 }.into());
        }
        let seals = rustix::fs::fcntl_get_seals(fd)
            .map_err(|errno| Error::system("fcntl(F_GET_SEALS)", errno))?;
        if !seals.contains(SealFlags::SHRINK) {
            let (found, expected) = (seals.bits().into(), SealFlags::SHRINK.bits().into());
            return Err(Corrupt { place: "segment seals", found, expected }.into());
        }
        Self::map(fd, size, writer)
    }

    fn map(fd: &impl AsFd, size: usize, writer: Writer) -> Result<Self, Error> {
        use std::os::fd::AsRawFd;
        let raw = fd.as_fd().as_raw_fd();
        let mut options = MmapOptions::new();
        options.len(size);
        let map = match writer {
            Writer::Us => options.map_raw(raw),
            Writer::Peer => options.map_raw_read_only(raw),
        };
        let map = map.map_err(|error| {
            let errno = rustix::io::Errno::from_io_error(&error);
            Error::system("mmap", errno.unwrap_or(rustix::io::Errno::INVAL))
        })?;
        Ok(Self { map: Arc::new(map) })
    }

    /// The words at the start, as the layout declares them for this segment's writer.
    ///
    /// # Safety
    /// `T` is one of the layout's structs of words: made of atomics only, for which every bit
    /// pattern is valid.
    pub(crate) unsafe fn words<T>(&self) -> Shared<T> {
        assert!(size_of::<T>() <= self.map.len());
        let start = self.start().cast();
        // SAFETY: a mapping starts on a page, which is aligned enough for the layout; it holds a `T`
        // by the assertion and stays mapped while `owner` lives; only atomics are reached through
        // `T`, by the caller's promise.
        unsafe { Shared::new(start, self.owner()) }
    }

    /// The ring of `capacity` bytes that starts `offset` bytes into the segment. Both numbers are
    /// this process's own, not read from shared memory.
    pub(crate) fn ring(&self, offset: usize, capacity: usize) -> RingData {
        assert!(
            offset.is_multiple_of(4096) && offset >= DATA_OFFSET,
            "rings start on pages of their own"
        );
        assert!(capacity.is_power_of_two() && offset + capacity <= self.map.len());
        // SAFETY: the offset is within the mapping, by the assertion.
        let start = unsafe { self.start().add(offset) }.cast::<Line>();
        // SAFETY: `capacity` bytes from there are mapped until `owner` is dropped, zero since the
        // memfd was made, and written by one process: the seals hold the peer to that for main's
        // segment, the read-only mapping holds us to it for the renderer's.
        unsafe { RingData::new(start, capacity, self.owner()) }
    }

    fn start(&self) -> NonNull<u8> {
        NonNull::new(self.map.as_mut_ptr()).unwrap_or(NonNull::dangling())
    }

    fn owner(&self) -> Owner {
        Arc::clone(&self.map) as Owner
    }
}

/// Writes a segment's header; the magic last. The segment's writer does this once.
pub(crate) fn format(header: &Header, identity: Identity) {
    header.fingerprint.store(identity.fingerprint, Ordering::Relaxed);
    header.version.store(VERSION, Ordering::Relaxed);
    header.role.store(identity.role, Ordering::Relaxed);
    header.web_contents.store(identity.web_contents, Ordering::Relaxed);
    header.magic.store(MAGIC, Ordering::Release); // pairs with the fence in `join`
}

/// Checks that a segment was formatted, by whom it should be.
///
/// # Errors
/// [`Corrupt`] with the first word that is not as expected.
pub(crate) fn join(header: &Header, expected: Identity) -> Result<(), Corrupt> {
    let magic = header.magic.load(Ordering::Relaxed);
    check("segment magic", magic, MAGIC)?;
    fence(Ordering::Acquire); // pairs with the store of the magic in `format`
    let fingerprint = header.fingerprint.load(Ordering::Relaxed);
    check("segment fingerprint", fingerprint, expected.fingerprint)?;
    check("segment version", header.version.load(Ordering::Relaxed), VERSION)?;
    check("segment role", header.role.load(Ordering::Relaxed), expected.role)?;
    let web_contents = header.web_contents.load(Ordering::Relaxed);
    check("segment web contents", web_contents, expected.web_contents)
}

fn check(
    place: &'static str,
    found: impl Into<u64>,
    expected: impl Into<u64>,
) -> Result<(), Corrupt> {
    let (found, expected) = (found.into(), expected.into());
    if found == expected { Ok(()) } else { Err(Corrupt { place, found, expected }) }
}

#[cfg(test)]
mod tests;
