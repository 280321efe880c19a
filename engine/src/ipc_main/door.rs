//! Where renderers come in: the endpoint's socket, and those that have connected and said nothing.

use super::attach::Source;
use super::schedule::Schedule;
use super::{Core, Diagnostic};
use crate::error::Error;
use crate::limits::{HANDSHAKE_PATIENCE, HANDSHAKE_SHARE, HANDSHAKE_TIMEOUT, HANDSHAKES};
use crate::rendezvous::listener::Listener;
use crate::rendezvous::stream::Stream;
use crate::session::offer;
use slab::Slab;
use std::time::Instant;

/// Lets in as many at once as main has room for. A renderer of ours says hello right after it connected,
/// but that may take it a while if it gets no processor; so while there is room nobody is turned away.
/// Where there is none, who has a crowd here makes room, then who has been silent for long; else the next ones
/// wait where they are, in the socket's backlog. Who is turned away is told to come again.
#[derive(Debug)]
pub(super) struct Door {
    listener: Option<Listener>,
    handshakes: Slab<Handshake>,
    /// Nobody is let in before somebody has left.
    is_shut: bool,
    /// It was reported that nobody can be let in.
    is_reported: bool,
}

/// A process that connected and has not said hello.
#[derive(Debug)]
struct Handshake {
    stream: Stream,
    since: Instant,
    /// Of its process, in the schedule.
    process: usize,
}

impl Door {
    pub(super) fn new(listener: Option<Listener>) -> Self {
        Self { listener, handshakes: Slab::new(), is_shut: false, is_reported: false }
    }

    /// The next one who wants to come in.
    pub(super) fn next(&mut self, core: &Core, schedule: &mut Schedule) -> Option<Stream> {
        while self.has_room(core, schedule) {
            let listener = self.listener.as_mut()?;
            match listener.accept() {
                Ok(Some(stream)) => {
                    self.is_reported = false;
                    return Some(stream);
                }
                Ok(None) => return None,
                // One was told, and the next may be luckier.
                Err(error) if !listener.is_clogged() => {
                    core.report(&Diagnostic::Refused { error: &error });
                }
                // They wait until there are descriptors again, which the timer looks for.
                Err(error) => {
                    if !std::mem::replace(&mut self.is_reported, true) {
                        core.report(&Diagnostic::Refused { error: &error });
                    }
                    break;
                }
            }
        }
        self.shut(core);
        None
    }

    /// Left in the poll set, the socket would stay readable, and main would spin on it.
    #[cold]
    fn shut(&mut self, core: &Core) {
        if let Some(listener) = &self.listener {
            core.poller.remove(listener);
            core.timer.start();
            self.is_shut = true;
        }
    }

    fn open(&mut self, core: &Core) {
        if let Some(listener) = self.listener.as_ref().filter(|_| self.is_shut) {
            // What keeps it out of the poll set now may be over at the next tick.
            self.is_shut = core.poller.add(listener, Source::Listener.token()).is_err();
        }
    }

    /// Whether another handshake may begin.
    fn has_room(&mut self, core: &Core, schedule: &mut Schedule) -> bool {
        self.handshakes.len() < HANDSHAKES || self.make_room(core, schedule)
    }

    #[cold]
    fn make_room(&mut self, core: &Core, schedule: &mut Schedule) -> bool {
        let oldest = |handshakes: &Slab<Handshake>, who: &dyn Fn(&Handshake) -> bool| {
            let ones = handshakes.iter().filter(|(_, handshake)| who(handshake));
            ones.min_by_key(|(_, handshake)| handshake.since).map(|(key, _)| key)
        };
        let crowd = self.crowd();
        let of_crowd = oldest(&self.handshakes, &|one| Some(one.process()) == crowd);
        // Who has several here is silent sooner: a renderer of ours connects and says hello at once.
        let several = self.several();
        let silent = |one: &Handshake| {
            let patience = match several.contains(&one.process()) {
                true => HANDSHAKE_PATIENCE / 20,
                false => HANDSHAKE_PATIENCE,
            };
            one.since.elapsed() >= patience
        };
        let Some(key) = of_crowd.or_else(|| oldest(&self.handshakes, &silent)) else {
            return false;
        };
        let stream = self.take(core, key, schedule);
        offer::turn_away(&stream);
        true
    }

    /// The processes of all handshakes, those of one side by side.
    fn processes(&self) -> Vec<u64> {
        let mut processes: Vec<_> = self.handshakes.iter().map(|(_, one)| one.process()).collect();
        processes.sort_unstable();
        processes
    }

    /// Those that have more than one.
    fn several(&self) -> Vec<u64> {
        let processes = self.processes();
        processes.chunk_by(u64::eq).filter(|one| one.len() > 1).map(|one| one[0]).collect()
    }

    /// The process that has more than its share of the handshakes.
    fn crowd(&self) -> Option<u64> {
        let processes = self.processes();
        let crowds = processes.chunk_by(u64::eq).filter(|crowd| crowd.len() > HANDSHAKE_SHARE);
        crowds.max_by_key(|crowd| crowd.len()).and_then(|crowd| crowd.first().copied())
    }

    /// Waits for the hello of one who was let in.
    ///
    /// # Errors
    /// What the poller says.
    pub(super) fn wait(
        &mut self,
        core: &Core,
        stream: Stream,
        schedule: &mut Schedule,
    ) -> Result<usize, Error> {
        let key = self.handshakes.vacant_key();
        core.poller.add(&stream, Source::Handshake(key).token())?;
        let process = schedule.enter(stream.process());
        self.handshakes.insert(Handshake { stream, since: Instant::now(), process });
        core.timer.start();
        Ok(key)
    }

    /// The process that a handshake is with, in the schedule.
    pub(super) fn process(&self, key: usize) -> Option<usize> {
        self.handshakes.get(key).map(|handshake| handshake.process)
    }

    /// One who has not said hello yet, or is gone by now.
    pub(super) fn waiting(&self, key: usize) -> Option<&Stream> {
        self.handshakes.get(key).map(|handshake| &handshake.stream)
    }

    /// Ends a handshake, one way or the other, which leaves room for the next.
    pub(super) fn take(&mut self, core: &Core, key: usize, schedule: &mut Schedule) -> Stream {
        // Closing does not do it: a forked child of the peer may keep the socket open.
        core.poller.remove(&self.handshakes[key].stream);
        let Handshake { stream, process, .. } = self.handshakes.remove(key);
        schedule.exit(process);
        self.open(core);
        stream
    }

    /// Some time has passed. Returns whether more has to.
    pub(super) fn tick(&mut self, core: &Core, schedule: &mut Schedule) -> bool {
        let expired = |one: &Handshake| one.since.elapsed() >= HANDSHAKE_TIMEOUT;
        let late = self.handshakes.iter().filter(|(_, one)| expired(one)).map(|(key, _)| key);
        for key in late.collect::<Vec<_>>() {
            drop(self.take(core, key, schedule));
        }
        self.open(core);
        self.is_shut || !self.handshakes.is_empty()
    }

    /// Nobody comes any more.
    pub(super) fn close(&mut self, core: &Core, schedule: &mut Schedule) {
        if let Some(listener) = self.listener.take() {
            core.poller.remove(&listener);
            for handshake in self.handshakes.drain() {
                core.poller.remove(&handshake.stream);
                schedule.exit(handshake.process);
            }
        }
    }
}

impl Handshake {
    fn process(&self) -> u64 {
        self.stream.process()
    }
}
