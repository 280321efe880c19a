//! A message that arrives in fragments, as main takes it.

use super::memory::{Memory, Promise};
use crate::error::Corrupt;
use crate::ring::Record;
use crate::session::pool::Pool;
use crate::wire::{ENVELOPE, Envelope, Gather, Kind, TOTAL};
use std::mem::MaybeUninit;

/// One session's run, and what it needs of main.
#[derive(Debug)]
pub(super) struct Gathering<'s> {
    pub(super) pool: &'s Pool,
    pub(super) memory: &'s mut Memory,
    pub(super) gather: &'s mut Gather,
    pub(super) promise: &'s mut Option<Promise>,
    pub(super) limit: usize,
}

impl Gathering<'_> {
    /// Copies what a record adds to the run into main's own memory. `false` if there is none for it
    /// now, and the record has to stay where it is.
    ///
    /// # Errors
    /// [`Corrupt`] if it is none that a renderer of ours sends here.
    #[cold]
    pub(super) fn take(
        &mut self,
        record: &Record<'_>,
        envelope: Envelope,
    ) -> Result<bool, Corrupt> {
        let head = match envelope.kind {
            _ if envelope.begins_run => {
                self.gather.expect_none(envelope.kind)?;
                if !self.begin(record, envelope)? {
                    return Ok(false);
                }
                ENVELOPE + TOTAL
            }
            Kind::Fragment => ENVELOPE,
            Kind::Abort => {
                self.pool.give(self.gather.abort()?);
                self.memory.give_back(self.promise.take());
                return Ok(true);
            }
            kind => return self.gather.expect_none(kind).map(|()| true),
        };
        self.gather.extend(record.len() - head, |place| record.copy_part(head, place))?;
        Ok(true)
    }

    fn begin(&mut self, record: &Record<'_>, envelope: Envelope) -> Result<bool, Corrupt> {
        let (found, expected) = (record.len() as u64, (ENVELOPE + TOTAL) as u64);
        if found < expected {
            return Err(Corrupt { place: "length of a run's first record", found, expected });
        }
        let mut total = [MaybeUninit::uninit(); TOTAL];
        let total = record.copy_part(ENVELOPE, &mut total);
        let total = total.iter().rev().fold(0, |total, byte| total << 8 | u64::from(*byte));
        // More than the limit is refused by `begin`, and needs no promise.
        let promised = usize::try_from(total).unwrap_or(usize::MAX).min(self.limit);
        let Some(promise) = self.memory.promise(promised) else { return Ok(false) };
        *self.promise = Some(promise);
        self.gather.begin(envelope, total, self.limit, self.pool.take())?;
        Ok(true)
    }
}
