//! The future of an invoke.

use super::IpcRenderer;
use super::calls::Call;
use crate::error::Error;
use crate::trace::Span;
use crate::value::Value;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// An invoke that was sent. [`wait`](Self::wait) for it, or `.await` it while another thread drives
/// the renderer ([`IpcRenderer::run`]); runtime-neutral.
///
/// Dropping it does not take the request back: the handler runs, and its answer is counted as late.
#[derive(Debug)]
#[must_use = "an invoke's answer and its errors come through this"]
pub struct Invoke {
    renderer: IpcRenderer,
    call: Arc<Call>,
    span: Span,
}

impl Invoke {
    pub(super) fn new(renderer: IpcRenderer, call: Arc<Call>, span: Span) -> Self {
        Self { renderer, call, span }
    }

    /// Blocks until the answer is there, dispatching on this thread unless another one does:
    /// listeners may run inside this call. Inside a listener it answers [`Error::WouldDeadlock`], and the
    /// request was sent all the same: only its answer is lost to the caller.
    ///
    /// # Errors
    /// What the handler answered: [`Error::HandlerFailed`], [`Error::NoHandler`],
    /// [`Error::NoReply`]. What kept the request from being sent, as
    /// [`IpcRenderer::send`] says it. [`Error::MainGone`]; [`Error::WouldDeadlock`] inside a
    /// listener.
    pub fn wait(self) -> Result<Value, Error> {
        self.span.in_scope(|| self.renderer.wait_for(&self.call, None))
    }

    /// The same until a deadline.
    ///
    /// # Errors
    /// As [`wait`](Self::wait), and [`Error::Deadline`].
    pub fn wait_deadline(self, deadline: Instant) -> Result<Value, Error> {
        self.span.in_scope(|| self.renderer.wait_for(&self.call, Some(deadline)))
    }
}

impl Future for Invoke {
    type Output = Result<Value, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = self.span.in_scope(|| self.call.poll(context.waker()));
        answer.map_err(|error| self.renderer.explain(error))
    }
}

impl Drop for Invoke {
    fn drop(&mut self) {
        self.renderer.forget(&self.call);
    }
}
