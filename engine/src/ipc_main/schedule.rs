//! How main's time is shared between processes.
//!
//! A process has as much of main as any other that wants it, whatever its number of sessions, and however long
//! its messages take to check and deliver. It is deficit round robin (Shreedhar and Varghese, 1995), with
//! processes for flows and nanoseconds for bytes: in each round a process is given [`QUANTUM`], what is done
//! for it is taken from that, and while it has nothing left it is passed over. A message is never interrupted,
//! so one that takes long is paid for afterwards.
//!
//! What is no message counts [`EVENT`] times: nudges, hang-ups, and what newcomers want, who are charged
//! for themselves and, all together, as one more process, [`NEWCOMERS`]. What is passed over is not lost: a
//! message stays in its ring, and a descriptor readable.
//!
//! The clock is read only while several compete. Alone with main, a process has no share, and a round costs
//! what it always did.

use hashbrown::HashMap;
use slab::Slab;
use std::time::{Duration, Instant};

/// Nanoseconds that a process is given in each round. Less than a turn usually takes, so that processes whose
/// turns take longer have fewer.
const QUANTUM: i64 = 5_000;

/// How long a turn may go on before it ends with a message. A full turn of short messages takes a tenth of it, and
/// no ring fills in it.
const TURN: Duration = Duration::from_micros(100);

/// The most nanoseconds that a process can owe: what is done for it in one go may take longer.
const DEBT: i64 = -1_000_000_000;

/// How often the time counts that was spent on something else than a message.
const EVENT: i64 = 4;

/// The key of all who are not attached yet.
pub(super) const NEWCOMERS: usize = 0;

/// Who has had how much of main's time.
#[derive(Debug)]
pub(super) struct Schedule {
    processes: Slab<Process>,
    keys: HashMap<u64, usize>,
    /// Those without a session: they are kept until they have paid.
    unused: Vec<usize>,
    /// Those that were passed over in this round.
    waiting: Vec<usize>,
    round: u64,
    /// Up to when time has been charged, if several compete.
    since: Option<Instant>,
    /// Who wanted something last.
    last: usize,
    /// Whether somebody else has wanted something since the round began.
    several: bool,
    /// Whether something was done in this round.
    worked: bool,
    /// Whether several compete, as far as was seen in the last round.
    contended: bool,
    /// Nobody waits for what he owes, as main has nothing else to do.
    idle: bool,
}

#[derive(Debug)]
struct Process {
    id: u64,
    /// Sessions and handshakes.
    users: usize,
    /// Nanoseconds that it may still have; less than nothing if it has had too many.
    left: i64,
    /// When it was given some last.
    round: u64,
    /// It is in `waiting`.
    waits: bool,
}

impl Schedule {
    pub(super) fn new() -> Self {
        let mut schedule = Self {
            processes: Slab::new(),
            keys: HashMap::new(),
            unused: Vec::new(),
            waiting: Vec::new(),
            round: 0,
            since: None,
            last: NEWCOMERS,
            several: false,
            worked: false,
            contended: false,
            idle: false,
        };
        // No process has this number.
        let newcomers = schedule.enter(u64::MAX);
        debug_assert_eq!(newcomers, NEWCOMERS);
        schedule
    }

    /// Adds a session or handshake of a process, and returns the key of the process.
    pub(super) fn enter(&mut self, id: u64) -> usize {
        let Self { processes, keys, round, .. } = self;
        let process = || Process { id, users: 0, left: QUANTUM, round: *round, waits: false };
        let key = *keys.entry(id).or_insert_with(|| processes.insert(process()));
        processes[key].users += 1;
        key
    }

    /// Removes a session or handshake.
    pub(super) fn exit(&mut self, key: usize) {
        let process = &mut self.processes[key];
        process.users -= 1;
        if process.users == 0 {
            self.unused.push(key);
        }
    }

