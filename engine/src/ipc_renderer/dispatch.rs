//! Delivering what main sent: one thread at a time, in the order in which main sent it.

use super::calls::Call;
use super::{Core, IpcRenderer, Listener};
use crate::emitter::Snapshots;
use crate::error::Error;
use crate::limits::ROUND_RECORDS;
use crate::session::inbox::Inbox;
use crate::session::poller::{Poller, Token};
use crate::session::renderer_end::RendererEnd;
use crate::trace;
use crate::value::Value;
use crate::wait::SpinOutcome;
use rustix::event::Timespec;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Poller tokens.
pub(super) const SOCKET: Token = 0;
pub(super) const PROCESS: Token = 1;

/// What only the thread that dispatches touches.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) inbox: Inbox,
    pub(super) snapshots: Snapshots<Listener>,
}

impl Desk {
    pub(super) fn new(inbox: Inbox) -> Self {
        Self { inbox, snapshots: Snapshots::new() }
    }
}

/// What ends a drive.
#[derive(Debug, Clone, Copy)]
enum Until<'a> {
    /// [`IpcRenderer::stop`].
    Stopped,
    /// The call's answer.
    Answered(&'a Call),
}

impl IpcRenderer {
    /// Delivers what is there, at most `budget` messages, and returns how many it were. Never
    /// blocks. For event loops: call it when [`AsFd`](std::os::fd::AsFd) is readable. Work that is
    /// left over keeps it readable.
    ///
    /// Returns 0 while another thread dispatches.
    ///
    /// # Errors
    /// [`Error::MainGone`] once main is gone and all it had sent is delivered;
    /// [`Error::WouldDeadlock`] inside a listener; [`Error::Corrupt`]; [`Error::Disconnected`];
    /// [`Error::Forked`].
    pub fn dispatch(&self, budget: usize) -> Result<usize, Error> {
        self.check()?;
        let Some(mut desk) = self.core.desk.try_take()? else { return Ok(0) };
        desk.inbox.disarm();
        self.core.look()?;
        let delivered = self.deliver(&mut desk, budget)?;
        if delivered < budget {
            self.core.end_if_gone(&desk)?;
        }
        self.core.leave(&mut desk)?;
        Ok(delivered)
    }

    /// Delivers messages until [`stop`](Self::stop).
    ///
    /// # Errors
    /// As [`dispatch`](Self::dispatch): a main that is gone ends the loop.
    pub fn run(&self) -> Result<(), Error> {
        self.check()?;
        let mut desk = self.core.desk.take()?;
        let driven = self.drive(&mut desk, Until::Stopped, None);
        self.core.stop.take();
        driven
    }

    /// The host is about to poll for the first time. If somebody dispatches just now, or the sleep
    /// cannot be announced, the dispatch that follows finds out more.
    #[cold]
    pub(super) fn announce(&self) {
        let announced = match self.core.desk.try_take() {
            Ok(Some(mut desk)) => self.core.leave(&mut desk),
            _ => Err(Error::WouldDeadlock),
        };
        if announced.is_err() {
            self.core.poller.wake();
        }
    }

    /// Drops listeners that were removed. Whoever dispatches just now sees to that itself.
    pub(super) fn let_go(&self) {
        if let Ok(Some(mut desk)) = self.core.desk.try_take() {
            desk.snapshots.refresh(&self.core.emitter);
        }
    }

    /// Blocks until `call` is answered.
    pub(super) fn wait_for(&self, call: &Call, deadline: Option<Instant>) -> Result<Value, Error> {
        loop {
            if let Some(answer) = call.take() {
                return answer.map_err(|error| self.explain(error));
            }
            self.check()?;
            match self.core.desk.try_take()? {
                Some(mut desk) => self.drive(&mut desk, Until::Answered(call), deadline)?,
                None if !self.core.desk.wait(|| call.is_done(), deadline) => {
                    return Err(Error::Deadline);
                }
                None => {}
            }
        }
    }

    /// Dispatches on this thread, sleeping while there is nothing.
    fn drive(
        &self,
        desk: &mut Desk,
        until: Until<'_>,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        desk.inbox.disarm();
        let driven = self.drive_awake(desk, until, deadline);
        let left = self.core.leave(desk);
        driven.and(left)
    }

