//! How a main attaches renderers and waits.

use super::IpcMain;
use crate::error::Error;
use crate::limits::OVERFLOW_BYTES;
use crate::rendezvous::endpoint::Endpoint;
use crate::rendezvous::listener::Listener;
use crate::rendezvous::peer::{Credentials, same_user};
use crate::session::geometry::{Geometry, legal_capacity};
use crate::session::main_end::terms;
use crate::wait::WaitPolicy;

/// Options of a main, set before it is made.
///
/// ```no_run
/// use ringmain::{MainOptions, WaitPolicy};
///
/// let main = MainOptions::new()
///     .wait_policy(WaitPolicy::Park)
///     .ring_capacity(4 << 20)
///     .bind("demo")?;
/// # Ok::<(), ringmain::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MainOptions {
    pub(super) wait_policy: WaitPolicy,
    pub(super) geometry: Geometry,
    pub(super) overflow_limit: usize,
    pub(super) admit: fn(&Credentials) -> bool,
}

impl Default for MainOptions {
    fn default() -> Self {
        Self {
            wait_policy: WaitPolicy::default(),
            geometry: Geometry::default(),
            overflow_limit: OVERFLOW_BYTES,
            admit: same_user,
        }
    }
}

impl MainOptions {
    /// The defaults, see [`limits`](crate::limits).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What [`IpcMain::run`] does before it sleeps.
    #[must_use]
    pub fn wait_policy(mut self, policy: WaitPolicy) -> Self {
        self.wait_policy = policy;
        self
    }

    /// Capacity in bytes of each of a session's three rings. Rounded up to a power of two within
    /// [`RING_CAPACITY_MIN`](crate::limits::RING_CAPACITY_MIN) and
    /// [`RING_CAPACITY_MAX`](crate::limits::RING_CAPACITY_MAX). A message is at most half of it.
    #[must_use]
    pub fn ring_capacity(mut self, bytes: usize) -> Self {
        let capacity = legal_capacity(bytes);
        self.geometry = Geometry { to_main: capacity, to_renderer: capacity, replies: capacity };
        self
    }

    /// Bytes that main keeps for one renderer that does not read, for messages and, apart, for
    /// replies.
    #[must_use]
    pub fn overflow_limit(mut self, bytes: usize) -> Self {
        self.overflow_limit = bytes;
        self
    }

    /// Who may attach by the endpoint's name. By default processes of main's own user.
    #[must_use]
    pub fn admit(mut self, policy: fn(&Credentials) -> bool) -> Self {
        self.admit = policy;
        self
    }

    /// A main without a name: its renderers are those that it spawns.
    ///
    /// # Errors
    /// [`Error::Exhausted`] or [`Error::System`].
    pub fn build(&self) -> Result<IpcMain, Error> {
        IpcMain::with(self, None)
    }

    /// A main that renderers find by a name of 1 to 64 of `[A-Za-z0-9._-]`.
    ///
    /// # Errors
    /// [`Error::EndpointName`]; [`Error::EndpointInUse`] while a living main has it;
    /// [`Error::PermissionDenied`] if the directory for endpoints is not this user's alone;
    /// [`Error::Exhausted`]; [`Error::System`].
    pub fn bind(&self, endpoint: &str) -> Result<IpcMain, Error> {
        let listener = Listener::bind(&Endpoint::new(endpoint)?, &terms())?;
        IpcMain::with(self, Some(listener))
    }
}
