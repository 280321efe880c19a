//! A UNIX socket that carries bytes, as the standard library has it.

use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net;

use rustix::net::{RecvFlags, SocketType};

use super::byte_stream::ByteStream;
use super::socket_buffers;
use super::star::{self, Connection, Received};
use crate::lab::{Abilities, Case, Contender, End, Sample, Wait, workload};
use crate::{Result, descriptors};

pub(super) struct UnixStream;

impl Contender for UnixStream {
    fn name(&self) -> &'static str {
        "UNIX stream"
    }

    fn abilities(&self) -> Abilities {
        Abilities { fan_out: true, fan_in: true, serves: true, connects: true, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        if !case.mode.is_of_a_pair() {
            return star::run::<Stream>(end);
        }
        workload::run(
            end,
            |_| {
                let (ours, theirs) = net::UnixStream::pair()?;
                descriptors::give(end, &[theirs.as_fd()])?;
                Stream::of(ours.into(), &case)
            },
            |_| {
                let [socket] = descriptors::take(end)?;
                Stream::of(socket, &case)
            },
        )
    }
}

type Stream = ByteStream<net::UnixStream, net::UnixStream>;

impl Connection for Stream {
    const TYPE: SocketType = SocketType::STREAM;

    fn of(socket: OwnedFd, case: &Case) -> Result<Self> {
        let socket = net::UnixStream::from(socket);
        socket_buffers::raise(&socket)?;
        socket.set_nonblocking(case.wait == Wait::Polling)?;
        Ok(Self::new(socket.try_clone()?, socket, case.len))
    }

    #[inline]
    fn try_receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>> {
        // A look at the socket in between, which std has no call for.
        let there = |socket: &mut net::UnixStream, buffer: &mut [u8]| {
            let received = rustix::net::recv(&*socket, buffer, RecvFlags::DONTWAIT);
            received.map(|(len, _)| len).map_err(std::io::Error::from)
        };
        while !self.has_message() {
            match self.fill_by(there)? {
                Some(0) => return Ok(Received::Closed),
                Some(_) => {}
                None => return Ok(Received::Nothing),
            }
        }
        Ok(Received::Message(self.take(read)?))
    }

    fn socket(&self) -> &impl AsFd {
        self.reader()
    }
}
