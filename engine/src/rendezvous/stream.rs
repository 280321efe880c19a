//! One session's socket, and the process at its other end.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, Shutdown};

use super::deadline::poll_now;
use super::peer::{Credentials, Peer, Policy};
use crate::Error;
use crate::fork::Generation;

/// The one packet that the socket carries after the handshake.
const NUDGE: u8 = b'n';

/// Packets that one [`drain`](Stream::drain) reads at most, however many wait. A peer of ours sends one for each
/// time that this side went to sleep; of one that sends without end each read costs half a microsecond.
pub(crate) const DRAIN_MAX: u32 = 2;

/// A session's SEQPACKET socket and the peer's pidfd. No call on it blocks, but
/// [`recv_welcome`](Self::recv_welcome), the renderer's.
///
/// Dropping it hangs up, also where a forked child still holds the socket. In such a child,
/// dropping only closes: the session stays its parent's.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: OwnedFd,
    peer: Peer,
    generation: Generation,
}

/// What became of a nudge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a peer that is gone will not wake"]
pub(crate) enum Nudge {
    /// It is on its way.
    Sent,
    /// So many are on their way that the socket is full: the peer will wake without this one.
    Pending,
    /// There is no peer any more.
    Gone,
}

/// What [`Stream::drain`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "the peer may have hung up"]
pub(crate) struct Drained {
    /// Nudges.
    pub nudges: u32,
    /// Packets that are no nudge. No peer of ours sends any.
    pub foreign: u32,
    /// The peer closed its end, and nothing comes after this.
    pub hung_up: bool,
}

impl Stream {
    /// A stream on a connected non-blocking socket; nothing if the process at its other end is
    /// gone already.
    ///
    /// # Errors
    /// As [`Peer::of`] and [`Generation::current`].
    pub(crate) fn of(socket: OwnedFd) -> Result<Option<Self>, Error> {
        match Peer::of(socket.as_fd())? {
            Some(peer) => Ok(Some(Self::with_peer(socket, peer)?)),
            None => Ok(None),
        }
    }

    /// A stream whose peer is known by other means than the socket.
    ///
    /// # Errors
    /// As [`Generation::current`].
    pub(crate) fn with_peer(socket: OwnedFd, peer: Peer) -> Result<Self, Error> {
        Ok(Self { socket, peer, generation: Generation::current()? })
    }

    /// Asks `policy` whether the peer may take part. Each side does, before anything else.
    ///
    /// # Errors
    /// [`Error::PermissionDenied`] naming the peer.
    pub(crate) fn admit(&self, policy: Policy) -> Result<(), Error> {
        let peer = self.credentials();
        if policy(&peer) {
            return Ok(());
        }
        let what = format!("the peer is process {} of user {}", peer.pid, peer.uid);
        Err(Error::PermissionDenied { what })
    }

    /// Who the peer is.
    #[must_use]
    pub(crate) fn credentials(&self) -> Credentials {
        self.peer.credentials()
    }

    /// Which process the peer is, among those that live: its id, or that of its descriptor if the id is not
    /// visible from here.
    #[must_use]
    pub(crate) fn process(&self) -> u64 {
        match self.credentials().pid {
            0 => rustix::fs::fstat(self.pidfd()).map_or(0, |stat| 1 << 63 | stat.st_ino),
            pid => pid.into(),
        }
    }

