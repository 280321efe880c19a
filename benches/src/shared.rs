//! The memory that all ends of a group share: one memfd, mapped by each. Words first, an area for
//! payloads behind them.
//!
//! ```text
//!   line 0..32    a contender's own words
//!   line 32       last: the number of the last message, plus one; 0 before it is known
//!   line 33       arrivals: how often an end came to a meeting
//!   line 34       round: how many rounds the measuring end has begun
//!   line 35..     one line an end, written by it alone:
//!                   +0 acknowledged   +8 process   +16 allocations
//!   page 4..      payloads
//! ```

use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU32, AtomicU64};

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use memmap2::MmapRaw;
use rustix::fs::MemfdFlags;
use rustix::io::Errno;
use rustix::thread::futex::{self, Flags};

use crate::Result;

/// Two cache lines, because the adjacent-line prefetcher fetches lines in pairs: words with
/// different writers lie this far apart.
pub(crate) const LINE_LEN: usize = 128;

/// Bytes of the words.
const WORDS_LEN: usize = 4 * 4096;
const ARRIVALS_APART: usize = 31;
const LAST: usize = 32;
const ARRIVALS: usize = 33;
const ROUND: usize = 34;
const ENDS: usize = 35;
/// The most ends that a group can have.
pub(crate) const ENDS_MAX: usize = WORDS_LEN / LINE_LEN - ENDS;
const LEN: usize = WORDS_LEN + Shared::AREA_LEN;

/// One end's map of the shared memory. All of it is 0 at first.
#[derive(Debug)]
pub(crate) struct Shared {
    map: MmapRaw,
}

impl Shared {
    /// Bytes of the area for payloads.
    pub(crate) const AREA_LEN: usize = 12 << 20;

    /// Fresh memory for a group.
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
    pub(crate) fn word64(&self, line: usize) -> &AtomicU64 {
        self.word_of(line, 0)
    }

    /// Word `place` of a line that holds several `u64`.
    #[expect(unsafe_code, reason = "a word of memory shared with other processes")]
    fn word_of(&self, line: usize, place: usize) -> &AtomicU64 {
        assert!(place < LINE_LEN / 8, "word {place} of a line");
        let word = self.line(line).cast::<u64>().wrapping_add(place);
        // SAFETY: `line` and the assertion checked that the word lies in the map, which is page-aligned,
        // writable and lives as long as `self`. This program, at all ends, touches it through
        // atomics only, and each word always as one size.
        unsafe { AtomicU64::from_ptr(word) }
    }

    /// As [`word64`](Self::word64), for a futex.
    ///
    /// # Panics
    /// If there is no such line.
    #[expect(unsafe_code, reason = "a word of memory shared with other processes")]
    pub(crate) fn word32(&self, line: usize) -> &AtomicU32 {
        let word = self.line(line).cast::<u32>();
        // SAFETY: as in `word64`.
        unsafe { AtomicU32::from_ptr(word) }
    }

    /// The word at byte `start` of the area, for an atomic's use only.
    ///
    /// # Panics
    /// If it is not in the area, or not aligned.
    #[inline]
    #[expect(unsafe_code, reason = "a word of memory shared with other processes")]
    pub(crate) fn area_word(&self, start: usize) -> &AtomicU64 {
        assert!(start.is_multiple_of(8), "a word at {start}");
        let word = self.area_bytes(start, 8).cast::<u64>();
        // SAFETY: `area_bytes` checked that the word lies in the map, which is page-aligned, writable
        // and lives as long as `self`; the assertion, that it is aligned. This program, at all ends,
        // touches it through atomics only.
        unsafe { AtomicU64::from_ptr(word) }
    }

    /// Where `len` bytes of the area begin, mapped while this lives.
    ///
    /// # Panics
    /// If they are not all in the area.
    #[inline]
    pub(crate) fn area_bytes(&self, start: usize, len: usize) -> *mut u8 {
        assert!(start <= Self::AREA_LEN && len <= Self::AREA_LEN - start, "beyond the area");
        self.area().wrapping_add(start)
    }

    /// Where the [`AREA_LEN`](Self::AREA_LEN) bytes for payloads begin, mapped while this lives.
    pub(crate) fn area(&self) -> *mut u8 {
        self.map.as_mut_ptr().wrapping_add(WORDS_LEN)
    }

    /// The number of the last message, plus one; 0 before the measuring end knows it.
    pub(crate) fn last(&self) -> &AtomicU64 {
        self.word64(LAST)
    }

    /// A futex: how many rounds the measuring end has begun.
    pub(crate) fn round(&self) -> &AtomicU32 {
        self.word32(ROUND)
    }

    /// How many messages that end has taken, as far as it says.
    pub(crate) fn acknowledged(&self, place: usize) -> &AtomicU64 {
        self.word_of(ENDS + place, 0)
    }

    /// That end's process, 0 before it came.
    pub(crate) fn process(&self, place: usize) -> u32 {
        // Written before the first meeting, whose words order it.
        u32::try_from(self.word_of(ENDS + place, 1).load(Relaxed)).unwrap_or(0)
    }

    /// How often that end asked its allocator for memory.
    pub(crate) fn allocations(&self, place: usize) -> &AtomicU64 {
        self.word_of(ENDS + place, 2)
    }

    /// Says that this process is that end.
    pub(crate) fn introduce(&self, place: usize) {
        self.word_of(ENDS + place, 1).store(std::process::id().into(), Relaxed);
    }

    /// Sleeps until all of `ends` have come as often as we have.
    pub(crate) fn meet(&self, ends: usize) -> Result<()> {
        self.meet_at(ARRIVALS, ends)
    }

    /// The same for some of the ends, while the others do what they do.
    pub(crate) fn meet_apart(&self, ends: usize) -> Result<()> {
        self.meet_at(ARRIVALS_APART, ends)
    }

    fn meet_at(&self, line: usize, ends: usize) -> Result<()> {
        let ends = u32::try_from(ends)?;
        let word = self.word32(line);
        let mut arrived = word.fetch_add(1, AcqRel) + 1; // pairs with itself, at the other ends
        let all = arrived.div_ceil(ends) * ends;
        if arrived == all {
            futex::wake(word, Flags::empty(), ends)?; // shared, not private: they are processes
        }
        while arrived < all {
            match futex::wait(word, Flags::empty(), arrived, None) {
                Ok(()) | Err(Errno::AGAIN | Errno::INTR) => arrived = word.load(Acquire),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn line(&self, line: usize) -> *mut u8 {
        assert!(line < WORDS_LEN / LINE_LEN, "line {line} of {}", WORDS_LEN / LINE_LEN);
        self.map.as_mut_ptr().wrapping_add(line * LINE_LEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_maps_see_each_other_s_words() {
        let memfd = Shared::create().expect("a memfd");
        let [ours, theirs] = [(); 2].map(|()| Shared::join(&memfd).expect("a map"));
        ours.word64(1).store(7, Relaxed);
        assert_eq!(theirs.word64(1).load(Relaxed), 7);
        assert_eq!(theirs.word64(0).load(Relaxed), 0);
    }

    #[test]
    fn nobody_leaves_a_meeting_before_all_have_come() {
        let memfd = Shared::create().expect("a memfd");
        let shared = Shared::join(&memfd).expect("a map");
        let came = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for meeting in 1..=100 {
                        came.fetch_add(1, Relaxed);
                        shared.meet(4).expect("a meeting");
                        assert!(came.load(Relaxed) >= 4 * meeting);
                    }
                });
            }
        });
    }
}
