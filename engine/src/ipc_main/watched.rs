//! A turn while a monitor is attached: each message by itself, with a look at the clock before and after.
//!
//! Without one none of this runs: a turn asks once per batch whether it is watched.

use super::delivery::Taken;
use super::turn::{Progress, Turn};
use crate::error::Fault;
use crate::session::inbox::Inbox;
use crate::wire::{Envelope, Kind};
use std::sync::Arc;

impl Turn<'_> {
    /// Takes one record, and counts the message that it is or completes for its channel.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    #[cold]
    pub(super) fn take_watched(&mut self, progress: &mut Progress) -> Result<Taken, Fault> {
        // What comes between two looks would be taken and not counted.
        if !self.slot.inbox.lane.is_ready() {
            return Ok(Taken::Nothing);
        }
        let (delivered, bytes) = (progress.delivered, progress.bytes);
        let Some(channel) = self.next_channel() else {
            return self.take(progress, delivered + 1);
        };
        let running = self.watch.begin(&channel);
        let taken = self.take(progress, delivered + 1);
        let (messages, bytes) = match &taken {
            Ok(Taken::Message { len }) => (1, *len),
            Ok(Taken::Part { len }) => (0, *len),
            _ => (progress.delivered - delivered, progress.bytes - bytes),
        };
        self.watch.count(running, messages, bytes);
        taken
    }

    /// The channel of the next message, if the next record is one or ends one. What is wrong with it is
    /// for [`take`](Self::take) to say.
    fn next_channel(&mut self) -> Option<Arc<str>> {
        let Inbox { lane, names, gather, .. } = &mut self.slot.inbox;
        let record = lane.peek().ok()??;
        let envelope = Envelope::first(&record);
        record.leave();
        let slot = match (gather.slot(), envelope) {
            (Some(slot), _) => slot,
            (None, Ok(envelope)) if is_message(envelope) => envelope.slot,
            (None, _) => return None,
        };
        names.get(slot).ok().map(|known| Arc::clone(&known.channel))
    }
}

fn is_message(envelope: Envelope) -> bool {
    matches!(envelope.kind, Kind::Message | Kind::SyncCall | Kind::Invoke)
}
