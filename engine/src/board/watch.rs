//! What is counted by channel, for monitors only.

use super::Board;
use super::layout::{CHANNELS, ChannelWords, Histogram};
use crate::sync::Ordering;
use hashbrown::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The channels that have entries, while a monitor is attached. The dispatcher's alone.
///
/// A renderer may make up names without end: past the last entry all are counted as one, the first.
#[derive(Debug)]
pub(crate) struct Watch {
    board: Arc<Board>,
    entries: Option<HashMap<Arc<str>, usize>>,
}

/// The entry of all channels that have none of their own.
const OTHERS: usize = 0;

impl Watch {
    /// Counts nothing before it is switched on.
    pub(crate) fn new(board: Arc<Board>) -> Self {
        Self { board, entries: None }
    }

    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.entries.is_some()
    }

    /// Begins to count, from zero. Nobody reads the entries yet.
    pub(crate) fn switch_on(&mut self) {
        let words = self.board.words();
        for entry in &words.channels.0[..self.taken()] {
            entry.clear();
        }
        self.entries = Some(HashMap::new());
        words.sums.channel_entries.store(1, Ordering::Relaxed);
        words.sums.watched_ns.store(self.board.nanos(Instant::now()), Ordering::Relaxed);
    }

    /// Counts no more.
    pub(crate) fn switch_off(&mut self) {
        self.entries = None;
        self.board.words().sums.watched_ns.store(0, Ordering::Relaxed);
    }

    fn taken(&self) -> usize {
        self.board.words().sums.channel_entries.load(Ordering::Relaxed) as usize
    }

    /// The entry of a channel, taken now if it has none.
    fn entry_of(&mut self, channel: &Arc<str>) -> usize {
        let taken = self.taken();
        let Some(entries) = &mut self.entries else { return OTHERS };
        if let Some(entry) = entries.get(channel) {
            return *entry;
        }
        if taken >= CHANNELS || channel.is_empty() {
            return OTHERS;
        }
        entries.insert(Arc::clone(channel), taken);
        let words = self.board.words();
        words.channels.0[taken].begin(channel);
        let count = u32::try_from(taken + 1).unwrap_or(u32::MAX);
        words.sums.channel_entries.store(count, Ordering::Relaxed);
        taken
    }

    /// The listeners of a channel are about to run; `count` tells when they are done.
    pub(crate) fn begin(&mut self, channel: &Arc<str>) -> Running {
        let entry = self.entry_of(channel);
        let started = Instant::now();
        let pulse = &self.board.words().pulse;
        pulse.channel_ns.store(self.board.nanos(started), Ordering::Relaxed);
        pulse.channel.store(u32::try_from(entry + 1).unwrap_or(0), Ordering::Relaxed);
        Running { entry, started }
    }

    /// They have run, for so many messages and bytes. No message: it was a part of one.
    pub(crate) fn count(&self, running: Running, messages: usize, bytes: usize) {
        let words = self.board.words();
        words.pulse.channel.store(0, Ordering::Relaxed);
        let entry = &words.channels.0[running.entry];
        entry.received.count_many(messages, bytes);
        if messages > 0 {
            let took = running.started.elapsed();
            entry.busy_ns.add_wide(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
            entry.latency.count(took);
        }
    }
}

/// Listeners that run.
#[derive(Debug)]
#[must_use = "what is not counted looks as if it ran for ever"]
pub(crate) struct Running {
    entry: usize,
    started: Instant,
}

impl ChannelWords {
    fn begin(&self, name: &str) {
        super::text::write(&self.name, name);
        let len = u32::try_from(name.len()).unwrap_or(u32::MAX);
        self.name_len.store(len, Ordering::Release); // pairs with the fence in `monitor::read`
    }

    fn clear(&self) {
        self.name_len.store(0, Ordering::Relaxed);
        self.received.clear();
        self.busy_ns.clear();
        self.latency.buckets.iter().for_each(super::tally::Count::clear);
    }
}

impl Histogram {
    fn count(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bucket = (nanos | 1).ilog2() as usize;
        self.buckets[bucket.min(self.buckets.len() - 1)].add(1);
    }
}
