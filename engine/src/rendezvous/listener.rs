//! A main's place under an endpoint's name, where renderers come in.
//!
//! ```text
//! table of this process   refuses a second bind here, before the lock file is opened: closing
//!      ▼                  any descriptor of that file would drop the lock
//! NAME.lock, fcntl        refuses a second bind elsewhere; gone with the process, however it
//!      ▼                  dies, and not inherited by its forked children, as flock's would be
//! NAME.new                bound, listening
//!      ▼ rename
//! NAME.sock               a renderer finds the old socket or this one, and this one listens
//! ```
//!
//! Whoever holds the lock owns `NAME.sock`, so a dead main's socket is simply replaced, and is
//! never unlinked by two mains that both find it dead.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use parking_lot::Mutex;
use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, Shutdown, SocketFlags, SocketType};

use super::endpoint::{Endpoint, OpenDirectory};
use super::handshake::send_packet;
use super::peer::Peer;
use super::sockopt;
use super::stream::Stream;
use super::terms::Terms;
use super::welcome::{Packet, Refusal, Welcome};
use crate::Error;
use crate::fork::Generation;

/// Renderers that may wait to be accepted; further ones wait in `connect`.
const BACKLOG: i32 = 128;

/// Connections of processes that died meanwhile, which one `accept` passes over.
const DEAD_MAX: u32 = 16;

/// A bound endpoint.
///
/// Dropping it hangs up on whoever waits to be accepted, and removes the socket. In a forked
/// child, dropping only closes: the endpoint stays its parent's.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: OwnedFd,
    /// Given up for a moment to accept a renderer only to refuse it, see [`accept`](Self::accept).
    spare: Option<OwnedFd>,
    clogged: bool,
    refusal: Packet,
    endpoint: Endpoint,
    directory: OpenDirectory,
    claim: Claim,
}

impl Listener {
    /// Binds `endpoint` for a main that speaks `terms`.
    ///
    /// # Errors
    /// [`Error::EndpointInUse`] while a main lives there, in this process or in another;
    /// [`Error::PermissionDenied`] for a directory that is not ours alone;
    /// [`Error::Exhausted`] and [`Error::System`].
    pub(crate) fn bind(endpoint: &Endpoint, terms: &Terms) -> Result<Self, Error> {
        let directory = endpoint.directory().ensure()?;
        let claim = Claim::take(endpoint, &directory)?;
        let socket = listen(endpoint, &directory)?;
        let refusal = Welcome { terms: *terms, verdict: Err(Refusal::Exhausted) }.encode();
        Ok(Self {
            spare: spare_of(&socket),
            clogged: false,
            socket,
            refusal,
            endpoint: endpoint.clone(),
            directory,
            claim,
        })
    }

    /// The name that it is bound to.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.endpoint.name()
    }

    /// The next renderer, or nothing if none waits. Never blocks.
    ///
    /// Nobody was [admitted](Stream::admit) yet. Processes that died meanwhile are passed over, a
    /// few per call, so poll the listener level-triggered.
    ///
    /// # Errors
    /// [`Error::Exhausted`] if there is somebody, and no descriptor for him. Left waiting, he would keep the
    /// listener readable and main's loop spinning. So a spare descriptor is given up, the renderer
    /// accepted, refused as [`Refusal::Exhausted`] and closed, and the spare taken back. The next
    /// call is for the next renderer, unless the listener [is clogged](Self::is_clogged).
    pub(crate) fn accept(&mut self) -> Result<Option<Stream>, Error> {
        if self.spare.is_none() {
            self.spare = spare_of(&self.socket);
        }
        self.clogged = false;
        for _ in 0..DEAD_MAX {
            match self.accept_socket() {
                Ok(socket) => {
                    if let Some(stream) = self.receive(socket)? {
                        return Ok(Some(stream));
                    }
                }
                Err(Errno::AGAIN) => return Ok(None),
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                Err(Errno::MFILE | Errno::NFILE) => return self.shed().map(|()| None),
                Err(errno) => {
                    self.clogged = true;
                    return Err(Error::system("accept", errno));
                }
            }
        }
        Ok(None)
    }

    /// Whether the last [`accept`](Self::accept) failed and the renderer still waits: somebody
    /// took even the spare descriptor, or the kernel has no memory. Leave the listener out of the
    /// poll set then, until a session ends or some time has passed.
    #[must_use]
    pub(crate) fn is_clogged(&self) -> bool {
        self.clogged
    }

    fn accept_socket(&self) -> Result<OwnedFd, Errno> {
        rustix::net::accept_with(&self.socket, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK)
    }

    /// Makes a stream of what was accepted; nothing if the renderer is dead.
    fn receive(&self, socket: OwnedFd) -> Result<Option<Stream>, Error> {
        // Inherited from the listener since the option exists; asked for again to rely on nothing.
        let refused = sockopt::refuse_descriptors(socket.as_fd())
            .map_err(|errno| Error::system("setsockopt", errno));
        match refused.and_then(|_| Peer::of(socket.as_fd())) {
            Ok(Some(peer)) => Ok(Some(Stream::with_peer(socket, peer)?)),
            Ok(None) => Ok(None),
            Err(error) => {
                self.refuse(&socket);
                Err(error)
            }
        }
    }

    /// The kernel says that there is no descriptor before it looks whether anybody waits.
    #[cold]
    fn shed(&mut self) -> Result<(), Error> {
        self.spare = None;
        let refused = match self.accept_socket() {
            Ok(socket) => {
                self.refuse(&socket);
                true
            }
            Err(Errno::AGAIN | Errno::INTR | Errno::CONNABORTED) => false,
            Err(_) => {
                self.clogged = true;
                true
            }
        };
        self.spare = spare_of(&self.socket);
        if refused { Err(Error::Exhausted { what: "descriptors" }) } else { Ok(()) }
    }

    /// Tells a renderer that there is no room. It may be gone, or never listen.
    fn refuse(&self, socket: &OwnedFd) {
        let _ = send_packet(socket.as_fd(), &self.refusal, &[]);
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if self.claim.is_ours() {
            // While `claim` holds the lock, the file cannot be another main's. A forked child may
            // hold the socket open; shut down, it refuses.
            let _ = self.directory.remove(&self.endpoint.socket_file());
            let _ = rustix::net::shutdown(&self.socket, Shutdown::Both);
        }
    }
}

