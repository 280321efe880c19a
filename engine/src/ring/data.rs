//! The bytes of a ring, and every way of touching them.
//!
//! Positions go in, checked; pointers never come out of this folder. In a model the bytes have a
//! shadow: one cell per eight bytes, told about each plain read and write, so that two that are not
//! ordered fail the model as they would be undefined behaviour in the program.
#![expect(unsafe_code, reason = "the one place that turns ring positions into memory")]

use crate::layout::{HEADER_WORD, LINE};
#[cfg(not(loom))]
use crate::sync::Ordering;
use crate::sync::{AtomicU64, Owner};
use std::fmt;
#[cfg(not(loom))]
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::slice;
#[cfg(any(test, loom))]
use std::sync::Arc;

/// One line of memory.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Line(pub(crate) [u64; LINE / 8]);

/// The memory of one ring as one side sees it: mapped for writing by its producer, perhaps only
/// for reading by its consumer.
#[derive(Clone)]
pub struct RingData {
    lines: NonNull<Line>,
    capacity: usize,
    #[cfg(loom)]
    shadow: Arc<shadow::Shadow>,
    _owner: Owner,
}

impl RingData {
    /// Takes `capacity` bytes at `lines` as ring data.
    ///
    /// # Safety
    /// The bytes must be mapped, zero before the first producer writes, and stay mapped until
    /// `owner` is dropped; one process alone writes them. `capacity` is a power of two and at least
    /// four lines.
    #[cfg(not(loom))]
    pub(crate) unsafe fn new(lines: NonNull<Line>, capacity: usize, owner: Owner) -> Self {
        assert!(capacity.is_power_of_two() && capacity >= 4 * LINE, "no ring has {capacity} bytes");
        Self { lines, capacity, _owner: owner }
    }

    /// A ring in private memory, for tests and models: both ends are clones of it.
    #[cfg(any(test, loom))]
    pub(crate) fn private(capacity: usize) -> Self {
        use std::cell::UnsafeCell;
        struct Memory(Box<[UnsafeCell<Line>]>);
        // SAFETY: the cells are only ever reached through `RingData`, whose callers order their
        // accesses; in a model the shadow checks that they do.
        unsafe impl Sync for Memory {}
        let lines = (0..capacity / LINE).map(|_| UnsafeCell::new(Line([0; LINE / 8])));
        let memory = Arc::new(Memory(lines.collect()));
        let first = NonNull::from(&memory.0[0]).cast();
        Self {
            lines: first,
            capacity,
            #[cfg(loom)]
            shadow: Arc::new(shadow::Shadow::new(capacity)),
            _owner: memory,
        }
    }

    /// Bytes of the ring.
    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// `position % capacity`.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "only the bits below capacity are kept")]
    pub(crate) fn index(&self, position: u64) -> usize {
        position as usize & (self.capacity - 1)
    }

    /// The line at `position`.
    #[inline]
    fn line(&self, position: u64) -> NonNull<Line> {
        // SAFETY: `index` is below `capacity`, and that many bytes are mapped from `lines` on, by
        // the promise given to `new`.
        unsafe { self.lines.add(self.index(position) / LINE) }
    }

    /// The header word of a record that starts at `position`.
    #[inline]
    pub(crate) fn header(&self, position: u64) -> &AtomicU64 {
        #[cfg(loom)]
        return self.shadow.header(self.index(position) / LINE);
        #[cfg(not(loom))]
        // SAFETY: a line begins with an aligned word inside the mapping. Both sides use header
        // words as atomics only; where one was content in an earlier lap, the consumer had
        // released it before the producer could come here again.
        unsafe {
            AtomicU64::from_ptr(self.line(position).as_ptr().cast())
        }
    }

    /// The content of a record at `position`, to be written.
    ///
    /// # Safety
    /// The caller is the ring's only producer, has reserved a record of `len` bytes at `position`
    /// (so that it ends within the ring and the consumer has released these lines), and has not
    /// published it.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "the producer alone may call this, see Safety")]
    pub(crate) unsafe fn content_mut(&self, position: u64, len: usize) -> &mut [u8] {
        #[cfg(loom)]
        self.shadow.write(self.index(position) + HEADER_WORD, len);
        let start = self.line(position).cast::<u8>();
        // SAFETY: a record's line has room for its header word.
        let start = unsafe { start.add(HEADER_WORD) };
        // SAFETY: `start..start + len` lies in the mapping, is initialised (mapped zeroed), and
        // nobody else reads or writes it before the record is published: the caller's promise.
        unsafe { slice::from_raw_parts_mut(start.as_ptr(), len) }
    }

