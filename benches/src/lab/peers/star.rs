//! Many ends around one, over UNIX sockets: the one listens at a name and sleeps in an epoll instance
//! over all its connections, as servers do; each of the others has a socket of its own.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use crate::Result;
use crate::lab::{Case, Client, Duplex, End, Flow, Mode, Sample, Server, Traffic, workload};

/// A socket between two ends, at either of them.
pub(super) trait Connection: Duplex + Sized + Send {
    /// How its socket is made.
    const TYPE: SocketType;

    /// An end of a connected socket.
    fn of(socket: OwnedFd, case: &Case) -> Result<Self>;

    /// Hands a message to `read` if one is there.
    fn try_receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<Received<R>>;

    fn socket(&self) -> &impl AsFd;
}

/// What a look at a connection found.
pub(super) enum Received<R> {
    Message(R),
    Nothing,
    /// The other end has gone.
    Closed,
}

/// Runs an end of a case that is not for a pair.
pub(super) fn run<C: Connection>(end: &End) -> Result<Option<Sample>> {
    let case = end.case()?;
    let others = case.ends() - 1;
    let around = || {
        let listener = listen::<C>(end)?;
        end.meet()?;
        Star::<C>::with(listener, others, case)
    };
    let outside = || {
        end.meet()?;
        connect::<C>(end, &case)
    };
    match case.mode {
        Mode::FanOut { .. } => workload::run(end, |_| around(), |_| outside()),
        Mode::FanIn { .. } | Mode::Attached { .. } => {
            workload::run(end, |_| outside(), |_| around())
        }
        Mode::Connect => workload::connect(
            end,
            |_| connect::<C>(end, &case),
            |_| Star::<C>::with(listen::<C>(end)?, 0, case),
        ),
        mode => Err(format!("{mode} is for a pair").into()),
    }
}

fn address(end: &End) -> Result<SocketAddrUnix> {
    Ok(SocketAddrUnix::new_abstract_name(end.plan.token.as_bytes())?)
}

fn socket<C: Connection>() -> Result<OwnedFd> {
    Ok(rustix::net::socket_with(AddressFamily::UNIX, C::TYPE, SocketFlags::CLOEXEC, None)?)
}

fn listen<C: Connection>(end: &End) -> Result<OwnedFd> {
    let listener = socket::<C>()?;
    rustix::net::bind(&listener, &address(end)?)?;
    rustix::net::listen(&listener, 128)?;
    Ok(listener)
}

fn connect<C: Connection>(end: &End, case: &Case) -> Result<C> {
    let socket = socket::<C>()?;
    rustix::net::connect(&socket, &address(end)?)?;
    C::of(socket, case)
}

/// The end in the middle.
struct Star<C> {
    epoll: OwnedFd,
    listener: OwnedFd,
    /// By token; nothing where one has gone.
    connections: Vec<Option<C>>,
    /// Whose turn it is to be sent to.
    next: usize,
    case: Case,
    /// What the last look found and has not been served.
    ready: Vec<usize>,
}

/// The token of the listener.
const LISTENER: u64 = u64::MAX;
/// Events that one look takes.
const BATCH: usize = 64;

impl<C: Connection> Star<C> {
    /// Waits for so many to connect.
    fn with(listener: OwnedFd, others: usize, case: Case) -> Result<Self> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        epoll::add(&epoll, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;
        let (connections, ready) = (Vec::new(), Vec::new());
        let mut star = Self { epoll, listener, connections, next: 0, case, ready };
        for _ in 0..others {
            star.accept()?;
        }
        Ok(star)
    }

    fn accept(&mut self) -> Result<()> {
        let socket = rustix::net::accept_with(&self.listener, SocketFlags::CLOEXEC)?;
        let connection = C::of(socket, &self.case)?;
        let token = EventData::new_u64(self.connections.len() as u64);
        epoll::add(&self.epoll, connection.socket(), token, EventFlags::IN)?;
        self.connections.push(Some(connection));
        Ok(())
    }

    /// Sleeps until somebody has something to say.
    fn look(&mut self) -> Result<()> {
        let mut events = [const { std::mem::MaybeUninit::<epoll::Event>::uninit() }; BATCH];
        let (events, _) = match epoll::wait(&self.epoll, &mut events, None) {
            Err(Errno::INTR) => return Ok(()),
            looked => looked?,
        };
        for event in events {
            match event.data.u64() {
                LISTENER => self.accept()?,
                token => self.ready.push(usize::try_from(token)?),
            }
        }
        Ok(())
    }

    /// Hands each message of those that are ready to `take`, until there are no more or it was the last.
    fn serve(
        &mut self,
        mut take: impl FnMut(&mut C) -> Result<()>,
        traffic: &Traffic,
    ) -> Result<Flow> {
        while let Some(&token) = self.ready.last() {
            let place = &mut self.connections[token];
            let Some(connection) = place else { return Err("an event of nobody".into()) };
            match connection.try_receive(|bytes| traffic.read(bytes))? {
                Received::Message(flow) => {
                    take(connection)?;
                    if flow == Flow::Last {
                        return Ok(flow);
                    }
                    continue;
                }
                Received::Nothing => {}
                Received::Closed => *place = None, // closes its socket, which epoll then forgets
            }
            self.ready.pop();
        }
        Ok(Flow::More)
    }

    fn serve_all(
        &mut self,
        mut take: impl FnMut(&mut C) -> Result<()>,
        traffic: &Traffic,
    ) -> Result<()> {
        while self.serve(&mut take, traffic)? == Flow::More {
            self.look()?;
        }
        Ok(())
    }
}

impl<C: Connection> Client for Star<C> {
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let place = self.next;
        self.next = (place + 1) % self.connections.len();
        let connection = self.connections[place].as_mut().ok_or("somebody has gone")?;
        connection.send(traffic.len(), |bytes| traffic.write(bytes))
    }

    fn call(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("the end in the middle asks nobody".into())
    }
}

impl<C: Connection> Server for Star<C> {
    fn sink(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        self.serve_all(|_| Ok(()), traffic)
    }

    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let answer =
            |connection: &mut C| connection.send(traffic.len(), |bytes| traffic.write(bytes));
        self.serve_all(answer, traffic)
    }
}
