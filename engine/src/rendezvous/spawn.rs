//! A session by birth: main spawns a renderer and hands it one end of a pair of sockets.
//!
//! The renderer finds its end through one variable, `RINGMAIN_FD=<number>:<cookie>`. The cookie is
//! the kernel's name for the socket (`SO_COOKIE`), never given out twice. It is there because the
//! variable outlives its meaning: taking it out of the environment would be undefined behaviour
//! while another thread reads the environment, so it stays, and every process below the renderer
//! inherits it. There the number is closed or is another file, the cookie does not match, and
//! [`inherited`] answers [`Error::NotSpawned`], as it should.
//!
//! A program between main and renderer that executes the renderer without taking the session, such
//! as a shell, passes it on. Main's pidfd then is of that program: a renderer's death that leaves
//! the program running is seen by the hang-up alone.

#![expect(unsafe_code, reason = "the child's side of fork, and a descriptor known by its number")]

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering::Relaxed};

use rustix::io::{Errno, FdFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};

use super::peer::Peer;
use super::sockopt;
use super::stream::Stream;
use crate::Error;

/// The variable through which a spawned renderer finds its session.
pub(crate) const VARIABLE: &str = "RINGMAIN_FD";

/// No descriptor to hand over.
const NONE: RawFd = -1;

/// Standard input, output and error have the numbers below, also in the child.
const FIRST: RawFd = 3;

/// Spawns `command` as a renderer. The stream's peer is the child, whose credentials are taken to
/// be ours.
///
/// `command` keeps the variable, whose meaning ends with this call; it may be spawned again, by
/// this function or on its own.
///
/// # Errors
/// [`Error::Exhausted`], [`Error::System`] naming `spawn` with what starting the program answered,
/// and [`Error::RendererGone`] if the child was dead and reaped before it could be looked at, which
/// takes a process that ignores `SIGCHLD`. If this fails, no child is left.
pub(crate) fn spawn(command: &mut Command) -> Result<(Stream, Child), Error> {
    let (ours, theirs) = pair()?;
    let cookie = sockopt::cookie_of(theirs.as_raw_fd());
    let cookie = cookie.ok_or(Error::System { call: "getsockopt", errno: libc::ENOTSOCK })?;
    command.env(VARIABLE, format!("{}:{cookie}", theirs.as_raw_fd()));
    let started = with_handed_over(command, &theirs, Command::spawn);
    drop(theirs);
    let mut child = started?;
    match stream_to(ours, &child) {
        Ok(stream) => Ok((stream, child)),
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

fn stream_to(ours: OwnedFd, child: &Child) -> Result<Stream, Error> {
    let peer = Peer::child(child.id())?.ok_or(Error::RendererGone { id: 0 })?;
    Stream::with_peer(ours, peer)
}

/// A pair of sockets: ours, which takes no descriptors, and the renderer's.
fn pair() -> Result<(OwnedFd, OwnedFd), Error> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let (ours, theirs) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
            .map_err(|errno| Error::system("socketpair", errno))?;
    sockopt::refuse_descriptors(ours.as_fd())
        .map_err(|errno| Error::system("setsockopt", errno))?;
    Ok((ours, above_standard(theirs)?))
}

/// The same file under a number that no standard stream of the child takes.
fn above_standard(fd: OwnedFd) -> Result<OwnedFd, Error> {
    if fd.as_raw_fd() >= FIRST {
        return Ok(fd);
    }
    rustix::io::fcntl_dupfd_cloexec(&fd, FIRST).map_err(|errno| Error::system("fcntl", errno))
}

/// Runs `start` on a command whose child keeps `theirs` over exec.
///
/// A command cannot forget what it is to do before exec. What it does is therefore told through a
/// word, which names no descriptor outside this function: a number kept longer would be another
/// file's, and leak that into a later child.
fn with_handed_over(
    command: &mut Command,
    theirs: &OwnedFd,
    start: impl FnOnce(&mut Command) -> std::io::Result<Child>,
) -> Result<Child, Error> {
    let handed_over = Arc::new(AtomicI32::new(theirs.as_raw_fd()));
    let in_child = Arc::clone(&handed_over);
    let keep = move || match in_child.load(Relaxed) {
        NONE => Ok(()),
        number => keep_over_exec(number),
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. `keep` loads an
    // atomic and makes one system call; it allocates nothing, an error from an errno included,
    // and takes no lock.
    unsafe { command.pre_exec(keep) };
    let started = start(command);
    handed_over.store(NONE, Relaxed);
    started.map_err(|failed| {
        Error::system("spawn", Errno::from_io_error(&failed).unwrap_or(Errno::INVAL))
    })
}

/// Clears CLOEXEC of `number`, in the child.
fn keep_over_exec(number: RawFd) -> std::io::Result<()> {
    // SAFETY: `number` is not -1, and is open: `with_handed_over` borrows its owner in the parent,
    // and this child's copy of the table was made meanwhile.
    let theirs = unsafe { BorrowedFd::borrow_raw(number) };
    rustix::io::fcntl_setfd(theirs, FdFlags::empty())?;
    Ok(())
}

/// The session that this process was spawned with. Its peer is the main that made the pair.
///
/// Works once per process; the socket is CLOEXEC again from here on. The main was not
/// [admitted](Stream::admit) yet.
///
/// # Errors
/// [`Error::NotSpawned`] if no main spawned this process, or the session was taken already;
/// [`Error::MainGone`]; [`Error::Exhausted`] and [`Error::System`].
pub(crate) fn inherited() -> Result<Stream, Error> {
    let Some(number) = named_in(std::env::var(VARIABLE).ok().as_deref()) else {
        return Err(not_spawned());
    };
    static TAKEN: AtomicBool = AtomicBool::new(false);
    if TAKEN.swap(true, Relaxed) {
        return Err(not_spawned());
    }
    // SAFETY: `number` is open and is the socket that a main of ours made and put under this
    // number for this process: the cookie says so, and a cookie never means two sockets. Nothing
    // else here owns it: only the variable names it, and `TAKEN` lets one caller pass.
    let socket = unsafe { OwnedFd::from_raw_fd(number) };
    rustix::io::fcntl_setfd(&socket, FdFlags::CLOEXEC)
        .map_err(|errno| Error::system("fcntl", errno))?;
    Stream::of(socket)?.ok_or(Error::MainGone)
}

/// What a process is told that has no main to be the child of, or had one and its one session.
pub(crate) fn not_spawned() -> Error {
    Error::NotSpawned { variable: VARIABLE }
}

/// The number in a value of the variable, if it is still the socket that it was.
fn named_in(value: Option<&str>) -> Option<RawFd> {
    let (number, cookie) = value?.split_once(':')?;
    let (number, cookie) = (number.parse().ok()?, cookie.parse().ok()?);
    (number >= FIRST && sockopt::cookie_of(number) == Some(cookie)).then_some(number)
}

#[cfg(test)]
#[path = "spawn_tests.rs"]
mod tests;
