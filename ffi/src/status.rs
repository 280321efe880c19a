//! What calls answer, and what they have to say about it.
#![expect(unsafe_code, reason = "exports C functions")]

use crate::border;
use engine::{Error, has_room};
use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};

/// What a call answers. Numbers never change their meaning; new ones may come.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ringmain_status {
    /// Done.
    RINGMAIN_OK = 0,
    /// A pointer is NULL, a number is out of range, or a text is not UTF-8.
    RINGMAIN_INVALID_ARGUMENT = 1,
    /// The call is for mains, and this is a renderer; or the other way round.
    RINGMAIN_WRONG_ROLE = 2,
    /// The value is of another kind.
    RINGMAIN_WRONG_KIND = 3,
    /// There is none: no such renderer, callback, or element.
    RINGMAIN_NOT_FOUND = 4,
    /// A builder has too many values or too few, or values that cannot be where they are.
    RINGMAIN_MALFORMED = 5,
    /// Something failed that never should. What is told of it is the text of a Rust panic.
    RINGMAIN_PANIC = 6,
    /// No main is bound to the endpoint.
    RINGMAIN_NO_MAIN = 10,
    /// Main has ended or dropped the session. Told to the calls that were under way or were the first to
    /// notice; `ringmain_reconnect` goes on with the next main.
    RINGMAIN_MAIN_GONE = 11,
    /// The renderer has ended, crashed or was cut off.
    RINGMAIN_RENDERER_GONE = 12,
    /// The handle was closed before this call, or its session was over: see MAIN_GONE. Electron's text for
    /// both.
    RINGMAIN_DISCONNECTED = 13,
    /// Nobody answered, and nobody can any more.
    RINGMAIN_NO_REPLY = 14,
    /// The channel has no handler.
    RINGMAIN_NO_HANDLER = 15,
    /// The channel has a handler already.
    RINGMAIN_DUPLICATE_HANDLER = 16,
    /// The handler has failed; its text is in the detail.
    RINGMAIN_HANDLER_FAILED = 17,
    /// A value cannot be sent to another process.
    RINGMAIN_NOT_CLONEABLE = 18,
    /// The peer does not read fast enough, and nothing was sent. The same call may pass later.
    RINGMAIN_BACKPRESSURE = 19,
    /// The time has passed. What was to be sent was not, unless the call waits for an answer: main may have
    /// got that.
    RINGMAIN_DEADLINE = 20,
    /// The message is larger than what can be sent, or than what can be sent in this way.
    RINGMAIN_TOO_LARGE = 21,
    /// The channel's name is too long.
    RINGMAIN_CHANNEL_NAME = 22,
    /// Too many invokes of this renderer wait for their answers.
    RINGMAIN_TOO_MANY_PENDING = 23,
    /// This thread holds a claim of the same session, which has to end first.
    RINGMAIN_CLAIM_HELD = 24,
    /// The channel carries a Rust type, not values.
    RINGMAIN_TYPE_MISMATCH = 25,
    /// To wait inside a callback would never end.
    RINGMAIN_WOULD_DEADLOCK = 26,
    /// The handle belongs to the process that this one was forked from.
    RINGMAIN_FORKED = 27,
    /// A living main is bound to the endpoint.
    RINGMAIN_ENDPOINT_IN_USE = 28,
    /// Not a name that an endpoint can have: 1 to 64 of `[A-Za-z0-9._-]`.
    RINGMAIN_ENDPOINT_NAME = 29,
    /// Something exists and is not safe to use, or the peer is another user.
    RINGMAIN_PERMISSION_DENIED = 30,
    /// The session's memory would have a name, which the renderer refuses.
    RINGMAIN_SEGMENTS_REFUSED = 31,
    /// The two sides speak different versions of the protocol.
    RINGMAIN_VERSION_MISMATCH = 32,
    /// The two sides lay shared memory out differently.
    RINGMAIN_LAYOUT_MISMATCH = 33,
    /// No main has spawned this process, or its one session was used already.
    RINGMAIN_NOT_SPAWNED = 34,
    /// The peer wrote what no peer of ours writes. The session is over.
    RINGMAIN_CORRUPT = 35,
    /// The process or the machine has run out of something.
    RINGMAIN_EXHAUSTED = 36,
    /// The kernel refused a call.
    RINGMAIN_SYSTEM = 37,
}

use ringmain_status::*;

