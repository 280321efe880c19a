//! How a main attaches renderers and waits.

use super::IpcMain;
use crate::error::Error;
use crate::limits::{
    GATHER_BYTES, KEPT_BYTES, KEPT_BYTES_OF_PROCESS, MESSAGE_LIMIT, MESSAGE_LIMIT_MAX,
    MONITORED_SESSIONS, OVERFLOW_BYTES, PENDING_INVOKES, PENDING_TOTAL, SESSIONS,
    SESSIONS_OF_PROCESS,
};
use crate::rendezvous::endpoint::Endpoint;
use crate::rendezvous::listener::Listener;
use crate::rendezvous::peer::{Credentials, same_user};
use crate::segment::{Segments, leftovers};
use crate::session::account::Caps;
use crate::session::geometry::{Geometry, legal_capacity};
use crate::session::offer::{Bounds, terms};
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
    pub(super) bounds: Bounds,
    pub(super) gather_limit: usize,
    pub(super) monitored_sessions: usize,
    pub(super) trust: Trust,
    pub(super) admit: fn(&Credentials) -> bool,
}

/// How far main believes its renderers, see [`MainOptions::trust`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trust {
    /// Not at all: a message is copied, then checked, and only the copy is used.
    #[default]
    Copy,
    /// They never write what they have sent: a message is checked and read where it lies. Messages in
    /// fragments are gathered in private memory all the same.
    InPlace,
}

