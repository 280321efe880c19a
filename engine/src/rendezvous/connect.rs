//! A renderer's way to a main, by the endpoint's name.
//!
//! Waiting for a main is waiting for its socket to be renamed into place, which inotify reports.
//! Once nobody was found the directory is watched and looked at again, so that no arrival falls
//! between the two. A socket that refuses belongs to a dead main; its successor's arrives by
//! renaming as well.

use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::fs::{OFlags, inotify};
use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use super::deadline::poll_until;
use super::endpoint::{Directory, Endpoint};
use super::stream::Stream;
use crate::Error;
use crate::limits::HANDSHAKE_TIMEOUT;

/// Between two looks when inotify works: for a directory that is removed and made again, and for
/// a full backlog that a dead main's child holds open.
const SLICE: Duration = Duration::from_secs(1);

/// Between two looks when this user has no inotify instance left.
const UNWATCHED_SLICE: Duration = Duration::from_millis(10);

/// Connects to the main that is bound to `endpoint`, waiting for one until `deadline`.
///
/// Without a deadline it does not wait for a main to appear. A main that is there and so busy that
/// its backlog is full is given until the deadline, and [`HANDSHAKE_TIMEOUT`] without one.
///
/// The main was not [admitted](Stream::admit) yet.
///
/// # Errors
/// [`Error::NoMain`] if there was none in time; [`Error::Deadline`] if it accepted nobody in time;
/// [`Error::PermissionDenied`] for a directory that is not ours alone; [`Error::Exhausted`] and
/// [`Error::System`].
pub(crate) fn connect(endpoint: &Endpoint, deadline: Option<Instant>) -> Result<Stream, Error> {
    let patient = deadline.is_some();
    let deadline = deadline.unwrap_or_else(|| Instant::now() + HANDSHAKE_TIMEOUT);
    let mut arrivals = None;
    loop {
        let found = look(endpoint, deadline)?;
        let in_time = Instant::now() < deadline;
        match (found, &arrivals) {
            (Found::Main(stream), _) => return Ok(stream),
            // Looking was waiting. By now the endpoint may be another main's.
            (Found::Busy, _) if in_time => {}
            (Found::Busy, _) => return Err(Error::Deadline),
            (Found::Nobody, Some(arrivals)) if in_time => Arrivals::wait(arrivals, deadline)?,
            // Only now, as giving inotify back takes milliseconds; then look once more.
            (Found::Nobody, None) if in_time && patient => {
                arrivals = Some(Arrivals::watch(endpoint.directory())?);
            }
            (Found::Nobody, _) => return Err(endpoint.no_main()),
        }
    }
}

/// What is behind an endpoint.
enum Found {
    /// A main, and we are connected.
    Main(Stream),
    /// Nobody, or somebody who is dead.
    Nobody,
    /// A socket whose backlog was full all along.
    Busy,
}

/// Connects, waiting for room in a full backlog for a slice at most.
fn look(endpoint: &Endpoint, deadline: Instant) -> Result<Found, Error> {
    let Some(directory) = endpoint.directory().open()? else {
        return Ok(Found::Nobody);
    };
    let address = directory.address(&endpoint.socket_file())?;
    let socket = rustix::net::socket_with(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
    .map_err(|errno| Error::system("socket", errno))?;
    match connect_until(&socket, &address, deadline.min(Instant::now() + SLICE)) {
        Ok(()) => {}
        Err(Errno::NOENT | Errno::CONNREFUSED) => return Ok(Found::Nobody),
        Err(Errno::AGAIN) => return Ok(Found::Busy),
        Err(errno) => return Err(Error::system("connect", errno)),
    }
    rustix::fs::fcntl_setfl(&socket, OFlags::NONBLOCK)
        .map_err(|errno| Error::system("fcntl", errno))?;
    // A dead main's forked child can hold the socket open: connected, but to nobody. A main that has
    // refused us already is gone, too, and left word.
    let stream = Stream::of(socket)?.filter(|stream| !stream.is_gone() || stream.has_word());
    Ok(stream.map_or(Found::Nobody, Found::Main))
}

/// Connects a blocking socket; `AGAIN` when the backlog was full until the deadline.
///
/// A non-blocking one would be told of a full backlog at once, and of room in it never.
fn connect_until(
    socket: &OwnedFd,
    address: &SocketAddrUnix,
    deadline: Instant,
) -> Result<(), Errno> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // Zero would mean for ever.
        let left = left.max(Duration::from_millis(1));
        set_socket_timeout(socket, Timeout::Send, Some(left))?;
        match rustix::net::connect(socket, address) {
            Err(Errno::INTR) => {}
            done => return done,
        }
    }
}

/// Pauses of one who was told to come again: nothing tells when there is room, so each is longer than the one
/// before. They differ from process to process, so that those who were turned away together do not come
/// together again.
#[derive(Debug)]
pub(crate) struct Pauses(Duration);

impl Pauses {
    const FIRST: Duration = Duration::from_millis(2);
    const LONGEST: Duration = Duration::from_millis(50);

    pub(crate) fn new() -> Self {
        Self(Self::FIRST + Duration::from_micros(u64::from(std::process::id() % 2000)))
    }

    /// The next one, which ends at the deadline if that comes first.
    ///
    /// # Errors
    /// [`Error::Exhausted`] if the kernel lacks memory.
    pub(crate) fn next(&mut self, deadline: Instant) -> Result<(), Error> {
        let end = deadline.min(Instant::now() + self.0);
        self.0 = (2 * self.0).min(Self::LONGEST);
        poll_until(&mut [], Some(end)).map(drop)
    }
}

/// News that something was renamed in a directory.
struct Arrivals {
    inotify: Option<OwnedFd>,
}

impl Arrivals {
    /// Watches `directory` if inotify has an instance left, and the clock otherwise. Makes the
    /// directory if need be, as there is nothing to watch otherwise.
    fn watch(directory: &Directory) -> Result<Self, Error> {
        use inotify::{CreateFlags, WatchFlags};
        directory.ensure()?;
        let Ok(inotify) = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK) else {
            return Ok(Self { inotify: None });
        };
        let flags = WatchFlags::MOVED_TO | WatchFlags::DELETE_SELF | WatchFlags::ONLYDIR;
        let watched = inotify::add_watch(&inotify, directory.path(), flags);
        Ok(Self { inotify: watched.is_ok().then_some(inotify) })
    }

    /// Waits for news or the end of a slice, whichever is first.
    fn wait(&self, deadline: Instant) -> Result<(), Error> {
        let Some(inotify) = &self.inotify else {
            poll_until(&mut [], Some(deadline.min(Instant::now() + UNWATCHED_SLICE)))?;
            return Ok(());
        };
        let slice = deadline.min(Instant::now() + SLICE);
        if poll_until(&mut [PollFd::new(inotify, PollFlags::IN)], Some(slice))? {
            // What happened does not matter, a look tells; news that do not fit come next time.
            let mut news = [0; 4096];
            let _ = rustix::io::read(inotify, &mut news);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "connect_tests.rs"]
mod tests;
