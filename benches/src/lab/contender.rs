//! A contender: one way of passing messages between processes.
//!
//! Most are a [`Duplex`]: an object at each end that sends and receives. One whose messages arrive in
//! callbacks, or whose calls are not a message each way, implements [`Client`] and [`Server`] itself.
//!
//! All bytes of every message are written and read by [`Traffic`]: where the contender can lend its
//! own memory they are written and read there, otherwise in a buffer of its own.

use std::ops::RangeInclusive;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Case, End, Flow, Mode, Placement, Sample, Traffic, Wait};
use crate::Result;

/// One way of passing messages.
pub trait Contender: Sync {
    /// Unique among all contenders.
    fn name(&self) -> &'static str;

    /// What it stands for in the table.
    fn kind(&self) -> Kind {
        Kind::Peer
    }

    /// What it can be asked.
    fn abilities(&self) -> Abilities;

    /// Runs one end of a case that it [can](Abilities::can) be asked: opens it, then hands it to
    /// [`workload::run`](super::workload::run). The sample comes from one end.
    ///
    /// # Errors
    /// Whatever spoils the run, a wrong payload first of all.
    fn run(&self, end: &End) -> Result<Option<Sample>>;
}

/// What a contender stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What the machine itself takes, with no engine on top.
    Floor,
    /// A level of Ringmain.
    Ringmain,
    /// What else there is between processes.
    Peer,
    /// What there is between threads of one process, for reference.
    InProcess,
}

/// What a contender can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abilities {
    /// Answers: round trips, also parked where it parks.
    pub round_trip: bool,
    /// Streams one way, with no answer but that of the harness.
    pub one_way: bool,
    /// Sleeps in the kernel while it waits.
    pub parks: bool,
    /// Waits without the kernel's help, or at least asks it without sleeping.
    pub polls: bool,
    /// Bytes of payload it can take.
    pub lens: RangeInclusive<usize>,
    /// One end sends to many.
    pub fan_out: bool,
    /// One end takes what many send.
    pub fan_in: bool,
    /// One end answers what many ask.
    pub serves: bool,
    /// Can be found by a peer that starts later.
    pub connects: bool,
}

impl Abilities {
    /// Everything between two ends, messages of up to 64 MiB.
    pub const PAIR: Self = Self {
        round_trip: true,
        one_way: true,
        parks: true,
        polls: true,
        lens: 0..=64 << 20,
        fan_out: false,
        fan_in: false,
        serves: false,
        connects: false,
    };

    /// Whether the case makes sense for it.
    #[must_use]
    pub fn can(&self, case: &Case) -> bool {
        let mode = match case.mode {
            Mode::RoundTrip => self.round_trip,
            Mode::AfterGap { .. } => self.round_trip && self.parks,
            Mode::OneWay | Mode::OpenLoop { .. } => self.one_way,
            Mode::FanOut { .. } => self.fan_out && self.one_way,
            Mode::FanIn { .. } => self.fan_in && self.one_way,
            Mode::Attached { .. } => self.serves && self.round_trip,
            Mode::Connect => self.connects,
        };
        let wait = match case.wait {
            // Two that poll on one CPU take turns at the scheduler's leisure.
            Wait::Polling => self.polls && case.placement == Placement::TwoCpus,
            Wait::Parked => self.parks,
        };
        mode && wait && self.lens.contains(&case.len)
    }
}

/// The end that sends first.
pub trait Client {
    /// Sends the next message, waiting for room as the case says.
    ///
    /// # Errors
    /// If it cannot be sent.
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()>;

    /// Sends the next message and waits for its answer, as the case says.
    ///
    /// # Errors
    /// If either fails.
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()>;

    /// Makes sure that the other end sees all that was sent, for those that hold something back.
    ///
    /// # Errors
    /// If it cannot.
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The end that is sent to. Both methods return once [`Traffic::read`] has said that it was the
/// [last](Flow::Last), which it does for a wrong one as well.
pub trait Server {
    /// Reads messages. Where many send this is called again after each pause.
    ///
    /// # Errors
    /// If receiving fails.
    fn sink(&mut self, traffic: &Arc<Traffic>) -> Result<()>;

    /// Reads messages and answers each.
    ///
    /// # Errors
    /// If receiving or answering fails.
    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()>;
}

/// Either end of a connection whose two directions are alike.
pub trait Duplex {
    /// Sends one message of `len` bytes that `fill` writes, all of them, waiting for room as the
    /// case says.
    ///
    /// # Errors
    /// If it cannot be sent.
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()>;

    /// Hands the next message to `read`, after waiting for it as the case says.
    ///
    /// # Errors
    /// If there will be none.
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R>;

    /// See [`Client::flush`].
    ///
    /// # Errors
    /// If it cannot.
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl<D: Duplex> Client for D {
    #[inline]
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        Duplex::send(self, traffic.len(), |bytes| traffic.write(bytes))
    }

    #[inline]
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        Duplex::send(self, traffic.len(), |bytes| traffic.write(bytes))?;
        Duplex::flush(self)?;
        self.receive(|bytes| traffic.read(bytes)).map(drop)
    }

    #[inline]
    fn flush(&mut self) -> Result<()> {
        Duplex::flush(self)
    }
}

impl<D: Duplex> Server for D {
    fn sink(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        while self.receive(|bytes| traffic.read(bytes))? == Flow::More {}
        Ok(())
    }

    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        loop {
            let flow = self.receive(|bytes| traffic.read(bytes))?;
            Duplex::send(self, traffic.len(), |bytes| traffic.write(bytes))?;
            Duplex::flush(self)?;
            if flow == Flow::Last {
                return Ok(());
            }
        }
    }
}