/// Why a call did not do what it was asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    Engine(Error),
    Usage(ringmain_status, Cow<'static, str>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

/// The caller's mistake.
#[cold]
pub(crate) fn usage(status: ringmain_status, text: impl Into<Cow<'static, str>>) -> Failure {
    Failure::Usage(status, text.into())
}

/// An argument that is not what it has to be.
#[cold]
pub(crate) fn invalid(why: &'static str) -> Failure {
    usage(RINGMAIN_INVALID_ARGUMENT, why)
}

/// An argument that must not be NULL.
#[cold]
pub(crate) fn null(what: &'static str) -> Failure {
    usage(RINGMAIN_INVALID_ARGUMENT, format!("{what} is NULL"))
}

/// A text that no text may be.
#[cold]
pub(crate) fn not_utf8(what: &'static str) -> Failure {
    usage(RINGMAIN_INVALID_ARGUMENT, format!("{what} is not UTF-8"))
}

thread_local! {
    static DETAIL: RefCell<CString> = RefCell::default();
}

/// Keeps the detail of a failure for the thread, and says its status.
#[cold]
pub(crate) fn note(failure: &Failure) -> ringmain_status {
    let (status, text) = match failure {
        Failure::Engine(error) => (status_of(error), text_of(error)),
        Failure::Usage(status, text) => (*status, text.to_string()),
    };
    keep(text);
    status
}

/// An error's text, if there is memory for it: main decides how long that of a handler's failure is.
fn text_of(error: &Error) -> String {
    match error {
        Error::HandlerFailed { text, .. } if has_room(text.len().saturating_mul(4)).is_err() => {
            "out of memory for the text of the handler's failure".to_owned()
        }
        error => error.to_string(),
    }
}

/// Keeps the text of a panic for the thread.
#[cold]
pub(crate) fn note_panic(text: &str) -> ringmain_status {
    keep(text.to_owned());
    RINGMAIN_PANIC
}

fn keep(mut text: String) {
    text.retain(|character| character != '\0');
    let text = CString::new(text).unwrap_or_default();
    DETAIL.with_borrow_mut(|detail| *detail = text);
}

/// The status that stands for an error of the engine's.
pub(crate) fn status_of(error: &Error) -> ringmain_status {
    match error {
        Error::NoMain { .. } => RINGMAIN_NO_MAIN,
        Error::MainGone => RINGMAIN_MAIN_GONE,
        Error::RendererGone { .. } => RINGMAIN_RENDERER_GONE,
        Error::Disconnected => RINGMAIN_DISCONNECTED,
        Error::NoReply => RINGMAIN_NO_REPLY,
        Error::NoHandler { .. } => RINGMAIN_NO_HANDLER,
        Error::DuplicateHandler { .. } => RINGMAIN_DUPLICATE_HANDLER,
        Error::HandlerFailed { .. } => RINGMAIN_HANDLER_FAILED,
        Error::NotCloneable => RINGMAIN_NOT_CLONEABLE,
        Error::Backpressure { .. } => RINGMAIN_BACKPRESSURE,
        Error::Deadline => RINGMAIN_DEADLINE,
        Error::TooLarge { .. } => RINGMAIN_TOO_LARGE,
        Error::ChannelName { .. } => RINGMAIN_CHANNEL_NAME,
        Error::TooManyPending { .. } => RINGMAIN_TOO_MANY_PENDING,
        Error::ClaimHeld => RINGMAIN_CLAIM_HELD,
        Error::TypeMismatch { .. } => RINGMAIN_TYPE_MISMATCH,
        Error::WouldDeadlock => RINGMAIN_WOULD_DEADLOCK,
        Error::Forked => RINGMAIN_FORKED,
        Error::EndpointInUse { .. } => RINGMAIN_ENDPOINT_IN_USE,
        Error::EndpointName { .. } => RINGMAIN_ENDPOINT_NAME,
        Error::PermissionDenied { .. } => RINGMAIN_PERMISSION_DENIED,
        Error::SegmentsRefused => RINGMAIN_SEGMENTS_REFUSED,
        Error::VersionMismatch { .. } => RINGMAIN_VERSION_MISMATCH,
        Error::LayoutMismatch { .. } => RINGMAIN_LAYOUT_MISMATCH,
        Error::NotSpawned { .. } => RINGMAIN_NOT_SPAWNED,
        Error::Corrupt(_) => RINGMAIN_CORRUPT,
        Error::Malformed(_) => RINGMAIN_MALFORMED,
        Error::Exhausted { .. } => RINGMAIN_EXHAUSTED,
        // What later engines may add is about the machine as well.
        _ => RINGMAIN_SYSTEM,
    }
}

/// Statuses and their texts, in the order of the numbers.
const TEXTS: [(ringmain_status, &CStr); 35] = [
    (RINGMAIN_OK, c"done"),
    (RINGMAIN_INVALID_ARGUMENT, c"invalid argument"),
    (RINGMAIN_WRONG_ROLE, c"not a call for this role"),
    (RINGMAIN_WRONG_KIND, c"the value is of another kind"),
    (RINGMAIN_NOT_FOUND, c"there is none"),
    (RINGMAIN_MALFORMED, c"the builder's values are not complete, or not where they can be"),
    (RINGMAIN_PANIC, c"the library has failed"),
    (RINGMAIN_NO_MAIN, c"no main process is bound to the endpoint"),
    (RINGMAIN_MAIN_GONE, c"main process is gone"),
    (RINGMAIN_RENDERER_GONE, c"renderer is gone"),
    (RINGMAIN_DISCONNECTED, c"IPC method called after context was released"),
    (RINGMAIN_NO_REPLY, c"reply was never sent"),
    (RINGMAIN_NO_HANDLER, c"no handler registered"),
    (RINGMAIN_DUPLICATE_HANDLER, c"attempted to register a second handler"),
    (RINGMAIN_HANDLER_FAILED, c"the handler failed"),
    (RINGMAIN_NOT_CLONEABLE, c"An object could not be cloned."),
    (RINGMAIN_BACKPRESSURE, c"the peer does not read fast enough"),
    (RINGMAIN_DEADLINE, c"the deadline passed"),
    (RINGMAIN_TOO_LARGE, c"the message is too large"),
    (RINGMAIN_CHANNEL_NAME, c"the channel's name is too long"),
    (RINGMAIN_TOO_MANY_PENDING, c"too many calls are pending"),
    (RINGMAIN_CLAIM_HELD, c"this thread holds a claim of the same session"),
    (RINGMAIN_TYPE_MISMATCH, c"the channel carries another type"),
    (RINGMAIN_WOULD_DEADLOCK, c"waiting inside a callback would never end"),
    (RINGMAIN_FORKED, c"the handle belongs to the process that this one was forked from"),
    (RINGMAIN_ENDPOINT_IN_USE, c"the endpoint is in use"),
    (RINGMAIN_ENDPOINT_NAME, c"not a name that an endpoint can have"),
    (RINGMAIN_PERMISSION_DENIED, c"permission denied"),
    (RINGMAIN_SEGMENTS_REFUSED, c"the session's memory would have a name"),
    (RINGMAIN_VERSION_MISMATCH, c"the protocol's versions differ"),
    (RINGMAIN_LAYOUT_MISMATCH, c"the layouts of shared memory differ"),
    (RINGMAIN_NOT_SPAWNED, c"not spawned by a main process, or its session was used already"),
    (RINGMAIN_CORRUPT, c"corrupt peer"),
    (RINGMAIN_EXHAUSTED, c"the process or the machine has run out of something"),
    (RINGMAIN_SYSTEM, c"the kernel refused a call"),
];

/// The version of this interface: two programs that were built against the same one may exchange the
/// library. `RINGMAIN_ABI_VERSION` is what the header is of.
#[unsafe(no_mangle)]
pub extern "C" fn ringmain_abi_version() -> u32 {
    RINGMAIN_ABI_VERSION
}

/// The version of this header's interface.
pub const RINGMAIN_ABI_VERSION: u32 = 0;

/// A status in words, for any number. Valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn ringmain_strerror(status: u32) -> *const c_char {
    let found = TEXTS.iter().find(|(known, _)| *known as u32 == status);
    found.map_or(c"unknown status", |(_, text)| *text).as_ptr()
}

/// What the last call of this thread that failed had to say: with names and numbers, where
/// `ringmain_strerror` has none. Empty if none has failed. Valid until the thread's next call that fails.
#[unsafe(no_mangle)]
pub extern "C" fn ringmain_last_error() -> *const c_char {
    // Nothing else has it borrowed: nobody's code runs meanwhile.
    let text = border::value(|| DETAIL.with_borrow(|detail| detail.as_ptr()));
    text.unwrap_or(c"".as_ptr())
}
