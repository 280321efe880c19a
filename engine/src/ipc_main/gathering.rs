//! A message that arrives in fragments, as main takes it.

use super::Core;
use super::handler::Tasks;
use super::memory::{Memory, Share};
use crate::error::{Corrupt, Fault};
use crate::ring::Record;
use crate::wire::{ENVELOPE, Envelope, Gather, Kind, TOTAL};
use std::mem::MaybeUninit;

/// One session's run, and what it needs of main.
pub(super) struct Gathering<'s> {
    pub(super) core: &'s Core,
    pub(super) memory: &'s mut Memory,
    pub(super) gather: &'s mut Gather,
    pub(super) share: &'s mut Option<Share>,
    pub(super) tasks: &'s mut Tasks,
    pub(super) limit: usize,
    /// Of the renderer.
    pub(super) process: u64,
}

impl Gathering<'_> {
    /// Copies what a record adds to the run into main's own memory. `false` if there is none for it
    /// now, and the record has to stay where it is. The first record's memory is counted by what is in it,
    /// which the pooled buffer that it goes to has; later ones by what that has to grow.
    ///
    /// # Errors
    /// [`Corrupt`] if it is none that a renderer of ours sends here; that there is no memory.
    #[cold]
    pub(super) fn take(&mut self, record: &Record<'_>, envelope: Envelope) -> Result<bool, Fault> {
        let head = match envelope.kind {
            _ if envelope.begins_run => {
                self.gather.expect_none(envelope.kind)?;
                ENVELOPE + TOTAL
            }
            Kind::Fragment => ENVELOPE,
            Kind::Abort => {
                self.core.pool.give(self.gather.abort()?);
                self.memory.end(self.share.take());
                return Ok(true);
            }
            kind => {
                self.gather.expect_none(kind)?;
                return Ok(true);
            }
        };
        let Some(len) = record.len().checked_sub(head) else {
            let (found, expected) = (record.len() as u64, head as u64);
            return Err(Corrupt { place: "length of a run's first record", found, expected }.into());
        };
        let more = if envelope.begins_run { len } else { self.gather.growth(len) };
        let (memory, process) = (&mut *self.memory, self.process);
        let share = self.share.get_or_insert_with(|| memory.begin(process));
        if !memory.give(share, more) {
            return Ok(false);
        }
        share.note(len);
        if envelope.begins_run {
            let total = announced(record);
            self.gather.begin(envelope, total, self.limit, self.core.pool.take())?;
        }
        if self.gather.make_room(len).is_err() {
            self.tasks.make_room(self.core);
            self.gather.make_room(len)?;
        }
        self.gather.extend(len, |place| record.copy_part(head, place))?;
        Ok(true)
    }
}

/// The size of the message that a record begins.
fn announced(record: &Record<'_>) -> u64 {
    let mut total = [MaybeUninit::uninit(); TOTAL];
    let total = record.copy_part(ENVELOPE, &mut total);
    total.iter().rev().fold(0, |total, byte| total << 8 | u64::from(*byte))
}
