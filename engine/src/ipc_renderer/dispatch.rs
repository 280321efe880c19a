//! Delivering what main sent: one thread at a time, in the order in which main sent it.

use super::calls::Call;
use super::{Core, IpcRenderer, RendererEvent};
use crate::emitter::{BoxError, guarded};
use crate::error::{Corrupt, Error};
use crate::limits::ROUND_RECORDS;
use crate::session::inbox::Inbox;
use crate::session::poller::{Poller, Token};
use crate::session::turn::Taken;
use crate::value::{ArgsRef, Value};
use crate::wait::SpinOutcome;
use crate::wire::{Content, Kind, Names};
use rustix::event::Timespec;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Poller tokens.
pub(super) const SOCKET: Token = 0;
pub(super) const PROCESS: Token = 1;

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
        let Some(mut inbox) = self.core.inbox.try_take()? else { return Ok(0) };
        inbox.disarm();
        self.core.look()?;
        let delivered = self.deliver(&mut inbox, budget)?;
        if delivered < budget {
            self.core.end_if_gone(&inbox)?;
        }
        if !self.core.prepare_to_sleep(&mut inbox)? {
            self.core.poller.wake();
        }
        Ok(delivered)
    }

    /// Delivers messages until [`stop`](Self::stop).
    ///
    /// # Errors
    /// As [`dispatch`](Self::dispatch): a main that is gone ends the loop.
    pub fn run(&self) -> Result<(), Error> {
        self.check()?;
        let mut inbox = self.core.inbox.take()?;
        let stopped = || self.core.stop.swap(false, Ordering::Relaxed);
        self.drive(&mut inbox, stopped, None)
    }

    /// Blocks until `call` is answered.
    pub(super) fn wait_for(&self, call: &Call, deadline: Option<Instant>) -> Result<Value, Error> {
        loop {
            if let Some(answer) = call.take() {
                return answer;
            }
            self.check()?;
            match self.core.inbox.try_take()? {
                Some(mut inbox) => self.drive(&mut inbox, || call.is_done(), deadline)?,
                None if !self.core.inbox.wait(|| call.is_done(), deadline) => {
                    return Err(Error::Deadline);
                }
                None => {}
            }
        }
    }

    /// Dispatches on this thread until `done`, sleeping while there is nothing.
    fn drive(
        &self,
        inbox: &mut Taken<'_, Inbox>,
        done: impl Fn() -> bool,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        inbox.disarm();
        let driven = self.drive_awake(inbox, done, deadline);
        // Whoever polls the descriptor next must hear of what comes.
        if driven.is_ok() && !self.core.prepare_to_sleep(inbox)? {
            self.core.poller.wake();
        }
        driven
    }

    fn drive_awake(
        &self,
        inbox: &mut Taken<'_, Inbox>,
        done: impl Fn() -> bool,
        deadline: Option<Instant>,
    ) -> Result<(), Error> {
        loop {
            if done() {
                return Ok(());
            }
            if self.deliver(inbox, ROUND_RECORDS)? > 0 {
                continue;
            }
            self.core.end_if_gone(inbox)?;
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Err(Error::Deadline);
            }
            let ready = || inbox.lane.is_ready() || self.core.stop.load(Ordering::Relaxed);
            match self.core.end.spin().until(ready, || self.core.end.peer_elsewhere()) {
                SpinOutcome::Ready => {}
                SpinOutcome::Look => self.core.look()?,
                SpinOutcome::Sleep => self.core.sleep(inbox, deadline)?,
            }
        }
    }

    /// Delivers up to `budget` messages, one round.
    fn deliver(&self, inbox: &mut Inbox, budget: usize) -> Result<usize, Error> {
        let mut delivered = 0;
        while delivered < budget {
            match self.deliver_next(inbox) {
                Ok(true) => delivered += 1,
                Ok(false) => break,
                Err(corrupt) => {
                    self.core.end.end();
                    self.core.calls.fail_all(&Error::Corrupt(corrupt));
                    return Err(corrupt.into());
                }
            }
        }
        if delivered > 0 {
            self.core.end.release(inbox);
        }
        Ok(delivered)
    }

    /// Delivers one message. Its record is released when its listeners have returned.
    fn deliver_next(&self, inbox: &mut Inbox) -> Result<bool, Corrupt> {
        let Some((record, names)) = inbox.peek()? else { return Ok(false) };
        // SAFETY: main is trusted by its renderers: it made their memory and may end them. A main of
        // ours never writes a record that it has published.
        #[expect(unsafe_code, reason = "the renderer reads main's records in place")]
        let content = Content::parse(unsafe { record.content() })?;
        match content.envelope.kind {
            Kind::Define => names.define(content.envelope.slot, content.payload)?,
            Kind::Message => self.emit(names, &content)?,
            Kind::Answer => self.answer(&content)?,
            Kind::SyncCall | Kind::Invoke => {
                let (found, expected) = (content.envelope.kind as u64, Kind::Message as u64);
                return Err(Corrupt { place: "kind on the lane from main", found, expected });
            }
        }
        Ok(true)
    }

    fn emit(&self, names: &Names, content: &Content<'_>) -> Result<(), Corrupt> {
        let channel = names.get(content.envelope.slot)?;
        let args = ArgsRef::check(content.payload)?;
        self.core.end.tally.count_received(content.len());
        let event = RendererEvent::new(self, channel);
        let emitted =
            self.core.emitter.emit(channel, |listener| guarded(|| listener(&event, args)));
        if let Some(error) = emitted.failed {
            self.core.report(channel, &error);
        }
        Ok(())
    }

    fn answer(&self, content: &Content<'_>) -> Result<(), Corrupt> {
        self.core.end.tally.count_received(content.len());
        if self.core.calls.complete(content)? {
            self.core.inbox.notify();
        } else {
            self.core.end.tally.late_answers.add(1);
        }
        Ok(())
    }
}

