//! A segment: one shared mapping, written by one process.
//!
//! Main creates both segments of a session. They have one of two origins, and everything above is the
//! same for both ([`Segments`]):
//!
//! * [`sealed`]: memfds, whose descriptors main passes to the renderer. No name in a file system,
//!   nothing left after `kill -9`, and seals that make the writer the only one and the size final:
//!
//!   | segment | main maps | seals | what the renderer can do |
//!   |---|---|---|---|
//!   | main's | read-write, before sealing | `FUTURE_WRITE SHRINK GROW SEAL` | read; its write, writable mmap, mprotect, truncate and re-open all fail |
//!   | renderer's | read-only | `SHRINK GROW SEAL` | write; it cannot truncate, so main never meets SIGBUS |
//!
//! * [`named`]: files in `/dev/shm` that the renderer opens by their names. No seals, so only for
//!   processes that trust each other.
//!
//! The life of a segment is four steps: **create** (main), **format** (its writer; the magic is
//! stored last), **join** (its reader; the magic is looked at first), and drop, which unmaps. Sizes
//! and places come from the creator's private copy and are never read from shared memory.
//!
//! Linux 5.1 is required, for `FUTURE_WRITE`.
#![expect(unsafe_code, reason = "turns a mapping into the layout's structs")]

pub mod leftovers;
pub(crate) mod life;
pub(crate) mod name;
pub(crate) mod named;
mod sealed;

use crate::error::Corrupt;
use crate::layout::{DATA_OFFSET, Header, MAGIC, VERSION};
use crate::ring::{Line, RingData};
use crate::sync::{Ordering, Owner, Shared, fence};
use std::ptr::NonNull;
use std::sync::Arc;

/// What the segments of a main's sessions are, see
/// [`MainOptions::segments`](crate::MainOptions::segments).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Segments {
    /// Memory without a name, sealed, whose descriptors are passed to the renderer over the socket.
    #[default]
    Sealed,
    /// Files in `/dev/shm` with random names, which the renderer is told and opens. Without seals.
    Named,
}

/// A mapped segment.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    start: NonNull<u8>,
    len: usize,
    owner: Mapped,
}

/// What keeps a segment mapped.
#[derive(Clone)]
struct Mapped(Owner);

impl std::fmt::Debug for Mapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("mapped")
    }
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
    /// What main has put into both segments of a named session; zero in others.
    pub(crate) nonce: u64,
}

impl Segment {
    /// The mapping of `len` bytes at `start`, which lasts as long as `owner`.
    fn of(start: *mut u8, len: usize, owner: Owner) -> Self {
        Self {
            start: NonNull::new(start).unwrap_or(NonNull::dangling()),
            len,
            owner: Mapped(owner),
        }
    }

    /// The words at the start, as the layout declares them for this segment's writer.
    ///
    /// # Safety
    /// `T` is one of the layout's structs of words: made of atomics only, for which every bit
    /// pattern is valid.
    pub(crate) unsafe fn words<T>(&self) -> Shared<T> {
        assert!(size_of::<T>() <= self.len);
        let start = self.start.cast();
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
        let end = offset.checked_add(capacity);
        assert!(capacity.is_power_of_two() && end.is_some_and(|end| end <= self.len));
        // SAFETY: the offset is within the mapping, by the assertion.
        let start = unsafe { self.start.add(offset) }.cast::<Line>();
        // SAFETY: `capacity` bytes from there are mapped until `owner` is dropped, zero since
        // they were made, and written by one process: the read-only mapping holds us to that for the
        // peer's segment. For ours the seals hold the peer to it; a named segment has none, and there
        // it is the promise of whoever called `MainOptions::segments`.
        unsafe { RingData::new(start, capacity, self.owner()) }
    }

    fn owner(&self) -> Owner {
        Arc::clone(&self.owner.0)
    }
}

/// Writes a segment's header; the magic last. The segment's writer does this once. The nonce is not its
/// own: main has written that when it made the segment.
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
    check("segment nonce", header.nonce.load(Ordering::Relaxed), expected.nonce)?;
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

/// Checks that what was found has the size that was granted.
fn has_size(found: impl TryInto<u64>, size: usize) -> Result<(), Corrupt> {
    check("segment size", found.try_into().unwrap_or(u64::MAX), size as u64)
}

#[cfg(test)]
mod tests;
