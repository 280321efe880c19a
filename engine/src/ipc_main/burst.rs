//! Messages to one renderer that leave together.

use super::WebContents;
use crate::error::Error;
use crate::session::lane_lock::Claimed;
use crate::session::outbox::Outbox;
use crate::typed::{Channel, Schema};
use crate::value::Arguments;
use crate::wire::{ENVELOPE, Signature};

/// A batch of messages to one renderer, at less cost each: the renderer is woken at the end, and between two
/// messages only as far as that costs nothing. It may read some of them before the end.
///
/// It holds the session's sending end, unless another thread does, so any other send to this renderer by this
/// thread answers [`Error::ClaimHeld`]. Nobody waits for it: what other threads send to this renderer meanwhile, and answers
/// to its invokes, are kept in main and follow the burst. Answers to `sendSync` are not held up. Main
/// dispatches meanwhile, on this thread too.
///
/// A burst that is [forgotten](std::mem::forget) never ends. What is sent to this renderer is then kept up to
/// the [bound](crate::MainOptions::overflow_limit), and refused with [`Error::Backpressure`] past it.
///
/// If another thread holds a burst or claim of this renderer, messages of this burst wait until that one ends.
///
/// A message answers `Ok` as long as the renderer lives; it can die before it has read that, which
/// [`end`](Self::end) tells if it was so until then. Dropping a burst ends it, and loses that error.
#[derive(Debug)]
#[must_use = "a burst without messages only keeps others waiting"]
pub struct WebContentsBurst<'w> {
    page: &'w WebContents,
    /// `None` while being dropped, and if another thread has it.
    outbox: Option<Claimed<'w, Outbox>>,
}

impl<'w> WebContentsBurst<'w> {
    #[inline]
    pub(super) fn new(page: &'w WebContents, outbox: Option<Claimed<'w, Outbox>>) -> Self {
        Self { page, outbox }
    }

    /// Before a message: whether it can arrive.
    #[inline]
    pub(super) fn check(&mut self) -> Result<(), Error> {
        let end = self.page.end();
        end.link.is_deserted();
        end.check()
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
        self.check()?;
        self.put_typed(channel, value)
    }

    /// The same behind a check.
    #[inline]
    pub(super) fn put_typed<T: Schema>(
        &mut self,
        channel: &Channel<T>,
        value: &T,
    ) -> Result<(), Error> {
        let end = self.page.end();
        let Some(outbox) = self.outbox() else { return self.send_larger(channel, value) };
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
        self.check()?;
        let end = self.page.end();
        let Some(outbox) = self.outbox() else { return end.send(signature, payload) };
        let sent = outbox.send(signature, payload);
        end.note(outbox, sent)
    }

    pub(super) fn page(&self) -> &'w WebContents {
        self.page
    }

    /// `None` if another thread has it.
    #[inline]
    pub(super) fn outbox(&mut self) -> Option<&mut Outbox> {
        self.outbox.as_deref_mut()
    }

    /// The sending end, of a claim that has a place in it.
    #[inline]
    pub(super) fn held(&mut self) -> &mut Outbox {
        match &mut self.outbox {
            Some(outbox) => outbox,
            None => unreachable!("a place in it was reserved"),
        }
    }

    /// Ends the burst, as dropping it does, and says whether the renderer is still there.
    ///
    /// # Errors
    /// [`Error::RendererGone`] if it is not, [`Error::Forked`]: the messages of the burst may have arrived,
    /// or not.
    #[inline]
    pub fn end(mut self) -> Result<(), Error> {
        self.release()
    }

    #[inline]
    fn release(&mut self) -> Result<(), Error> {
        match self.outbox.take() {
            Some(outbox) => self.page.end().release(outbox),
            None => self.page.end().check_sent(),
        }
    }
}

impl Drop for WebContentsBurst<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.outbox.is_some() {
            // A renderer that is found gone is reported by the next call.
            let _ = self.release();
        }
    }
}
