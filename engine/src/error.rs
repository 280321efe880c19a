//! The one error type of the public API: every way in which a call can fail, by name.
//!
//! One variant here is one status in C and one text and code in JavaScript. Texts that Electron
//! has are Electron's, letter for letter, because programs match on them.

use std::fmt;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody is bound to this endpoint.
    #[error("no main process is bound to '{endpoint}'")]
    NoMain {
        /// The name that was asked for.
        endpoint: String,
    },
    /// The main process ended, or dropped the session. Every call that was waiting then answers this, and so
    /// does the first call of any thread or clone that notices. Later calls answer
    /// [`Disconnected`](Self::Disconnected), except for `run` and `dispatch`, which always answer this.
    #[error("main process is gone")]
    MainGone,
    /// The renderer ended, crashed or was cut off.
    #[error("renderer {id} is gone")]
    RendererGone {
        /// The id of its `WebContents`.
        id: u32,
    },
    /// The handle was closed before this call; or its main is gone, and an earlier call has said so.
    #[error("IPC method called after context was released")]
    Disconnected,
    /// Nobody answered, and nobody can any more.
    #[error("reply was never sent")]
    NoReply,
    /// `invoke` found no handler on this channel.
    #[error(
        "Error invoking remote method '{channel}': Error: No handler registered for '{channel}'"
    )]
    NoHandler {
        /// The channel that was invoked.
        channel: String,
    },
    /// The channel has a handler already.
    #[error("Attempted to register a second handler for '{channel}'")]
    DuplicateHandler {
        /// The channel.
        channel: String,
    },
    /// The handler failed; only its text travels.
    #[error("Error invoking remote method '{channel}': {text}")]
    HandlerFailed {
        /// The channel that was invoked.
        channel: String,
        /// What the handler's error displays as.
        text: String,
    },
    /// A value cannot be sent to another process.
    #[error("An object could not be cloned.")]
    NotCloneable,
    /// The peer does not drain fast enough and the bound on what waits for it is reached. The message
    /// was not sent; the same call may pass once the peer has read.
    #[error("{queued} bytes wait for the peer, the limit is {limit}")]
    Backpressure {
        /// Bytes that wait, this message included, with what they take besides. As many as the bound if
        /// it is another thread's send or claim that is in the way.
        queued: usize,
        /// The bound: bytes of the ring or of main's overflow.
        limit: usize,
    },
    /// The deadline passed first.
    #[error("the deadline passed")]
    Deadline,
    /// The message is larger than what can be sent, or than what can be sent in the way that was
    /// asked for.
    #[error("message of {found} bytes, the limit is {limit}")]
    TooLarge {
        /// The message's size in bytes.
        found: usize,
        /// The largest possible.
        limit: usize,
    },
    /// The channel name is too long.
    #[error("channel name of {found} bytes, the limit is {limit}")]
    ChannelName {
        /// Its size in bytes of UTF-8.
        found: usize,
        /// The longest allowed.
        limit: usize,
    },
    /// Too many invokes of this renderer wait for their answers.
    #[error("{limit} calls are pending, which is the limit")]
    TooManyPending {
        /// The bound.
        limit: usize,
    },
    /// This thread holds a claim or burst of the same session, which has to end first.
    #[error("this thread holds a claim or burst of the same session")]
    ClaimHeld,
    /// The channel carries another type than the one that is listened for.
    #[error(
        "channel '{channel}' carries schema {theirs:#018x} where {ours:#018x} is listened for (0: \
         dynamic arguments)"
    )]
    TypeMismatch {
        /// The channel.
        channel: String,
        /// The fingerprint of the listener's type.
        ours: u64,
        /// The fingerprint of the type that was sent; 0 for dynamic arguments.
        theirs: u64,
    },
    /// A listener or handler asked to wait for what only its own return can bring.
    #[error("waiting inside a listener would never end")]
    WouldDeadlock,
    /// The handle was inherited by a forked child, which cannot use it.
    #[error("the handle belongs to the process that this one was forked from")]
    Forked,
    /// A living main is bound to this endpoint.
    #[error("endpoint '{name}' is in use")]
    EndpointInUse {
        /// The endpoint.
        name: String,
    },
    /// Not a name that an endpoint can have.
    #[error("endpoint name '{name}' is not 1 to 64 of [A-Za-z0-9._-]")]
    EndpointName {
        /// The name that was asked for.
        name: String,
    },
    /// An object exists and is not safe to use, or the peer is another user.
    #[error("permission denied: {what}")]
    PermissionDenied {
        /// What was refused and why.
        what: String,
    },
    /// Main's segments have names ([`Segments::Named`](crate::Segments::Named)), and the renderer
    /// refuses such.
    #[error("the session's memory would have a name, which the renderer refuses")]
    SegmentsRefused,
    /// The two sides speak different versions of the protocol.
    #[error("protocol version {ours} here, {theirs} at the peer")]
    VersionMismatch {
        /// This side's version.
        ours: u32,
        /// The peer's version.
        theirs: u32,
    },
    /// The two sides lay shared memory out differently.
    #[error("layout fingerprint {ours:#018x} here, {theirs:#018x} at the peer")]
    LayoutMismatch {
        /// This side's fingerprint.
        ours: u64,
        /// The peer's fingerprint.
        theirs: u64,
    },
    /// The environment holds no session for `from_env`: no main has spawned this process, or the
    /// session was used already, which it can be once. A spawned renderer's `reconnect` answers this too.
    #[error(
        "no session in {variable}: this process was not spawned by a main process, or has used its \
         session already"
    )]
    NotSpawned {
        /// The variable that a spawning main sets.
        variable: &'static str,
    },
    /// The peer wrote what no peer of ours writes. The session is over.
    #[error("corrupt peer: {0}")]
    Corrupt(#[from] Corrupt),
    /// What was to be sent is no message: the receiver would have ended the session. Typical causes: a slot of
    /// a [`Builder`](crate::Builder) that is the key of an object was written again with something that is no
    /// string; a typed message is nested too deeply, or its type serialises itself as something else.
    #[error("malformed message: {0}")]
    Malformed(Corrupt),
    /// The process or the machine has run out of something.
    #[error("out of {what}")]
    Exhausted {
        /// Descriptors, memory, and so on.
        what: &'static str,
    },
    /// A system call failed in a way that no other variant names.
    #[error("{call}: {}", std::io::Error::from_raw_os_error(*.errno))]
    System {
        /// The call.
        call: &'static str,
        /// What it set `errno` to.
        errno: i32,
    },
}

