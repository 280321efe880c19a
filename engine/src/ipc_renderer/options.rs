//! How a renderer attaches and waits.

use super::reconnect::Origin;
use super::{Endpoint, IpcRenderer, connect, spawn};
use crate::error::Error;
use crate::limits::HANDSHAKE_TIMEOUT;
use crate::rendezvous::connect::Pauses;
use crate::rendezvous::hello::{Hello, Role};
use crate::rendezvous::peer::same_user;
use crate::rendezvous::stream::Stream;
use crate::rendezvous::terms::{Terms, feature};
use crate::rendezvous::welcome::lacks;
use crate::session::inbox::Inbox;
use crate::session::offer::terms;
use crate::session::renderer_end::RendererEnd;
use crate::wait::WaitPolicy;
use std::time::Instant;

/// Options of a renderer, set before it attaches.
///
/// ```no_run
/// use ringmain::{RendererOptions, WaitPolicy};
/// use std::time::{Duration, Instant};
///
/// let renderer = RendererOptions::new()
///     .wait_policy(WaitPolicy::Park)
///     .wait_until(Instant::now() + Duration::from_secs(10))
///     .connect("demo")?;
/// # Ok::<(), ringmain::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RendererOptions {
    pub(super) wait_policy: WaitPolicy,
    pub(super) wait_until: Option<Instant>,
    pub(super) refuses_names: bool,
}

impl RendererOptions {
    /// The defaults: adaptive waiting, and no waiting for a main that is not there.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What a blocked call does before it sleeps.
    #[must_use]
    pub fn wait_policy(mut self, policy: WaitPolicy) -> Self {
        self.wait_policy = policy;
        self
    }

    /// Waits for a main to appear, for its welcome, and for room in a main that is full
    /// ([`Error::Exhausted`]), until this instant.
    #[must_use]
    pub fn wait_until(mut self, deadline: Instant) -> Self {
        self.wait_until = Some(deadline);
        self
    }

    /// Takes no session of a main with [named segments](crate::Segments::Named):
    /// [`Error::SegmentsRefused`] then.
    ///
    /// By default a renderer takes what its main offers, which it trusts in any case. But a name can be
    /// opened, until both sides have, by every process of this user that sees `/dev/shm`, and a sealed
    /// segment only by one that may look into main or the renderer (`/proc/PID/fd`). A renderer that
    /// shares its user with processes that have less than that refuses.
    #[must_use]
    pub fn refuse_named_segments(mut self) -> Self {
        self.refuses_names = true;
        self
    }

    /// What this renderer speaks.
    fn terms(&self) -> Terms {
        let all = terms();
        let refused = if self.refuses_names { feature::NAMED_SEGMENTS } else { 0 };
        Terms { features: all.features & !refused, ..all }
    }

    /// See [`IpcRenderer::connect`].
    ///
    /// # Errors
    /// As there; [`Error::NoMain`] only once the deadline has passed, if there is one.
    pub fn connect(&self, endpoint: &str) -> Result<IpcRenderer, Error> {
        let endpoint = Endpoint::new(endpoint)?;
        let session = self.find(&endpoint)?;
        IpcRenderer::attach(session, self, Origin::Endpoint(endpoint))
    }

    /// See [`IpcRenderer::from_env`].
    ///
    /// # Errors
    /// As there.
    pub fn from_env(&self) -> Result<IpcRenderer, Error> {
        IpcRenderer::attach(self.join(spawn::inherited()?)?, self, Origin::Birth)
    }

    /// A session with the main that is bound to `endpoint`.
    ///
    /// A main that is being killed may still accept: who waits for a main waits for the next one then. One
    /// that has no room for another handshake has some soon, and one that is full may have room for another
    /// session before the deadline.
    pub(super) fn find(&self, endpoint: &Endpoint) -> Result<(RendererEnd, Inbox), Error> {
        let patience = self.wait_until.unwrap_or_else(|| Instant::now() + HANDSHAKE_TIMEOUT);
        let mut pauses = Pauses::new();
        loop {
            let found = connect::connect(endpoint, self.wait_until)?;
            let error = match self.join(found) {
                Err(error) if Instant::now() < patience => error,
                joined => return joined,
            };
            match error {
                Error::MainGone if self.wait_until.is_some() => {}
                Error::Exhausted { what: lacks::HANDSHAKES } => pauses.next(patience)?,
                Error::Exhausted { what: lacks::ROOM } if self.wait_until.is_some() => {
                    pauses.next(patience)?;
                }
                error => return Err(error),
            }
        }
    }

    /// Asks the main at the other end of `stream` for a session, and joins it.
    fn join(&self, stream: Stream) -> Result<(RendererEnd, Inbox), Error> {
        stream.admit(same_user)?;
        stream.send_hello(&Hello {
            terms: self.terms(),
            role: Role::Renderer,
            wanted: Default::default(),
        })?;
        let deadline = self.wait_until.unwrap_or_else(|| Instant::now() + HANDSHAKE_TIMEOUT);
        let welcomed = stream.recv_welcome(&self.terms(), Some(deadline))?;
        RendererEnd::join(stream, welcomed, self.wait_policy)
    }
}
