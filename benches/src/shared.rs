//! The memory that both ends of a pair share: one memfd, mapped by each. Words first, an area for
//! payloads behind them.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU32, AtomicU64};

use memmap2::MmapRaw;
use rustix::fs::MemfdFlags;

use crate::Result;

/// Two cache lines, because the adjacent-line prefetcher fetches lines in pairs: words with
/// different writers lie this far apart.
pub(crate) const LINE_LEN: usize = 128;

/// Bytes of the words, a page.
const WORDS_LEN: usize = 4096;
const LEN: usize = WORDS_LEN + Shared::AREA_LEN;

/// One end's map of the shared memory. All of it is 0 at first.
#[derive(Debug)]
pub(crate) struct Shared {
    map: MmapRaw,
}

impl Shared {
    /// Bytes of the area for payloads.
    pub(crate) const AREA_LEN: usize = 4 << 20;

    /// Fresh memory for a pair.
    pub(crate) fn create() -> Result<OwnedFd> {
        let memfd = rustix::fs::memfd_create("ringmain-bench", MemfdFlags::CLOEXEC)?;
        rustix::fs::ftruncate(&memfd, LEN as u64)?;
        Ok(memfd)
    }

    pub(crate) fn join(memfd: &OwnedFd) -> Result<Self> {
        let map = MmapRaw::map_raw(&std::fs::File::from(memfd.as_fd().try_clone_to_owned()?))?;
        if map.len() < LEN {
            return Err(format!("shared memory of {} bytes, expected {LEN}", map.len()).into());
        }
        Ok(Self { map })
    }

    /// The word at the start of a line. A line holds either one `u64` or one `u32`.
    ///
    /// # Panics
    /// If there is no such line.
    #[expect(unsafe_code, reason = "a word of memory shared with the other process")]
    pub(crate) fn word64(&self, line: usize) -> &AtomicU64 {
        let word = self.line(line).cast::<u64>();
        // SAFETY: `line` checked that 128 bytes at `word` lie in the map, which is page-aligned,
        // writable and lives as long as `self`. This program, at both ends, touches them through
        // atomics only, and each line always as one size.
        unsafe { AtomicU64::from_ptr(word) }
    }

    /// As [`word64`](Self::word64), for a futex.
    ///
    /// # Panics
    /// If there is no such line.
    #[expect(unsafe_code, reason = "a word of memory shared with the other process")]
    pub(crate) fn word32(&self, line: usize) -> &AtomicU32 {
        let word = self.line(line).cast::<u32>();
        // SAFETY: as in `word64`.
        unsafe { AtomicU32::from_ptr(word) }
    }

    /// Where the [`AREA_LEN`](Self::AREA_LEN) bytes for payloads begin, mapped while this lives.
    pub(crate) fn area(&self) -> *mut u8 {
        self.map.as_mut_ptr().wrapping_add(WORDS_LEN)
    }

    fn line(&self, line: usize) -> *mut u8 {
        assert!(line < WORDS_LEN / LINE_LEN, "line {line} of {}", WORDS_LEN / LINE_LEN);
        self.map.as_mut_ptr().wrapping_add(line * LINE_LEN)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;

    use super::*;

    #[test]
    fn two_maps_see_each_other_s_words() {
        let memfd = Shared::create().expect("a memfd");
        let [ours, theirs] = [(); 2].map(|()| Shared::join(&memfd).expect("a map"));
        ours.word64(1).store(7, Relaxed);
        assert_eq!(theirs.word64(1).load(Relaxed), 7);
        assert_eq!(theirs.word64(0).load(Relaxed), 0);
    }
}