    /// The content of a published record at `position`, in place.
    ///
    /// # Safety
    /// The caller is the ring's consumer, has checked that a record of `len` bytes at `position`
    /// ends within the ring, does not release it while the slice lives, and the producer can be
    /// trusted not to write a published record.
    #[inline]
    pub(crate) unsafe fn content(&self, position: u64, len: usize) -> &[u8] {
        #[cfg(loom)]
        self.shadow.read(self.index(position) + HEADER_WORD, len);
        let start = self.line(position).cast::<u8>();
        // SAFETY: a record's line has room for its header word.
        let start = unsafe { start.add(HEADER_WORD) };
        // SAFETY: in the mapping by the caller's check, and unchanging by the producer's promise,
        // which the caller vouches for.
        unsafe { slice::from_raw_parts(start.as_ptr(), len) }
    }

    /// Copies the lines from `position` on, whatever the producer may do to them meanwhile. The
    /// lines must end within the ring, which the caller has checked.
    #[inline]
    pub(crate) fn copy_lines(&self, position: u64, lines: &mut [Line]) {
        let first = self.index(position) / LINE;
        // `first` is a line of the ring, so this does not wrap.
        assert!(lines.len() <= self.capacity / LINE - first, "lines beyond the ring");
        #[cfg(loom)]
        self.shadow.read_lines(first, lines.len());
        if lines.len() <= COPY_BY_WORDS {
            self.copy_by_words(position, lines);
        } else {
            self.copy_by_string(position, lines);
        }
    }

    #[inline]
    fn copy_by_words(&self, position: u64, lines: &mut [Line]) {
        let mut from = self.line(position);
        for line in lines {
            // SAFETY: within the ring, by the assertion in `copy_lines`.
            *line = unsafe { copy_line(from) };
            // SAFETY: one past a line of the ring is at most one past the ring.
            from = unsafe { from.add(1) };
        }
    }

    #[cold]
    fn copy_by_string(&self, position: u64, lines: &mut [Line]) {
        let from = self.line(position).cast::<u8>();
        // SAFETY: `lines` is ours to write; as many lines from `from` on lie within the ring, by the
        // assertion in `copy_lines`.
        unsafe { copy_string(from, lines.as_mut_ptr().cast(), size_of_val(lines)) };
    }

    /// Asks the cache for the line at `position`.
    #[inline]
    #[cfg(not(loom))]
    pub(crate) fn prefetch(&self, position: u64) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let line = self.line(position).as_ptr().cast();
        // SAFETY: x86-64 has SSE; a prefetch reads nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line) };
    }

    /// Asks the cache for the line at `position`, to be written.
    #[inline]
    #[cfg(not(loom))]
    pub(crate) fn prefetch_for_writing(&self, position: u64) {
        let line = self.line(position);
        // SAFETY: a prefetch changes nothing, and does nothing on processors without it. In assembly,
        // because the intrinsic is a prefetch for reading unless the whole program is built for newer
        // processors than the first x86-64.
        unsafe {
            std::arch::asm!(
                "prefetchw [{}]",
                in(reg) line.as_ptr(),
                options(nostack, preserves_flags, readonly),
            );
        };
    }

    /// In a model there is no cache.
    #[cfg(loom)]
    pub(crate) fn prefetch_for_writing(&self, _position: u64) {}

    /// The first word of the content of a record at `position`, which the producer may be writing.
    #[inline]
    #[cfg(not(loom))]
    pub(crate) fn first_word(&self, position: u64) -> [u8; 8] {
        // SAFETY: two words of a line, aligned; as atomics, because a hostile producer may write them
        // now.
        let [_header, first] = unsafe { self.line(position).cast::<[AtomicU64; 2]>().as_ref() };
        first.load(Ordering::Relaxed).to_le_bytes()
    }

    /// Copies the content of a record at `position` behind its first `skip` bytes, whatever the
    /// producer may do to it meanwhile. The record must end within the ring, which the caller has
    /// checked.
    #[inline]
    #[cfg(not(loom))]
    pub(crate) fn copy_bytes<'b>(
        &self,
        position: u64,
        skip: usize,
        place: &'b mut [MaybeUninit<u8>],
    ) -> &'b mut [u8] {
        let start = self.index(position) + HEADER_WORD;
        let end = skip.checked_add(place.len());
        // An index is that of a line of the ring, so `start` is below the capacity.
        assert!(end.is_some_and(|end| end <= self.capacity - start), "bytes beyond the ring");
        // SAFETY: `start + skip` is within the ring or its end, by the assertion, and the ring is mapped by
        // the promise given to `new`.
        let from = unsafe { self.lines.cast::<u8>().add(start + skip) };
        // SAFETY: `place` is ours to write, and as many bytes from `from` on lie within the ring, by the
        // assertion.
        unsafe { copy_string(from, place.as_mut_ptr().cast(), place.len()) };
        // SAFETY: all of `place` has just been written.
        unsafe { place.assume_init_mut() }
    }
}

