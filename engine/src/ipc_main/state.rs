//! What only the dispatching thread of main touches, and its rounds over the sessions.

use super::Core;
use super::door::Door;
use super::handler::Tasks;
use super::memory::Memory;
use super::monitors::Monitors;
use super::orphans::Orphans;
use super::schedule::Schedule;
use super::slot::Slot;
use super::timer::TICKS;
use super::turn::Turn;
use crate::board::Watch;
use crate::error::{Corrupt, Fault};
use crate::limits::{GATHER_PATIENCE, GATHER_RATE};
use crate::rendezvous::listener::Listener;
use crate::ring::CopyBuffer;
use slab::Slab;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Bytes of an unfinished message that are enough between two ticks.
const TICK_BYTES: usize = GATHER_RATE / TICKS;

/// Ticks without as much that are too many.
const GATHER_TICKS: u64 = GATHER_PATIENCE.as_secs() * TICKS as u64;

/// Sessions, half-made ones, and handlers that run.
#[derive(Debug)]
pub(super) struct State {
    pub(super) sessions: Slab<Slot>,
    /// Keys of the sessions that are polled every round; the others' renderers nudge.
    pub(super) active: Vec<usize>,
    /// Where the next round begins, so that a small budget serves everybody in turn.
    next: usize,
    pub(super) door: Door,
    pub(super) tasks: Tasks,
    pub(super) orphans: Orphans,
    pub(super) monitors: Monitors,
    /// Messages are copied here before they are looked at.
    buffer: CopyBuffer,
    pub(super) memory: Memory,
    pub(super) schedule: Schedule,
    /// The most that main has kept and gathered since it last gave memory back.
    pub(super) most: usize,
    /// Events were left for later because of what their processes owe.
    pub(super) deferred: bool,
    /// The emitter's version when sessions last let go of removed listeners.
    version: u64,
    pub(super) looked: Instant,
}

