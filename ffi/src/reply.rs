//! Answers that may come later, from any thread.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, call, text};
use crate::builder::{ringmain_builder, with_value};
use crate::status::{Failure, null, ringmain_status};
use engine::{BoxError, Error, ReturnValue, Value};
use parking_lot::Mutex;
use std::ffi::c_char;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// The right to answer one `sendSync` or `invoke`. Whoever has it ends it once, from any thread, with a value,
/// an error, or neither.
#[derive(Debug)]
pub struct ringmain_reply(Kind);

#[derive(Debug)]
enum Kind {
    Sync(ReturnValue),
    Invoke(Open),
}

/// An answer that is not there yet, as main waits for it.
#[derive(Debug, Clone)]
pub(crate) struct Answer(Arc<Mutex<State>>);

#[derive(Debug)]
enum State {
    Open(Option<Waker>),
    Settled(Result<Value, String>),
    Taken,
}

/// An answer that somebody may give; nobody any more, once this is dropped.
#[derive(Debug)]
struct Open(Answer);

impl Answer {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State::Open(None))))
    }

    /// The first one counts.
    pub(crate) fn settle(&self, result: Result<Value, String>) {
        let mut state = self.0.lock();
        let State::Open(waker) = &mut *state else { return };
        let waker = waker.take();
        *state = State::Settled(result);
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Answer {
    type Output = Result<Value, BoxError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.lock();
        if let State::Open(waker) = &mut *state {
            *waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        match std::mem::replace(&mut *state, State::Taken) {
            State::Settled(result) => Poll::Ready(result.map_err(BoxError::from)),
            _ => Poll::Pending,
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.settle(Err(Error::NoReply.to_string()));
    }
}

impl ringmain_reply {
    pub(crate) fn sync(kept: ReturnValue) -> *mut Self {
        Box::into_raw(Box::new(Self(Kind::Sync(kept))))
    }

    pub(crate) fn invoke(answer: Answer) -> *mut Self {
        Box::into_raw(Box::new(Self(Kind::Invoke(Open(answer)))))
    }
}

/// # Safety
/// `reply` is NULL or one of ours, and nobody else's.
unsafe fn take(reply: *mut ringmain_reply) -> Result<Box<ringmain_reply>, Failure> {
    if reply.is_null() {
        return Err(null("reply"));
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { Box::from_raw(reply) })
}

/// Answers with a value. The reply is over if this returns OK, and stays the caller's if not.
///
/// @param value a builder that was begun for one value; NULL for undefined
/// @returns MALFORMED; TOO_LARGE; BACKPRESSURE; RENDERER_GONE; FORKED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_reply_value(
    reply: *mut ringmain_reply,
    value: *mut ringmain_builder,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let kind = &unsafe { border::at(reply, "reply") }?.0;
        // SAFETY: as above.
        unsafe {
            with_value(value, |value| match kind {
                Kind::Sync(kept) => Ok(kept.set(value)?),
                Kind::Invoke(Open(answer)) => {
                    answer.settle(Ok(Value::new(value)?));
                    Ok(())
                }
            })
        }?;
        // SAFETY: as above.
        drop(unsafe { take(reply) }?);
        Ok(())
    })
}

/// Answers with an error: the caller of an `invoke` gets its text, that of a `sendSync` NO_REPLY. The reply is
/// over if this returns OK.
///
/// @returns INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_reply_error(
    reply: *mut ringmain_reply,
    why: *const c_char,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let why = unsafe { text(why, "why") }?;
        // SAFETY: as above.
        if let Kind::Invoke(Open(answer)) = &unsafe { take(reply) }?.0 {
            answer.settle(Err(why.to_owned()));
        }
        Ok(())
    })
}

/// Gives the right to answer back: the caller gets NO_REPLY, or that text. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_reply_free(reply: *mut ringmain_reply) {
    // SAFETY: the header asks for pointers that are NULL or valid.
    border::value(|| drop(unsafe { take(reply) }));
}
