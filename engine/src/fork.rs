//! Telling a forked child from the process that made a handle.
//!
//! One page of this process is mapped with `MADV_WIPEONFORK` (Linux 4.14) and holds one word, the
//! generation. The kernel gives a forked child that page full of zeros, before the child runs its
//! first instruction and whether it came from `fork`, from `clone` or from a raw system call.
//!
//! ```text
//!              parent                     child                      its child
//! the word     1                          0 → 2                      0 → 3
//! the counter  2                          2 → 3                      3 → 4
//! ```
//!
//! The counter lives in ordinary memory, which a child inherits, so along one line of descent no
//! value comes twice: a handle that was made in the parent never looks like the child's own.
//! (Siblings may share a value, but no handle passes between them.)
//!
//! `vfork` and its kind share the parent's memory instead of copying it. Their child is not told
//! apart, and is allowed nothing but to execute another program.

#![expect(unsafe_code, reason = "the word lives in a page that the kernel clears in a child")]

use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use memmap2::MmapMut;
use rustix::io::Errno;
use rustix::mm::Advice;

use crate::Error;

/// The value of the page in a child that did not ask yet.
const WIPED: u64 = 0;

/// The page. Never unmapped, because every generation points into it.
static PAGE: OnceLock<MmapMut> = OnceLock::new();

/// The value that the next process in this line of descent takes.
static NEXT: AtomicU64 = AtomicU64::new(WIPED + 1);

/// The process that asked for it, as opposed to any child that it forks later.
///
/// Handles keep one from their creation and answer [`Error::Forked`] when it is no longer
/// [this process](Self::is_this_process).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Generation {
    word: &'static AtomicU64,
    value: u64,
}

impl Generation {
    /// The generation of the calling process.
    ///
    /// # Errors
    /// [`Error::Exhausted`] if there is no page to be had, and [`Error::System`] if the kernel
    /// cannot wipe a page on fork. Only the first call of a process can fail.
    pub(crate) fn current() -> Result<Self, Error> {
        let word = word()?;
        let found = word.load(Relaxed);
        let value = if found == WIPED { begin(word) } else { found };
        Ok(Self { word, value })
    }

    /// Whether the caller is the process that this generation was taken in: one load, one compare, 1 ns.
    ///
    /// Relaxed is enough: within one process the word changes once, from zero, and whoever holds
    /// a generation has seen that change.
    #[inline]
    #[must_use]
    pub(crate) fn is_this_process(&self) -> bool {
        self.word.load(Relaxed) == self.value
    }

    /// [`Error::Forked`] unless this [is the process](Self::is_this_process) that took it.
    ///
    /// # Errors
    /// [`Error::Forked`] in a forked child.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.is_this_process() { Ok(()) } else { Err(Error::Forked) }
    }

    /// A number that no ancestor of this process has.
    #[must_use]
    pub(crate) fn number(&self) -> u64 {
        self.value
    }
}

/// zero → this process's number. Several threads may race; one value wins.
#[cold]
fn begin(word: &AtomicU64) -> u64 {
    let fresh = NEXT.fetch_add(1, Relaxed);
    match word.compare_exchange(WIPED, fresh, Relaxed, Relaxed) {
        Ok(_) => fresh,
        Err(winner) => winner,
    }
}

/// The word in the page, mapped by the first caller.
fn word() -> Result<&'static AtomicU64, Error> {
    let page = match PAGE.get() {
        Some(page) => page,
        None => {
            let made = wiped_on_fork()?;
            PAGE.get_or_init(|| made)
        }
    };
    // SAFETY: the pointer is the start of a page, hence aligned, writable and at least 8 bytes;
    // the page lives as long as the process, since a static holds it; and its bytes are reached
    // through this atomic alone, because `PAGE` is private and never dereferenced.
    Ok(unsafe { AtomicU64::from_ptr(page.as_ptr().cast_mut().cast()) })
}

#[cold]
fn wiped_on_fork() -> Result<MmapMut, Error> {
    let mut page = MmapMut::map_anon(size_of::<u64>()).map_err(|failed| {
        let errno = Errno::from_io_error(&failed).unwrap_or(Errno::NOMEM);
        Error::system("mmap", errno)
    })?;
    let (start, len) = (page.as_mut_ptr().cast(), page.len());
    // SAFETY: `start` is a private anonymous mapping of our own, of which the kernel takes the
    // whole page, and nobody reads or writes it yet. Wiping it in a child changes nothing here.
    unsafe { rustix::mm::madvise(start, len, Advice::LinuxWipeOnFork) }
        .map_err(|errno| Error::system("madvise", errno))?;
    Ok(page)
}

/// Forks, runs `child` there, and answers with what it returned.
#[cfg(test)]
pub(crate) fn in_a_child(child: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child runs `child` and leaves by `_exit`. What runs there in our tests waits for
    // no lock that another thread of the parent may hold; allocating is fine, as glibc sees to it.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        let status = if child() { 0 } else { 1 };
        // SAFETY: ends the child without running anything of the parent's.
        unsafe { libc::_exit(status) }
    }
    let pid = rustix::process::Pid::from_raw(pid).expect("fork failed");
    let (_, status) = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::empty())
        .expect("waitpid failed")
        .expect("no status");
    status.exit_status() == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generation_is_of_the_process_that_took_it() {
        let generation = Generation::current().unwrap();
        assert!(generation.is_this_process());
        assert_eq!(generation.number(), Generation::current().unwrap().number());
    }

    #[test]
    fn every_thread_sees_the_same_generation() {
        let here = Generation::current().unwrap().number();
        let there = std::thread::spawn(|| Generation::current().unwrap().number());
        assert_eq!(here, there.join().unwrap());
    }

    #[test]
    fn a_forked_child_is_told_from_its_parent() {
        let generation = Generation::current().unwrap();
        assert!(in_a_child(|| !generation.is_this_process()));
        assert!(in_a_child(|| generation.check() == Err(Error::Forked)));
        assert!(generation.is_this_process());
    }

    #[test]
    fn a_child_has_a_generation_of_its_own() {
        let parents = Generation::current().unwrap();
        assert!(in_a_child(|| {
            let own = Generation::current().unwrap();
            own.is_this_process() && !parents.is_this_process() && own.number() != parents.number()
        }));
    }

    #[test]
    fn a_grandchild_repeats_neither_number() {
        let first = Generation::current().unwrap();
        assert!(in_a_child(|| {
            let second = Generation::current().unwrap();
            in_a_child(|| {
                let third = Generation::current().unwrap();
                third.number() != second.number() && third.number() != first.number()
            })
        }));
    }
}
