//! Renderers that come and go.

use super::gone::GoneDetails;
use super::schedule::NEWCOMERS;
use super::slot::Slot;
use super::state::State;
use super::{Core, Diagnostic, WebContents};
use crate::error::{Corrupt, Error, Fault};
use crate::rendezvous::handshake::Arrival;
use crate::rendezvous::hello::Role;
use crate::rendezvous::stream::Stream;
use crate::room;
use crate::session::account::Account;
use crate::session::offer::{Invitation, Prepared, Surroundings, refuse, terms};
use crate::session::poller::{Token, WOKEN};
use crate::trace;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Renderers that one look at the listener takes.
const ACCEPTS: usize = 16;

/// What a poller token is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Socket(usize),
    Process(usize),
    Handshake(usize),
    Listener,
    Timer,
    Orphan(usize),
    Monitor(usize),
    Woken,
}

impl Source {
    pub(super) fn token(self) -> Token {
        match self {
            Self::Socket(key) => (key as Token) << 3,
            Self::Process(key) => (key as Token) << 3 | 1,
            Self::Handshake(key) => (key as Token) << 3 | 2,
            Self::Listener => 3,
            Self::Timer => 4,
            Self::Orphan(key) => (key as Token) << 3 | 5,
            Self::Monitor(key) => (key as Token) << 3 | 6,
            Self::Woken => WOKEN,
        }
    }

    pub(super) fn of(token: Token) -> Self {
        let key = (token >> 3) as usize;
        match token & 7 {
            0 => Self::Socket(key),
            1 => Self::Process(key),
            2 => Self::Handshake(key),
            3 => Self::Listener,
            4 => Self::Timer,
            5 => Self::Orphan(key),
            6 => Self::Monitor(key),
            _ => Self::Woken,
        }
    }
}

impl State {
    /// Acts on what the poller reported, unless it is about a process that has had its share of main's time:
    /// then it is reported again.
    pub(super) fn on_event(&mut self, core: &Core, source: Source) {
        let process = self.process_of(source);
        if process.is_some_and(|process| !self.schedule.may_have(process)) {
            self.deferred = true;
            return;
        }
        self.act_on(core, source);
        match (process, source) {
            (Some(process), Source::Handshake(_)) => self.schedule.charge_newcomer(process),
            (Some(process), _) => self.schedule.charge_event(process),
            (None, _) => self.schedule.skip(),
        }
    }

    /// Whose doing an event is, in the schedule.
    fn process_of(&self, source: Source) -> Option<usize> {
        match source {
            Source::Socket(key) | Source::Process(key) => {
                self.sessions.get(key).map(|slot| slot.process)
            }
            Source::Handshake(key) => self.door.process(key),
            Source::Listener | Source::Monitor(_) => Some(NEWCOMERS),
            Source::Timer | Source::Orphan(_) | Source::Woken => None,
        }
    }

    fn act_on(&mut self, core: &Core, source: Source) {
        match source {
            Source::Socket(key) => self.on_socket(core, key),
            Source::Process(key) => self.on_exit(core, key),
            Source::Handshake(key) => self.on_handshake(core, key),
            Source::Listener => self.accept(core),
            Source::Timer => self.on_timer(core),
            Source::Orphan(key) => self.reap(core, key),
            Source::Monitor(key) => self.on_monitor(core, key),
            Source::Woken => self.adopt(core),
        }
    }

    /// Takes over the renderers that were spawned, by any thread.
    pub(super) fn adopt(&mut self, core: &Core) {
        while let Some(newcomer) = core.newcomers.pop() {
            let (mut slot, invitation) = *newcomer;
            slot.invitation = Some(invitation);
            self.insert(core, slot);
        }
    }

    /// Watches a session from now on. `None` if that is not possible, and it is over.
    fn insert(&mut self, core: &Core, mut slot: Slot) -> Option<usize> {
        slot.process = self.schedule.enter(slot.page.end().link.process());
        let key = self.sessions.insert(slot);
        let link = &self.sessions[key].page.end().link;
        let (socket, process) = (Source::Socket(key).token(), Source::Process(key).token());
        if let Err(error) = link.watch(&core.poller, socket, process) {
            core.report(&Diagnostic::Refused { error: &error });
            self.sessions[key].page.close();
            self.leave(core, key);
            return None;
        }
        Some(key)
    }

