//! Main's loop: rounds over the active sessions, a spin, and the poller.
//!
//! Main never waits on a futex and never blocks on a renderer. It sleeps in one place, in the
//! poller, after every session has been left armed to nudge.

use super::attach::Source;
use super::state::State;
use super::{Core, IpcMain};
use crate::board::layout::{HANDLERS, pulse};
use crate::error::Error;
use crate::limits::{LOOK_EVERY, POOLED_TOTAL};
use crate::room;
use crate::session::lane_lock::thread_holds_claims;
use crate::session::turn::Taken;
use crate::wait::SpinOutcome;
use rustix::event::Timespec;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Bytes that main has kept and keeps no longer, after which it gives memory back when it has nothing to do.
/// More than what is kept warm for the next large messages.
const TRIMMED: usize = 2 * POOLED_TOTAL;

/// Messages and rounds between two looks at the clock.
const WORK: usize = 64;

impl IpcMain {
    /// Delivers messages until [`stop`](Self::stop) or [`close`](Self::close).
    ///
    /// # Errors
    /// [`Error::WouldDeadlock`] inside a listener or handler; [`Error::Forked`]; [`Error::System`] if the
    /// kernel fails the poller.
    pub fn run(&self) -> Result<(), Error> {
        self.core.generation.check()?;
        let mut state = self.core.state.take()?;
        let mut work = 0;
        state.begin(&self.core);
        while !self.core.stop.take() {
            let delivered = state.step(&self.core, usize::MAX);
            work += delivered + 1;
            state.look_now_and_then(&self.core, &mut work)?;
            if delivered == 0 {
                state.idle(&self.core)?;
            }
        }
        state.finish(&self.core);
        Ok(())
    }

    /// Delivers what is there, at most `budget` messages, and returns how many it were, handlers that
    /// were woken included: these are polled in any case, and one that wakes itself again and again
    /// needs a `budget` for this to return. Never blocks. For event loops: call it when [`AsFd`](std::os::fd::AsFd) is readable. Work that is
    /// left over keeps it readable.
    ///
    /// Returns 0 while another thread dispatches.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn dispatch(&self, budget: usize) -> Result<usize, Error> {
        self.core.generation.check()?;
        let Some(mut state) = self.core.state.try_take()? else { return Ok(0) };
        state.begin(&self.core);
        state.schedule.resume();
        state.look(&self.core)?;
        let (mut delivered, mut work) = (0, 0);
        while delivered < budget {
            let more = state.step(&self.core, budget - delivered);
            if more == 0 {
                if !state.look_at_deferred(&self.core)? {
                    break;
                }
                continue;
            }
            delivered += more;
            work += more;
            state.look_now_and_then(&self.core, &mut work)?;
        }
        state.finish(&self.core);
        Ok(delivered)
    }
}

impl IpcMain {
    /// Delivers messages until all that waits in main for renderers to read is in their rings, where it
    /// outlives main, or until `deadline`; then [closes](Self::close). Returns whether all of it was.
    /// The `run` of another thread ends first, and none begins.
    ///
    /// # Errors
    /// As [`run`](Self::run), and [`Error::ClaimHeld`] while this thread holds a claim or burst, for which it
    /// would wait; then nothing was closed, except after [`Error::System`].
    pub fn close_until(&self, deadline: Instant) -> Result<bool, Error> {
        self.core.generation.check()?;
        if thread_holds_claims() {
            return Err(Error::ClaimHeld);
        }
        if self.core.state.is_mine() {
            return Err(Error::WouldDeadlock);
        }
        self.core.stop.for_good();
        self.core.look_soon();
        let flushed = self.flush(deadline);
        self.close();
        flushed
    }

    /// Whether all was read, as far as the rings hold it, before `deadline`.
    fn flush(&self, deadline: Instant) -> Result<bool, Error> {
        let mut state = self.core.state.take()?;
        state.begin(&self.core);
        let mut work = 0;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if state.is_flushed() || left.is_zero() {
                return Ok(state.is_flushed());
            }
            let delivered = state.step(&self.core, usize::MAX);
            work += delivered + 1;
            state.look_now_and_then(&self.core, &mut work)?;
            if delivered == 0 && state.rest_all(&self.core) {
                state.wait_for_events(&self.core, timespec(left).into())?;
            }
        }
    }
}