    fn drive_awake(
        &self,
        desk: &mut Desk,
        until: Until<'_>,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        // It stays the handle's while this thread has the turn.
        let end = self.core.session.load_full();
        let stopped = || self.core.stop.is_set();
        loop {
            let done = match until {
                Until::Stopped => stopped(),
                Until::Answered(call) => call.is_done(),
            };
            if done {
                return Ok(());
            }
            let delivered = self.deliver(desk, ROUND_RECORDS)?;
            if delivered == 0 {
                self.core.end_if_gone(desk)?;
            }
            let is_done = matches!(until, Until::Answered(call) if call.is_done());
            if !is_done && deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(Error::Deadline);
            }
            if delivered > 0 {
                continue;
            }
            // A call that waits is answered by what is read here.
            let ready =
                || desk.inbox.lane.is_ready() || matches!(until, Until::Stopped) && stopped();
            match end.spin().until(ready, || end.link.peer_elsewhere()) {
                SpinOutcome::Ready => {}
                SpinOutcome::Look => self.core.look()?,
                SpinOutcome::Sleep => self.core.sleep(desk, deadline)?,
            }
        }
    }

    /// Delivers up to `budget` messages, one round.
    fn deliver(&self, desk: &mut Desk, budget: usize) -> Result<usize, Error> {
        let mut delivered = 0;
        while delivered < budget {
            match self.deliver_next(desk, budget - delivered) {
                Ok(Some(messages)) => delivered += messages,
                Ok(None) => break,
                Err(fault) => {
                    self.core.end().link.end();
                    self.core.end().link.tell();
                    self.core.calls.fail_all(&fault.into());
                    return Err(fault.into());
                }
            }
        }
        self.core.end().link.settle(&mut desk.inbox);
        Ok(delivered)
    }
}

impl Core {
    /// Once main is gone and nothing it committed is left, every pending call ends.
    fn end_if_gone(&self, desk: &Desk) -> Result<(), Error> {
        if !self.end().link.is_gone() || desk.inbox.lane.is_ready() {
            return Ok(());
        }
        let closed = self.closed.load(Ordering::Relaxed);
        let error = if closed { Error::Disconnected } else { Error::MainGone };
        trace::event!(
            INFO,
            "session over",
            renderer = self.end().link.id(),
            reason = trace::text(&error)
        );
        self.end().link.tell();
        self.calls.fail_all(&error);
        self.desk.notify();
        Err(error)
    }

    /// Announces that this endpoint sleeps in its event loop. `false` if there is work.
    fn prepare_to_sleep(&self, desk: &mut Desk) -> Result<bool, Error> {
        desk.snapshots.refresh(&self.emitter);
        self.end().link.flush_inbox(&mut desk.inbox);
        self.end().rest()?;
        Ok(desk.inbox.arm())
    }

    /// The same for a thread that goes elsewhere, so that whoever polls the descriptor hears of what
    /// is there, of what comes, and of a main that is gone but was not reported yet. Nothing is
    /// announced if the host never asked for the descriptor: main would nudge in vain.
    pub(super) fn leave(&self, desk: &mut Desk) -> Result<(), Error> {
        if !self.polled.load(Ordering::Relaxed) {
            return Ok(());
        }
        if !self.prepare_to_sleep(desk)? || self.end().link.is_gone() {
            self.poller.wake();
        }
        Ok(())
    }

    /// Sleeps until something happens.
    #[cold]
    fn sleep(&self, desk: &mut Desk, deadline: Option<Instant>) -> Result<(), Error> {
        if !self.prepare_to_sleep(desk)? {
            return Ok(());
        }
        let started = Instant::now();
        let timeout = deadline.map(|deadline| {
            let left = deadline.saturating_duration_since(started);
            Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            }
        });
        self.end().link.tally.sleeps.add(1);
        let slept = self.look_for(timeout);
        desk.inbox.disarm();
        self.end().spin().slept(started.elapsed());
        slept
    }

    /// Takes note of what happened, without waiting.
    fn look(&self) -> Result<(), Error> {
        self.look_for(Some(Timespec { tv_sec: 0, tv_nsec: 0 }))
    }

    fn look_for(&self, timeout: Option<Timespec>) -> Result<(), Error> {
        self.poller.wait(timeout, |token| match token {
            SOCKET => {
                let drained = self.end().link.drain();
                self.end().link.tally.foreign_packets.add(drained.foreign as usize);
                if drained.hung_up {
                    self.gone(&self.poller);
                }
            }
            PROCESS => self.gone(&self.poller),
            _ => {}
        })
    }

    fn gone(&self, poller: &Poller) {
        let end = self.end();
        end.link.end();
        unwatch(poller, &end);
        // What main had committed is delivered first, however small the budget.
        poller.wake();
    }
}

/// Has the poller tell of nudges, and of main's end.
pub(super) fn watch(poller: &Poller, end: &RendererEnd) -> Result<(), Error> {
    end.link.watch(poller, SOCKET, PROCESS)
}

/// See [`watch`].
pub(super) fn unwatch(poller: &Poller, end: &RendererEnd) {
    end.link.unwatch(poller);
}
