//! The crate `interprocess`: its local socket, which is a UNIX socket with a name and no file.

use std::os::fd::AsFd;

use interprocess::TryClone;
use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{ConnectOptions, GenericNamespaced, ListenerOptions, Stream};

use super::byte_stream::ByteStream;
use super::socket_buffers;
use crate::Result;
use crate::lab::{Abilities, Case, Contender, End, Sample, Wait, workload};

pub(super) struct Interprocess;

impl Contender for Interprocess {
    fn name(&self) -> &'static str {
        "interprocess"
    }

    fn abilities(&self) -> Abilities {
        Abilities::PAIR
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        let name = || end.plan.token.as_str().to_ns_name::<GenericNamespaced>();
        workload::run(
            end,
            |_| {
                end.meet()?;
                open(ConnectOptions::new().name(name()?).connect_sync()?, &case)
            },
            |_| {
                let listener = ListenerOptions::new().name(name()?).create_sync()?;
                end.meet()?;
                open(listener.accept()?, &case)
            },
        )
    }
}

fn open(stream: Stream, case: &Case) -> Result<ByteStream<Stream, Stream>> {
    let Stream::UdSocket(socket) = &stream;
    socket_buffers::raise(socket.as_fd())?;
    stream.set_nonblocking(case.wait == Wait::Polling)?;
    Ok(ByteStream::new(stream.try_clone()?, stream, case.len))
}
