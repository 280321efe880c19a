//! What only the dispatching thread of main touches, and its rounds over the sessions.

use super::event::SyncCall;
use super::handler::Tasks;
use super::slot::Slot;
use super::{Core, Diagnostic, Event, WebContents};
use crate::emitter::guarded;
use crate::error::{Corrupt, Error};
use crate::limits::{ROUND_BYTES, ROUND_RECORDS};
use crate::rendezvous::listener::Listener;
use crate::ring::CopyBuffer;
use crate::value::ArgsRef;
use crate::wire::{Content, Kind};
use slab::Slab;
use std::sync::Arc;
use std::time::Instant;

use super::attach::Handshake;

/// Sessions, half-made ones, and handlers that run.
#[derive(Debug)]
pub(super) struct State {
    pub(super) sessions: Slab<Slot>,
    /// Keys of the sessions that are polled every round; the others' renderers nudge.
    pub(super) active: Vec<usize>,
    /// Where the next round begins, so that a small budget serves everybody in turn.
    next: usize,
    pub(super) listener: Option<Listener>,
    pub(super) handshakes: Slab<Handshake>,
    pub(super) tasks: Tasks,
    /// Messages are copied here before they are looked at.
    buffer: CopyBuffer,
    pub(super) looked: Instant,
}

impl State {
    pub(super) fn new(listener: Option<Listener>) -> Self {
        Self {
            sessions: Slab::new(),
            active: Vec::new(),
            next: 0,
            listener,
            handshakes: Slab::new(),
            tasks: Tasks::default(),
            buffer: CopyBuffer::default(),
            looked: Instant::now(),
        }
    }

    /// Has a session polled every round, as its renderer is awake.
    pub(super) fn activate(&mut self, key: usize) {
        if let Some(slot) = self.sessions.get_mut(key).filter(|slot| !slot.active) {
            slot.active = true;
            slot.note_round(1);
            slot.inbox.disarm();
            self.active.push(key);
        }
    }

    /// Whether a round would find anything.
    #[inline]
    pub(super) fn is_ready(&self) -> bool {
        self.active.iter().any(|key| self.sessions[*key].inbox.lane.is_ready())
    }

    /// Whether the renderer of an active session runs on another CPU, worth spinning for.
    pub(super) fn peer_elsewhere(&self) -> bool {
        let elsewhere = |key: &usize| self.sessions[*key].page.end().peer_elsewhere();
        // All of them, so that each learns where main runs.
        self.active.iter().filter(|key| elsewhere(key)).count() > 0
    }

    /// One turn for each active session, no more than `budget` messages in all.
    pub(super) fn round(&mut self, core: &Core, budget: usize) -> usize {
        let mut total = 0;
        for _ in 0..self.active.len() {
            if total >= budget || self.active.is_empty() {
                break;
            }
            self.next = if self.next < self.active.len() { self.next } else { 0 };
            let key = self.active[self.next];
            total += self.turn(core, key, budget - total);
            // A session that left the list was replaced in its place.
            if self.active.get(self.next) == Some(&key) {
                self.next += 1;
            }
        }
        total
    }

    /// One session's turn.
    #[inline]
    fn turn(&mut self, core: &Core, key: usize, budget: usize) -> usize {
        let mut records = 0;
        let mut bytes = 0;
        while records < ROUND_RECORDS.min(budget) && bytes < ROUND_BYTES {
            match self.take(core, key) {
                Ok(Some(len)) => {
                    records += 1;
                    bytes += len;
                }
                Ok(None) => break,
                Err(corrupt) => {
                    self.cut_off(core, key, corrupt);
                    return records;
                }
            }
        }
        self.end_turn(core, key, records, bytes);
        records
    }

    #[inline]
    fn end_turn(&mut self, core: &Core, key: usize, records: usize, bytes: usize) {
        let slot = &mut self.sessions[key];
        let is_quiet = slot.note_round(records);
        if records > 0 {
            slot.unflushed = true;
            if let Some(leaving) = &mut slot.leaving {
                leaving.left = leaving.left.saturating_sub(bytes);
            }
            return;
        }
        // Not after each record: this fence is paid while there is nothing else to do.
        if std::mem::take(&mut slot.unflushed) {
            slot.page.end().release(&mut slot.inbox);
        }
        if slot.leaving.is_some() || slot.page.is_destroyed() {
            self.leave(core, key);
        } else if is_quiet {
            self.rest(core, key);
        }
    }

