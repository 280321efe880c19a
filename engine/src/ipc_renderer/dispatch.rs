//! Delivering what main sent: one thread at a time, in the order in which main sent it.

use super::calls::Call;
use super::{Core, IpcRenderer, Listener, RendererEvent};
use crate::emitter::{BoxError, Snapshot, Snapshots, guarded};
use crate::error::{Corrupt, Error};
use crate::lane::Incoming;
use crate::limits::ROUND_RECORDS;
use crate::session::inbox::Inbox;
use crate::session::payload::{Forged, Payload};
use crate::session::poller::{Poller, Token};
use crate::value::Value;
use crate::wait::SpinOutcome;
use crate::wire::{Buffer, Content, Envelope, Gather, Kind, Known, Names};
use rustix::event::Timespec;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Poller tokens.
pub(super) const SOCKET: Token = 0;
pub(super) const PROCESS: Token = 1;

/// What only the thread that dispatches touches.
#[derive(Debug)]
pub(super) struct Desk {
    inbox: Inbox,
    snapshots: Snapshots<Listener>,
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
        self.core.stop.store(false, Ordering::Relaxed);
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
                return answer;
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
        let stopped = || self.core.stop.load(Ordering::Relaxed);
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
            match self.core.end.spin().until(ready, || self.core.end.link.peer_elsewhere()) {
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
                Err(corrupt) => {
                    self.core.end.link.end();
                    self.core.calls.fail_all(&Error::Corrupt(corrupt));
                    return Err(corrupt.into());
                }
            }
        }
        self.core.end.link.settle(&mut desk.inbox);
        Ok(delivered)
    }

    /// Takes one record and delivers what it completes, and no more than `budget` messages that follow
    /// alike; says how many messages that were. A record is released when its listeners have returned.
    fn deliver_next(&self, desk: &mut Desk, budget: usize) -> Result<Option<usize>, Corrupt> {
        let Desk { inbox: Inbox { lane, names, gather, message_limit, .. }, snapshots } = desk;
        let Some(record) = lane.peek()? else { return Ok(None) };
        // SAFETY: main is trusted by its renderers: it made their memory and may end them. A main of
        // ours never writes a record that it has published.
        #[expect(unsafe_code, reason = "the renderer reads main's records in place")]
        let content = Content::parse(unsafe { record.content() })?;
        let Envelope { kind, begins_run, slot, .. } = content.envelope;
        if gather.is_active() || begins_run {
            self.gather(gather, *message_limit, &content)?;
            drop(record);
            let Some((envelope, buffer)) = gather.take_whole() else { return Ok(Some(0)) };
            return self.deliver_whole(names, snapshots, envelope, buffer).map(Some);
        }
        match kind {
            Kind::Define | Kind::DefineTyped => {
                names.define(&content)?;
                snapshots.forget(slot);
                return Ok(Some(0));
            }
            Kind::Message => {
                let envelope = content.envelope;
                record.leave();
                return self.deliver_alike(lane, names, snapshots, envelope, budget).map(Some);
            }
            Kind::Answer => self.answer(&content)?,
            _ => return Err(wrong_kind(kind)),
        }
        Ok(Some(1))
    }

    /// Delivers the message that comes next, with this envelope, and those behind it that say the same of
    /// themselves: their channel and its listeners are looked up once.
    #[inline]
    fn deliver_alike(
        &self,
        lane: &mut Incoming,
        names: &Names,
        snapshots: &mut Snapshots<Listener>,
        envelope: Envelope,
        budget: usize,
    ) -> Result<usize, Corrupt> {
        let known = names.get(envelope.slot)?;
        let emitter = &self.core.emitter;
        let snapshot = snapshots.get(emitter, envelope.slot, &known.channel);
        let version = emitter.version();
        let (word, sole) = (envelope.encode(), snapshot.sole());
        let event = RendererEvent::new(self, &known.channel);
        let (mut delivered, mut bytes) = (0, 0);
        // One border for all: a panic ends the message that it is in, and the rest is taken as any other.
        let ran = guarded(|| {
            while delivered < budget && emitter.version() == version {
                let record = match lane.peek() {
                    Ok(Some(record)) => record,
                    Ok(None) => break,
                    Err(corrupt) => return Ok(Err(corrupt)),
                };
                // SAFETY: as in `deliver_next`.
                #[expect(unsafe_code, reason = "the renderer reads main's records in place")]
                let content = unsafe { record.content() };
                let Some(payload) = content.strip_prefix(&word) else {
                    record.leave();
                    break;
                };
                (delivered, bytes) = (delivered + 1, bytes + content.len());
                let payload = match Payload::new(known, payload) {
                    Ok(payload) => payload,
                    Err(corrupt) => return Ok(Err(corrupt)),
                };
                let call = |listener: &Listener| listener(&event, payload);
                match sole {
                    Some(listener) => call(listener)?,
                    None => {
                        emitter
                            .emit_to(snapshot, &known.channel, call)
                            .failed
                            .map_or(Ok(()), Err)?;
                    }
                }
            }
            Ok(Ok(()))
        });
        self.core.end.link.tally.received.count_many(delivered, bytes);
        let ran = ran.unwrap_or_else(|error| self.core.failed(&known.channel, &error));
        ran.map(|()| delivered)
    }

    /// Takes a record of a message that comes in several.
    #[cold]
    fn gather(
        &self,
        gather: &mut Gather,
        limit: usize,
        content: &Content<'_>,
    ) -> Result<(), Corrupt> {
        let bytes = match content.envelope.kind {
            Kind::Fragment => content.payload,
            Kind::Abort => {
                self.core.end.pool.give(gather.abort()?);
                return Ok(());
            }
            Kind::Message | Kind::Answer => {
                let (total, bytes) = content.begin_run()?;
                gather.begin(content.envelope, total, limit, self.core.end.pool.take())?;
                bytes
            }
            kind => return Err(wrong_kind(kind)),
        };
        gather.extend_from(bytes)
    }

    /// Delivers a message that came in several records.
    #[cold]
    fn deliver_whole(
        &self,
        names: &Names,
        snapshots: &mut Snapshots<Listener>,
        envelope: Envelope,
        buffer: Buffer,
    ) -> Result<usize, Corrupt> {
        match envelope.kind {
            Kind::Message => {
                let known = names.get(envelope.slot)?;
                let snapshot = snapshots.get(&self.core.emitter, envelope.slot, &known.channel);
                self.core.end.link.tally.received.count(buffer.len());
                self.emit(known, snapshot, &buffer)?;
                self.core.end.pool.give(buffer);
            }
            _ => self.answer_whole(envelope, buffer)?,
        }
        Ok(1)
    }

    #[inline]
    fn emit(
        &self,
        known: &Known,
        snapshot: &Snapshot<Listener>,
        payload: &[u8],
    ) -> Result<(), Corrupt> {
        let channel = &*known.channel;
        let payload = Payload::new(known, payload)?;
        let event = RendererEvent::new(self, channel);
        let call = |listener: &Listener| guarded(|| listener(&event, payload));
        match self.core.emitter.emit_to(snapshot, channel, call).failed {
            Some(error) => self.core.failed(channel, &error),
            None => Ok(()),
        }
    }

    fn answer_whole(&self, envelope: Envelope, buffer: Buffer) -> Result<(), Corrupt> {
        let buffer = self.core.end.pool.fitted(buffer);
        self.core.end.link.tally.received.count(buffer.len());
        let waited = self
            .core
            .calls
            .complete(envelope.call, |channel| envelope.answer_of(buffer, channel))?;
        self.note_answer(waited);
        Ok(())
    }

    fn answer(&self, content: &Content<'_>) -> Result<(), Corrupt> {
        self.core.end.link.tally.received.count(content.len());
        let id = content.envelope.call;
        let waited = self.core.calls.complete(id, |channel| content.answer(channel))?;
        self.note_answer(waited);
        Ok(())
    }

    fn note_answer(&self, waited: bool) {
        if waited {
            self.core.desk.notify();
        } else {
            self.core.end.link.tally.late_answers.add(1);
        }
    }
}