    /// Begins a round of turns. They compete if in the last one several wanted something.
    #[inline]
    pub(super) fn begin_round(&mut self) {
        self.round += 1;
        // Where nothing could be done because of what all owe, nobody waits any longer for that.
        self.contended = self.several && self.worked;
        (self.several, self.worked, self.idle) = (false, false, false);
        self.resume();
        if !self.waiting.is_empty() || !self.unused.is_empty() {
            self.tidy();
        }
    }

    #[cold]
    fn tidy(&mut self) {
        self.waiting.drain(..).for_each(|key| self.processes[key].waits = false);
        // Who has gone and come back is who it was, until it has paid.
        let mut unused = std::mem::take(&mut self.unused);
        unused.retain(|key| self.owes_unused(*key));
        self.unused = unused;
    }

    /// Whether a process has to be kept in mind though nobody uses it. If not, it is forgotten.
    fn owes_unused(&mut self, key: usize) -> bool {
        if self.processes.get(key).is_none_or(|process| process.users > 0) {
            return false;
        }
        let owes = self.since.is_some() && self.left(key) < QUANTUM;
        if !owes {
            let id = self.processes.remove(key).id;
            self.keys.remove(&id);
        }
        owes
    }

    /// What main does from now on is charged again.
    #[inline]
    pub(super) fn resume(&mut self) {
        self.since = if self.contended { Some(Instant::now()) } else { None };
    }

    /// Main has nothing else to do than what comes: it is charged, and nothing is passed over.
    pub(super) fn idle(&mut self) {
        self.idle = true;
        self.resume();
    }

    /// What main has done up to now, or will do up to the next round, is charged to nobody: it sleeps, or
    /// its host does something else.
    pub(super) fn pause(&mut self) {
        self.since = None;
    }

    /// Whether several compete for main's time.
    pub(super) fn is_contended(&self) -> bool {
        self.since.is_some()
    }

    /// When a turn that begins now has to end, if several compete.
    #[inline]
    pub(super) fn turn_end(&self) -> Option<Instant> {
        self.since.map(|since| since + TURN)
    }

    /// Whether something may be done for a process now.
    #[inline]
    pub(super) fn may_have(&mut self, key: usize) -> bool {
        self.since.is_none() || self.idle || self.left(key) > 0 || self.pass_over(key)
    }

    #[cold]
    fn pass_over(&mut self, key: usize) -> bool {
        self.note(key);
        if !std::mem::replace(&mut self.processes[key].waits, true) {
            self.waiting.push(key);
        }
        false
    }

    /// What a process may still have in this round.
    fn left(&mut self, key: usize) -> i64 {
        let process = &mut self.processes[key];
        let rounds = i64::try_from(self.round - process.round).unwrap_or(i64::MAX);
        process.round = self.round;
        process.left = rounds.saturating_mul(QUANTUM).saturating_add(process.left).min(QUANTUM);
        process.left
    }

    /// Messages of a process were delivered, since anything was charged last.
    #[inline]
    pub(super) fn charge(&mut self, key: usize) {
        self.note(key);
        self.worked = true;
        if self.since.is_some() {
            let spent = self.spent();
            self.take(key, spent);
        }
    }

    /// It was looked whether a process had sent a message, and it had not, or had only named channels.
    #[inline]
    pub(super) fn charge_look(&mut self, key: usize) {
        if self.since.is_some() {
            let spent = self.spent();
            self.take(key, spent.saturating_mul(EVENT));
        }
    }

    /// Something else was done for a process.
    pub(super) fn charge_event(&mut self, key: usize) {
        self.note(key);
        self.worked = true;
        let spent = self.spent();
        self.take(key, spent.saturating_mul(EVENT));
    }

    /// Something was done for a process that is not attached yet.
    pub(super) fn charge_newcomer(&mut self, key: usize) {
        self.note(key);
        self.worked = true;
        let spent = self.spent().saturating_mul(EVENT);
        self.take(key, spent);
        self.take(NEWCOMERS, spent);
    }

