//! What arrives on a messages lane.

use crate::error::Corrupt;
use crate::lane::Incoming;
use crate::ring::{CopyBuffer, Record};
use crate::wait::How;
use crate::wire::{Content, Kind, Names};

/// The consumer's end of a messages lane, and the peer's channel names.
#[derive(Debug)]
pub(crate) struct Inbox {
    pub(crate) lane: Incoming,
    pub(crate) names: Names,
    /// Asleep in an event loop: the peer will nudge.
    pub(crate) armed: bool,
}

impl Inbox {
    pub(crate) fn new(lane: Incoming) -> Self {
        Self { lane, names: Names::default(), armed: false }
    }

    /// Copies the next record that is not a channel definition and releases it, at most `bound`
    /// definitions further. For a peer that is not trusted: what is returned can no longer change.
    ///
    /// # Errors
    /// [`Corrupt`] if the record is none that a peer of ours writes.
    #[inline]
    pub(crate) fn copy_next<'b>(
        &mut self,
        buffer: &'b mut CopyBuffer,
    ) -> Result<Option<Content<'b>>, Corrupt> {
        let Some(record) = self.lane.peek()? else { return Ok(None) };
        let content = Content::parse(record.copy_into(buffer))?;
        drop(record);
        // At once, so that a renderer that waits for space waits for no listener.
        self.lane.publish_head();
        if content.envelope.kind == Kind::Define {
            self.names.define(content.envelope.slot, content.payload)?;
        }
        Ok(Some(content))
    }

    /// The next record, in place.
    ///
    /// # Errors
    /// As [`copy_next`](Self::copy_next).
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<Option<(Record<'_>, &mut Names)>, Corrupt> {
        Ok(self.lane.peek()?.map(|record| (record, &mut self.names)))
    }

    /// Announces a sleep in an event loop, once. `false` if there is something to read.
    pub(crate) fn arm(&mut self) -> bool {
        if !self.armed {
            self.armed = self.lane.arm_for_data(How::InLoop).is_some();
        }
        self.armed && !self.lane.is_ready()
    }

    /// Is awake, whether it was armed or not.
    #[inline]
    pub(crate) fn disarm(&mut self) {
        if self.armed {
            self.armed = false;
            self.lane.disarm();
        }
    }
}
