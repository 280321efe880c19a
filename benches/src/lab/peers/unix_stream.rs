//! A UNIX socket that carries bytes, as the standard library has it.

use std::os::fd::AsFd;
use std::os::unix::net;

use super::byte_stream::ByteStream;
use super::socket_buffers;
use crate::lab::{Abilities, Case, Contender, End, Sample, Wait, workload};
use crate::{Result, descriptors};

pub(super) struct UnixStream;

impl Contender for UnixStream {
    fn name(&self) -> &'static str {
        "UNIX stream"
    }

    fn abilities(&self) -> Abilities {
        Abilities::PAIR
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        workload::run(
            end,
            |_| {
                let (ours, theirs) = net::UnixStream::pair()?;
                descriptors::give(end, &[theirs.as_fd()])?;
                open(ours, &case)
            },
            |_| {
                let [socket] = descriptors::take(end)?;
                open(socket.into(), &case)
            },
        )
    }
}

fn open(
    socket: net::UnixStream,
    case: &Case,
) -> Result<ByteStream<net::UnixStream, net::UnixStream>> {
    socket_buffers::raise(&socket)?;
    socket.set_nonblocking(case.wait == Wait::Polling)?;
    Ok(ByteStream::new(socket.try_clone()?, socket, case.len))
}