/// A descriptor that costs nothing but its number.
fn spare_of(socket: &OwnedFd) -> Option<OwnedFd> {
    rustix::io::fcntl_dupfd_cloexec(socket, 0).ok()
}

fn listen(endpoint: &Endpoint, directory: &OpenDirectory) -> Result<OwnedFd, Error> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)
        .map_err(|errno| Error::system("socket", errno))?;
    sockopt::refuse_descriptors(socket.as_fd())
        .map_err(|errno| Error::system("setsockopt", errno))?;
    let new = endpoint.new_socket_file();
    directory.remove(&new)?;
    let address = directory.address(&new)?;
    rustix::net::bind(&socket, &address).map_err(|errno| Error::system("bind", errno))?;
    if let Err(error) = publish(endpoint, directory, &socket) {
        let _ = directory.remove(&new);
        return Err(error);
    }
    Ok(socket)
}

/// Makes a bound socket the endpoint's.
fn publish(endpoint: &Endpoint, directory: &OpenDirectory, socket: &OwnedFd) -> Result<(), Error> {
    rustix::net::listen(socket, BACKLOG).map_err(|errno| Error::system("listen", errno))?;
    let (new, published) = (endpoint.new_socket_file(), endpoint.socket_file());
    rustix::fs::renameat(directory.fd(), new, directory.fd(), published)
        .map_err(|errno| Error::system("renameat", errno))
}

/// Generation, directory and name of what is bound. The generation, because a forked child has a
/// copy of this table and none of the locks.
type Bound = (u64, (u64, u64), String);

/// What this process has bound.
static TABLE: Mutex<BTreeSet<Bound>> = Mutex::new(BTreeSet::new());

/// Whether this process has bound the endpoint: then its lock file must not be opened here, as closing
/// it would drop the lock. Runs `probe` if not, while nobody here can bind it.
#[cfg(feature = "cli")]
pub(super) fn unless_bound_here<T>(
    endpoint: &Endpoint,
    directory: &OpenDirectory,
    probe: impl FnOnce() -> T,
) -> Result<Option<T>, Error> {
    let generation = Generation::current()?.number();
    let table = TABLE.lock();
    let entry = (generation, directory.identity(), endpoint.name().to_owned());
    Ok((!table.contains(&entry)).then(probe))
}

/// An entry in the table and, behind it, the lock. Dropping it gives both back.
#[derive(Debug)]
pub(super) struct Claim {
    generation: Generation,
    entry: Bound,
    lock: Option<OwnedFd>,
}

impl Claim {
    pub(super) fn take(endpoint: &Endpoint, directory: &OpenDirectory) -> Result<Self, Error> {
        let in_use = || Error::EndpointInUse { name: endpoint.name().to_owned() };
        let generation = Generation::current()?;
        let entry = (generation.number(), directory.identity(), endpoint.name().to_owned());
        if !TABLE.lock().insert(entry.clone()) {
            return Err(in_use());
        }
        let mut claim = Self { generation, entry, lock: None };
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = endpoint.lock_file();
        loop {
            let lock = rustix::fs::openat(directory.fd(), &file, flags, Mode::RUSR | Mode::WUSR)
                .map_err(|errno| Error::system("openat", errno))?;
            match rustix::fs::fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::AGAIN | Errno::ACCESS) => return Err(in_use()),
                Err(errno) => return Err(Error::system("fcntl", errno)),
            }
            // Whoever removes the file holds its lock. If that was between our two calls, we hold the
            // lock of a file that nobody else will ever find.
            if directory.is_still(&file, &lock)? {
                claim.lock = Some(lock);
                return Ok(claim);
            }
        }
    }

    /// Whether it was taken by this process, as opposed to one that this was forked from.
    fn is_ours(&self) -> bool {
        self.generation.is_this_process()
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // First the lock, then the entry: a bind in between would take the lock, and this close
        // would take it away again.
        self.lock = None;
        if self.is_ours() {
            TABLE.lock().remove(&self.entry);
        }
    }
}

#[cfg(test)]
#[path = "listener_tests.rs"]
mod tests;
