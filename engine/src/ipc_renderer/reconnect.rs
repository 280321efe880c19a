//! A renderer whose main has ended, and another one has come.
//!
//! The handle points to one session at a time. Whoever uses it takes the session that it points to and
//! keeps that for the time of the call, burst or claim; a session that is over answers every call, so
//! nothing has to wait for those. What belongs to the dispatcher is exchanged under its turn.
//!
//! An invoke is put into the table of calls, then sent, then it is looked whether the handle still points
//! to the session that it was sent on. Here the handle is pointed elsewhere first, and the table is
//! emptied behind that: a call is either found in the table, or finds the new session.

use super::dispatch::Desk;
use super::{Endpoint, IpcRenderer, RendererOptions, dispatch};
use crate::error::Error;
use crate::rendezvous::spawn;
use crate::session::inbox::Inbox;
use crate::session::lane_lock::thread_holds_claims;
use crate::session::renderer_end::RendererEnd;
use crate::trace;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::time::Instant;

/// How a renderer came to its main, and could come to the next.
#[derive(Debug)]
pub(super) enum Origin {
    Endpoint(Endpoint),
    Birth,
}

impl IpcRenderer {
    /// Attaches to the main that is bound to the endpoint now, and keeps listeners, hooks and all clones of
    /// this handle: what a renderer does after [`Error::MainGone`]. The session is a new one, with an
    /// [`id`](Self::id) of that main's, perhaps the same number again, and counters from zero; calls that waited for the old one answer
    /// [`Error::MainGone`], and nothing of them is sent again.
    ///
    /// A session that still lives is ended once the new one is there. Fails at once if there is no main;
    /// the old session is then as it was. If several threads call at once, one attaches and the others
    /// wait for it. Blocks while another thread is inside a listener.
    ///
    /// # Errors
    /// As [`connect`](Self::connect); [`Error::NotSpawned`] if this renderer was
    /// [spawned](Self::from_env) by its main: it has no name to look for, and its one session is used; [`Error::Disconnected`] after [`close`](Self::close);
    /// [`Error::WouldDeadlock`] inside a listener; [`Error::ClaimHeld`] while this thread holds a claim or
    /// burst; [`Error::Forked`].
    pub fn reconnect(&self) -> Result<(), Error> {
        self.reconnect_when(None)
    }

    /// The same, waiting for a main until `deadline`.
    ///
    /// # Errors
    /// As [`reconnect`](Self::reconnect); [`Error::NoMain`] only once the deadline has passed.
    pub fn reconnect_until(&self, deadline: Instant) -> Result<(), Error> {
        self.reconnect_when(Some(deadline))
    }

    fn reconnect_when(&self, wait_until: Option<Instant>) -> Result<(), Error> {
        self.check()?;
        if thread_holds_claims() {
            return Err(Error::ClaimHeld);
        }
        if self.core.desk.is_mine() {
            return Err(Error::WouldDeadlock);
        }
        let Origin::Endpoint(endpoint) = &self.core.origin else {
            return Err(spawn::not_spawned());
        };
        let before = self.core.session.load_full();
        let _one_at_a_time = self.core.reconnecting.lock();
        if !Arc::ptr_eq(&before, &self.core.session.load()) {
            return Ok(());
        }
        let options = RendererOptions { wait_until, ..self.core.options.clone() };
        let (end, inbox) = options.find(endpoint)?;
        before.link.close();
        // Whoever dispatches finds the session over, and leaves.
        self.core.poller.wake();
        let mut desk = self.core.desk.take()?;
        self.point_to(&mut desk, &before, Arc::new(end), inbox)
    }

    fn point_to(
        &self,
        desk: &mut Desk,
        before: &RendererEnd,
        end: Arc<RendererEnd>,
        inbox: Inbox,
    ) -> Result<(), Error> {
        let core = &self.core;
        dispatch::unwatch(&core.poller, before);
        *desk = Desk::new(inbox);
        core.session.store(Arc::clone(&end));
        let pid = end.link.peer().pid;
        trace::event!(INFO, "reconnected", renderer = end.link.id(), pid = pid);
        core.calls.fail_all(&Error::MainGone);
        dispatch::watch(&core.poller, &end).inspect_err(|_| end.link.end())?;
        // Pairs with the one in `close`: it ends the session that it finds, or is seen here.
        fence(Ordering::SeqCst);
        if core.closed.load(Ordering::Relaxed) {
            end.link.close();
            return Err(Error::Disconnected);
        }
        core.leave(desk)
    }
}