    /// Takes one message of a session and delivers it. Returns its size.
    #[inline]
    fn take(&mut self, core: &Core, key: usize) -> Result<Option<usize>, Corrupt> {
        let slot = &mut self.sessions[key];
        let Some(content) = slot.inbox.copy_next(&mut self.buffer)? else { return Ok(None) };
        let envelope = content.envelope;
        if envelope.kind == Kind::Define {
            return Ok(Some(content.len()));
        }
        let channel = slot.inbox.names.get(envelope.slot)?;
        let args = ArgsRef::check(content.payload)?;
        slot.page.end().tally.count_received(content.len());
        match envelope.kind {
            Kind::Message => deliver(core, &slot.page, channel, args),
            Kind::SyncCall => deliver_sync(core, &slot.page, channel, args, envelope.call),
            Kind::Invoke => {
                self.tasks.invoke(core, &slot.page, channel, envelope.call, args.to_owned());
            }
            Kind::Define | Kind::Answer => return Err(wrong_kind(&content)),
        }
        Ok(Some(content.len()))
    }

    /// Ends a session whose renderer cheats.
    #[cold]
    pub(super) fn cut_off(&mut self, core: &Core, key: usize, corrupt: Corrupt) {
        let id = self.sessions[key].page.id();
        core.report(&Diagnostic::CorruptRenderer { id, corrupt });
        self.sessions[key].page.close();
        self.leave(core, key);
    }

    /// Leaves a session to the poller. `false` if its renderer has just sent something.
    pub(super) fn rest(&mut self, core: &Core, key: usize) -> bool {
        let slot = &mut self.sessions[key];
        slot.page.end().release(&mut slot.inbox);
        if let Err(corrupt) = slot.page.end().rest() {
            self.cut_off(core, key, corrupt);
            return true;
        }
        let slot = &mut self.sessions[key];
        if !slot.inbox.arm() {
            slot.inbox.disarm();
            return false;
        }
        self.deactivate(key);
        true
    }

    /// Leaves all sessions to the poller. `false` if one of them has work.
    pub(super) fn rest_all(&mut self, core: &Core) -> bool {
        let mut all_rest = true;
        for key in self.active.clone() {
            let leaves = self.sessions.get(key).is_some_and(|slot| slot.leaving.is_some());
            all_rest &= !leaves && self.rest(core, key);
        }
        all_rest
    }

    pub(super) fn deactivate(&mut self, key: usize) {
        self.sessions[key].active = false;
        self.active.retain(|active| *active != key);
    }
}

fn deliver(core: &Core, page: &WebContents, channel: &Arc<str>, args: ArgsRef<'_>) {
    let event = Event::new(page, channel, None);
    let emitted = core.emitter.emit(channel, |listener| guarded(|| listener(&event, args)));
    if let Some(error) = emitted.failed {
        core.report(&Diagnostic::Uncaught { channel, error: &error });
    }
}

fn deliver_sync(core: &Core, page: &WebContents, channel: &Arc<str>, args: ArgsRef<'_>, call: u32) {
    let call = SyncCall::new(call);
    let event = Event::new(page, channel, Some(&call));
    let emitted = core.emitter.emit(channel, |listener| guarded(|| listener(&event, args)));
    if let Some(error) = emitted.failed {
        core.report(&Diagnostic::Uncaught { channel, error: &error });
    }
    if emitted.ran == 0 {
        core.report(&Diagnostic::NoSyncListener { id: page.id(), channel });
    }
    match call.settle(page) {
        Ok(()) | Err(Error::RendererGone { .. }) => {}
        Err(error) => core.report(&Diagnostic::AnswerFailed { channel, error: &error }),
    }
}

#[cold]
fn wrong_kind(content: &Content<'_>) -> Corrupt {
    let found = content.envelope.kind as u64;
    Corrupt { place: "kind on the lane to main", found, expected: Kind::Message as u64 }
}
