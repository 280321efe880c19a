//! Invokes that wait for their answers.

use crate::error::{Error, Fault};
use crate::limits::PENDING_INVOKES;
use crate::value::Value;
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::sync::Arc;
use std::task::{Poll, Waker};

/// All pending invokes of one renderer, by call id.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pending: Mutex<HashMap<u32, Arc<Call>>>,
}

/// One invoke.
#[derive(Debug)]
pub(super) struct Call {
    id: u32,
    channel: Box<str>,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Pending(Option<Waker>),
    Done(Result<Value, Error>),
    Taken,
}

impl Calls {
    /// Takes note of a call before it is sent.
    ///
    /// # Errors
    /// [`Error::TooManyPending`].
    pub(super) fn begin(&self, id: u32, channel: &str) -> Result<Arc<Call>, Error> {
        let mut pending = self.pending.lock();
        if pending.len() >= PENDING_INVOKES {
            return Err(Error::TooManyPending { limit: PENDING_INVOKES });
        }
        let state = Mutex::new(State::Pending(None));
        let call = Arc::new(Call { id, channel: channel.into(), state });
        pending.insert(id, Arc::clone(&call));
        Ok(call)
    }

    /// Hands what `answer` makes of the call's channel to the call it is for. Returns whether anybody still waited.
    ///
    /// # Errors
    /// [`Corrupt`](crate::Corrupt) if it is no answer.
    pub(super) fn complete(
        &self,
        id: u32,
        answer: impl FnOnce(&str) -> Result<Result<Value, Error>, Fault>,
    ) -> Result<bool, Fault> {
        let Some(call) = self.pending.lock().remove(&id) else { return Ok(false) };
        call.finish(answer(&call.channel)?);
        Ok(true)
    }

    /// Nobody waits for this call any more.
    pub(super) fn forget(&self, call: &Call) {
        let mut pending = self.pending.lock();
        if pending.get(&call.id).is_some_and(|known| std::ptr::eq(&**known, call)) {
            pending.remove(&call.id);
        }
    }

    /// Ends every call with the same error.
    pub(super) fn fail_all(&self, error: &Error) {
        let failed: Vec<_> = self.pending.lock().drain().map(|(_, call)| call).collect();
        for call in failed {
            call.finish(Err(error.clone()));
        }
    }
}

impl Call {
    /// A call that failed before it was sent.
    pub(super) fn failed(channel: &str, error: Error) -> Arc<Self> {
        let state = Mutex::new(State::Done(Err(error)));
        Arc::new(Self { id: 0, channel: channel.into(), state })
    }

    pub(super) fn finish(&self, result: Result<Value, Error>) {
        let before = std::mem::replace(&mut *self.state.lock(), State::Done(result));
        if let State::Pending(Some(waker)) = before {
            waker.wake();
        }
    }

    /// Whether the answer is there.
    pub(super) fn is_done(&self) -> bool {
        !matches!(*self.state.lock(), State::Pending(_))
    }

    /// The answer, which is given out once.
    pub(super) fn take(&self) -> Option<Result<Value, Error>> {
        let mut state = self.state.lock();
        match std::mem::replace(&mut *state, State::Taken) {
            State::Done(result) => Some(result),
            before => {
                *state = before;
                None
            }
        }
    }

    /// The answer, or a note of whom to wake for it.
    pub(super) fn poll(&self, waker: &Waker) -> Poll<Result<Value, Error>> {
        if let Some(result) = self.take() {
            return Poll::Ready(result);
        }
        if let State::Pending(known) = &mut *self.state.lock() {
            if !known.as_ref().is_some_and(|known| known.will_wake(waker)) {
                *known = Some(waker.clone());
            }
            return Poll::Pending;
        }
        // Done between the two looks; or polled again after it was ready, which never ends.
        self.take().map_or(Poll::Pending, Poll::Ready)
    }
}
