//! The sending end of a messages or replies lane: the ring, and the names of channels.

use crate::error::{Corrupt, Error};
use crate::lane::Outgoing;
use crate::layout::{HEADER_WORD, LINE};
use crate::ring::ClaimError;
use crate::wire::{Content, ENVELOPE, Envelope, Interner, Run, Signature};

/// Writes messages into the ring, and never waits.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) lane: Outgoing,
    pub(crate) names: Interner,
}

/// Bytes of a run that are in the ring at once while both sides copy: what the two CPUs' caches pass on
/// without the detour through memory. 8 MiB through a ring of 1 MiB take a third longer without it,
/// through one of 4 MiB twice as long.
const RUN_WINDOW: usize = 256 << 10;

/// How far a run may be ahead of its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A window, while the sender is awake to go on.
    Window,
    /// As far as the ring reaches, before the sender sleeps.
    Full,
}

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a record that was not put is lost"]
pub(crate) enum Put {
    /// It is in the ring.
    Done,
    /// The ring is too full now for a record of so many bytes of content.
    Full(usize),
    /// The ring is too small for it: it takes a run.
    TooLong,
}

/// What became of a record that someone else was to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a record that was not put is lost"]
pub(crate) enum Filled {
    /// It is in the ring, with a payload of so many bytes.
    Done(usize),
    /// As [`Put::Full`]; nobody was asked to fill it.
    Full(usize),
    /// There was less room than it takes.
    TooSmall,
}

/// A place in the ring for the payload of the next message.
#[derive(Debug)]
#[must_use = "nothing is sent before the commit"]
pub(crate) struct Reserved {
    envelope: Envelope,
    len: usize,
}

impl Sender {
    pub(crate) fn new(lane: Outgoing) -> Self {
        Self { lane, names: Interner::new() }
    }

    /// The longest payload of a message that is one record.
    #[inline]
    pub(crate) fn payload_max(&self) -> usize {
        self.lane.content_max() - ENVELOPE
    }

    /// The longest content of a run's record: a quarter of the window, so that both sides copy at once,
    /// less the line that a renderer keeps in reserve behind it.
    pub(crate) fn fragment_max(&self) -> usize {
        RUN_WINDOW.min(self.lane.capacity() / 2) / 4 - LINE - HEADER_WORD
    }

    /// Puts a message that is one record.
    ///
    /// # Errors
    /// [`Corrupt`] if the peer's words are impossible.
    #[inline]
    pub(crate) fn put(&mut self, content: &Content<'_>) -> Result<Put, Corrupt> {
        match self.lane.claim(content.len()) {
            Ok(mut claim) => {
                content.write(claim.bytes());
                claim.commit(content.len());
                Ok(Put::Done)
            }
            Err(error) => refused(error, content.len()),
        }
    }

    /// Has `fill` write a payload of at most `max` bytes where it will be read, and say how many it
    /// were, or `None` if that is too little.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    #[inline]
    pub(crate) fn fill(
        &mut self,
        envelope: Envelope,
        max: usize,
        fill: impl FnOnce(&mut [u8]) -> Option<usize>,
    ) -> Result<Filled, Corrupt> {
        match self.lane.claim(ENVELOPE + max) {
            Ok(mut claim) => {
                let (head, payload) = claim.bytes().split_at_mut(ENVELOPE);
                let Some(len) = fill(payload) else { return Ok(Filled::TooSmall) };
                head.copy_from_slice(&envelope.encode());
                claim.commit(ENVELOPE + len);
                Ok(Filled::Done(len))
            }
            Err(error) => Ok(match refused(error, ENVELOPE + max)? {
                Put::Full(len) => Filled::Full(len),
                _ => Filled::TooSmall,
            }),
        }
    }

