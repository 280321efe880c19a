//! Words of shared memory that the kernel marks when this process dies.
//!
//! The mechanism is that of robust mutexes. A thread can have a list of words (`set_robust_list`); when the
//! thread ends, in whatever way, the kernel walks the list, and sets [`OWNER_DIED`] in each word whose low bits
//! are the thread's id. A process ends with all its threads, so one thread that sleeps for ever stands for
//! the process: a thread of ours, because those of the host end when they like, and their lists are their
//! libc's. Waiting for the process (`waitpid`, a readable pidfd) succeeds only when all its threads have ended, the
//! walk is part of that end, and so nobody can know of a death that is not marked yet.
//!
//! The list may not lie in shared memory, where the peer would read addresses of this process, or write
//! them. But a node of it has one distance to its word, the same for all words of a thread. So the page of a
//! word is mapped a second time, behind a page of ours:
//!
//! ```text
//!   the range   ┌──────────┬──────────┬──────────┬──────────┬───
//!               │ node 0   │ word 0   │ node 1   │ word 1   │ …      one page each
//!               └──────────┴──────────┴──────────┴──────────┴───
//!                 private    shared     private    shared
//!   head → node 1 → node 0 → head         word = node + offset
//! ```
//!
//! The kernel may walk at any instant, while other threads still run: what has died is killed where it is.
//! So every change of the list is one store, a node is linked when it is whole, and pages of the range are never
//! given back: a walk that stands on a node that is just taken out finds its way on, and instead of a word
//! a page of zeros.
//!
//! What can go wrong goes unmarked: the kernel gives up at a page that it cannot have (the process was killed for want of
//! memory, and what the kernel then takes from it early; a truncated file), and a word that is written in the
//! microseconds between the walk and the death of the thread that writes it is not seen any more.
#![expect(unsafe_code, reason = "set_robust_list, and pages that are mapped twice")]

use super::thread;
use parking_lot::Mutex;
use rustix::io::Errno;
use rustix::mm::{MapFlags, MprotectFlags, MremapFlags, ProtFlags};
use rustix::thread::futex;
use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicU32};

/// The bit that the kernel sets, `FUTEX_OWNER_DIED`.
pub(crate) const OWNER_DIED: u32 = 0x4000_0000;

/// The bits in which a living owner's thread id is, `FUTEX_TID_MASK`.
pub(crate) const OWNER: u32 = 0x3fff_ffff;

/// The kernel walks no further than so many nodes, `ROBUST_LIST_LIMIT`.
const NODES: usize = 2048;

/// A node's page and its word's.
const PAIR: usize = 2 * PAGE;
const PAGE: usize = 4096;

/// A pointer of the kernel's list, to the next node or back to the head.
type Link = AtomicPtr<c_void>;

/// `struct robust_list_head`.
#[derive(Debug)]
#[repr(C)]
struct Head {
    first: Link,
    /// From a node to its word.
    offset: isize,
    /// A word that is not in the list yet, or no more. Always none.
    pending: Link,
}

/// The words of one process, and the thread whose end is the process's.
#[derive(Debug)]
pub(crate) struct RobustList {
    head: Head,
    process: u64,
    range: NonNull<c_void>,
    /// The thread's id once it sleeps; [`REFUSED`] if it could not.
    thread: AtomicU32,
    state: Mutex<State>,
}

// SAFETY: the range is of the process, not of a thread; the list in it is changed under the lock.
unsafe impl Send for RobustList {}
// SAFETY: as above.
unsafe impl Sync for RobustList {}

/// No thread is there, or none any more.
const NOBODY: u32 = 0;

/// The kernel has refused the list. No thread has this id.
const REFUSED: u32 = u32::MAX;

#[derive(Debug, Default)]
struct State {
    /// Pairs whose pages are there. Those of others cannot be touched.
    opened: usize,
    /// Pairs among them that are not listed.
    free: Vec<usize>,
    /// Those that are. The last one is the first that the kernel meets.
    listed: Vec<usize>,
}

/// A word's place in the list.
#[derive(Debug)]
pub(crate) struct Place(usize);

