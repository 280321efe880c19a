//! What renderers send.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{at, call, deadline, put, text};
use crate::builder::{ringmain_builder, with_args};
use crate::callback::{Set, User, ringmain_destroy};
use crate::endpoint::ringmain;
use crate::status::{Failure, note, ringmain_status};
use crate::value::{ringmain_owned, ringmain_value};
use engine::{Args, Error, Invoke, Value, WhenFull};
use parking_lot::Mutex;
use std::ffi::{c_char, c_void};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Wake, Waker};

/// Sends a message. It is in shared memory when this returns OK; nobody waits for main to read it, but for
/// space if the ring is full. On a channel that nobody in main listens to it is dropped, as in Electron.
///
/// @param args a builder that was begun for its arguments; NULL for none
/// @param timeout_ms how long to wait for space: -1 for ever, 0 not at all. With 0 a message has to fit into the
///        empty ring at once, else it is TOO_LARGE
/// @returns BACKPRESSURE and DEADLINE: it was not sent; MALFORMED; MAIN_GONE; DISCONNECTED; FORKED;
///          CHANNEL_NAME; TOO_LARGE; CLAIM_HELD; WRONG_ROLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_send(
    handle: *const ringmain,
    channel: *const c_char,
    args: *mut ringmain_builder,
    timeout_ms: i64,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let (handle, channel) = unsafe { (at(handle, "handle")?, text(channel, "channel")?) };
        let renderer = handle.renderer()?;
        // SAFETY: as above.
        unsafe {
            with_args(args, |args| match (timeout_ms, deadline(timeout_ms)) {
                (0, _) => Ok(renderer.try_send(channel, args)?),
                (_, Some(deadline)) => Ok(renderer.send_deadline(channel, args, deadline)?),
                (_, None) => Ok(renderer.send(channel, args)?),
            })
        }
    })
}

/// Sends a message and blocks this thread until a listener in main answers it. Several threads may call at
/// once. Callbacks do not run meanwhile.
///
/// @param args as for `ringmain_send`
/// @param timeout_ms how long to wait, for space and for the answer: -1 for ever
/// @param answer NULL, or a place for it; `ringmain_owned_free` gives it back. Undefined after a failure
/// @returns NO_REPLY if nobody answered, and nobody can any more; DEADLINE: main may have got the message, or
///          get it yet; MALFORMED; MAIN_GONE; DISCONNECTED; FORKED; CHANNEL_NAME; TOO_LARGE; CLAIM_HELD;
///          WRONG_ROLE; EXHAUSTED if there is no memory for the answer, here or in main
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_send_sync(
    handle: *const ringmain,
    channel: *const c_char,
    args: *mut ringmain_builder,
    timeout_ms: i64,
    answer: *mut ringmain_owned,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { clear(answer) };
        // SAFETY: as above.
        let (handle, channel) = unsafe { (at(handle, "handle")?, text(channel, "channel")?) };
        let renderer = handle.renderer()?;
        // SAFETY: as above.
        unsafe {
            with_args(args, |args| match deadline(timeout_ms) {
                Some(deadline) => {
                    answer_with(answer, renderer.send_sync_deadline(channel, args, deadline)?)
                }
                None => answer_with(answer, renderer.send_sync(channel, args)?),
            })
        }
    })
}

/// What to do about a full ring.
pub(crate) fn when_full(timeout_ms: i64) -> WhenFull {
    match (timeout_ms, deadline(timeout_ms)) {
        (0, _) => WhenFull::Fail,
        (_, Some(deadline)) => WhenFull::Until(deadline),
        (_, None) => WhenFull::Wait,
    }
}

/// # Safety
/// `answer` is NULL or valid for writes.
unsafe fn clear(answer: *mut ringmain_owned) {
    if !answer.is_null() {
        // SAFETY: the caller's promise; all zero is an undefined value without memory.
        unsafe { answer.write_bytes(0, 1) };
    }
}

/// # Safety
/// As [`clear`].
unsafe fn answer_with(answer: *mut ringmain_owned, value: Value) -> Result<(), Failure> {
    match answer.is_null() {
        true => Ok(()),
        // SAFETY: the caller's promise.
        false => unsafe { put(answer, ringmain_owned::of(value), "answer") },
    }
}

/// Called with what an `invoke` came to, where its renderer dispatches; or where it is closed.
///
/// @param status OK, or as for `ringmain_invoke_wait`
/// @param value the answer, valid during the call; undefined unless the status is OK
/// @param detail what `ringmain_last_error` has for the status; empty for OK
pub type ringmain_completion = Option<
    extern "C" fn(
        user: *mut c_void,
        status: ringmain_status,
        value: ringmain_value,
        detail: *const c_char,
    ),