    /// Main has done something that is charged to nobody.
    pub(super) fn skip(&mut self) {
        self.spent();
    }

    #[inline]
    fn note(&mut self, key: usize) {
        self.several |= self.last != key;
        self.last = key;
    }

    /// The time since this was asked last; none unless several compete.
    #[cold]
    fn spent(&mut self) -> i64 {
        let Some(since) = &mut self.since else { return 0 };
        let now = Instant::now();
        let spent = now.saturating_duration_since(std::mem::replace(since, now));
        i64::try_from(spent.as_nanos()).unwrap_or(i64::MAX)
    }

    fn take(&mut self, key: usize, nanos: i64) {
        let left = self.left(key).saturating_sub(nanos).max(DEBT);
        self.processes[key].left = left;
    }

    /// Nothing was done in a round, as all who want something owe: time goes on to where the first of them
    /// does not. `false` if nobody was passed over.
    #[cold]
    pub(super) fn advance(&mut self) -> bool {
        if self.worked || self.waiting.is_empty() {
            return false;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let least = waiting.iter().map(|key| self.processes[*key].left).max();
        for process in &waiting {
            let process = &mut self.processes[*process];
            process.left += QUANTUM - least.unwrap_or(QUANTUM);
            process.waits = false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A schedule in which two compete.
    fn contended() -> (Schedule, [usize; 2]) {
        let mut schedule = Schedule::new();
        let keys = [1, 2].map(|pid| schedule.enter(pid));
        schedule.begin_round();
        keys.into_iter().for_each(|key| schedule.charge(key));
        schedule.begin_round();
        assert!(schedule.is_contended());
        (schedule, keys)
    }

    fn spend(schedule: &mut Schedule, key: usize, nanos: i64) {
        schedule.take(key, nanos);
        (schedule.several, schedule.worked) = (true, true);
    }

    #[test]
    fn alone_with_main_nobody_owes_anything() {
        let mut schedule = Schedule::new();
        let [first, second] = [7, 7].map(|pid| schedule.enter(pid));
        assert_eq!(first, second);
        schedule.charge(first); // it was among the newcomers before
        schedule.begin_round();
        for _ in 0..3 {
            schedule.begin_round();
            assert!(schedule.may_have(first) && !schedule.is_contended());
            schedule.charge(first);
            schedule.charge(second);
        }
    }

    #[test]
    fn who_takes_ten_times_as_long_has_a_tenth_of_the_turns() {
        let (mut schedule, keys) = contended();
        let mut turns = [0_i32; 2];
        for _ in 0..1000 {
            schedule.begin_round();
            let mut served = false;
            for ((key, turns), cost) in keys.into_iter().zip(&mut turns).zip([1, 10]) {
                if schedule.may_have(key) {
                    spend(&mut schedule, key, cost * QUANTUM);
                    *turns += 1;
                    served = true;
                }
            }
            assert!(served || schedule.advance());
        }
        assert!((turns[0] - 10 * turns[1]).abs() <= 20, "{turns:?}");
    }

    #[test]
    fn what_one_owes_keeps_nobody_waiting_who_is_alone() {
        let (mut schedule, [first, second]) = contended();
        spend(&mut schedule, first, 1_000 * QUANTUM);
        schedule.begin_round();
        assert!(!schedule.may_have(first));
        assert!(schedule.advance() && schedule.may_have(first));
        assert!(schedule.may_have(second));
    }

    #[test]
    fn debts_outlive_sessions_until_they_are_paid() {
        let (mut schedule, [first, second]) = contended();
        spend(&mut schedule, first, 3 * QUANTUM);
        schedule.exit(first);
        let mut rounds = 0;
        while schedule.keys.contains_key(&1) {
            schedule.begin_round();
            spend(&mut schedule, second, 1);
            rounds += 1;
        }
        assert_eq!(rounds, 3);
        assert_eq!((schedule.processes.len(), schedule.unused.len()), (2, 0)); // and the newcomers
    }
}
