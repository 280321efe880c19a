//! The crate `ipc-channel`: a channel of bytes each way.
//!
//! Its receiver can be asked without sleeping. Its sender cannot: where a stream has filled the socket,
//! it sleeps until there is room, whatever the case says. The crate allocates each message that
//! is received, and room for one each time it is asked in vain.

use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;

use ipc_channel::TryRecvError;
use ipc_channel::ipc::{self, IpcBytesReceiver, IpcBytesSender, IpcOneShotServer, IpcSender};
use rustix::fs::{Mode, OFlags};

use crate::lab::{Abilities, Contender, Duplex, End, Sample, Wait, workload};
use crate::{Result, descriptors};

pub(super) struct IpcChannel;

impl Contender for IpcChannel {
    fn name(&self) -> &'static str {
        "ipc-channel"
    }

    fn abilities(&self) -> Abilities {
        Abilities::PAIR
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        let open = |(sender, receiver)| Channels {
            sender,
            receiver,
            polls: case.wait == Wait::Polling,
            outgoing: vec![0; case.len],
        };
        workload::run(end, |_| connect(end).map(open), |_| accept(end).map(open))
    }
}

type Pair = (IpcBytesSender, IpcBytesReceiver);

/// Makes both channels, and gives the other end its halves.
fn connect(end: &End) -> Result<Pair> {
    let [socket] = descriptors::take(end)?;
    let first = IpcSender::<Pair>::connect(format!("/proc/self/fd/{}", socket.as_raw_fd()))?;
    let (sender, their_receiver) = ipc::bytes_channel()?;
    let (their_sender, receiver) = ipc::bytes_channel()?;
    first.send((their_sender, their_receiver))?;
    Ok((sender, receiver))
}

/// Takes its halves. The name of a server is a file in a folder of its own: both go at once, so
/// that none is left whatever becomes of the ends, and the other end finds it by descriptor.
fn accept(end: &End) -> Result<Pair> {
    let (server, name) = IpcOneShotServer::<Pair>::new()?;
    let file = Path::new(&name);
    let socket = rustix::fs::open(file, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
    std::fs::remove_file(file)?;
    std::fs::remove_dir(file.parent().ok_or("a server without a folder")?)?;
    descriptors::give(end, &[socket.as_fd()])?;
    let (_, pair) = server.accept()?;
    Ok(pair)
}

/// An end of both channels.
struct Channels {
    sender: IpcBytesSender,
    receiver: IpcBytesReceiver,
    polls: bool,
    outgoing: Vec<u8>,
}

impl Duplex for Channels {
    #[inline]
    fn send(&mut self, _len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        fill(&mut self.outgoing);
        Ok(self.sender.send(&self.outgoing)?)
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        if !self.polls {
            return Ok(read(&self.receiver.recv()?));
        }
        loop {
            match self.receiver.try_recv() {
                Ok(message) => return Ok(read(&message)),
                Err(TryRecvError::Empty) => std::hint::spin_loop(),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
