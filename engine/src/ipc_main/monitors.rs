//! Monitors: processes that look at main's board and say nothing.
//!
//! Main knows that they are there, because what is counted by channel is counted for them only; it
//! keeps their sockets until they hang up, and does nothing else for them. One that says anything is
//! none of ours and is let go.

use super::Core;
use super::attach::Source;
use super::state::State;
use crate::board::Watch;
use crate::board::layout::SIZE;
use crate::error::Error;
use crate::limits::MONITORS;
use crate::rendezvous::stream::Stream;
use crate::session::offer::{refuse, terms};
use crate::trace;
use slab::Slab;
use std::os::fd::AsFd;

/// The monitors that are attached, and what is counted for them.
#[derive(Debug)]
pub(super) struct Monitors {
    streams: Slab<Stream>,
    pub(super) watch: Watch,
}

impl Monitors {
    pub(super) fn new(watch: Watch) -> Self {
        Self { streams: Slab::new(), watch }
    }
}

impl State {
    /// Gives a monitor the board. One that has left before it got that wants nothing any more.
    ///
    /// # Errors
    /// [`Error::Exhausted`] if there are as many as main admits, and what the kernel refuses.
    pub(super) fn welcome_monitor(&mut self, core: &Core, stream: Stream) -> Result<(), Error> {
        if stream.is_gone() {
            return Ok(());
        }
        let Monitors { streams, watch } = &mut self.monitors;
        if streams.len() >= MONITORS {
            return Err(refuse(&stream, Error::Exhausted { what: "monitors" }));
        }
        let key = streams.vacant_key();
        let token = Source::Monitor(key).token();
        core.poller.add(&stream, token)?;
        // The process as well: a child that it forked may keep the socket.
        core.poller.add(stream.pidfd(), token)?;
        if streams.is_empty() {
            watch.switch_on();
        }
        let pid = stream.credentials().pid;
        trace::event!(DEBUG, "monitor attached", pid = pid);
        let sent = stream.send_view(&terms(), SIZE as u64, core.board.as_fd());
        streams.insert(stream);
        core.board.words().sums.monitors.set(streams.len());
        if sent.is_err() {
            self.dismiss(core, key);
        }
        match sent {
            Err(Error::Disconnected) => Ok(()),
            sent => sent,
        }
    }

    /// A monitor hangs up, dies, or speaks.
    pub(super) fn on_monitor(&mut self, core: &Core, key: usize) {
        // The event may be that of an earlier monitor under the same key.
        if self.monitors.streams.get(key).is_some_and(|stream| !stream.is_silent()) {
            self.dismiss(core, key);
        }
    }

    fn dismiss(&mut self, core: &Core, key: usize) {
        let Monitors { streams, watch } = &mut self.monitors;
        let stream = streams.remove(key);
        trace::event!(DEBUG, "monitor gone", pid = stream.credentials().pid);
        core.poller.remove(&stream);
        core.poller.remove(stream.pidfd());
        core.board.words().sums.monitors.set(streams.len());
        if streams.is_empty() {
            watch.switch_off();
        }
    }
}