    /// A renderer nudges, says hello, or hangs up.
    fn on_socket(&mut self, core: &Core, key: usize) {
        let Some(slot) = self.sessions.get_mut(key) else { return };
        if let Some(invitation) = slot.invitation.take() {
            return self.on_hello(core, key, invitation);
        }
        let drained = slot.page.end().link.drain();
        slot.page.end().link.tally.foreign_packets.add(drained.foreign as usize);
        if drained.hung_up || slot.page.is_destroyed() {
            return self.begin_leaving(core, key);
        }
        if let Err(corrupt) = slot.page.end().drain_overflow() {
            return self.cut_off(core, key, corrupt);
        }
        self.activate(key);
    }

    /// A spawned renderer's first packet.
    fn on_hello(&mut self, core: &Core, key: usize, invitation: Invitation) {
        let Some(stream) = self.sessions[key].page.end().link.stream() else { return };
        let sent = match stream.recv_hello(&terms(), core.options.bounds.needed()) {
            Ok(Arrival::NotYet) => {
                self.sessions[key].invitation = Some(invitation);
                return;
            }
            Ok(Arrival::HungUp) => return self.begin_leaving(core, key),
            Ok(Arrival::Hello) => invitation.send(&stream),
            Ok(Arrival::Monitor) => Err(refuse(&stream, monitor_by_birth())),
            Err(error) => Err(refuse(&stream, error)),
        };
        match sent {
            Ok(()) => self.attached(core, key),
            Err(error) => {
                core.report(&Diagnostic::Refused { error: &error });
                self.begin_leaving(core, key);
            }
        }
    }

    fn attached(&mut self, core: &Core, key: usize) {
        let page = &self.sessions[key].page;
        page.end().entry.attached();
        trace::event!(INFO, "attached", renderer = page.id(), pid = page.process_id());
        self.activate(key);
        core.run_hook(&core.on_attached, |hook| hook(&self.sessions[key].page));
    }

    fn accept(&mut self, core: &Core) {
        for _ in 0..ACCEPTS {
            if !self.schedule.may_have(NEWCOMERS) {
                self.deferred = true;
                return;
            }
            let Some(stream) = self.door.next(core, &mut self.schedule) else { return };
            self.begin_handshake(core, stream);
        }
    }

    fn begin_handshake(&mut self, core: &Core, stream: Stream) {
        let admitted = stream.admit(core.options.admit).map_err(|error| refuse(&stream, error));
        match admitted.and_then(|()| self.door.wait(core, stream, &mut self.schedule)) {
            // A renderer says hello right after it connected: most need no further look.
            Ok(key) => self.on_event(core, Source::Handshake(key)),
            Err(error) => {
                core.report(&Diagnostic::Refused { error: &error });
                self.schedule.charge_event(NEWCOMERS);
            }
        }
    }

    fn on_handshake(&mut self, core: &Core, key: usize) {
        let Some(stream) = self.door.waiting(key) else { return };
        let arrival = stream.recv_hello(&terms(), core.options.bounds.needed());
        if matches!(arrival, Ok(Arrival::NotYet)) {
            return;
        }
        let stream = self.door.take(core, key, &mut self.schedule);
        let welcomed = match arrival {
            Ok(Arrival::Hello) => self.welcome(core, stream),
            Ok(Arrival::Monitor) => self.welcome_monitor(core, stream),
            Ok(_) => Ok(()),
            Err(error) => Err(refuse(&stream, error)),
        };
        if let Err(error) = welcomed {
            core.report(&Diagnostic::Refused { error: &error });
        }
    }

    fn welcome(&mut self, core: &Core, stream: Stream) -> Result<(), Error> {
        let (len, capacity) = (self.sessions.len(), self.sessions.capacity());
        if let Err(none) = room::promise_one_more::<Slot>(len, capacity) {
            return Err(refuse(&stream, none.into()));
        }
        let account = core.accounts.of(stream.process());
        let seat = account.begin_session().map_err(|error| refuse(&stream, error))?;
        let (mut slot, invitation) = Slot::new(core.prepare(stream, &account)?, None);
        slot.seat = Some(seat);
        if let Some(stream) = slot.page.end().link.stream() {
            invitation.send(&stream).map_err(|error| refuse(&stream, error))?;
        }
        core.register(&slot.page);
        if let Some(key) = self.insert(core, slot) {
            self.attached(core, key);
        }
        Ok(())
    }

    /// A renderer's process has died.
    fn on_exit(&mut self, core: &Core, key: usize) {
        let Some(slot) = self.sessions.get(key) else { return };
        // The event may be that of an earlier session under the same key.
        if slot.page.end().link.is_peer_gone() {
            self.begin_leaving(core, key);
        }
    }