#[cold]
fn wrong_kind(kind: Kind) -> Corrupt {
    let (found, expected) = (kind as u64, Kind::Message as u64);
    Corrupt { place: "kind on the lane from main", found, expected }
}

impl Core {
    /// A listener has failed; or what it was to get is none of its type.
    #[cold]
    fn failed(&self, channel: &str, error: &BoxError) -> Result<(), Corrupt> {
        if let Some(corrupt) = Forged::find(error) {
            return Err(corrupt);
        }
        self.report(channel, error);
        Ok(())
    }

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
    fn end_if_gone(&self, desk: &Desk) -> Result<(), Error> {
        if !self.end.link.is_gone() || desk.inbox.lane.is_ready() {
            return Ok(());
        }
        let closed = self.closed.load(Ordering::Relaxed);
        let error = if closed { Error::Disconnected } else { Error::MainGone };
        self.calls.fail_all(&error);
        self.desk.notify();
        Err(error)
    }

    /// Announces that this endpoint sleeps in its event loop. `false` if there is work.
    fn prepare_to_sleep(&self, desk: &mut Desk) -> Result<bool, Error> {
        desk.snapshots.refresh(&self.emitter);
        self.end.link.flush_inbox(&mut desk.inbox);
        self.end.rest()?;
        Ok(desk.inbox.arm())
    }

    /// The same for a thread that goes elsewhere, so that whoever polls the descriptor hears of what
    /// is there, of what comes, and of a main that is gone but was not reported yet. Nothing is
    /// announced if the host never asked for the descriptor: main would nudge in vain.
    fn leave(&self, desk: &mut Desk) -> Result<(), Error> {
        if !self.polled.load(Ordering::Relaxed) {
            return Ok(());
        }
        if !self.prepare_to_sleep(desk)? || self.end.link.is_gone() {
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
        self.end.link.tally.sleeps.add(1);
        let slept = self.look_for(timeout);
        desk.inbox.disarm();
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
                let drained = self.end.link.stream().drain();
                self.end.link.tally.foreign_packets.add(drained.foreign as usize);
                if drained.hung_up {
                    self.gone(&self.poller);
                }
            }
            PROCESS => self.gone(&self.poller),
            _ => {}
        })
    }

    fn gone(&self, poller: &Poller) {
        self.end.link.end();
        poller.remove(self.end.link.stream());
        poller.remove(self.end.link.stream().pidfd());
        // What main had committed is delivered first, however small the budget.
        poller.wake();
    }
}