impl Default for MainOptions {
    fn default() -> Self {
        Self {
            wait_policy: WaitPolicy::default(),
            bounds: Bounds {
                geometry: Geometry::default(),
                overflow_limit: OVERFLOW_BYTES,
                message_limit: MESSAGE_LIMIT,
                segments: Segments::Sealed,
                process_caps: Caps {
                    bytes: KEPT_BYTES_OF_PROCESS,
                    invokes: PENDING_INVOKES,
                    sessions: SESSIONS_OF_PROCESS,
                },
                caps: Caps { bytes: KEPT_BYTES, invokes: PENDING_TOTAL, sessions: SESSIONS },
            },
            gather_limit: GATHER_BYTES,
            monitored_sessions: MONITORED_SESSIONS,
            trust: Trust::Copy,
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

    /// Capacity in bytes of each of a session's three rings. Never refused: it is rounded up to a power
    /// of two, and less than [`RING_CAPACITY_MIN`](crate::limits::RING_CAPACITY_MIN) or more than
    /// [`RING_CAPACITY_MAX`](crate::limits::RING_CAPACITY_MAX) counts as that. A message of at most half of it is one
    /// record, which can be written and read in place; a larger one travels in fragments.
    #[must_use]
    pub fn ring_capacity(mut self, bytes: usize) -> Self {
        let capacity = legal_capacity(bytes);
        self.bounds.geometry =
            Geometry { to_main: capacity, to_renderer: capacity, replies: capacity };
        self
    }

    /// Bytes that main keeps for one renderer that does not read, for messages and, apart, for
    /// replies. What would pass them is answered [`Error::Backpressure`], but one message of any legal
    /// size is taken while nothing waits.
    #[must_use]
    pub fn overflow_limit(mut self, bytes: usize) -> Self {
        // More than there is, and less than what is exempt.
        self.bounds.overflow_limit = bytes.min(isize::MAX as usize / 2);
        self
    }

    /// The largest message in bytes of its payload, both ways; the renderers are told. Never refused:
    /// more than [`MESSAGE_LIMIT_MAX`](crate::limits::MESSAGE_LIMIT_MAX) counts as that.
    #[must_use]
    pub fn message_limit(mut self, bytes: usize) -> Self {
        self.bounds.message_limit = bytes.min(MESSAGE_LIMIT_MAX);
        self
    }

    /// Bytes of messages that main gathers at once because they arrive in fragments, of all renderers
    /// together; those of one process have half of it. Past it main leaves fragments in their rings, whose
    /// renderers wait. The message that began first is always taken, whatever its size.
    #[must_use]
    pub fn gather_limit(mut self, bytes: usize) -> Self {
        self.gather_limit = bytes;
        self
    }

    /// Bytes that main keeps for all renderers together: messages and answers that wait for one to read, and
    /// arguments of invokes whose handlers are not done. What would pass it is answered
    /// [`Error::Backpressure`], except for one message of any legal size while main keeps nothing.
    #[must_use]
    pub fn kept_limit(mut self, bytes: usize) -> Self {
        self.bounds.caps.bytes = bytes;
        self
    }

    /// The same for the renderers of one process.
    #[must_use]
    pub fn kept_limit_of_process(mut self, bytes: usize) -> Self {
        self.bounds.process_caps.bytes = bytes;
        self
    }

    /// Invokes of all renderers together whose handlers are not done. The next one is answered
    /// [`Error::TooManyPending`].
    #[must_use]
    pub fn pending_limit(mut self, invokes: usize) -> Self {
        self.bounds.caps.invokes = invokes;
        self
    }

    /// The same for the renderers of one process. One renderer has no more than [`PENDING_INVOKES`] in any case.
    #[must_use]
    pub fn pending_limit_of_process(mut self, invokes: usize) -> Self {
        self.bounds.process_caps.invokes = invokes;
        self
    }

    /// Sessions of all renderers that come by the endpoint's name. The next one is refused with
    /// [`Error::Exhausted`]. Main's own limit of descriptors may be lower: each session takes two.
    #[must_use]
    pub fn session_limit(mut self, sessions: usize) -> Self {
        self.bounds.caps.sessions = sessions;
        self
    }

    /// The same for one process.
    #[must_use]
    pub fn session_limit_of_process(mut self, sessions: usize) -> Self {
        self.bounds.process_caps.sessions = sessions;
        self
    }

    /// How many sessions a [`Monitor`](crate::Monitor) is shown at once. Never refused: more than
    /// [`MONITORED_SESSIONS`] counts as that. Further sessions work as well and are counted, but not shown.
    #[must_use]
    pub fn monitored_sessions(mut self, sessions: usize) -> Self {
        self.monitored_sessions = sessions;
        self
    }

    /// Whether main copies what renderers sent before it looks at it.
    ///
    /// # Safety
    /// With [`Trust::InPlace`] no renderer of this main may write a record that it has published, until
    /// main has released it. The engine never does, but a compromised renderer can, and makes that
    /// undefined behaviour in main: listeners read arguments whose bounds were checked before they were
    /// changed.
    #[must_use]
    #[expect(unsafe_code, reason = "the caller vouches for the renderers")]
    pub unsafe fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Where the memory of this main's sessions comes from.
    ///
    /// [`Segments::Named`] is for renderers that cannot be passed descriptors, because a sandbox or a
    /// security module forbids that, and that see main's `/dev/shm`. Everything else is as with sealed
    /// segments, but for this:
    ///
    /// * Renderers are told; nothing is set there. One that
    ///   [refuses](crate::RendererOptions::refuse_named_segments) gets no session, and both sides
    ///   [`Error::SegmentsRefused`].
    /// * All memory of a session is taken when it is made, as much as its three rings are large,
    ///   instead of as they are used. Where `/dev/shm` has no room, there is no session:
    ///   [`Error::Exhausted`], in a [`Diagnostic::Refused`](crate::Diagnostic::Refused) or from
    ///   [`spawn`](crate::IpcMain::spawn), and to the renderer as well.
    /// * A session costs each side two descriptors more, one a mapping, which the crate `shared_memory`
    ///   keeps open.
    /// * A renderer of another user, where main [admits](Self::admit) such, cannot open them:
    ///   [`Error::PermissionDenied`] there.
    /// * The names go when the renderer has attached, else with the session. What a main leaves that is
    ///   killed in between is removed by the next one of this user that has named segments, or with
    ///   [`leftovers`].
    ///
    /// # Safety
    /// With [`Segments::Named`] no other process of this user may write main's memory in `/dev/shm` or
    /// change its size; a renderer may write what is its own to write. The engine keeps to that, but
    /// nothing holds a compromised renderer to it, as seals do, nor any process of the user that finds
    /// the names in time. Two things can happen to main then:
    ///
    /// * Undefined behaviour: what a claim lends out as `&mut [u8]` changes while it is written.
    /// * `SIGBUS`: main ends when it touches memory whose file was cut short. Nothing can be done about
    ///   it from inside.
    ///
    /// What main reads of a renderer's it checks and copies as ever.
    #[must_use]
    #[expect(unsafe_code, reason = "the caller vouches for the renderers")]
    pub unsafe fn segments(mut self, segments: Segments) -> Self {
        self.bounds.segments = segments;
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
        self.tidy();
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
        self.tidy();
        IpcMain::with(self, Some(listener))
    }

    /// Removes what mains with named segments have left behind when they were killed.
    fn tidy(&self) {
        if self.bounds.segments == Segments::Named {
            leftovers::reclaim();
        }
    }
}
