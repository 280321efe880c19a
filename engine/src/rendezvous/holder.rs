//! Who holds an endpoint, and removing what is left of one that nobody holds.
//!
//! Asking does not take the lock, so it never keeps a main from binding. Removing takes it first, and
//! removes the lock file last, while it holds that: a main that opened the file before finds that it has
//! the lock of no file, and opens the next one.

#![expect(unsafe_code, reason = "F_GETLK, which no safe interface offers")]

use std::os::fd::{AsRawFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::endpoint::{Endpoint, OpenDirectory};
use super::listener::{Claim, unless_bound_here};
use crate::Error;

/// Whether a main lives at an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// This process, zero if it is in a pid namespace that is not visible from here.
    Process(u32),
    /// Nobody.
    Nobody,
}

/// Who holds the lock of `endpoint`.
///
/// # Errors
/// [`Error::System`].
pub(crate) fn holder(endpoint: &Endpoint, directory: &OpenDirectory) -> Result<Holder, Error> {
    let probe = || {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(directory.fd(), endpoint.lock_file(), flags, Mode::empty()) {
            Ok(lock) => holder_of(&lock),
            Err(Errno::NOENT) => Ok(Holder::Nobody),
            Err(errno) => Err(Error::system("openat", errno)),
        }
    };
    let here = Holder::Process(std::process::id());
    unless_bound_here(endpoint, directory, probe)?.unwrap_or(Ok(here))
}

fn holder_of(lock: &OwnedFd) -> Result<Holder, Error> {
    let mut wanted = libc::flock {
        l_type: lock_type(libc::F_WRLCK),
        l_whence: lock_type(libc::SEEK_SET),
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    // SAFETY: `F_GETLK` reads and writes one `flock`, which outlives the call.
    let status = unsafe { libc::fcntl(lock.as_raw_fd(), libc::F_GETLK, &raw mut wanted) };
    if status < 0 {
        let failed = std::io::Error::last_os_error();
        let errno = Errno::from_io_error(&failed).unwrap_or(Errno::INVAL);
        return Err(Error::system("fcntl(F_GETLK)", errno));
    }
    if wanted.l_type == lock_type(libc::F_UNLCK) {
        return Ok(Holder::Nobody);
    }
    Ok(Holder::Process(u32::try_from(wanted.l_pid).unwrap_or(0)))
}

#[expect(clippy::cast_possible_truncation, reason = "constants of a byte")]
fn lock_type(constant: libc::c_int) -> libc::c_short {
    constant as libc::c_short
}

/// Removes the files of an endpoint that nobody holds.
///
/// # Errors
/// [`Error::EndpointInUse`] if somebody does by now; [`Error::System`].
pub(crate) fn remove(endpoint: &Endpoint, directory: &OpenDirectory) -> Result<(), Error> {
    let _held = Claim::take(endpoint, directory)?;
    for file in [endpoint.new_socket_file(), endpoint.socket_file(), endpoint.lock_file()] {
        directory.remove(&file)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::actor::{Actor, TERMS};
    use super::super::listener::Listener;
    use super::super::scratch::Scratch;
    use super::*;

    #[test]
    fn the_holder_of_an_endpoint_is_its_living_main() {
        let scratch = Scratch::new();
        let endpoint = scratch.endpoint("stage");
        let directory = endpoint.directory().ensure().unwrap();
        assert_eq!(holder(&endpoint, &directory), Ok(Holder::Nobody));
        let mut main = Actor::at(&endpoint, "main");
        assert_eq!(main.line(), "bound");
        assert_eq!(holder(&endpoint, &directory), Ok(Holder::Process(main.child.id())));
        let in_use = Err(Error::EndpointInUse { name: "stage".to_owned() });
        assert_eq!(remove(&endpoint, &directory), in_use);
        main.kill();
        assert_eq!(holder(&endpoint, &directory), Ok(Holder::Nobody));
    }

    #[test]
    fn asking_in_mains_own_process_leaves_its_lock_alone() {
        let scratch = Scratch::new();
        let endpoint = scratch.endpoint("stage");
        let _main = Listener::bind(&endpoint, &TERMS).unwrap();
        let directory = endpoint.directory().ensure().unwrap();
        assert_eq!(holder(&endpoint, &directory), Ok(Holder::Process(std::process::id())));
        assert!(remove(&endpoint, &directory).is_err());
        let mut second = Actor::at(&endpoint, "main");
        assert_eq!(second.line(), "endpoint 'stage' is in use");
        second.finish();
    }

    #[test]
    fn what_a_dead_main_left_is_removed_with_its_lock() {
        let scratch = Scratch::new();
        let endpoint = scratch.endpoint("stage");
        let mut main = Actor::at(&endpoint, "main");
        assert_eq!(main.line(), "bound");
        main.kill();
        let directory = endpoint.directory().ensure().unwrap();
        let files = |directory: &OpenDirectory| {
            directory.files().unwrap().into_iter().filter(|file| file.starts_with("stage")).count()
        };
        assert_eq!(files(&directory), 2);
        remove(&endpoint, &directory).unwrap();
        assert_eq!(files(&directory), 0);
        Listener::bind(&endpoint, &TERMS).unwrap();
    }

    /// Two threads bind, each in turn sees that it alone holds the endpoint, while a third removes
    /// whatever it can take.
    #[test]
    fn removing_lock_files_never_lets_two_mains_bind() {
        use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
        let scratch = Scratch::new();
        let endpoint = scratch.endpoint("stage");
        let directory = endpoint.directory().ensure().unwrap();
        let (holders, stop) = (AtomicU32::new(0), AtomicBool::new(false));
        let bind = || {
            let mut bound = 0;
            while bound < 200 {
                if let Ok(main) = Listener::bind(&endpoint, &TERMS) {
                    assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                    bound += 1;
                    assert_eq!(holders.fetch_sub(1, Ordering::SeqCst), 1);
                    drop(main);
                }
            }
        };
        std::thread::scope(|scope| {
            let mains = [scope.spawn(bind), scope.spawn(bind)];
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    let _ = remove(&endpoint, &directory);
                }
            });
            let joined = mains.map(|main| main.join());
            stop.store(true, Ordering::SeqCst);
            joined.into_iter().for_each(|main| main.unwrap());
        });
    }

    #[test]
    fn a_main_that_opened_a_lock_file_before_it_was_removed_takes_the_next_one() {
        let scratch = Scratch::new();
        let endpoint = scratch.endpoint("stage");
        let directory = endpoint.directory().ensure().unwrap();
        drop(Listener::bind(&endpoint, &TERMS).unwrap());
        let flags = OFlags::RDWR | OFlags::CLOEXEC;
        let file = endpoint.lock_file();
        let opened = rustix::fs::openat(directory.fd(), &file, flags, Mode::empty()).unwrap();
        assert_eq!(directory.is_still(&file, &opened), Ok(true));
        remove(&endpoint, &directory).unwrap();
        assert_eq!(directory.is_still(&file, &opened), Ok(false));
        let _next = Listener::bind(&endpoint, &TERMS).unwrap();
        assert_eq!(directory.is_still(&file, &opened), Ok(false));
    }
}