impl Taken<'_, State> {
    /// What other threads handed over while nobody dispatched.
    fn begin(&mut self, core: &Core) {
        core.board.enter(pulse::AWAKE, Instant::now());
        self.schedule.pause();
        self.adopt(core);
        self.refresh(core);
    }

    /// One round of sessions and handlers.
    #[inline]
    fn step(&mut self, core: &Core, budget: usize) -> usize {
        let pulse = &core.board.words().pulse;
        pulse.rounds.add(1);
        let mut delivered = self.round(core, budget);
        if !core.ready.is_empty() {
            pulse.turn.store(HANDLERS, Ordering::Relaxed);
            delivered += self.tasks.poll_woken(core);
        }
        delivered
    }

    /// Between two rounds: a renderer that sends without end keeps nobody else out.
    #[inline]
    fn look_now_and_then(&mut self, core: &Core, work: &mut usize) -> Result<(), Error> {
        if *work < WORK {
            return Ok(());
        }
        *work = 0;
        if self.looked.elapsed() < LOOK_EVERY { Ok(()) } else { self.look(core) }
    }

    /// Leaves everything so that the poller's descriptor tells of work, new or left over.
    fn finish(&mut self, core: &Core) {
        self.show_memory(core);
        self.refresh(core);
        if !self.rest_all(core) || !core.ready.is_empty() {
            core.poller.wake();
        }
        core.board.enter(pulse::OUTSIDE, Instant::now());
    }

    /// Nothing to do: spins while that pays, then sleeps.
    fn idle(&mut self, core: &Core) -> Result<(), Error> {
        let ready = || self.is_ready() || core.stop.is_set() || !core.ready.is_empty();
        match core.spin.until(ready, || self.peer_elsewhere()) {
            SpinOutcome::Ready => Ok(()),
            SpinOutcome::Look => {
                self.schedule.idle();
                self.look(core)
            }
            SpinOutcome::Sleep => self.sleep(core),
        }
    }

    #[cold]
    fn sleep(&mut self, core: &Core) -> Result<(), Error> {
        let was_active = !self.active.is_empty();
        if !self.rest_all(core) {
            return Ok(());
        }
        self.refresh(core);
        self.show_memory(core);
        self.give_memory_back(core);
        let started = Instant::now();
        core.board.enter(pulse::ASLEEP, started);
        self.wait_for_events(core, None)?;
        if was_active {
            core.spin.slept(started.elapsed());
        }
        Ok(())
    }

    /// Before a sleep: gives back to the system what was freed, if it was much.
    fn give_memory_back(&mut self, core: &Core) {
        let now = core.accounts.held().0 + self.memory.held();
        if self.most - now.min(self.most) >= TRIMMED {
            self.most = now;
            room::trim();
        }
    }

    /// Acts on events that were left for later because of what their processes owe. `false` if there are none.
    fn look_at_deferred(&mut self, core: &Core) -> Result<bool, Error> {
        let deferred = std::mem::take(&mut self.deferred);
        if deferred {
            self.schedule.idle();
            self.look(core)?;
        }
        Ok(deferred)
    }

    /// Says on the board how much main keeps.
    fn show_memory(&mut self, core: &Core) {
        let sums = &core.board.words().sums;
        let (kept, running) = core.accounts.held();
        self.most = self.most.max(kept + self.memory.held());
        sums.kept.set(kept);
        sums.running.set(running);
        sums.gathered.set(self.memory.held());
    }

    /// Takes note of what happened, without waiting.
    fn look(&mut self, core: &Core) -> Result<(), Error> {
        self.wait_for_events(core, Some(Timespec { tv_sec: 0, tv_nsec: 0 }))
    }

    fn wait_for_events(&mut self, core: &Core, timeout: Option<Timespec>) -> Result<(), Error> {
        let mut asleep = timeout.is_none();
        match &timeout {
            Some(Timespec { tv_sec: 0, tv_nsec: 0 }) => self.schedule.skip(),
            _ => self.schedule.pause(),
        }
        core.poller.wait(timeout, |token| {
            if std::mem::take(&mut asleep) {
                core.board.enter(pulse::AWAKE, Instant::now());
            }
            self.on_event(core, Source::of(token));
        })?;
        self.show_memory(core);
        self.looked = Instant::now();
        if asleep {
            core.board.enter(pulse::AWAKE, self.looked);
        } else {
            core.board.looked(self.looked);
        }
        Ok(())
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}