    /// Descriptor of the peer's process: readable once it is dead.
    #[must_use]
    pub(crate) fn pidfd(&self) -> BorrowedFd<'_> {
        self.peer.pidfd()
    }

    /// The process that made this stream, as opposed to a forked child.
    #[must_use]
    pub(crate) fn generation(&self) -> Generation {
        self.generation
    }

    /// Has the kernel refuse descriptors from the peer, and says whether it can (Linux 6.16).
    ///
    /// # Errors
    /// [`Error::System`].
    #[cfg(test)]
    pub(crate) fn refuses_descriptors(&self) -> Result<bool, Error> {
        super::sockopt::refuse_descriptors(self.as_fd())
            .map_err(|errno| Error::system("setsockopt", errno))
    }

    /// Ends the session for both sides, though the descriptor stays open until the drop.
    pub(crate) fn hang_up(&self) {
        if self.generation.is_this_process() {
            // Fails only if the peer was first.
            let _ = rustix::net::shutdown(&self.socket, Shutdown::Both);
        }
    }

    /// Wakes a peer that sleeps in its event loop.
    ///
    /// # Errors
    /// [`Error::Exhausted`] if the kernel lacks memory for one byte: the nudge is lost, and the
    /// caller's to repeat.
    pub(crate) fn nudge(&self) -> Result<Nudge, Error> {
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        loop {
            return match rustix::net::send(&self.socket, &[NUDGE], flags) {
                Ok(_) => Ok(Nudge::Sent),
                Err(Errno::AGAIN) => Ok(Nudge::Pending),
                Err(Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN) => Ok(Nudge::Gone),
                Err(Errno::INTR) => continue,
                Err(errno) => Err(Error::system("send", errno)),
            };
        }
    }

    /// Takes what arrived, [`DRAIN_MAX`] packets at most; the socket stays readable if more wait.
    ///
    /// There is no room for descriptors in this read, so none is ever received. A packet too long
    /// for the buffer is cut off and counted.
    pub(crate) fn drain(&self) -> Drained {
        let mut drained = Drained::default();
        for _ in 0..DRAIN_MAX {
            let mut packet = [0; 2];
            match self.recv(&mut packet) {
                Ok(Some(1)) if packet[0] == NUDGE => drained.nudges += 1,
                Ok(Some(_)) => drained.foreign += 1,
                Ok(None) => {
                    drained.hung_up = true;
                    break;
                }
                Err(Errno::AGAIN) => break,
                // Reset, or an error that would come back for ever: the session is over.
                Err(_) => {
                    drained.hung_up = true;
                    break;
                }
            }
        }
        drained
    }

    /// Length of the next packet, of which `packet` takes the start; nothing after a hang-up.
    ///
    /// Both a zero-length packet and a hang-up read as zero bytes. They are told apart by looking
    /// at the socket: the one leaves it open, and if the peer sent one and then hung up, passing
    /// over it loses nothing.
    pub(super) fn recv(&self, packet: &mut [u8]) -> Result<Option<usize>, Errno> {
        let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
        loop {
            return match rustix::net::recv(&self.socket, &mut *packet, flags) {
                Ok((_, 0)) if self.is_hung_up() => Ok(None),
                Ok((_, len)) => Ok(Some(len)),
                Err(Errno::INTR) => continue,
                Err(errno) => Err(errno),
            };
        }
    }

    /// Whether the peer closed or half-closed its end.
    pub(super) fn is_hung_up(&self) -> bool {
        let mut socket = [PollFd::new(&self.socket, PollFlags::RDHUP)];
        poll_now(&mut socket) && !socket[0].revents().is_empty()
    }

    /// Whether the peer died, hung up, or will write no more.
    ///
    /// Looks at both descriptors: a peer that forked leaves its socket open when it dies, and a
    /// peer that dropped its session lives on. A peer that only refuses to read, as none of ours
    /// does, shows at the next [`nudge`](Self::nudge). One system call, about 1 µs.
    #[must_use]
    pub(crate) fn is_gone(&self) -> bool {
        let mut both = self.wake_ups(PollFlags::RDHUP);
        poll_now(&mut both) && both.iter().any(|fd| !fd.revents().is_empty())
    }

    /// The socket for `events`, and the peer's process for its death.
    pub(super) fn wake_ups(&self, events: PollFlags) -> [PollFd<'_>; 2] {
        [
            PollFd::new(&self.socket, events),
            PollFd::from_borrowed_fd(self.peer.pidfd(), PollFlags::IN),
        ]
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.hang_up();
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
