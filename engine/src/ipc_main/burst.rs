//! Messages to one renderer that leave together.

use super::WebContents;
use crate::error::Error;
use crate::session::lane_lock::Claimed;
use crate::session::outbox::Outbox;
use crate::typed::{Channel, Schema};
use crate::value::Arguments;
use crate::wire::{ENVELOPE, Signature};

/// Messages to one renderer that leave together: it is looked for once, when this is dropped, and
/// between two messages only as far as that costs nothing. It may read them before that.
///
/// It holds the session's sending end: other threads that send to this renderer wait, any other send
/// to it by this thread answers [`Error::ClaimHeld`], and so does dispatching.
#[derive(Debug)]
#[must_use = "a burst without messages only keeps others waiting"]
pub struct WebContentsBurst<'w> {
    page: &'w WebContents,
    /// `None` only while being dropped.
    outbox: Option<Claimed<'w, Outbox>>,
}

impl<'w> WebContentsBurst<'w> {
    #[inline]
    pub(super) fn new(page: &'w WebContents, outbox: Claimed<'w, Outbox>) -> Self {
        Self { page, outbox: Some(outbox) }
    }

    /// As [`WebContents::send`].
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn send(&mut self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.put(Signature::dynamic(channel), args.archive())
    }

    /// As [`WebContents::send_typed`].
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn send_typed<T: Schema>(&mut self, channel: &Channel<T>, value: &T) -> Result<(), Error> {
        let end = self.page.end();
        let outbox = self.outbox();
        let room = channel.room(outbox.payload_max());
        let write = |place: &mut [u8]| channel.write(value, place);
        match outbox.fill(channel.signature(), room, write) {
            Ok(Some(len)) => end.note(outbox, Ok(ENVELOPE + len)),
            Ok(None) => self.send_larger(channel, value),
            Err(error) => end.note(outbox, Err(error)),
        }
    }

    /// A message that takes more room than the last one, or has to wait.
    #[cold]
    fn send_larger<T: Schema>(&mut self, channel: &Channel<T>, value: &T) -> Result<(), Error> {
        let pool = &self.page.end().pool;
        let mut buffer = pool.take();
        channel.write_to(value, &mut buffer)?;
        let sent = self.put(channel.signature(), &buffer);
        pool.give(buffer);
        sent
    }

    #[inline]
    pub(super) fn put(&mut self, signature: Signature<'_>, payload: &[u8]) -> Result<(), Error> {
        let end = self.page.end();
        let outbox = self.outbox();
        let sent = outbox.send(signature, payload);
        end.note(outbox, sent)
    }

    pub(super) fn page(&self) -> &'w WebContents {
        self.page
    }

    #[inline]
    pub(super) fn outbox(&mut self) -> &mut Outbox {
        match &mut self.outbox {
            Some(outbox) => outbox,
            None => unreachable!("held until dropped"),
        }
    }
}

impl Drop for WebContentsBurst<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(outbox) = self.outbox.take() {
            self.page.end().release(outbox);
        }
    }
}
