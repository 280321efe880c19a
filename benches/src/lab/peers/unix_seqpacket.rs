//! A UNIX socket that carries packets: each message is one, and needs no length of its own.

use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, sockopt};

use super::socket_buffers;
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
        Abilities { lens: 0..=packet_max().unwrap_or(0), ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        workload::run(
            end,
            |_| {
                let [ours, theirs] = pair()?;
                descriptors::give(end, &[theirs.as_fd()])?;
                Packets::new(ours, &case)
            },
            |_| {
                let [socket] = descriptors::take(end)?;
                Packets::new(socket, &case)
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
    fn new(socket: OwnedFd, case: &Case) -> Result<Self> {
        socket_buffers::raise(&socket)?;
        rustix::io::ioctl_fionbio(&socket, case.wait == Wait::Polling)?;
        Ok(Self { socket, outgoing: vec![0; case.len], incoming: vec![0; case.len] })
    }
}

impl Duplex for Packets {
    #[inline]
    fn send(&mut self, _len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        fill(&mut self.outgoing);
        while !went(rustix::net::send(&self.socket, &self.outgoing, SendFlags::NOSIGNAL))? {
            std::hint::spin_loop();
        }
        Ok(())
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        let mut len = 0;
        let mut receive = || {
            let received =
                rustix::net::recv(&self.socket, &mut self.incoming[..], RecvFlags::TRUNC);
            received.map(|(_, whole)| len = whole)
        };
        while !went(receive())? {
            std::hint::spin_loop();
        }
        if len != self.incoming.len() {
            return Err(format!("a packet of {len} bytes, expected {}", self.incoming.len()).into());
        }
        Ok(read(&self.incoming))
    }
}

/// Whether a call did what it was for; it did not if it would have slept.
#[inline]
fn went<T>(call: rustix::io::Result<T>) -> Result<bool> {
    match call {
        Ok(_) => Ok(true),
        Err(Errno::AGAIN | Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
