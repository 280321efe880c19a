//! Main's memory for messages that arrive in fragments.

use hashbrown::HashMap;
use std::collections::BTreeSet;

/// What of it is in use, and by whom.
///
/// Memory is given as a message arrives: who announces a gigabyte and sends a kilobyte has a kilobyte. All
/// messages together have the limit, and those of one process half of it. One run is always given what it
/// needs, though, that which has begun first of all that have not ended; so runs that have begun can always
/// end, one after the other. A renderer whose run is given nothing is not read until somebody else's has ended.
#[derive(Debug)]
pub(super) struct Memory {
    held: usize,
    limit: usize,
    processes: HashMap<u64, usize>,
    /// The numbers of the runs that have not ended.
    runs: BTreeSet<u64>,
    next: u64,
    /// Somebody waits.
    pub(super) wanted: bool,
    /// Something was given back since anybody was told.
    pub(super) freed: bool,
}

/// What one run has.
#[derive(Debug)]
pub(super) struct Share {
    run: u64,
    process: u64,
    bytes: usize,
    /// Bytes that have arrived.
    arrived: usize,
    /// Of these, those that had at the last look at its progress.
    seen: usize,
    /// Looks since it made enough.
    idle: u64,
}

impl Memory {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            held: 0,
            limit,
            processes: HashMap::new(),
            runs: BTreeSet::new(),
            next: 0,
            wanted: false,
            freed: false,
        }
    }

    /// Bytes that all runs have.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// A share for the run of a renderer in `process`, which has nothing yet.
    pub(super) fn begin(&mut self, process: u64) -> Share {
        let run = self.next;
        self.next += 1;
        self.runs.insert(run);
        Share { run, process, bytes: 0, arrived: 0, seen: 0, idle: 0 }
    }

    /// Gives a run `more` bytes. `false` if it has to wait.
    pub(super) fn give(&mut self, share: &mut Share, more: usize) -> bool {
        let of_process = self.processes.entry(share.process).or_default();
        let fits = self.held.saturating_add(more) <= self.limit
            && of_process.saturating_add(more) <= self.limit / 2;
        if !fits && self.runs.first() != Some(&share.run) {
            self.wanted = true;
            return false;
        }
        self.held += more;
        *of_process += more;
        share.bytes += more;
        true
    }

    /// A run has ended, one way or the other.
    pub(super) fn end(&mut self, share: Option<Share>) {
        let Some(share) = share else { return };
        self.runs.remove(&share.run);
        self.held -= share.bytes;
        if let Some(of_process) = self.processes.get_mut(&share.process) {
            *of_process -= share.bytes;
            if *of_process == 0 {
                self.processes.remove(&share.process);
            }
        }
        self.freed = self.wanted;
    }
}

impl Share {
    /// More of the message is there.
    pub(super) fn note(&mut self, bytes: usize) {
        self.arrived += bytes;
    }

    /// A look at its progress while others wait: what it has made since the last one, if there were `most` in a
    /// row between which it made less than `enough`.
    pub(super) fn lags(&mut self, enough: usize, most: u64) -> Option<usize> {
        let progress = self.arrived - self.seen;
        self.seen = self.arrived;
        self.idle = if progress >= enough { 0 } else { self.idle + 1 };
        (self.idle >= most).then_some(progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_costs_nothing_before_it_arrives() {
        let mut memory = Memory::new(100);
        let mut shares: Vec<_> = (0..10).map(|process| memory.begin(process)).collect();
        for share in &mut shares {
            assert!(memory.give(share, 10));
        }
        assert!(!memory.give(&mut shares[9], 1) && memory.wanted);
    }

    #[test]
    fn the_eldest_run_is_given_anything_and_then_the_next() {
        let mut memory = Memory::new(100);
        let [mut first, mut second, mut third] = [1, 2, 3].map(|process| memory.begin(process));
        assert!(memory.give(&mut first, 1000) && !memory.give(&mut second, 1));
        memory.end(Some(first));
        assert!(memory.freed);
        assert!(memory.give(&mut third, 50) && memory.give(&mut second, 1000));
        assert!(!memory.give(&mut third, 1));
        memory.end(Some(second));
        memory.end(Some(third));
        assert_eq!((memory.held, memory.processes.len(), memory.runs.len()), (0, 0, 0));
    }

    #[test]
    fn a_process_has_half_of_it_for_all_its_runs() {
        let mut memory = Memory::new(100);
        let mut eldest = memory.begin(1);
        let [mut second, mut third] = [2, 2].map(|process| memory.begin(process));
        assert!(memory.give(&mut second, 30) && !memory.give(&mut third, 30));
        assert!(memory.give(&mut third, 20) && memory.give(&mut eldest, 50));
    }

    #[test]
    fn who_makes_too_little_progress_for_too_long_lags() {
        let mut share = Memory::new(100).begin(1);
        let mut step = |bytes: usize| {
            share.note(bytes);
            share.lags(10, 3)
        };
        assert_eq!([9, 9, 10, 9, 9, 8].map(&mut step), [None, None, None, None, None, Some(8)]);
    }
}
