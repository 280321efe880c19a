//! Segments with a name in `/dev/shm`, made and opened through the crate
//! [`shared_memory`](https://docs.rs/shared_memory): for a main and renderers that see the same
//! `/dev/shm` and cannot pass descriptors.
//!
//! A name gives up what seals give. That is why only peers that are trusted may have it:
//!
//! | a process of the same user can | so |
//! |---|---|
//! | truncate the file | the next touch of a mapping is `SIGBUS`, in main as well |
//! | write both segments, not only its own | what a claim lends out as `&mut [u8]` changes under its user |
//! | make, replace or remove names | opening looks at owner, mode, kind and size before and after, at the size of what was opened, and at the nonce in it |
//!
//! What can be had without seals is here:
//!
//! * **Made anew or not at all.** A name that exists is refused, a link is not followed. Names are
//!   random, so nobody has one by chance.
//! * **One writer in each process.** What the peer writes is mapped read-only here once its nonce is
//!   written.
//! * **Memory is there from the start.** Writing to a mapped page that a full file system has no
//!   memory for is `SIGBUS`; `fallocate` takes all of it at creation, and answers `ENOSPC`, having
//!   given back what it had got. (`MADV_POPULATE_WRITE` on a full file system answers `EFAULT` and
//!   keeps what it had got.)
//! * **A name lasts no longer than it is needed.** The renderer removes both names once it has both
//!   segments mapped. Main removes what is left of them when the session ends; and a main that
//!   starts, what a dead one left ([`leftovers`](super::leftovers)).
//!
//! The crate holds a descriptor for each mapping, so a session costs both sides two more than a
//! sealed one does.
#![expect(unsafe_code, reason = "makes a mapping of the crate read-only, and sends it to threads")]

use super::name::{Name, Names};
use super::{Segment, Writer, has_size};
use crate::error::Error;
use crate::fork::Generation;
use crate::layout::Header;
use crate::sync::Ordering;
use rustix::fs::{AtFlags, CWD, FallocateFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use rustix::mm::MprotectFlags;
use shared_memory::{Shmem, ShmemConf, ShmemError};
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// The mode of our files: nobody else's.
const MODE: u32 = 0o600;

/// Main's two segments of a session.
#[derive(Debug)]
pub(crate) struct NamedSegments {
    /// The one that main writes.
    pub(crate) main: Segment,
    /// The one that the renderer writes.
    pub(crate) renderer: Segment,
    /// What the renderer opens them by.
    pub(crate) names: Names,
    /// Keeps the names.
    pub(crate) held: HeldNames,
}

/// The names of a session's segments, as long as this lives; mapped memory outlasts them.
///
/// In a forked child, dropping it does nothing: the names stay its parent's.
#[derive(Debug)]
pub(crate) struct HeldNames {
    _each: [HeldName; 2],
}

#[derive(Debug)]
struct HeldName {
    name: Name,
    generation: Generation,
}

impl Drop for HeldName {
    fn drop(&mut self) {
        if self.generation.is_this_process() {
            // The renderer has removed it, unless it never came or may not.
            let _ = remove(&self.name);
        }
    }
}

impl NamedSegments {
    /// Makes both segments, of these sizes, with all their memory.
    ///
    /// # Errors
    /// [`Error::Exhausted`] if `/dev/shm` is full; [`Error::PermissionDenied`] if a name exists or
    /// what was made is not ours alone; [`Error::System`] without `/dev/shm` or `/proc`.
    pub(crate) fn create(main: usize, renderer: usize) -> Result<Self, Error> {
        let names = Names::new()?;
        let (main, held_main) = create(&names.main(), main, Writer::Us, names.nonce)?;
        let (renderer, held_renderer) =
            create(&names.renderer(), renderer, Writer::Peer, names.nonce)?;
        Ok(Self { main, renderer, names, held: HeldNames { _each: [held_main, held_renderer] } })
    }
}

/// Opens the two segments that main made, of these sizes: main's, then the renderer's. Whoever has
/// checked what is in them [removes](remove) the names.
///
/// # Errors
/// [`Error::PermissionDenied`] if what has a name is not a file of ours alone;
/// [`Error::Corrupt`] for another size or nonce; [`Error::System`] if there is no such name.
pub(crate) fn open(
    names: &Names,
    main: usize,
    renderer: usize,
) -> Result<(Segment, Segment), Error> {
    Ok((
        open_one(&names.main(), main, Writer::Peer, names.nonce)?,
        open_one(&names.renderer(), renderer, Writer::Us, names.nonce)?,
    ))
}

/// Removes a name, which may be gone already.
///
/// # Errors
/// What unlinking it answers.
pub(crate) fn remove(name: &Name) -> Result<(), Error> {
    match rustix::fs::unlink(name.path()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(failed(name, "unlink", errno)),
    }
}

fn create(
    name: &Name,
    size: usize,
    writer: Writer,
    nonce: u64,
) -> Result<(Segment, HeldName), Error> {
    let generation = Generation::current()?;
    let mut made = ShmemConf::new()
        .os_id(format!("/{name}"))
        .size(size)
        .create()
        .map_err(|error| refused_by_crate(name, &error))?;
    // The crate would remove the name when any process that inherited this drops it.
    made.set_owner(false);
    let held = HeldName { name: *name, generation };
    has_size(made.len(), size)?;
    reserve(name, size)?;
    let segment = segment(made);
    header(&segment).nonce.store(nonce, Ordering::Relaxed);
    protect(&segment, writer)?;
    Ok((segment, held))
}

/// Takes all the memory of a new segment.
fn reserve(name: &Name, size: usize) -> Result<(), Error> {
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file: OwnedFd = rustix::fs::open(name.path(), flags, Mode::empty())
        .map_err(|errno| failed(name, "open", errno))?;
    let stat = rustix::fs::fstat(&file).map_err(|errno| failed(name, "fstat", errno))?;
    is_ours_alone(name, &stat, size)?;
    loop {
        return match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, size as u64) {
            Ok(()) => Ok(()),
            Err(Errno::INTR) => continue,
            Err(errno) => Err(failed(name, "fallocate", errno)),
        };
    }
}

