//! What waits in main behind a full ring.

use super::pool::{Kept, Pool};
use crate::error::NoMemory;
use crate::room;
use crate::wire::{Content, Kind, Run};
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
    large: VecDeque<Large>,
    queued: usize,
    /// Of the entries, those that are no definitions.
    messages: usize,
}

#[derive(Debug)]
enum Entry {
    /// So many bytes of content.
    Record(u32),
    /// The same, of a channel's name.
    Definition(u32),
    /// The next of the large ones.
    Large,
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
        matches!(self.entries.front(), Some(Entry::Large))
    }

    /// Whether there is more than names of channels, whose messages are still to come.
    pub(crate) fn has_messages(&self) -> bool {
        self.messages > 0
    }

    /// Bytes that wait, with what they cost besides.
    pub(crate) fn queued(&self) -> usize {
        self.queued
    }

    /// Adds a message that is one record.
    ///
    /// # Errors
    /// [`NoMemory`]: nothing was added.
    pub(crate) fn push(&mut self, content: &Content<'_>) -> Result<(), NoMemory> {
        room::reserve_in(&mut self.entries, 1)?;
        room::reserve_in(&mut self.bytes, content.len())?;
        // Nothing that is longer than a ring is a record.
        let len = u32::try_from(content.len()).unwrap_or(u32::MAX);
        self.entries.push_back(match content.envelope.kind {
            Kind::Define | Kind::DefineTyped => Entry::Definition(len),
            _ => {
                self.messages += 1;
                Entry::Record(len)
            }
        });
        self.bytes.extend(content.envelope.encode());
        self.bytes.extend(content.payload);
        self.queued += content.len() + RECORD_COST;
        Ok(())
    }

    /// Sees to it that a run can be added.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn make_room_for_run(&mut self) -> Result<(), NoMemory> {
        room::reserve_in(&mut self.entries, 1)?;
        room::reserve_in(&mut self.large, 1)
    }

    /// Adds a run, for which [there is room](Self::make_room_for_run), and the rest of its payload.
    pub(crate) fn push_run(&mut self, run: Run, rest: Kept) {
        self.queued += rest.len() + RECORD_COST;
        self.messages += 1;
        self.entries.push_back(Entry::Large);
        self.large.push_back(Large { run, rest, sent: 0 });
    }

    /// The content length of the next record, of which `max` is the longest.
    pub(crate) fn next_len(&self, max: usize) -> Option<usize> {
        match self.entries.front()? {
            Entry::Record(len) | Entry::Definition(len) => Some(*len as usize),
            Entry::Large => self.large.front().map(|large| large.run.next_len(max)),
        }
    }

    /// Moves the next record into `place`, which is as long as [`next_len`](Self::next_len) said.
    pub(crate) fn pop_into(&mut self, place: &mut [u8], pool: &Pool) {
        match self.entries.front() {
            Some(Entry::Large) => self.pop_fragment(place, pool),
            Some(entry) => {
                self.messages -= usize::from(matches!(entry, Entry::Record(_)));
                self.pop_record(place);
                self.entries.pop_front();
            }
            None => {}
        }
    }

    fn pop_fragment(&mut self, place: &mut [u8], pool: &Pool) {
        let Some(large) = self.large.front_mut() else { return };
        let before = large.run.sent();
        large.run.write(place, &large.rest[large.sent..]);
        large.sent += large.run.sent() - before;
        if large.run.is_done() {
            self.messages -= 1;
            self.queued -= large.rest.len() + RECORD_COST;
            self.entries.pop_front();
            if let Some(large) = self.large.pop_front() {
                pool.give_kept(large.rest);
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Envelope;
    use proptest::prelude::*;

    const MAX: usize = 100;

    /// What the model keeps of each message: the contents of its records.
    type Model = VecDeque<(Kind, Vec<u8>)>;

    fn envelope(kind: Kind) -> Envelope {
        Envelope::new(kind, 1, 2)
    }

    fn push(overflow: &mut Overflow, kind: Kind, payload: &[u8]) {
        overflow.push(&Content { envelope: envelope(kind), payload }).unwrap();
    }

    fn pop(overflow: &mut Overflow, pool: &Pool) -> Option<Vec<u8>> {
        let mut place = vec![0; overflow.next_len(MAX)?];
        overflow.pop_into(&mut place, pool);
        Some(place)
    }

    /// The records of a message, as a ring would carry them.
    fn records(kind: Kind, payload: &[u8]) -> Vec<Vec<u8>> {
        if payload.len() + 8 <= MAX {
            return vec![[envelope(kind).encode().as_slice(), payload].concat()];
        }
        let mut run = Run::new(envelope(kind), payload.len());
        let mut records = Vec::new();
        while !run.is_done() {
            let mut record = vec![0; run.next_len(MAX)];
            run.write(&mut record, &payload[run.sent()..]);
            records.push(record);
        }
        records
    }

    #[test]
    fn names_of_channels_are_no_messages() {
        let (mut overflow, pool) = (Overflow::default(), Pool::new());
        push(&mut overflow, Kind::Define, b"name");
        push(&mut overflow, Kind::DefineTyped, b"schema__name");
        assert!(!overflow.is_empty() && !overflow.has_messages());
        push(&mut overflow, Kind::Message, b"message");
        pop(&mut overflow, &pool).unwrap();
        assert!(overflow.has_messages());
        while pop(&mut overflow, &pool).is_some() {}
        assert!(overflow.is_empty() && !overflow.has_messages());
        assert_eq!(overflow.queued(), 0);
    }

    #[test]
    fn a_burst_leaves_no_memory_behind() {
        let (mut overflow, pool) = (Overflow::default(), Pool::new());
        for _ in 0..1000 {
            push(&mut overflow, Kind::Message, &[0; 90]);
        }
        overflow.rest();
        assert_eq!(overflow.queued(), 1000 * (98 + RECORD_COST));
        while pop(&mut overflow, &pool).is_some() {}
        overflow.rest();
        assert_eq!(overflow.bytes.capacity(), 0);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Push(Kind, Vec<u8>),
        /// A message of which so many records were sent before the rest came here.
        PushRest(Vec<u8>, usize),
        Pop,
    }

    fn step() -> impl Strategy<Value = Step> {
        let kinds = [Kind::Message, Kind::Answer, Kind::Define, Kind::DefineTyped];
        let payload = |len| prop::collection::vec(any::<u8>(), len);
        prop_oneof![
            (prop::sample::select(kinds.to_vec()), payload(0..93))
                .prop_map(|(kind, payload)| { Step::Push(kind, payload) }),
            (payload(93..1000), 0..3_usize).prop_map(|(rest, sent)| Step::PushRest(rest, sent)),
            Just(Step::Pop),
            Just(Step::Pop),
        ]
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out_in_order(steps in prop::collection::vec(step(), 1..100)) {
            let (mut overflow, mut model, pool) = (Overflow::default(), Model::new(), Pool::new());
            for step in steps {
                match step {
                    Step::Push(kind, payload) => {
                        push(&mut overflow, kind, &payload);
                        model.extend(records(kind, &payload).into_iter().map(|it| (kind, it)));
                    }
                    Step::PushRest(payload, sent) => {
                        let records = records(Kind::Message, &payload);
                        let sent = sent.min(records.len() - 1);
                        let mut run = Run::new(envelope(Kind::Message), payload.len());
                        for record in &records[..sent] {
                            let rest = &payload[run.sent()..];
                            run.write(&mut vec![0; record.len()], rest);
                        }
                        overflow.make_room_for_run().unwrap();
                        overflow.push_run(run, pool.keep(&payload[run.sent()..]).unwrap());
                        let rest = records.into_iter().skip(sent);
                        model.extend(rest.map(|record| (Kind::Message, record)));
                    }
                    Step::Pop => {
                        let expected = model.pop_front().map(|(_, record)| record);
                        prop_assert_eq!(pop(&mut overflow, &pool), expected);
                    }
                }
                prop_assert_eq!(overflow.is_empty(), model.is_empty());
                let is_message = |(kind, _): &(Kind, Vec<u8>)| {
                    !matches!(kind, Kind::Define | Kind::DefineTyped)
                };
                prop_assert_eq!(overflow.has_messages(), model.iter().any(is_message));
                prop_assert_eq!(overflow.queued() == 0, model.is_empty());
            }
        }
    }
}
