//! Segments without a name: memfds, sealed, whose descriptors main passes to the renderer.

use super::{Segment, Writer};
use crate::error::{Corrupt, Error};
use memmap2::MmapOptions;
use rustix::fs::{MemfdFlags, SealFlags};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::Arc;

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
        let segment = map(&fd, size, writer)?;
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
        super::has_size(stat.st_size, size)?;
        let seals = rustix::fs::fcntl_get_seals(fd)
            .map_err(|errno| Error::system("fcntl(F_GET_SEALS)", errno))?;
        if !seals.contains(SealFlags::SHRINK) {
            let (found, expected) = (seals.bits().into(), SealFlags::SHRINK.bits().into());
            return Err(Corrupt { place: "segment seals", found, expected }.into());
        }
        map(fd, size, writer)
    }
}

fn map(fd: &impl AsFd, size: usize, writer: Writer) -> Result<Segment, Error> {
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
    let (start, len) = (map.as_mut_ptr(), map.len());
    Ok(Segment::of(start, len, Arc::new(map)))
}
