//! The allocator of the harness: the system's, with a count per thread, and one per process where
//! the process is an end of a group.
//!
//! Per thread, because the engine starts none: what it allocates, it allocates on its caller's. Per
//! process, in memory that the measuring end can read, for contenders that do start threads. What
//! C code allocates is counted by neither.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicPtr, AtomicU64};

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    // A const value without a destructor: reading it neither allocates nor registers anything.
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// Counts what asks for memory; giving it back is free of charge.
struct Counting;

/// Where the process's allocations are counted; null before [`count_in`].
static PROCESS: AtomicPtr<AtomicU64> = AtomicPtr::new(std::ptr::null_mut());

/// Counts what all threads of this process allocate from now on, in `word`.
pub(crate) fn count_in(word: &'static AtomicU64) {
    PROCESS.store(std::ptr::from_ref(word).cast_mut(), Relaxed);
}

#[expect(unsafe_code, reason = "an allocator can take no lock and no reference of its own")]
fn count() {
    CALLS.set(CALLS.get() + 1);
    // SAFETY: null, or from the reference in `count_in`, which is good for ever.
    if let Some(word) = unsafe { PROCESS.load(Relaxed).as_ref() } {
        word.fetch_add(1, Relaxed);
    }
}

#[expect(unsafe_code, reason = "an allocator is an unsafe trait; every call goes to the system's")]
// SAFETY: each method hands its arguments to `System` unchanged and returns its answer unchanged,
// so `System`'s promises are ours. Counting touches a thread-local cell and nothing else.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise about `layout` is `System`'s.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise about `layout` is `System`'s.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        count();
        // SAFETY: the caller got `memory` from us, so from `System`; the rest is the caller's.
        unsafe { System.realloc(memory, layout, len) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller got `memory` from us, so from `System`, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Counts this thread's allocations from its birth on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section {
    from: u64,
}

impl Section {
    pub(crate) fn begin() -> Self {
        Self { from: CALLS.get() }
    }

    /// Allocations and reallocations since the section began.
    pub(crate) fn allocations(self) -> u64 {
        CALLS.get() - self.from
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn each_allocation_of_this_thread_is_counted() {
        let section = Section::begin();
        for number in 0..10 {
            black_box(Box::new(number));
        }
        assert_eq!(section.allocations(), 10);
    }

    #[test]
    fn a_vector_that_grows_counts_again() {
        let mut bytes: Vec<u8> = Vec::with_capacity(8);
        let section = Section::begin();
        bytes.reserve_exact(64);
        black_box(&bytes);
        assert_eq!(section.allocations(), 1);
    }

    #[test]
    fn another_thread_s_allocations_are_its_own() {
        let (begin, done) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                begin.wait();
                black_box(vec![1_u8; 100]);
                done.wait();
            });
            let section = Section::begin();
            begin.wait();
            done.wait();
            assert_eq!(section.allocations(), 0);
        });
    }
}
