//! A run: a message that needs several records, one after the other on its lane.
//!
//! ```text
//!   first     envelope of the message, begins_run   total: u64   bytes …
//!   others    envelope Fragment                                  bytes …
//!   or        envelope Abort                                     nothing: the run is taken back
//! ```
//! Nothing else comes between the records of a run, so a receiver gathers one message per lane.

use super::{ENVELOPE, Envelope, Kind};
use crate::buffer::Buffer;
use crate::error::{Corrupt, Fault, NoMemory};
use std::mem::MaybeUninit;

/// Bytes in front of a run's first bytes: how many it will be.
pub(crate) const TOTAL: usize = 8;

/// How far the sending of a run is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    envelope: Envelope,
    total: usize,
    sent: usize,
}

impl Run {
    /// A run that carries a message with a payload of `total` bytes.
    pub(crate) fn new(envelope: Envelope, total: usize) -> Self {
        Self { envelope: Envelope { begins_run: true, ..envelope }, total, sent: 0 }
    }

    /// Whether all of it was sent.
    pub(crate) fn is_done(&self) -> bool {
        self.sent == self.total
    }

    /// Payload bytes that were sent.
    pub(crate) fn sent(&self) -> usize {
        self.sent
    }

    /// The length of the next record's content, of `max` bytes at most.
    pub(crate) fn next_len(&self, max: usize) -> usize {
        max.min(self.head() + self.total - self.sent)
    }

    /// Writes the next record into `place`, which it fills. `rest` is the payload from
    /// [`sent`](Self::sent) on.
    ///
    /// # Panics
    /// If `place` is longer than [`next_len`](Self::next_len) said.
    pub(crate) fn write(&mut self, place: &mut [u8], rest: &[u8]) {
        let (head, bytes) = place.split_at_mut(self.head());
        if self.sent == 0 {
            head[..ENVELOPE].copy_from_slice(&self.envelope.encode());
            head[ENVELOPE..].copy_from_slice(&(self.total as u64).to_le_bytes());
        } else {
            head.copy_from_slice(&Envelope::new(Kind::Fragment, 0, 0).encode());
        }
        bytes.copy_from_slice(&rest[..bytes.len()]);
        self.sent += bytes.len();
    }

    /// Bytes of the next record's content in front of the message's own.
    fn head(&self) -> usize {
        if self.sent == 0 { ENVELOPE + TOTAL } else { ENVELOPE }
    }
}

/// Puts the message of a run together again. The buffer grows with what arrived: a sender that
/// announces a gigabyte and sends a kilobyte costs a kilobyte.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    run: Option<Gathered>,
}

/// A run that is being received.
#[derive(Debug)]
struct Gathered {
    envelope: Envelope,
    total: usize,
    buffer: Buffer,
    /// There was no memory for it: so many of its bytes have come and gone.
    lost: Option<usize>,
}

impl Gather {
    /// The channel's slot of the run that has begun and not ended.
    pub(crate) fn slot(&self) -> Option<u16> {
        self.run.as_ref().map(|run| run.envelope.slot)
    }

    /// Whether a run has begun and not ended.
    #[inline]
    pub(crate) fn is_active(&self) -> bool {
        self.run.is_some()
    }

    /// Begins a run of `total` bytes, in `buffer`, which need not be empty.
    ///
    /// # Errors
    /// [`Corrupt`] if another run is not over, or if `total` is more than `limit`.
    pub(crate) fn begin(
        &mut self,
        envelope: Envelope,
        total: u64,
        limit: usize,
        mut buffer: Buffer,
    ) -> Result<(), Corrupt> {
        self.expect_none(envelope.kind)?;
        let total = usize::try_from(total).ok().filter(|total| *total <= limit).ok_or(Corrupt {
            place: "bytes of a message",
            found: total,
            expected: limit as u64,
        })?;
        buffer.clear();
        let envelope = Envelope { begins_run: false, ..envelope };
        self.run = Some(Gathered { envelope, total, buffer, lost: None });
        Ok(())
    }

    /// Lets `fill` write the run's next `len` bytes.
    ///
    /// # Errors
    /// [`Corrupt`] if there is no run, or it is shorter, or `len` is zero; that there is no memory.
    pub(crate) fn extend(
        &mut self,
        len: usize,
        fill: impl FnOnce(&mut [MaybeUninit<u8>]) -> &mut [u8],
    ) -> Result<(), Fault> {
        let Some(run) = &mut self.run else {
            let (found, expected) = (Kind::Fragment as u64, 0);
            return Err(Corrupt { place: "fragment of no run", found, expected }.into());
        };
        let (have, left) = (run.have(), run.total - run.have());
        // One without bytes would be no progress, and keep what was promised for the run for ever.
        if len == 0 || len > left {
            let (found, expected) = (len as u64, left as u64);
            return Err(Corrupt { place: "bytes of a fragment", found, expected }.into());
        }
        if let Some(gone) = &mut run.lost {
            *gone += len;
            return Ok(());
        }
        run.buffer.reserve_exact(run.wanted(len).saturating_sub(have))?;
        run.buffer.append(len, fill)?;
        Ok(())
    }