impl RobustList {
    /// A list without words, of the process with this number, for words that lie `at` so many bytes into their
    /// page.
    ///
    /// # Errors
    /// What reserving addresses answers.
    pub(crate) fn new(process: u64, at: usize) -> Result<Arc<Self>, Errno> {
        let len = NODES * PAIR;
        // SAFETY: a new range, of which nothing can be touched yet.
        let range = unsafe {
            rustix::mm::mmap_anonymous(
                std::ptr::null_mut(),
                len,
                ProtFlags::empty(),
                MapFlags::PRIVATE,
            )
        }?;
        let list = Arc::new(Self {
            head: Head {
                first: Link::default(),
                offset: (PAGE + at).cast_signed(),
                pending: Link::default(),
            },
            process,
            range: NonNull::new(range).ok_or(Errno::NOMEM)?,
            thread: AtomicU32::new(NOBODY),
            state: Mutex::default(),
        });
        list.head.first.store(list.end(), Relaxed);
        Ok(list)
    }

    /// The number of the process that it is of.
    pub(crate) fn process(&self) -> u64 {
        self.process
    }

    /// The thread whose end marks the words. It is started by the first call; a later one tries again if that
    /// failed.
    pub(crate) fn owner(self: &Arc<Self>) -> Option<u32> {
        let _one_at_a_time = self.state.lock();
        match self.thread.load(Relaxed) {
            NOBODY | REFUSED => self.start(),
            thread => Some(thread),
        }
    }

    /// Lists a word, whose page is one of a shared mapping, and sets it to `owner`. `None` if there is no room.
    pub(crate) fn insert(&self, word: &AtomicU32, owner: u32) -> Option<Place> {
        let word = std::ptr::from_ref(word).cast_mut().cast::<c_void>();
        let at = word.addr() % PAGE;
        if (PAGE + at).cast_signed() != self.head.offset {
            return None;
        }
        let mut state = self.state.lock();
        let pair = self.free_pair(&mut state)?;
        if self.map_again(word.wrapping_byte_sub(at), pair).is_err() {
            self.give_back(&mut state, pair);
            return None;
        }
        self.link(pair).store(self.head.first.load(Relaxed), Relaxed);
        // Release, here and in `remove`: for the kernel's walk, which follows the pointer.
        self.head.first.store(self.node(pair), Release);
        state.listed.push(pair);
        // Last: from here on a death without a mark would be one without a sign. Through the page that the
        // kernel uses, so that this page is there.
        self.word(pair).store(owner, Relaxed);
        Some(Place(pair))
    }

    /// Takes a word from the list. It stays as it is.
    pub(crate) fn remove(&self, Place(pair): Place) {
        let mut state = self.state.lock();
        let Some(found) = state.listed.iter().rposition(|listed| *listed == pair) else { return };
        let place =
            state.listed.get(found + 1).map_or(&self.head.first, |before| self.link(*before));
        place.store(self.link(pair).load(Relaxed), Release);
        state.listed.remove(found);
        self.give_back(&mut state, pair);
    }

    /// The same in a forked child, whose list this is not: gives up the child's copy of the mapping.
    pub(crate) fn let_go(&self, Place(pair): Place) {
        self.unmap(pair);
    }

    /// What the last node points to.
    fn end(&self) -> *mut c_void {
        std::ptr::from_ref(&self.head).cast_mut().cast()
    }

    fn node(&self, pair: usize) -> *mut c_void {
        self.range.as_ptr().wrapping_byte_add(pair * PAIR)
    }

    fn link(&self, pair: usize) -> &Link {
        // SAFETY: the page of a node that was opened is there and zero at first, a pointer, for as long as the process,
        // and reached through this atomic alone.
        unsafe { Link::from_ptr(self.node(pair).cast()) }
    }

    fn word(&self, pair: usize) -> &AtomicU32 {
        let word = self.node(pair).wrapping_byte_offset(self.head.offset);
        // SAFETY: the word's page is there as well; it is of shared memory, where everything is atomic.
        unsafe { AtomicU32::from_ptr(word.cast()) }
    }