impl Core {
    #[cold]
    fn report(&self, channel: &str, error: &BoxError) {
        let hook = self.on_uncaught.lock().clone();
        if let Some(hook) = hook {
            // A hook that fails has nobody left to tell.
            let _ = guarded(|| {
                hook(channel, error);
                Ok(())
            });
        }
    }

    /// Once main is gone and nothing it committed is left, every pending call ends.
    fn end_if_gone(&self, inbox: &Inbox) -> Result<(), Error> {
        if !self.end.is_gone() || inbox.lane.is_ready() {
            return Ok(());
        }
        let closed = self.closed.load(Ordering::Relaxed);
        let error = if closed { Error::Disconnected } else { Error::MainGone };
        self.calls.fail_all(&error);
        self.inbox.notify();
        Err(error)
    }

    /// Announces that this endpoint sleeps in its event loop. `false` if there is work.
    fn prepare_to_sleep(&self, inbox: &mut Inbox) -> Result<bool, Error> {
        self.end.release(inbox);
        self.end.rest()?;
        Ok(inbox.arm())
    }

    /// Sleeps until something happens.
    #[cold]
    fn sleep(&self, inbox: &mut Inbox, deadline: Option<Instant>) -> Result<(), Error> {
        if !self.prepare_to_sleep(inbox)? {
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
        self.end.tally.sleeps.add(1);
        let slept = self.look_for(timeout);
        inbox.disarm();
        self.end.spin().slept(started.elapsed());
        slept
    }

    /// Takes note of what happened, without waiting.
    fn look(&self) -> Result<(), Error> {
        self.look_for(Some(Timespec { tv_sec: 0, tv_nsec: 0 }))
    }

    fn look_for(&self, timeout: Option<Timespec>) -> Result<(), Error> {
        self.poller.wait(timeout, |token| match token {
            SOCKET => {
                let drained = self.end.stream().drain();
                self.end.tally.foreign_packets.add(drained.foreign as usize);
                if drained.hung_up {
                    self.gone(&self.poller);
                }
            }
            PROCESS => self.gone(&self.poller),
            _ => {}
        })
    }

    fn gone(&self, poller: &Poller) {
        self.end.end();
        poller.remove(self.end.stream());
        poller.remove(self.end.stream().pidfd());
        // What main had committed is delivered first, however small the budget.
        poller.wake();
    }
}