    fn begin_leaving(&mut self, core: &Core, key: usize) {
        self.sessions[key].leave(core.options.bounds.geometry.to_main);
        let link = &self.sessions[key].page.end().link;
        match self.sessions[key].child {
            Some(_) => link.unwatch_socket(&core.poller),
            None => link.unwatch(&core.poller),
        }
        // What it had committed is delivered in the coming rounds.
        self.activate(key);
    }

    /// Ends a session once all is delivered and it is known how the renderer went.
    pub(super) fn leave(&mut self, core: &Core, key: usize) {
        self.sessions[key].leave(core.options.bounds.geometry.to_main);
        let slot = &mut self.sessions[key];
        let id = slot.page.id();
        match slot.page.end().take_fault() {
            Some(Fault::Corrupt(corrupt)) => {
                core.report(&Diagnostic::CorruptRenderer { id, corrupt });
            }
            Some(Fault::NoMemory) => {
                core.report(&Diagnostic::NoMemory { id });
                self.tasks.drop_those_of(core, &slot.page);
            }
            None => {}
        }
        if !slot.page.is_destroyed() && !slot.is_delivered() {
            return;
        }
        slot.page.end().link.end();
        match slot.details() {
            Some(details) => self.forget(core, key, details),
            None => {
                // Its exit wakes main, or the timer does.
                core.timer.start();
                self.deactivate(key);
            }
        }
    }

    fn forget(&mut self, core: &Core, key: usize, details: GoneDetails) {
        if self.sessions[key].active {
            self.deactivate(key);
        }
        let mut slot = self.sessions.remove(key);
        self.schedule.exit(slot.process);
        self.memory.end(slot.share.take());
        // Nobody else may have a turn.
        self.resume_stalled();
        let link = &slot.page.end().link;
        link.unwatch(&core.poller);
        if let (Some(child), Some(stream)) = (slot.child.take(), link.stream()) {
            self.orphans.keep(core, child, stream.pidfd());
        }
        // Handles to it may live as long as they like: they hold memory, and no descriptors.
        link.release();
        slot.page.end().drop_waiting();
        core.pages.lock().remove(&slot.page.id());
        slot.page.end().entry.retire();
        let GoneDetails { reason, exit_code } = details;
        let (id, reason) = (slot.page.id(), reason.as_str());
        trace::event!(INFO, "gone", renderer = id, reason = reason, exit_code = exit_code);
        core.run_hook(&core.on_gone, |hook| hook(&slot.page, &details));
        if let Some(levels) = slot.page.levels() {
            levels.end(&slot.page, &details);
        }
        self.tasks.leave_behind(core, &slot.page);
    }

    fn on_timer(&mut self, core: &Core) {
        let waits = self.door.tick(core, &mut self.schedule);
        let leaving = self.sessions.iter().filter(|(_, slot)| slot.leaving.is_some());
        for key in leaving.map(|(key, _)| key).collect::<Vec<_>>() {
            self.leave(core, key);
        }
        if self.memory.wanted {
            self.press_for_memory(core);
        }
        let still_leaving = self.sessions.iter().any(|(_, slot)| slot.leaving.is_some());
        core.timer.stop_unless(waits || still_leaving || self.memory.wanted);
    }
}

impl Core {
    /// Makes main's end of a session.
    pub(super) fn prepare(
        &self,
        stream: Stream,
        account: &Arc<Account>,
    ) -> Result<Prepared, Error> {
        let id = self.next_id();
        let Self { pool, board, poller, .. } = self;
        let surroundings = Surroundings { pool, board, poller, account };
        Prepared::new(id, stream, self.options.bounds, surroundings)
    }

    /// Makes a renderer known by its id. One that comes too late, to a closed main, is over at once:
    /// what [`IpcMain::close`](super::IpcMain::close) does not find in the list finds that it was called.
    pub(super) fn register(&self, page: &WebContents) {
        let mut pages = self.pages.lock();
        pages.insert(page.id(), page.clone());
        if self.closed.load(Ordering::Relaxed) {
            page.close();
        }
    }
}

/// What was spawned to be a renderer has no business to be anything else.
#[cold]
fn monitor_by_birth() -> Error {
    let (found, expected) = (Role::Monitor as u64, Role::Renderer as u64);
    Corrupt { place: "hello role", found, expected }.into()
}
