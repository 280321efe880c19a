//! What only the dispatching thread of main touches, and its rounds over the sessions.

use super::event::SyncCall;
use super::handler::Tasks;
use super::orphans::Orphans;
use super::slot::Slot;
use super::{Core, Diagnostic, Event, Listener};
use crate::emitter::{Snapshot, guarded};
use crate::error::{Corrupt, Error};
use crate::limits::{ROUND_BYTES, ROUND_RECORDS};
use crate::rendezvous::listener::Listener as Doorway;
use crate::ring::CopyBuffer;
use crate::value::ArgsRef;
use crate::wire::{Content, Kind};
use slab::Slab;
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
    pub(super) listener: Option<Doorway>,
    pub(super) handshakes: Slab<Handshake>,
    pub(super) tasks: Tasks,
    pub(super) orphans: Orphans,
    /// Messages are copied here before they are looked at.
    buffer: CopyBuffer,
    /// The emitter's version when sessions last let go of removed listeners.
    version: u64,
    pub(super) looked: Instant,
}

impl State {
    pub(super) fn new(listener: Option<Doorway>) -> Self {
        Self {
            sessions: Slab::new(),
            active: Vec::new(),
            next: 0,
            listener,
            handshakes: Slab::new(),
            tasks: Tasks::default(),
            orphans: Orphans::default(),
            buffer: CopyBuffer::default(),
            version: 0,
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
        let elsewhere = |key: &usize| self.sessions[*key].page.end().link.peer_elsewhere();
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
        let (mut records, mut bytes, mut delivered) = (0, 0, 0);
        while delivered < budget
            && records < ROUND_RECORDS
            && bytes < ROUND_BYTES
            && self.sessions[key].may_deliver()
        {
            match self.take(core, key) {
                Ok(Taken::Nothing) => break,
                Ok(Taken::Definition { len }) => bytes += len,
                Ok(Taken::Message { len }) => {
                    delivered += 1;
                    bytes += len;
                }
                Err(corrupt) => {
                    self.cut_off(core, key, corrupt);
                    return delivered;
                }
            }
            records += 1;
        }
        self.end_turn(core, key, records, bytes);
        delivered
    }

    #[inline]
    fn end_turn(&mut self, core: &Core, key: usize, records: usize, bytes: usize) {
        let slot = &mut self.sessions[key];
        let is_quiet = slot.note_round(records);
        slot.page.end().link.settle(&mut slot.inbox);
        if let Some(leaving) = &mut slot.leaving {
            leaving.left = leaving.left.saturating_sub(bytes);
            self.leave(core, key);
        } else if slot.page.is_destroyed() {
            self.leave(core, key);
        } else if is_quiet {
            self.rest(core, key);
        }
    }

    /// Takes one record of a session, and delivers it if it is a message.
    #[inline]
    fn take(&mut self, core: &Core, key: usize) -> Result<Taken, Corrupt> {
        let slot = &mut self.sessions[key];
        let Some(content) = slot.inbox.copy_next(&mut self.buffer)? else {
            return Ok(Taken::Nothing);
        };
        let (envelope, len) = (content.envelope, content.len());
        if envelope.kind == Kind::Define {
            slot.snapshots.forget(envelope.slot);
            return Ok(Taken::Definition { len });
        }
        let channel = slot.inbox.names.get(envelope.slot)?;
        let args = ArgsRef::check(content.payload)?;
        slot.page.end().link.tally.received.count(len);
        match envelope.kind {
            Kind::Message => {
                let snapshot = slot.snapshots.get(&core.emitter, envelope.slot, channel);
                deliver(core, snapshot, &Event::new(&slot.page, channel, None), args);
            }
            Kind::SyncCall => {
                let snapshot = slot.snapshots.get(&core.emitter, envelope.slot, channel);
                let call = SyncCall::new(envelope.call);
                let event = Event::new(&slot.page, channel, Some(&call));
                if deliver(core, snapshot, &event, args) == 0 {
                    core.report(&Diagnostic::NoSyncListener { id: slot.page.id(), channel });
                }
                settle(core, &event, &call);
            }
            Kind::Invoke => {
                self.tasks.invoke(core, &slot.page, channel, envelope.call, args.to_owned());
            }
            Kind::Define | Kind::Answer => return Err(wrong_kind(&content)),
        }
        Ok(Taken::Message { len })
    }

    /// Ends a session whose renderer cheats.
    #[cold]
    pub(super) fn cut_off(&mut self, core: &Core, key: usize, corrupt: Corrupt) {
        self.sessions[key].page.end().cut_off(corrupt);
        self.leave(core, key);
    }

    /// Leaves a session to the poller. `false` if its renderer has just sent something.
    pub(super) fn rest(&mut self, core: &Core, key: usize) -> bool {
        let slot = &mut self.sessions[key];
        slot.page.end().link.flush_inbox(&mut slot.inbox);
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

    /// Lets go of listeners that were removed.
    pub(super) fn refresh(&mut self, core: &Core) {
        if self.version != core.emitter.version() {
            self.version = core.emitter.version();
            self.sessions.iter_mut().for_each(|(_, slot)| slot.snapshots.refresh(&core.emitter));
        }
    }

    /// Leaves all sessions to the poller. `false` if one of them has work.
    pub(super) fn rest_all(&mut self, core: &Core) -> bool {
        let mut awake = 0;
        while let Some(&key) = self.active.get(awake) {
            let leaves = self.sessions[key].leaving.is_some();
            if leaves || !self.rest(core, key) {
                awake += 1;
            }
        }
        awake == 0
    }

    pub(super) fn deactivate(&mut self, key: usize) {
        self.sessions[key].active = false;
        self.active.retain(|active| *active != key);
    }
}

/// What came of a look at a session's ring.
#[derive(Debug, Clone, Copy)]
enum Taken {
    Nothing,
    Definition { len: usize },
    Message { len: usize },
}

/// Hands a message to its listeners; says how many ran.
#[inline]
fn deliver(
    core: &Core,
    snapshot: &Snapshot<Listener>,
    event: &Event<'_>,
    args: ArgsRef<'_>,
) -> usize {
    let call = |listener: &Listener| guarded(|| listener(event, args));
    let emitted = core.emitter.emit_to(snapshot, event.channel(), call);
    if let Some(error) = &emitted.failed {
        core.report(&Diagnostic::Uncaught { channel: event.channel(), error });
    }
    emitted.ran
}

/// A call that none of its listeners has answered or kept is answered with that.
fn settle(core: &Core, event: &Event<'_>, call: &SyncCall) {
    match call.settle(event.sender()) {
        Ok(()) | Err(Error::RendererGone { .. }) => {}
        Err(error) => {
            core.report(&Diagnostic::AnswerFailed { channel: event.channel(), error: &error });
        }
    }
}

#[cold]
fn wrong_kind(content: &Content<'_>) -> Corrupt {
    let found = content.envelope.kind as u64;
    Corrupt { place: "kind on the lane to main", found, expected: Kind::Message as u64 }
}