/// What was wrong with something that the peer wrote, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrupt {
    /// Which word or message, in the vocabulary of the layout.
    pub place: &'static str,
    /// The value found there.
    pub found: u64,
    /// A bound that it breaks, or the value expected.
    pub expected: u64,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {:#x}, expected {:#x}", self.place, self.found, self.expected)
    }
}

impl std::error::Error for Corrupt {}

/// There is no memory for something whose size the peer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("out of memory")]
pub struct NoMemory;

/// Why this side ends a session.
#[cfg(not(loom))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The peer wrote what no peer of ours writes.
    Corrupt(Corrupt),
    /// There is no memory for what it sent.
    NoMemory,
}

#[cfg(not(loom))]
impl From<Corrupt> for Fault {
    #[inline]
    fn from(corrupt: Corrupt) -> Self {
        Self::Corrupt(corrupt)
    }
}

#[cfg(not(loom))]
impl From<NoMemory> for Fault {
    fn from(NoMemory: NoMemory) -> Self {
        Self::NoMemory
    }
}

impl From<NoMemory> for Error {
    #[cold]
    fn from(NoMemory: NoMemory) -> Self {
        Self::Exhausted { what: "memory" }
    }
}

#[cfg(not(loom))]
impl From<Fault> for Error {
    #[cold]
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Corrupt(corrupt) => corrupt.into(),
            Fault::NoMemory => NoMemory.into(),
        }
    }
}

#[cfg(not(loom))]
impl Error {
    /// Names what a failed system call means: exhaustion and refusal have names of their own.
    pub(crate) fn system(call: &'static str, errno: rustix::io::Errno) -> Self {
        use rustix::io::Errno;
        match errno {
            Errno::MFILE | Errno::NFILE => Self::Exhausted { what: "descriptors" },
            Errno::NOMEM | Errno::NOSPC | Errno::NOBUFS => Self::Exhausted { what: "memory" },
            Errno::ACCESS | Errno::PERM => Self::PermissionDenied { what: call.to_owned() },
            other => Self::System { call, errno: other.raw_os_error() },
        }
    }
}
