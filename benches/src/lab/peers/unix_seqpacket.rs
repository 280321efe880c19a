//! A UNIX socket that carries packets: each message is one, and needs no length of its own.

use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};

use super::socket_buffers;
use super::star::{self, Connection, Received};
use crate::lab::{Abilities, Case, Contender, Duplex, End, Sample, Wait, workload};
use crate::{Result, descriptors};

/// What the kernel keeps of a socket's buffer for itself.
const RESERVED: usize = 32;
/// A packet lies in memory that is contiguous, and the kernel has no larger piece.
const PIECE: usize = 4 << 20;

pub(super) struct UnixSeqpacket;

impl Contender for UnixSeqpacket {
    fn name(&self) -> &'static str {
        "UNIX seqpacket"
    }

    fn abilities(&self) -> Abilities {
        let lens = 0..=packet_max().unwrap_or(0);
        Abilities {
            lens,
            fan_out: true,
            fan_in: true,
            serves: true,
            connects: true,
            ..Abilities::PAIR
        }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        if !case.mode.is_of_a_pair() {
            return star::run::<Packets>(end);
        }
        workload::run(
            end,
            |_| {
                let [ours, theirs] = pair()?;
                descriptors::give(end, &[theirs.as_fd()])?;
                Packets::of(ours, &case)
            },
            |_| {
                let [socket] = descriptors::take(end)?;
                Packets::of(socket, &case)
            },
        )
    }
}

fn pair() -> Result<[OwnedFd; 2]> {
    let flags = SocketFlags::CLOEXEC;
    let (one, other) =
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?;
    Ok([one, other])
}

/// The longest packet of a socket whose buffers were raised.
fn packet_max() -> Result<usize> {
    let [socket, _] = pair()?;
    socket_buffers::raise(&socket)?;
    Ok((sockopt::socket_send_buffer_size(&socket)? - RESERVED).min(PIECE))
}

/// An end of the socket.
struct Packets {
    socket: OwnedFd,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

impl Packets {
    /// Takes the next packet if there is one; its length is zero once the other end has gone.
    #[inline]
    fn take(&mut self, flags: RecvFlags) -> Result<Option<usize>> {
        let buffer = &mut self.incoming[..];
        tried(rustix::net::recv(&self.socket, buffer, flags | RecvFlags::TRUNC).map(|got| got.1))
    }

    #[inline]
    fn check(&self, len: usize) -> Result<()> {
        if len == self.incoming.len() {
            return Ok(());
        }
        Err(format!("a packet of {len} bytes, expected {}", self.incoming.len()).into())
    }
}

impl Connection for Packets {
    const TYPE: SocketType = SocketType::SEQPACKET;

    fn of(socket: OwnedFd, case: &Case) -> Result<Self> {
        socket_buffers::raise(&socket)?;
        rustix::io::ioctl_fionbio(&socket, case.wait == Wait::Polling)?;
        Ok(Self { socket, outgoing: vec![0; case.len], incoming: vec![0; case.len] })
    }

    #[inline]
    fn try_receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>> {
        match self.take(RecvFlags::DONTWAIT)? {
            None => Ok(Received::Nothing),
            Some(0) => Ok(Received::Closed),
            Some(len) => {
                self.check(len)?;
                Ok(Received::Message(read(&self.incoming)))
            }
        }
    }

    fn socket(&self) -> &impl AsFd {
        &self.socket
    }
}

impl Duplex for Packets {
    #[inline]
    fn send(&mut self, _len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        fill(&mut self.outgoing);
        while tried(rustix::net::send(&self.socket, &self.outgoing, SendFlags::NOSIGNAL))?.is_none()
        {
            std::hint::spin_loop();
        }
        Ok(())
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        loop {
            if let Some(len) = self.take(RecvFlags::empty())? {
                self.check(len)?;
                return Ok(read(&self.incoming));
            }
            std::hint::spin_loop();
        }
    }
}

/// What a call came to; none if it would have slept.
#[inline]
fn tried<T>(call: rustix::io::Result<T>) -> Result<Option<T>> {
    match call {
        Ok(done) => Ok(Some(done)),
        Err(Errno::AGAIN | Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
