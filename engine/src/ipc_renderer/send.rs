//! What a renderer sends: messages, bytes in place, bursts, and calls that main answers.

use super::calls::Call;
use super::held::Held;
use super::{Invoke, IpcRenderer, RendererBurst, RendererClaim};
use crate::error::Error;
use crate::session::outbound::Message;
use crate::session::renderer_sends::WhenFull;
use crate::trace;
use crate::typed::{Channel, Schema};
use crate::value::{Arguments, Value};
use crate::wire::Kind;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

impl IpcRenderer {
    /// Sends a message. The arguments are in shared memory when this returns; it does not wait for
    /// main to read them, but for space if the ring is full. On a channel that nobody in main listens to
    /// it is dropped in silence, as in Electron.
    ///
    /// # Errors
    /// [`Error::MainGone`], [`Error::Disconnected`], [`Error::Forked`], [`Error::ChannelName`],
    /// [`Error::TooLarge`]; [`Error::ClaimHeld`] while this thread holds a claim or burst of this session.
    pub fn send(&self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.send_when(channel, args, WhenFull::Wait)
    }

    /// The same without waiting for main, and no longer than 50 µs for another thread that sends.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Error::Backpressure`] if the ring has no room for the message now
    /// or another thread waits for it: once main has read, the same call may pass. A message that even
    /// the empty ring cannot hold at once never would, and is answered [`Error::TooLarge`] with the
    /// limit: about three quarters of a ring of up to 512 KiB, seven eighths of one of 1 MiB
    /// ([`WhenFull::Fail`]). [`send`](Self::send) sends it.
    pub fn try_send(&self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.send_when(channel, args, WhenFull::Fail)
    }

    /// The same, waiting no longer than until `deadline`.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Error::Deadline`]: the message was not sent.
    pub fn send_deadline(
        &self,
        channel: &str,
        args: impl Arguments,
        deadline: Instant,
    ) -> Result<(), Error> {
        self.send_when(channel, args, WhenFull::Until(deadline))
    }

    fn send_when(
        &self,
        channel: &str,
        args: impl Arguments,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        self.check()?;
        let message = Message::dynamic(Kind::Message, channel, 0, args.archive());
        let sent = self.core.end().send(&message, when_full);
        sent.map_err(|error| self.explain(error))
    }

    /// Sends a message of a typed channel: it is serialised straight into the ring.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`Error::NotCloneable`] if the type's own code refuses,
    /// [`Error::Malformed`] if it makes something else of itself, or is nested too deeply.
    #[inline]
    pub fn send_typed<T: Schema>(&self, channel: &Channel<T>, value: &T) -> Result<(), Error> {
        let mut burst = self.burst(WhenFull::Wait)?;
        burst.put_typed(channel, value)?;
        burst.end()
    }

    /// Reserves `len` bytes of a message to be written in place. Main's listeners get one bytes value.
    /// Waits for space if the ring is full; what the ring cannot hold at once is written in a buffer.
    ///
    /// # Errors
    /// As [`send`](Self::send), [`Error::ClaimHeld`] among them.
    pub fn claim<'r>(&'r self, channel: &'r str, len: usize) -> Result<RendererClaim<'r>, Error> {
        self.claim_when(channel, len, WhenFull::Wait)
    }

