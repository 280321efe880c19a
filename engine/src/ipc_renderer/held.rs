//! A session's sending end, held while user code runs, and the session that it is of.

use crate::error::Error;
use crate::session::lane_lock::Claimed;
use crate::session::outbound::Outbound;
use crate::session::renderer_end::RendererEnd;
use crate::session::renderer_sends::WhenFull;
use arc_swap::Guard;
use std::sync::Arc;

/// Keeps its session, whatever the handle is [reconnected](super::IpcRenderer::reconnect) to
/// meanwhile.
#[derive(Debug)]
pub(super) struct Held {
    /// `None` once it was given back. Before `end`, of which it borrows: fields are dropped in order.
    outbound: Option<Claimed<'static, Outbound>>,
    end: Guard<Arc<RendererEnd>>,
}

impl Held {
    /// # Errors
    /// As [`RendererEnd::claim`].
    #[inline]
    pub(super) fn new(end: Guard<Arc<RendererEnd>>, when_full: WhenFull) -> Result<Self, Error> {
        let outbound = end.claim(when_full)?;
        // SAFETY: it borrows from the `RendererEnd` in the `Arc`, which does not move and lives as long
        // as `end`, and `end` is dropped after it. The longer lifetime leaves this struct in `finish`
        // only, for a function that cannot keep it: it is generic over what it is given.
        #[expect(unsafe_code, reason = "a borrow from the field beside it")]
        let outbound = unsafe {
            std::mem::transmute::<Claimed<'_, Outbound>, Claimed<'static, Outbound>>(outbound)
        };
        Ok(Self { outbound: Some(outbound), end })
    }

    /// Before a message: whether it can arrive.
    ///
    /// # Errors
    /// As [`RendererEnd::check`], and [`Error::Forked`].
    #[inline]
    pub(super) fn check(&mut self) -> Result<(), Error> {
        self.end.link.generation().check()?;
        self.end.link.is_deserted();
        self.end.check()
    }

    #[inline]
    pub(super) fn end(&self) -> &RendererEnd {
        &self.end
    }

    #[inline]
    pub(super) fn outbound(&mut self) -> &mut Outbound {
        self.parts().1
    }

    #[inline]
    pub(super) fn parts(&mut self) -> (&RendererEnd, &mut Outbound) {
        match &mut self.outbound {
            Some(outbound) => (&self.end, outbound),
            None => unreachable!("held until dropped"),
        }
    }

    /// Gives it back; a second time does nothing. In a forked child nothing is touched, as it is the
    /// parent's.
    ///
    /// # Errors
    /// As [`RendererEnd::finish`], and [`Error::Forked`].
    #[inline]
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        let Some(outbound) = self.outbound.take() else { return Ok(()) };
        self.end.link.generation().check()?;
        self.end.finish(outbound.end())
    }
}
