//! What callbacks are called with, besides arguments.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{at, call, put, text};
use crate::builder::{ringmain_builder, with_value};
use crate::reply::{Answer, ringmain_reply};
use crate::status::ringmain_status::*;
use crate::status::{Failure, null, ringmain_status, usage};
use crate::value::ringmain_value;
use crate::web_contents::ringmain_web_contents;
use engine::{ArgsRef, BoxError, Error, Event, InvokeEvent, WebContents, has_room};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::ffi::{c_char, c_void};
use std::ptr;

/// A message that is being delivered. The library's: valid during the callback.
#[repr(C)]
#[derive(Debug)]
pub struct ringmain_event {
    /// The channel, without a zero behind it.
    pub channel: *const c_char,
    /// Its bytes.
    pub channel_len: usize,
    /// In main: who sent it. In a renderer NULL.
    pub sender: *const ringmain_web_contents,
    /// In main: the sender's id. In a renderer 0.
    pub sender_id: u32,
    /// Whether the sender waits for a return value (`sendSync`).
    pub is_sync: bool,
    /// The library's own.
    pub inner: *const c_void,
}

/// What `inner` points to.
pub(crate) struct Inner<'a> {
    cause: Cause<'a>,
    failed: RefCell<Option<String>>,
}

/// What made an event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cause<'a> {
    /// A message to a listener of main's.
    Main(&'a Event<'a>),
    /// A request to a handler, and its answer.
    Invoke(&'a InvokeEvent, &'a Answer),
    /// A message to a listener of a renderer's.
    Renderer(&'a str),
}

impl<'a> Cause<'a> {
    fn channel(self) -> &'a str {
        match self {
            Self::Main(event) => event.channel(),
            Self::Invoke(event, _) => event.channel(),
            Self::Renderer(channel) => channel,
        }
    }

    fn sender(self) -> Option<&'a WebContents> {
        match self {
            Self::Main(event) => Some(event.sender()),
            Self::Invoke(event, _) => Some(event.sender()),
            Self::Renderer(_) => None,
        }
    }
}

/// Hands the values of a message to `call`, as C gets them.
#[inline]
pub(crate) fn with_values<R>(
    args: ArgsRef<'_>,
    call: impl FnOnce(&[ringmain_value]) -> R,
) -> Result<R, Error> {
    let mut values = SmallVec::<[ringmain_value; 8]>::new();
    if args.len() > values.capacity() {
        has_room(args.len().saturating_mul(size_of::<ringmain_value>()))?;
    }
    values.extend(args.iter().map(ringmain_value::of));
    Ok(call(&values))
}

/// Has `call` call a callback with an event, and says what that made of it.
pub(crate) fn deliver(
    cause: Cause<'_>,
    call: impl FnOnce(&ringmain_event),
) -> Result<(), BoxError> {
    let inner = Inner { cause, failed: RefCell::new(None) };
    let (channel, sender) = (cause.channel(), cause.sender());
    call(&ringmain_event {
        channel: channel.as_ptr().cast(),
        channel_len: channel.len(),
        sender: sender.map_or(ptr::null(), ringmain_web_contents::borrowed),
        sender_id: sender.map_or(0, WebContents::id),
        is_sync: matches!(cause, Cause::Main(event) if event.is_sync()),
        inner: (&raw const inner).cast(),
    });
    inner.failed.take().map_or(Ok(()), |text| Err(text.into()))
}

/// # Safety
/// `event` is NULL or one of [`deliver`]'s, whose callback has not returned.
unsafe fn inner<'a>(event: *const ringmain_event) -> Result<&'a Inner<'a>, Failure> {
    // SAFETY: the caller's promise.
    let event = unsafe { at(event, "event") }?;
    // SAFETY: `deliver` has set it, and waits for the callback.
    unsafe { at(event.inner.cast(), "event") }
}

/// # Safety
/// As [`inner`].
unsafe fn in_main<'a>(event: *const ringmain_event) -> Result<&'a Event<'a>, Failure> {
    // SAFETY: the caller's promise.
    match unsafe { inner(event) }?.cause {
        Cause::Main(event) => Ok(event),
        _ => Err(usage(RINGMAIN_WRONG_ROLE, "not an event of a main's listener")),
    }
}

/// Answers a `sendSync`: Electron's `event.returnValue = value`. The first value wins; later ones, and one
/// for a message that is no `sendSync`, are ignored. Never blocks.
///
/// @param value a builder that was begun for one value; NULL for undefined
/// @returns MALFORMED; TOO_LARGE: another value may be set; BACKPRESSURE if the renderer reads no replies;
///          RENDERER_GONE; WRONG_ROLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_event_return(
    event: *const ringmain_event,
    value: *mut ringmain_builder,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let event = unsafe { in_main(event) }?;
        // SAFETY: as above.
        unsafe { with_value(value, |value| Ok(event.set_return_value(value)?)) }
    })
}

/// Sends a message back to its sender, as `ringmain_web_contents_send` does.
///
/// @returns as there; WRONG_ROLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_event_reply(
    event: *const ringmain_event,
    channel: *const c_char,
    args: *mut ringmain_builder,
) -> ringmain_status {
    // SAFETY: the header asks for pointers that are NULL or valid.
    let sender = unsafe { event.as_ref() }.map_or(ptr::null(), |event| event.sender);
    if sender.is_null() {
        return call(|| {
            // SAFETY: as above.
            unsafe { at(event, "event") }?;
            Err(usage(RINGMAIN_WRONG_ROLE, "an event in a renderer has no sender"))
        });
    }
    // SAFETY: as above; the sender is the event's.
    unsafe { crate::web_contents::ringmain_web_contents_send(sender, channel, args) }
}

/// Keeps the right to answer a `sendSync` after the callback has returned, for any thread.
///
/// @param reply a place for it; `ringmain_reply_value`, `ringmain_reply_error` or `ringmain_reply_free` ends it
/// @returns NOT_FOUND if the message is no `sendSync`, or was answered; WRONG_ROLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_event_keep(
    event: *const ringmain_event,
    reply: *mut *mut ringmain_reply,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let event = unsafe { in_main(event) }?;
        if reply.is_null() {
            return Err(null("reply"));
        }
        let nobody_waits = || usage(RINGMAIN_NOT_FOUND, "nobody waits for an answer");
        let kept = event.keep_return_value().ok_or_else(nobody_waits)?;
        // SAFETY: as above.
        unsafe { put(reply, ringmain_reply::sync(kept), "reply") }
    })
}

/// Says that the listener has failed: what a throw is in Electron. Later listeners of the message are
/// skipped, and the text goes to `ringmain_on_diagnostic` or the log. In a handler, its caller gets the
/// text, unless it was answered.
///
/// @returns INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_event_fail(
    event: *const ringmain_event,
    why: *const c_char,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let (inner, why) = unsafe { (inner(event)?, text(why, "why")?) };
        match inner.cause {
            Cause::Invoke(_, answer) => answer.settle(Err(why.to_owned())),
            _ => *inner.failed.borrow_mut() = Some(why.to_owned()),
        }
        Ok(())
    })
}