    /// Puts the next record of a run, of which `rest` is what has not been sent.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub(crate) fn put_fragment(
        &mut self,
        run: &mut Run,
        rest: &[u8],
        pace: Pace,
    ) -> Result<Put, Corrupt> {
        let len = run.next_len(self.fragment_max());
        if !self.keeps_pace(pace)? {
            return Ok(Put::Full(len));
        }
        match self.lane.claim(len) {
            Ok(mut claim) => {
                run.write(claim.bytes(), rest);
                claim.commit(len);
                Ok(Put::Done)
            }
            Err(error) => refused(error, len),
        }
    }

    /// The same if there is room for a line besides, which a record without a payload takes: a run that
    /// was begun in this way can be taken back at any time.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub(crate) fn put_revocable(
        &mut self,
        run: &mut Run,
        rest: &[u8],
        pace: Pace,
    ) -> Result<Put, Corrupt> {
        let len = run.next_len(self.fragment_max()) + LINE;
        match self.lane.claim(len).map(drop) {
            Ok(()) => self.put_fragment(run, rest, pace),
            Err(error) => refused(error, len),
        }
    }

    /// A place in the ring for a payload of `len` bytes; `None` if there is no room now. It stays until
    /// something is put.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    #[inline]
    pub(crate) fn reserve(
        &mut self,
        envelope: Envelope,
        len: usize,
    ) -> Result<Option<Reserved>, Corrupt> {
        match self.lane.claim(ENVELOPE + len).map(drop) {
            Ok(()) => Ok(Some(Reserved { envelope, len })),
            Err(error) => refused(error, ENVELOPE + len).map(|_| None),
        }
    }

    /// The bytes that a payload will be read at.
    ///
    /// # Panics
    /// If something was put since.
    #[inline]
    pub(crate) fn reserved(&mut self, place: &Reserved) -> &mut [u8] {
        match self.lane.claim(ENVELOPE + place.len) {
            Ok(claim) => &mut claim.into_bytes()[ENVELOPE..],
            Err(_) => unreachable!("reserved, and nothing was put since"),
        }
    }

    /// Sends the first `len` bytes of a place, once `finish` is done with them. Returns the bytes of the
    /// content.
    ///
    /// # Panics
    /// As [`reserved`](Self::reserved), and if there are fewer.
    #[inline]
    pub(crate) fn commit(
        &mut self,
        place: Reserved,
        len: usize,
        finish: impl FnOnce(&mut [u8]),
    ) -> usize {
        let fill = |bytes: &mut [u8]| {
            finish(&mut bytes[..len]);
            Some(len)
        };
        match self.fill(place.envelope, place.len, fill) {
            Ok(Filled::Done(len)) => ENVELOPE + len,
            _ => unreachable!("reserved, and nothing was put since"),
        }
    }

    /// Whether a run's record may be put now, as far as its pace goes.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub(crate) fn keeps_pace(&mut self, pace: Pace) -> Result<bool, Corrupt> {
        Ok(pace == Pace::Full || self.lane.look_for_space()? >= self.window_space())
    }

    /// Bytes of the ring that are free while a run is within its window.
    pub(crate) fn window_space(&self) -> usize {
        self.lane.capacity().saturating_sub(RUN_WINDOW)
    }

    /// Makes sure that a run of `total` bytes fits into the ring now, wherever its padding falls.
    ///
    /// # Errors
    /// [`Error::Backpressure`] if it does not, [`Error::TooLarge`] if it never will; [`Error::Corrupt`].
    pub(crate) fn check_run(&mut self, total: usize) -> Result<(), Error> {
        let (needed, capacity) = (self.run_size(total), self.lane.capacity());
        if needed > capacity {
            return Err(Error::TooLarge { found: total, limit: self.run_max() });
        }
        let queued = capacity - self.lane.look_for_space()? + needed;
        if queued > capacity {
            Err(Error::Backpressure { queued, limit: capacity })
        } else {
            Ok(())
        }
    }

    /// Bytes of the ring that a run of `total` bytes takes at most.
    fn run_size(&self, total: usize) -> usize {
        let fragment = self.fragment_max();
        let records = total.div_ceil(fragment - ENVELOPE) + 2;
        total + records * 2 * LINE + 2 * fragment
    }

    /// The longest run that the empty ring holds at once.
    fn run_max(&self) -> usize {
        let fragment = self.fragment_max() - ENVELOPE;
        let room = self.lane.capacity() - self.run_size(0);
        let (whole, rest) = (room / (fragment + 2 * LINE), room % (fragment + 2 * LINE));
        whole * fragment + rest.saturating_sub(2 * LINE)
    }

    /// Bytes of the ring that are taken, and those that a record of `len` bytes of content takes
    /// besides: more than the ring has if there was no room for it at the last look.
    pub(crate) fn taken_with(&self, len: usize) -> usize {
        let taken = self.lane.capacity() - self.lane.free();
        taken + (HEADER_WORD + len).next_multiple_of(LINE) + LINE
    }

    /// The slot of `signature`, which is put first if the peer does not know it: `Err` with what became
    /// of that.
    ///
    /// # Errors
    /// [`Error::ChannelName`], and as [`put`](Self::put).
    #[inline(always)]
    pub(crate) fn slot(&mut self, signature: Signature<'_>) -> Result<Result<u16, usize>, Error> {
        match self.names.get(signature) {
            Some(slot) => Ok(Ok(slot)),
            None => self.define(signature),
        }
    }

    #[cold]
    fn define(&mut self, signature: Signature<'_>) -> Result<Result<u16, usize>, Error> {
        let slot = self.names.next_slot(signature.channel)?;
        match signature.define(slot, |content| self.put(content))? {
            Put::Done => {}
            Put::Full(len) => return Ok(Err(len)),
            Put::TooLong => unreachable!("a name fits the smallest ring"),
        }
        self.names.insert(signature, slot);
        Ok(Ok(slot))
    }
}

/// What a claim that was not granted means.
#[cold]
fn refused(error: ClaimError, len: usize) -> Result<Put, Corrupt> {
    match error {
        ClaimError::Full { .. } => Ok(Put::Full(len)),
        ClaimError::TooLong { .. } => Ok(Put::TooLong),
        ClaimError::Corrupt(corrupt) => Err(corrupt),
    }
}