    /// The same, where a full ring is met as `when_full` says.
    ///
    /// # Errors
    /// As [`claim`](Self::claim), and [`Error::Backpressure`] or [`Error::Deadline`].
    pub fn claim_when<'r>(
        &'r self,
        channel: &'r str,
        len: usize,
        when_full: WhenFull,
    ) -> Result<RendererClaim<'r>, Error> {
        RendererClaim::new(self.burst(when_full)?, channel, len)
    }

    /// Begins a burst: messages that leave together, at less cost each. Other threads that send wait
    /// until it ends.
    ///
    /// # Errors
    /// [`Error::ClaimHeld`], [`Error::Disconnected`], [`Error::Forked`]; [`Error::Backpressure`] and
    /// [`Error::Deadline`] if another thread sends meanwhile and `when_full` says so.
    #[inline]
    pub fn burst(&self, when_full: WhenFull) -> Result<RendererBurst<'_>, Error> {
        self.check()?;
        let held = Held::new(self.core.end(), when_full).map_err(|error| self.explain(error))?;
        Ok(RendererBurst::new(self, held, when_full))
    }

    /// Sends a message and blocks this thread until a listener in main sets `event.returnValue`.
    /// Messages that main sends meanwhile are delivered by the next dispatch, after this returned.
    /// Several threads may call at once; each gets its own answer.
    ///
    /// # Errors
    /// [`Error::NoReply`] if nobody answered and nobody can any more; [`Error::MainGone`]; else as
    /// [`send`](Self::send), [`Error::ClaimHeld`] among them.
    pub fn send_sync(&self, channel: &str, args: impl Arguments) -> Result<Value, Error> {
        self.send_sync_when(channel, args, WhenFull::Wait, None)
    }

    /// The same until a deadline. An answer that comes later is counted and dropped.
    ///
    /// # Errors
    /// As [`send_sync`](Self::send_sync), and [`Error::Deadline`].
    pub fn send_sync_deadline(
        &self,
        channel: &str,
        args: impl Arguments,
        deadline: Instant,
    ) -> Result<Value, Error> {
        self.send_sync_when(channel, args, WhenFull::Until(deadline), Some(deadline))
    }

    fn send_sync_when(
        &self,
        channel: &str,
        args: impl Arguments,
        when_full: WhenFull,
        deadline: Option<Instant>,
    ) -> Result<Value, Error> {
        self.check()?;
        let _call = trace::entered!(DEBUG, "send_sync", channel = channel);
        let end = self.core.end();
        end.send_call(channel, args.archive(), when_full)
            .and_then(|call| end.wait_for_answer(call, channel, deadline))
            .map_err(|error| self.explain(error))
    }

    /// Sends a request to the channel's handler in main. Errors come through what is returned, as a
    /// rejection does in Electron. Does not wait for the answer, but for space if the ring is full.
    pub fn invoke(&self, channel: &str, args: impl Arguments) -> Invoke {
        self.invoke_when(channel, args, WhenFull::Wait)
    }

    /// The same, where a full ring is met as `when_full` says: what is returned may be
    /// [`Error::Backpressure`], or [`Error::Deadline`]; the request was not sent then. A deadline is not one
    /// for the answer, which [`Invoke::wait_deadline`] has.
    pub fn invoke_when(&self, channel: &str, args: impl Arguments, when_full: WhenFull) -> Invoke {
        let span = trace::span!(DEBUG, "invoke", channel = channel);
        let begun = span.in_scope(|| self.begin(channel, args, when_full));
        let call = begun.unwrap_or_else(|error| Call::failed(channel, error));
        Invoke::new(self.clone(), call, span)
    }

    fn begin(
        &self,
        channel: &str,
        args: impl Arguments,
        when_full: WhenFull,
    ) -> Result<Arc<Call>, Error> {
        self.check()?;
        // Ids of earlier sessions do not come again: see `reconnect`.
        let id = self.core.next_invoke.fetch_add(1, Ordering::Relaxed);
        let end = self.core.end();
        // Before it is sent: another thread may dispatch the answer at once.
        let call = self.core.calls.begin(id, channel)?;
        let message = Message::dynamic(Kind::Invoke, channel, id, args.archive());
        let sent = end.send_invoke(&message, when_full);
        let is_current = Arc::ptr_eq(&end, &self.core.end());
        let sent = if is_current { sent } else { Err(Error::MainGone) };
        if let Err(error) = sent {
            self.core.calls.forget(&call);
            return Err(error);
        }
        Ok(call)
    }

    pub(super) fn forget(&self, call: &Call) {
        // A forked child may have inherited the table locked.
        if self.core.generation.is_this_process() {
            self.core.calls.forget(call);
        }
    }
}