fn open_one(name: &Name, size: usize, writer: Writer, nonce: u64) -> Result<Segment, Error> {
    let before = look(name, size)?;
    let opened = ShmemConf::new()
        .os_id(format!("/{name}"))
        .open()
        .map_err(|error| refused_by_crate(name, &error))?;
    has_size(opened.len(), size)?;
    let after = look(name, size)?;
    if (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino) {
        return Err(refused(name, "was replaced while it was opened"));
    }
    let segment = segment(opened);
    let found = header(&segment).nonce.load(Ordering::Relaxed);
    super::check("segment nonce", found, nonce)?;
    protect(&segment, writer)?;
    Ok(segment)
}

/// What has this name, if that may be one of our segments.
fn look(name: &Name, size: usize) -> Result<Stat, Error> {
    let stat = rustix::fs::statat(CWD, name.path(), AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|errno| failed(name, "stat", errno))?;
    is_ours_alone(name, &stat, size)?;
    Ok(stat)
}

fn is_ours_alone(name: &Name, stat: &Stat, size: usize) -> Result<(), Error> {
    let (owner, mode) = (stat.st_uid, stat.st_mode & 0o7777);
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(refused(name, "is not a file"));
    }
    if owner != rustix::process::geteuid().as_raw() {
        return Err(refused(name, &format!("belongs to user {owner}")));
    }
    if mode != MODE {
        return Err(refused(name, &format!("has mode {mode:04o}, not {MODE:04o}")));
    }
    Ok(has_size(stat.st_size, size)?)
}

/// What the peer writes is only read here, from now on.
fn protect(segment: &Segment, writer: Writer) -> Result<(), Error> {
    if writer == Writer::Us {
        return Ok(());
    }
    let (start, len) = (segment.start.as_ptr().cast(), segment.len);
    // SAFETY: the range is one whole mapping of our own. Nobody has a reference into it through
    // which it would be written: `segment` was made by the caller, and only its header was used.
    unsafe { rustix::mm::mprotect(start, len, MprotectFlags::READ) }
        .map_err(|errno| Error::system("mprotect", errno))
}

fn header(segment: &Segment) -> crate::sync::Shared<Header> {
    // SAFETY: `Header` is one of the layout's structs, at the start of either segment.
    unsafe { segment.words() }
}

/// Keeps the crate's mapping, and unmaps it when it is dropped.
struct Mapping {
    _shmem: Shmem,
}

// SAFETY: of the crate's value only the drop is used any more, which unmaps and closes: calls that
// every thread may make. It is not the thread's own in any other way.
unsafe impl Send for Mapping {}
// SAFETY: a shared reference to it offers nothing.
unsafe impl Sync for Mapping {}

fn segment(shmem: Shmem) -> Segment {
    let (start, len) = (shmem.as_ptr(), shmem.len());
    Segment::of(start, len, Arc::new(Mapping { _shmem: shmem }))
}

fn refused_by_crate(name: &Name, error: &ShmemError) -> Error {
    let (call, errno) = match error {
        ShmemError::MappingIdExists => return refused(name, "exists already"),
        ShmemError::MapCreateFailed(errno) | ShmemError::MapOpenFailed(errno) => {
            ("shm_open", *errno)
        }
        ShmemError::UnknownOsError(errno) => ("ftruncate", *errno),
        // The others are about what we do not use.
        _ => ("shm_open", Errno::INVAL.raw_os_error().cast_unsigned()),
    };
    failed(name, call, Errno::from_raw_os_error(errno.cast_signed()))
}

fn refused(name: &Name, why: &str) -> Error {
    Error::PermissionDenied { what: format!("{} {why}", name.path()) }
}

/// As [`Error::system`], but a refusal names the file and a full file system is told from a lack
/// of memory.
fn failed(name: &Name, call: &'static str, errno: Errno) -> Error {
    match errno {
        Errno::ACCESS | Errno::PERM | Errno::ROFS => refused(name, &format!("failed {call}")),
        Errno::LOOP => refused(name, "is a link"),
        Errno::NOSPC => Error::Exhausted { what: "space in /dev/shm" },
        errno => Error::system(call, errno),
    }
}

#[cfg(test)]
#[path = "named_tests.rs"]
mod tests;