    /// Makes room for the run's next `len` bytes, so that [`extend`](Self::extend) finds it.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn make_room(&mut self, len: usize) -> Result<(), NoMemory> {
        let Some(run) = &mut self.run else { return Ok(()) };
        let (have, wanted) = (run.have(), run.wanted(len.min(run.total - run.have())));
        run.buffer.reserve_exact(wanted.saturating_sub(have))
    }

    /// What the run that has begun and not ended is.
    pub(crate) fn kind(&self) -> Option<Kind> {
        self.run.as_ref().map(|run| run.envelope.kind)
    }

    /// Lets go of what was gathered, and of the run's next `len` bytes, which there is no memory for. The run
    /// goes on until it ends.
    ///
    /// # Errors
    /// As [`extend`](Self::extend).
    pub(crate) fn lose(&mut self, len: usize) -> Result<(), Fault> {
        if let Some(run) = &mut self.run {
            run.lost = Some(run.have());
            run.buffer = Buffer::new();
        }
        self.extend(len, |_| unreachable!("nothing is filled that is lost"))
    }

    /// What the message was, once all of it is there and [lost](Self::lose).
    pub(crate) fn take_lost(&mut self) -> Option<Envelope> {
        let run = self.run.take_if(|run| run.lost == Some(run.total))?;
        Some(run.envelope)
    }

    /// How much the buffer grows if `len` bytes are added.
    pub(crate) fn growth(&self, len: usize) -> usize {
        let Some(run) = &self.run else { return 0 };
        let len = len.min(run.total - run.buffer.len());
        run.wanted(len).saturating_sub(run.buffer.capacity())
    }

    /// Adds bytes that nobody changes meanwhile.
    ///
    /// # Errors
    /// As [`extend`](Self::extend).
    pub(crate) fn extend_from(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.extend(bytes.len(), |place| place.write_copy_of_slice(bytes))
    }

    /// The message, once it is whole.
    pub(crate) fn take_whole(&mut self) -> Option<(Envelope, Buffer)> {
        let run = self.run.take_if(|run| run.buffer.len() == run.total)?;
        Some((run.envelope, run.buffer))
    }

    /// Ends the run unfinished.
    ///
    /// # Errors
    /// [`Corrupt`] if there is none.
    pub(crate) fn abort(&mut self) -> Result<Buffer, Corrupt> {
        let (found, expected) = (Kind::Abort as u64, 0);
        let run = self.run.take();
        run.map(|run| run.buffer).ok_or(Corrupt { place: "abort of no run", found, expected })
    }

    /// Only fragments may come while a run is not over.
    ///
    /// # Errors
    /// [`Corrupt`] if one is not.
    #[inline]
    pub(crate) fn expect_none(&self, kind: Kind) -> Result<(), Corrupt> {
        if self.run.is_none() {
            return Ok(());
        }
        let (found, expected) = (kind as u64, Kind::Fragment as u64);
        Err(Corrupt { place: "record inside a run", found, expected })
    }
}

impl Gathered {
    /// Bytes that have come.
    fn have(&self) -> usize {
        self.lost.unwrap_or(self.buffer.len())
    }

