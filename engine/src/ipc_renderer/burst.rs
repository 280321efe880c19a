//! Messages that leave together.

use super::IpcRenderer;
use super::held::Held;
use crate::error::Error;
use crate::session::outbound::{Message, Outbound};
use crate::session::renderer_end::RendererEnd;
use crate::session::renderer_sends::WhenFull;
use crate::typed::{Channel, Schema};
use crate::value::Arguments;
use crate::wire::Signature;

/// A batch of messages to main, at less cost each: main is woken at the end, and between two messages only as
/// far as that costs nothing. It may read some of them before the end.
///
/// It holds the session's sending end: other threads that send wait until it ends or main is gone, and any
/// other send of this thread on this session answers [`Error::ClaimHeld`]. One that is
/// [forgotten](std::mem::forget) never ends.
///
/// A message answers `Ok` as long as main lives; it can die before it has read that, which
/// [`end`](Self::end) tells if it was so until then. Dropping a burst ends it, and loses that error.
///
/// # Examples
/// ```no_run
/// use ringmain::{IpcRenderer, WhenFull, args};
///
/// let renderer = IpcRenderer::connect("demo")?;
/// let mut burst = renderer.burst(WhenFull::Wait)?;
/// for number in 0..1000 {
///     burst.send("number", args![number])?;
/// }
/// # Ok::<(), ringmain::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a burst without messages only keeps others waiting"]
pub struct RendererBurst<'r> {
    renderer: &'r IpcRenderer,
    held: Held,
    when_full: WhenFull,
}

impl<'r> RendererBurst<'r> {
    #[inline]
    pub(super) fn new(renderer: &'r IpcRenderer, held: Held, when_full: WhenFull) -> Self {
        Self { renderer, held, when_full }
    }

    /// As [`IpcRenderer::send`].
    ///
    /// # Errors
    /// As there; [`Error::Backpressure`] or [`Error::Deadline`] if the ring is full, as the burst was
    /// asked for, and [`Error::TooLarge`] as [`WhenFull::Fail`] says.
    #[inline]
    pub fn send(&mut self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.put(Signature::dynamic(channel), args.archive())
    }

    /// As [`IpcRenderer::send_typed`].
    ///
    /// # Errors
    /// As there, and as [`send`](Self::send).
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
        let (end, outbound) = self.held.parts();
        let room = channel.room(outbound.payload_max());
        let write = |place: &mut [u8]| channel.write(value, place);
        match end.fill(outbound, channel.signature(), room, write) {
            Ok(true) => {
                end.hint(outbound);
                Ok(())
            }
            Ok(false) => self.send_larger(channel, value),
            Err(error) => Err(self.renderer.explain(error)),
        }
    }

    /// A message that takes more room than the last one, or has to wait for what it takes.
    #[cold]
    fn send_larger<T: Schema>(&mut self, channel: &Channel<T>, value: &T) -> Result<(), Error> {
        let mut buffer = self.end_of().pool.take();
        channel.write_to(value, &mut buffer)?;
        let sent = self.put(channel.signature(), &buffer);
        self.end_of().pool.give(buffer);
        sent
    }

    #[inline]
    pub(super) fn put(&mut self, signature: Signature<'_>, payload: &[u8]) -> Result<(), Error> {
        self.check()?;
        let (end, outbound) = self.held.parts();
        let sent = end.put(outbound, &Message::plain(signature, payload), self.when_full);
        end.hint(outbound);
        sent.map_err(|error| self.renderer.explain(error))
    }

    /// Ends the burst, as dropping it does, and says whether its session is still there.
    ///
    /// # Errors
    /// [`Error::MainGone`] if main is found to be gone, or another thread has
    /// [reconnected](IpcRenderer::reconnect) this renderer, and [`Error::Disconnected`] if it was
    /// [closed](IpcRenderer::close): the messages of the burst may have arrived, or not.
    /// [`Error::Forked`].
    #[inline]
    pub fn end(mut self) -> Result<(), Error> {
        self.held.finish().map_err(|error| self.renderer.explain(error))
    }

    /// Before a message: whether it can arrive.
    #[inline]
    pub(super) fn check(&mut self) -> Result<(), Error> {
        self.held.check().map_err(|error| self.renderer.explain(error))
    }

    #[inline]
    pub(super) fn renderer(&self) -> &'r IpcRenderer {
        self.renderer
    }

    #[inline]
    pub(super) fn when_full(&self) -> WhenFull {
        self.when_full
    }

    #[inline]
    pub(super) fn outbound(&mut self) -> &mut Outbound {
        self.held.outbound()
    }

    /// The session that the messages go to.
    #[inline]
    pub(super) fn end_of(&self) -> &RendererEnd {
        self.held.end()
    }

    /// The same, and its sending end.
    #[inline]
    pub(super) fn parts(&mut self) -> (&RendererEnd, &mut Outbound) {
        self.held.parts()
    }
}

impl Drop for RendererBurst<'_> {
    #[inline]
    fn drop(&mut self) {
        // A main that is found gone is reported by the next call.
        let _ = self.held.finish();
    }
}