impl State {
    pub(super) fn new(listener: Option<Listener>, gather_limit: usize, watch: Watch) -> Self {
        Self {
            sessions: Slab::new(),
            active: Vec::new(),
            next: 0,
            door: Door::new(listener),
            tasks: Tasks::default(),
            orphans: Orphans::default(),
            monitors: Monitors::new(watch),
            buffer: CopyBuffer::default(),
            memory: Memory::new(gather_limit),
            schedule: Schedule::new(),
            most: 0,
            deferred: false,
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
        self.active.iter().any(|key| self.sessions[*key].is_ready())
    }

    /// Whether the renderer of an active session runs on another CPU, worth spinning for.
    pub(super) fn peer_elsewhere(&self) -> bool {
        let elsewhere = |key: &usize| self.sessions[*key].page.end().link.peer_elsewhere();
        // All of them, so that each learns where main runs.
        self.active.iter().filter(|key| elsewhere(key)).count() > 0
    }

    /// One turn for each active session whose process may have one, no more than `budget` messages in all.
    #[inline]
    pub(super) fn round(&mut self, core: &Core, budget: usize) -> usize {
        self.schedule.begin_round();
        let total = self.turns(core, budget);
        if total == 0 && self.schedule.advance() {
            return self.turns(core, budget);
        }
        total
    }

    #[inline]
    fn turns(&mut self, core: &Core, budget: usize) -> usize {
        let mut total = 0;
        for _ in 0..self.active.len() {
            if total >= budget || self.active.is_empty() {
                break;
            }
            self.next = if self.next < self.active.len() { self.next } else { 0 };
            let key = self.active[self.next];
            if self.schedule.may_have(self.sessions[key].process) {
                total += self.turn(core, key, budget - total);
            }
            // A session that left the list was replaced in its place.
            if self.active.get(self.next) == Some(&key) {
                self.next += 1;
            }
        }
        // Of the sessions of one process, which may not have a turn each, another one is the first next time.
        self.next += usize::from(self.schedule.is_contended());
        total
    }

    /// One session's turn.
    #[inline]
    fn turn(&mut self, core: &Core, key: usize, budget: usize) -> usize {
        let Self { sessions, buffer, memory, tasks, monitors: Monitors { watch, .. }, .. } = self;
        let (slot, until) = (&mut sessions[key], self.schedule.turn_end());
        let mut turn = Turn { core, slot, buffer, memory, tasks, watch, until };
        let progress = turn.run(budget);
        let (process, worked) = (self.sessions[key].process, progress.is_work());
        match progress.fault {
            Some(fault) => self.cut_off(core, key, fault),
            None => self.end_turn(core, key, progress.records, progress.bytes),
        }
        self.resume_stalled();
        // What the end of a session takes is its process's as well.
        match worked {
            true => self.schedule.charge(process),
            false => self.schedule.charge_look(process),
        }
        progress.delivered
    }

    /// If there is memory again, whoever waited for some is read on.
    #[inline]
    pub(super) fn resume_stalled(&mut self) {
        if self.memory.freed {
            self.resume();
        }
    }

    #[cold]
    fn resume(&mut self) {
        (self.memory.freed, self.memory.wanted) = (false, false);
        let stalled = self.sessions.iter_mut().filter(|(_, slot)| slot.stalled);
        let resume = |(key, slot): (usize, &mut Slot)| {
            slot.stalled = false;
            key
        };
        for key in stalled.map(resume).collect::<Vec<_>>() {
            self.activate(key);
        }
    }

    /// At a tick while renderers wait for memory: cuts those off that have some and hardly send. Ticks are
    /// counted and not the time, which is main's own fault as long as it looks at nobody.
    pub(super) fn press_for_memory(&mut self, core: &Core) {
        let read = self.sessions.iter_mut().filter(|(_, slot)| !slot.stalled);
        let lagging = read.filter_map(|(key, slot)| {
            let progress = slot.share.as_mut()?.lags(TICK_BYTES, GATHER_TICKS)?;
            Some((key, (progress * TICKS) as u64))
        });
        for (key, found) in lagging.collect::<Vec<_>>() {
            let expected = GATHER_RATE as u64;
            let place = "bytes a second of an unfinished message";
            self.cut_off(core, key, Corrupt { place, found, expected });
        }
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

    /// Ends a session whose renderer cheats, or sends what there is no memory for.
    #[cold]
    pub(super) fn cut_off(&mut self, core: &Core, key: usize, fault: impl Into<Fault>) {
        self.sessions[key].page.end().cut_off(fault);
        self.leave(core, key);
    }

    /// Leaves a session to the poller. `false` if its renderer has just sent something.
    pub(super) fn rest(&mut self, core: &Core, key: usize) -> bool {
        let slot = &mut self.sessions[key];
        slot.page.end().link.flush_inbox(&mut slot.inbox);
        match slot.page.end().rest() {
            Ok(true) => {}
            Ok(false) => return false,
            Err(corrupt) => {
                self.cut_off(core, key, corrupt);
                return true;
            }
        }
        let slot = &mut self.sessions[key];
        // Who waits for memory is woken by whoever gives some back, and has nothing new to tell.
        if !slot.stalled && !slot.inbox.arm() {
            slot.inbox.disarm();
            return false;
        }
        self.deactivate(key);
        true
    }

    /// Lets go of what other threads, or listeners, took away: listeners, and the endpoint's name.
    pub(super) fn refresh(&mut self, core: &Core) {
        let emitter = &core.ipc.emitter;
        if self.version != emitter.version() {
            self.version = emitter.version();
            self.sessions.iter_mut().for_each(|(_, slot)| slot.snapshots.refresh(emitter));
        }
        if core.closed.load(Ordering::Relaxed) {
            self.door.close(core, &mut self.schedule);
            self.tasks.drop_all();
        }
    }

    /// Whether nothing waits in main for a renderer that could still read it.
    pub(super) fn is_flushed(&self) -> bool {
        self.sessions
            .iter()
            .all(|(_, slot)| slot.page.is_destroyed() || slot.page.queued_bytes() == 0)
    }

    /// Leaves all sessions to the poller. `false` if one of them has work.
    pub(super) fn rest_all(&mut self, core: &Core) -> bool {
        let mut awake = 0;
        while let Some(&key) = self.active.get(awake) {
            let leaves = self.sessions[key].leaving.is_some() && !self.sessions[key].stalled;
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