    /// The capacity to have before `more` bytes are added: twice of what it is if it has to grow, so
    /// that a message is moved few times, but never more than the whole.
    fn wanted(&self, more: usize) -> usize {
        let (needed, capacity) = (self.buffer.len() + more, self.buffer.capacity());
        if needed <= capacity { capacity } else { needed.max(self.total.min(2 * capacity)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Content;
    use proptest::prelude::*;

    const MESSAGE: Envelope = Envelope::new(Kind::Message, 3, 9);

    /// The records of a run, of at most `max` bytes each.
    fn records(payload: &[u8], max: usize) -> Vec<Vec<u8>> {
        let mut run = Run::new(MESSAGE, payload.len());
        let mut records = Vec::new();
        while !run.is_done() {
            let mut record = vec![0; run.next_len(max)];
            run.write(&mut record, &payload[run.sent()..]);
            records.push(record);
        }
        records
    }

    /// What a receiver makes of them.
    fn gathered(records: &[Vec<u8>]) -> Result<Option<(Envelope, Buffer)>, Fault> {
        let mut gather = Gather::default();
        for record in records {
            let content = Content::parse(record)?;
            if content.envelope.begins_run {
                let (total, bytes) = content.begin_run()?;
                gather.begin(content.envelope, total, usize::MAX, Buffer::default())?;
                gather.extend_from(bytes)?;
            } else {
                assert_eq!(content.envelope.kind, Kind::Fragment);
                gather.extend_from(content.payload)?;
            }
        }
        Ok(gather.take_whole())
    }

    /// A run of a hundred bytes, of which ten are there.
    fn begun() -> Gather {
        let mut gather = Gather::default();
        gather.begin(MESSAGE, 100, 100, Buffer::default()).unwrap();
        gather.extend_from(&[1; 10]).unwrap();
        gather
    }

    fn place(result: Result<(), impl Into<Fault>>) -> &'static str {
        match result.unwrap_err().into() {
            Fault::Corrupt(corrupt) => corrupt.place,
            Fault::NoMemory => "memory",
        }
    }

    #[test]
    fn more_than_the_limit_is_refused_with_both_numbers() {
        let refused = |total| {
            let begun = Gather::default().begin(MESSAGE, total, 100, Buffer::default());
            begun.map_err(|corrupt| (corrupt.place, corrupt.found, corrupt.expected))
        };
        assert_eq!(refused(100), Ok(()));
        assert_eq!(refused(101), Err(("bytes of a message", 101, 100)));
        assert_eq!(refused(u64::MAX), Err(("bytes of a message", u64::MAX, 100)));
    }

    #[test]
    fn a_first_record_too_short_for_its_total_is_refused() {
        for len in 0..TOTAL {
            let content = Content { envelope: MESSAGE, payload: &[0; TOTAL][..len] };
            assert_eq!(place(content.begin_run().map(drop)), "length of a run's first record");
        }
    }

    #[test]
    fn a_run_inside_a_run_is_refused() {
        let again = begun().begin(MESSAGE, 100, 100, Buffer::default());
        assert_eq!(place(again), "record inside a run");
        assert_eq!(place(begun().expect_none(Kind::Define)), "record inside a run");
        assert_eq!(Gather::default().expect_none(Kind::Define), Ok(()));
    }

    #[test]
    fn a_fragment_of_no_run_is_refused() {
        assert_eq!(place(Gather::default().extend_from(&[1])), "fragment of no run");
        assert_eq!(place(Gather::default().abort().map(drop)), "abort of no run");
    }

    #[test]
    fn more_bytes_than_were_announced_are_refused_and_so_are_none() {
        assert_eq!(begun().extend_from(&[1; 90]), Ok(()));
        assert_eq!(place(begun().extend_from(&[1; 91])), "bytes of a fragment");
        assert_eq!(place(begun().extend_from(&[])), "bytes of a fragment");
    }

    #[test]
    fn a_run_is_whole_with_its_last_byte_and_once() {
        let mut gather = begun();
        gather.extend_from(&[1; 89]).unwrap();
        assert!(gather.take_whole().is_none() && gather.is_active());
        gather.extend_from(&[1]).unwrap();
        assert!(gather.take_whole().is_some() && !gather.is_active());
        assert!(gather.take_whole().is_none());
    }

    #[test]
    fn an_aborted_run_gives_its_buffer_back_and_leaves_room_for_the_next() {
        let mut gather = begun();
        let buffer = gather.abort().unwrap();
        assert_eq!(*buffer, [1; 10]);
        gather.begin(MESSAGE, 2, 100, buffer).unwrap();
        gather.extend_from(&[2; 2]).unwrap();
        assert_eq!(*gather.take_whole().unwrap().1, [2; 2]);
    }

    #[test]
    fn a_buffer_grows_with_what_arrives_and_never_past_the_message() {
        let mut gather = Gather::default();
        gather.begin(MESSAGE, 1 << 30, 1 << 30, Buffer::default()).unwrap();
        for arrived in 1..=100 {
            gather.extend_from(&[1; 1000]).unwrap();
            let capacity = gather.run.as_ref().unwrap().buffer.capacity();
            assert!(capacity <= 2 * 1008 * arrived, "{capacity} bytes for {arrived} thousand");
        }
        let records = records(&[1; 1000], 300);
        assert_eq!(gathered(&records).unwrap().unwrap().1.capacity(), 1008);
    }

    #[test]
    fn a_run_that_is_lost_goes_on_to_its_end() {
        let mut gather = begun();
        gather.lose(30).unwrap();
        assert_eq!(place(gather.extend_from(&[1; 61])), "bytes of a fragment");
        gather.extend_from(&[1; 60]).unwrap();
        assert!(gather.take_whole().is_none());
        assert_eq!(gather.take_lost(), Some(Envelope { begins_run: false, ..MESSAGE }));
        assert!(!gather.is_active() && begun().take_lost().is_none());
    }

    proptest! {
        #[test]
        fn any_payload_in_records_of_any_size_is_gathered_as_it_was(
            payload in prop::collection::vec(any::<u8>(), 1..2000),
            max in ENVELOPE + TOTAL + 1..600,
        ) {
            let records = records(&payload, max);
            prop_assert!(records.iter().all(|record| record.len() <= max));
            let (envelope, buffer) = gathered(&records).unwrap().unwrap();
            prop_assert_eq!(envelope, MESSAGE);
            prop_assert_eq!(&*buffer, payload.as_slice());
            // Without its last record it is not whole.
            prop_assert!(gathered(&records[..records.len() - 1]).unwrap().is_none());
        }
    }
}