/// A line as it is now, or a mixture of what a hostile producer makes of it meanwhile. In assembly, as
/// [`copy_string`] is; in four registers, as words would take more than there are.
///
/// # Safety
/// The line must be mapped.
#[inline(always)]
#[cfg(not(loom))]
unsafe fn copy_line(from: NonNull<Line>) -> Line {
    use std::arch::x86_64::__m128i;
    let (a, b, c, d): (__m128i, __m128i, __m128i, __m128i);
    // SAFETY: a line is aligned to its size, and mapped by the caller's promise.
    unsafe {
        std::arch::asm!(
            "movdqa {a}, [{from}]",
            "movdqa {b}, [{from} + 16]",
            "movdqa {c}, [{from} + 32]",
            "movdqa {d}, [{from} + 48]",
            from = in(reg) from.as_ptr(),
            a = lateout(xmm_reg) a,
            b = lateout(xmm_reg) b,
            c = lateout(xmm_reg) c,
            d = lateout(xmm_reg) d,
            options(nostack, preserves_flags, readonly),
        );
    }
    // SAFETY: both are 64 plain bytes.
    unsafe { std::mem::transmute::<[__m128i; 4], Line>([a, b, c, d]) }
}

/// In a model, where the shadow has proven that nobody writes the line now.
///
/// # Safety
/// As of the other.
#[cfg(loom)]
unsafe fn copy_line(from: NonNull<Line>) -> Line {
    // SAFETY: the caller's promise.
    unsafe { from.read() }
}

/// A string copy in assembly is a plain copy to the machine and no data race to the language, for
/// memory that another process may write meanwhile; from 4 KiB on it has memcpy's speed.
///
/// # Safety
/// `len` bytes must be mapped at `from`, and at `to` they must be the caller's to write.
#[inline]
unsafe fn copy_string(from: NonNull<u8>, to: *mut u8, len: usize) {
    // SAFETY: the ranges are the caller's promise; the direction flag is clear by the ABI.
    unsafe {
        std::arch::asm!(
            "rep movsb",
            inout("rcx") len => _,
            inout("rdi") to => _,
            inout("rsi") from.as_ptr() => _,
            options(nostack, preserves_flags),
        );
    }
}

/// Up to so many lines are copied word by word: `rep movsb` takes a while to start.
const COPY_BY_WORDS: usize = 16;

// SAFETY: the memory is shared between processes anyway; who may touch which part of it when is
// what the ring's protocol arranges, through `&mut Producer` and `&mut Consumer`.
unsafe impl Send for RingData {}
// SAFETY: as above; through `&RingData` alone only header words are reached, which are atomics.
unsafe impl Sync for RingData {}

impl fmt::Debug for RingData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingData").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

#[cfg(loom)]
mod shadow {
    use crate::layout::LINE;
    use crate::sync::AtomicU64;
    use loom::cell::UnsafeCell;

    /// What loom has to know about a ring: a header word per line, a cell per eight bytes.
    pub(super) struct Shadow {
        headers: Vec<AtomicU64>,
        words: Vec<UnsafeCell<()>>,
    }

    impl Shadow {
        pub(super) fn new(capacity: usize) -> Self {
            Self {
                headers: (0..capacity / LINE).map(|_| AtomicU64::new(0)).collect(),
                words: (0..capacity / 8).map(|_| UnsafeCell::new(())).collect(),
            }
        }

        pub(super) fn header(&self, line: usize) -> &AtomicU64 {
            &self.headers[line]
        }

        pub(super) fn write(&self, index: usize, len: usize) {
            for word in &self.words[index / 8..(index + len).div_ceil(8)] {
                word.with_mut(|_| ());
            }
        }

        pub(super) fn read(&self, index: usize, len: usize) {
            for word in &self.words[index / 8..(index + len).div_ceil(8)] {
                word.with(|_| ());
            }
        }

        /// Reads whole lines, all but the first header word, which was read as an atomic.
        pub(super) fn read_lines(&self, first: usize, lines: usize) {
            self.read(first * LINE + 8, lines * LINE - 8);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn filled(lines: usize) -> RingData {
        let data = RingData::private(lines * LINE);
        for line in 0..lines {
            for word in 0..LINE / 8 {
                let value = (line * 8 + word) as u64;
                let position = (line * LINE) as u64;
                let mut at = data.line(position).cast::<u64>();
                for _ in 0..word {
                    // SAFETY: within the line.
                    at = unsafe { at.add(1) };
                }
                // SAFETY: a private ring that nobody else has.
                unsafe { at.write(value) };
            }
        }
        data
    }

    fn copied(data: &RingData, position: u64, lines: usize) -> Vec<u64> {
        let mut copy = vec![Line([0; 8]); lines];
        data.copy_lines(position, &mut copy);
        copy.iter().flat_map(|line| line.0).collect()
    }

    #[test]
    fn copies_of_every_length_equal_their_source() {
        let data = filled(64);
        for lines in [0, 1, COPY_BY_WORDS, COPY_BY_WORDS + 1, 40] {
            let words: Vec<u64> = (8..8 + lines as u64 * 8).collect();
            assert_eq!(copied(&data, 64 * LINE as u64 + LINE as u64, lines), words);
        }
    }

    #[test]
    #[should_panic(expected = "lines beyond the ring")]
    fn a_copy_beyond_the_ring_is_our_own_bug() {
        copied(&filled(4), 2 * LINE as u64, 3);
    }
}