>;

/// Sends a request to the channel's handler in main, and has `completion` called with the answer: once, and
/// then `destroy`. It may be called before this returns, if nothing could be sent. Does not wait for the
/// answer, but for space if the ring is full.
///
/// @param args as for `ringmain_send`
/// @param timeout_ms how long to wait for space: -1 for ever, 0 not at all. `completion` gets DEADLINE, or
///        BACKPRESSURE, if there was none: it was not sent then
/// @param completion NULL if nobody is interested in the answer
/// @param destroy as for `ringmain_on`
/// @returns what kept the request from being made up: INVALID_ARGUMENT; MALFORMED; WRONG_ROLE, and
///          `completion` is not called then. All else comes through `completion`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_invoke(
    handle: *const ringmain,
    channel: *const c_char,
    args: *mut ringmain_builder,
    timeout_ms: i64,
    completion: ringmain_completion,
    user: *mut c_void,
    destroy: ringmain_destroy,
) -> ringmain_status {
    let user = User::new(user, destroy);
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let (handle, channel) = unsafe { (at(handle, "handle")?, text(channel, "channel")?) };
        let renderer = handle.renderer()?;
        let begin = |args: &Args| Ok(renderer.invoke_when(channel, args, when_full(timeout_ms)));
        // SAFETY: as above.
        let invoke = unsafe { with_args(args, begin) }?;
        if let Some(completion) = completion {
            Pending::begin(invoke, completion, user);
        }
        Ok(())
    })
}

/// The same, blocking until the answer is there: callbacks run inside this call, unless another thread
/// dispatches.
///
/// @param timeout_ms how long to wait, for space and for the answer: -1 for ever
/// @param answer as for `ringmain_send_sync`
/// @returns HANDLER_FAILED, also if the handler dropped its reply; NO_HANDLER; TOO_MANY_PENDING; WOULD_DEADLOCK
///          inside a callback; else as `ringmain_send_sync`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_invoke_wait(
    handle: *const ringmain,
    channel: *const c_char,
    args: *mut ringmain_builder,
    timeout_ms: i64,
    answer: *mut ringmain_owned,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { clear(answer) };
        // SAFETY: as above.
        let (handle, channel) = unsafe { (at(handle, "handle")?, text(channel, "channel")?) };
        let renderer = handle.renderer()?;
        let deadline = deadline(timeout_ms);
        let when_full = deadline.map_or(WhenFull::Wait, WhenFull::Until);
        // SAFETY: as above.
        let invoke =
            unsafe { with_args(args, |args| Ok(renderer.invoke_when(channel, args, when_full))) }?;
        let answered = match deadline {
            Some(deadline) => invoke.wait_deadline(deadline),
            None => invoke.wait(),
        }?;
        // SAFETY: as above.
        unsafe { answer_with(answer, answered) }
    })
}

/// An invoke whose completion is called by whoever brings the answer.
struct Pending {
    own: Weak<Pending>,
    state: Mutex<Option<(Invoke, Set<ringmain_completion>, User)>>,
}

impl Pending {
    fn begin(invoke: Invoke, completion: Set<ringmain_completion>, user: User) {
        let state = Mutex::new(Some((invoke, completion, user)));
        Arc::new_cyclic(|own| Self { own: own.clone(), state }).poll();
    }

    fn poll(&self) {
        let Some(own) = self.own.upgrade() else { return };
        let mut state = self.state.lock();
        let Some((invoke, ..)) = &mut *state else { return };
        let waker = Waker::from(own);
        let polled = Pin::new(invoke).poll(&mut Context::from_waker(&waker));
        let Poll::Ready(result) = polled else { return };
        let ended = state.take();
        drop(state);
        if let Some((_, completion, user)) = ended {
            complete(result, completion, user);
        }
    }
}

fn complete(result: Result<Value, Error>, completion: Set<ringmain_completion>, user: User) {
    let nothing = ringmain_value { archive: std::ptr::null(), node: 0 };
    match result {
        Ok(value) => {
            let value_of = ringmain_value::of(value.view());
            completion(user.data(), ringmain_status::RINGMAIN_OK, value_of, c"".as_ptr());
        }
        Err(error) => {
            let status = note(&Failure::Engine(error));
            let detail = crate::status::ringmain_last_error();
            completion(user.data(), status, nothing, detail);
        }
    }
}

impl Wake for Pending {
    fn wake(self: Arc<Self>) {
        self.poll();
    }
}
