//! A segment, mapped by hand and reached word by word.
#![expect(unsafe_code, reason = "reads and writes another process's shared memory at will")]

use memmap2::{MmapOptions, MmapRaw};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};

/// A shared mapping.
#[derive(Debug)]
pub struct Map {
    raw: MmapRaw,
}

impl Map {
    /// Maps `len` bytes for reading and writing.
    ///
    /// # Errors
    /// What `mmap` answers.
    pub fn writable(fd: &OwnedFd, len: usize) -> std::io::Result<Self> {
        MmapOptions::new().len(len).map_raw(fd.as_raw_fd()).map(|raw| Self { raw })
    }

    /// Maps `len` bytes for reading.
    ///
    /// # Errors
    /// What `mmap` answers.
    pub fn readable(fd: &OwnedFd, len: usize) -> std::io::Result<Self> {
        MmapOptions::new().len(len).map_raw_read_only(fd.as_raw_fd()).map(|raw| Self { raw })
    }

    /// Bytes of the mapping.
    #[must_use]
    pub fn size(&self) -> usize {
        self.raw.len()
    }

    /// The word at `offset`.
    ///
    /// # Panics
    /// If it is not inside the mapping, or not aligned.
    #[must_use]
    pub fn u64(&self, offset: usize) -> &AtomicU64 {
        assert!(offset.is_multiple_of(8) && offset + 8 <= self.raw.len());
        // SAFETY: inside the mapping, by the assertion.
        let word = unsafe { self.raw.as_mut_ptr().add(offset) }.cast();
        // SAFETY: aligned by the assertion, mapped as long as `self`, reached as atomics only.
        unsafe { AtomicU64::from_ptr(word) }
    }

    /// The half word at `offset`.
    ///
    /// # Panics
    /// As [`u64`](Self::u64).
    #[must_use]
    pub fn u32(&self, offset: usize) -> &AtomicU32 {
        assert!(offset.is_multiple_of(4) && offset + 4 <= self.raw.len());
        // SAFETY: inside the mapping, by the assertion.
        let word = unsafe { self.raw.as_mut_ptr().add(offset) }.cast();
        // SAFETY: aligned by the assertion, mapped as long as `self`, reached as atomics only.
        unsafe { AtomicU32::from_ptr(word) }
    }

    fn u8(&self, offset: usize) -> &AtomicU8 {
        assert!(offset < self.raw.len());
        // SAFETY: inside the mapping, by the assertion.
        let byte = unsafe { self.raw.as_mut_ptr().add(offset) };
        // SAFETY: mapped as long as `self`, reached as atomics only.
        unsafe { AtomicU8::from_ptr(byte) }
    }

    /// Loads the word at `offset`, and with it what was written before it.
    #[must_use]
    pub fn load(&self, offset: usize) -> u64 {
        self.u64(offset).load(Acquire)
    }

    /// Stores a word at `offset`, behind what was written before it.
    pub fn store(&self, offset: usize, word: u64) {
        self.u64(offset).store(word, Release);
    }

    /// Writes bytes from `offset` on.
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        let whole = if offset.is_multiple_of(8) { bytes.as_chunks::<8>().0 } else { &[] };
        for (at, word) in whole.iter().enumerate() {
            self.u64(offset + 8 * at).store(u64::from_ne_bytes(*word), Relaxed);
        }
        for (at, byte) in bytes.iter().enumerate().skip(8 * whole.len()) {
            self.u8(offset + at).store(*byte, Relaxed);
        }
    }

    /// Reads `len` bytes from `offset` on.
    #[must_use]
    pub fn read(&self, offset: usize, len: usize) -> Vec<u8> {
        let whole = if offset.is_multiple_of(8) { offset..offset + len / 8 * 8 } else { 0..0 };
        let rest = if whole.is_empty() { offset } else { whole.end };
        let words = whole.step_by(8).flat_map(|at| self.u64(at).load(Relaxed).to_ne_bytes());
        words.chain((rest..offset + len).map(|at| self.u8(at).load(Relaxed))).collect()
    }

    /// Asks for the right to write to a mapping that was made for reading.
    ///
    /// # Errors
    /// What `mprotect` answers.
    pub fn make_writable(&self) -> rustix::io::Result<()> {
        let flags = rustix::mm::MprotectFlags::READ | rustix::mm::MprotectFlags::WRITE;
        // SAFETY: more rights on a mapping of our own; nothing holds a reference that forbids it.
        unsafe { rustix::mm::mprotect(self.raw.as_mut_ptr().cast(), self.raw.len(), flags) }
    }
}

/// The descriptor that a spawning main left under `number`.
#[must_use]
pub fn inherited(number: RawFd) -> OwnedFd {
    // SAFETY: the caller read the number where main wrote it, once, and nothing else owns it.
    unsafe { OwnedFd::from_raw_fd(number) }
}
