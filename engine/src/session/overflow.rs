//! What waits in main behind a full ring.

use super::pool::{Kept, Pool};
use crate::wire::{Content, Run};
use std::collections::VecDeque;

/// What a record that waits costs besides its content: its entry, twice, because the queue grows by
/// doubling.
pub(crate) const RECORD_COST: usize = 32;

/// Bytes of memory that an empty overflow keeps.
const KEPT: usize = 64 << 10;

/// Messages in order: small ones back to back in one buffer, large ones in their own.
#[derive(Debug, Default)]
pub(crate) struct Overflow {
    entries: VecDeque<Entry>,
    /// The contents of the entries that are records.
    bytes: VecDeque<u8>,
    queued: usize,
}

#[derive(Debug)]
enum Entry {
    /// So many bytes of content.
    Record(u32),
    Large(Box<Large>),
}

/// A message of several records, and what was not sent of it when it came here.
#[derive(Debug)]
struct Large {
    run: Run,
    rest: Kept,
    /// Bytes of `rest` that were sent since.
    sent: usize,
}

impl Overflow {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the next record belongs to a large message.
    pub(crate) fn is_in_run(&self) -> bool {
        matches!(self.entries.front(), Some(Entry::Large(_)))
    }

    /// Bytes that wait, with what they cost besides.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }

    /// Adds a message that is one record.
    pub(crate) fn push(&mut self, content: &Content<'_>) {
        // Nothing that is longer than a ring is a record.
        let len = u32::try_from(content.len()).unwrap_or(u32::MAX);
        self.entries.push_back(Entry::Record(len));
        self.bytes.extend(content.envelope.encode());
        self.bytes.extend(content.payload);
        self.queued += content.len() + RECORD_COST;
    }

    /// Adds a run and the rest of its payload.
    pub(crate) fn push_run(&mut self, run: Run, rest: Kept) {
        self.queued += rest.len() + RECORD_COST;
        self.entries.push_back(Entry::Large(Box::new(Large { run, rest, sent: 0 })));
    }

    /// The content length of the next record, of which `max` is the longest.
    pub(crate) fn next_len(&self, max: usize) -> Option<usize> {
        self.entries.front().map(|entry| match entry {
            Entry::Record(len) => *len as usize,
            Entry::Large(large) => large.run.next_len(max),
        })
    }

    /// Moves the next record into `place`, which is as long as [`next_len`](Self::next_len) said.
    pub(crate) fn pop_into(&mut self, place: &mut [u8], pool: &Pool) {
        match self.entries.front_mut() {
            Some(Entry::Large(large)) => {
                let before = large.run.sent();
                large.run.write(place, &large.rest[large.sent..]);
                large.sent += large.run.sent() - before;
                if large.run.is_done() {
                    self.queued -= large.rest.len() + RECORD_COST;
                    if let Some(Entry::Large(large)) = self.entries.pop_front() {
                        pool.give_kept(large.rest);
                    }
                }
            }
            Some(Entry::Record(_)) => {
                self.pop_record(place);
                self.entries.pop_front();
            }
            None => {}
        }
    }

    fn pop_record(&mut self, place: &mut [u8]) {
        let (front, back) = self.bytes.as_slices();
        let from_front = front.len().min(place.len());
        let (first, rest) = place.split_at_mut(from_front);
        first.copy_from_slice(&front[..from_front]);
        rest.copy_from_slice(&back[..rest.len()]);
        self.bytes.drain(..place.len());
        self.queued -= place.len() + RECORD_COST;
    }

    /// Lets go of memory that a burst has left behind.
    pub(crate) fn rest(&mut self) {
        if self.is_empty() && self.bytes.capacity() > KEPT {
            *self = Self::default();
        }
    }
}