    fn word_page(&self, pair: usize) -> *mut c_void {
        self.node(pair).wrapping_byte_add(PAGE)
    }

    fn free_pair(&self, state: &mut State) -> Option<usize> {
        if let Some(pair) = state.free.pop() {
            return Some(pair);
        }
        let pair = state.opened;
        if pair == NODES {
            return None;
        }
        let flags = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: two pages in our range that nobody could touch so far.
        unsafe { rustix::mm::mprotect(self.node(pair), PAIR, flags) }.ok()?;
        state.opened += 1;
        Some(pair)
    }

    /// Maps the shared page a second time. A shared mapping from which nothing is moved is copied, mremap(2);
    /// that needs no descriptor, and no right to write that a seal has taken from those who come later.
    fn map_again(&self, page: *mut c_void, pair: usize) -> Result<(), Errno> {
        let (flags, target) = (MremapFlags::MAYMOVE, self.word_page(pair));
        // SAFETY: nothing of the old mapping changes, and the target is a page in our range to which there
        // are no references: the pair is not listed.
        let mapped = unsafe { rustix::mm::mremap_fixed(page, 0, PAGE, flags, target) };
        mapped.map(drop)
    }

    /// A pair that is not listed may be used again. One whose page could not be replaced may not: a kernel
    /// that failed half-way can have left a hole there, which is anybody's.
    fn give_back(&self, state: &mut State, pair: usize) {
        if self.unmap(pair) {
            state.free.push(pair);
        }
    }

    /// Puts a page of zeros where a word was. `false` if there is no memory for that.
    fn unmap(&self, pair: usize) -> bool {
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: the target is a page in our range to which there are no references: the pair is not listed.
        let zeros =
            unsafe { rustix::mm::mmap_anonymous(self.word_page(pair), PAGE, protection, flags) };
        zeros.is_ok()
    }

    /// Starts the thread, and waits for it to have the list.
    #[cold]
    fn start(self: &Arc<Self>) -> Option<u32> {
        self.thread.store(NOBODY, Relaxed);
        if !thread::spawn(Arc::clone(self), Self::keep) {
            return None;
        }
        loop {
            match self.thread.load(Relaxed) {
                NOBODY => {
                    // An interrupted wait is one that looks again.
                    let _ = futex::wait(&self.thread, futex::Flags::PRIVATE, NOBODY, None);
                }
                REFUSED => return None,
                thread => return Some(thread),
            }
        }
    }

    /// What the thread does: it has the kernel take the list, says so, and sleeps until its process ends.
    fn keep(&self) {
        // It has a name in `ps` and in debuggers, or not.
        let _ = rustix::thread::set_name(c"ringmain-life");
        let thread = match self.register() {
            Ok(()) => rustix::thread::gettid().as_raw_nonzero().get().cast_unsigned(),
            Err(_) => REFUSED,
        };
        self.thread.store(thread, Relaxed);
        let _ = futex::wake(&self.thread, futex::Flags::PRIVATE, 1);
        if thread == REFUSED {
            return;
        }
        loop {
            // The word never changes again. A libc has its own signals, for `setuid` in all threads.
            match futex::wait(&self.thread, futex::Flags::PRIVATE, thread, None) {
                Ok(()) | Err(Errno::INTR) => {}
                // A filter may have come to forbid it.
                Err(_) => std::thread::sleep(std::time::Duration::from_secs(3600)),
            }
        }
    }

    fn register(&self) -> Result<(), Errno> {
        let (head, len) = (self.end(), size_of::<Head>());
        // SAFETY: the head is as the kernel declares it, and stays there as long as the thread, which has a
        // share of this list and never gives it back. The thread locks no robust mutex of its libc's,
        // whose list this replaces.
        let done = unsafe { libc::syscall(libc::SYS_set_robust_list, head, len) };
        if done == 0 { Ok(()) } else { Err(Errno::INVAL) }
    }
}

const _: () = {
    assert!(offset_of!(Head, first) == 0);
    assert!(size_of::<Head>() == 24);
};

#[cfg(test)]
#[path = "robust_tests.rs"]
mod tests;
