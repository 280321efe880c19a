//! Handlers of `invoke`: futures that are polled inside dispatch, and whose results are answers.

use super::delivery::is_end_of;
use super::left_behind::LeftBehind;
use super::{Core, WebContents};
use crate::emitter::{BoxError, guarded};
use crate::error::{Error, NoMemory};
use crate::limits::{PENDING_BYTES, PENDING_INVOKES};
use crate::room;
use crate::session::account::Pending;
use crate::session::poller::Poller;
use crate::trace::{self, Span};
use crate::value::{Args, Value};
use crate::wire::{Answer, Refused};
use crossbeam::queue::SegQueue;
use slab::Slab;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// What a handler is called with, besides the arguments: Electron's `IpcMainInvokeEvent`.
#[derive(Debug, Clone)]
pub struct InvokeEvent {
    sender: WebContents,
    channel: Arc<str>,
}

impl InvokeEvent {
    /// The renderer that invokes.
    #[must_use]
    pub fn sender(&self) -> &WebContents {
        &self.sender
    }

    /// The channel that it invokes.
    #[must_use]
    pub fn channel(&self) -> &str {
        &self.channel
    }
}

/// A handler's future.
pub(super) type Running = Pin<Box<dyn Future<Output = Result<Value, BoxError>> + Send>>;
/// A handler.
pub(super) type Handler = dyn Fn(InvokeEvent, Args) -> Running + Send + Sync;

/// An invoke that has to be answered.
#[derive(Debug)]
struct Invocation {
    event: InvokeEvent,
    call: u32,
    span: Span,
}

/// Handlers that were not done at once.
#[derive(Default)]
pub(super) struct Tasks {
    running: Slab<Task>,
    /// How many have begun so far.
    begun: u64,
    left_behind: LeftBehind,
}

struct Task {
    invocation: Invocation,
    /// How many had begun before it.
    age: u64,
    /// What it counts for.
    pending: Pending,
    future: Running,
    waker: Arc<TaskWaker>,
}

/// The tasks that were woken, and how to make main look at them: from any thread.
#[derive(Debug)]
pub(super) struct Ready {
    woken: SegQueue<usize>,
    poller: Arc<Poller>,
}

#[derive(Debug)]
struct TaskWaker {
    key: usize,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Ready {
    pub(super) fn new(poller: Arc<Poller>) -> Arc<Self> {
        Arc::new(Self { woken: SegQueue::new(), poller })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.woken.is_empty()
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        // Release, also where nothing is pushed: pairs with the swap in `Tasks::poll`, which then
        // polls with what the waker has done before.
        if !self.queued.swap(true, Ordering::Release) {
            self.ready.woken.push(self.key);
            self.ready.poller.wake();
        }
    }
}

impl Tasks {
    /// Calls the channel's handler; it is answered now or when its future is done.
    pub(super) fn invoke(
        &mut self,
        core: &Core,
        sender: &WebContents,
        channel: &Arc<str>,
        call: u32,
        args: Args,
    ) {
        let invocation = Invocation::new(sender, channel, call);
        let room = self.room_for_one().and_then(|()| room_for(sender, args.archive().len()));
        let pending = match room {
            Ok(pending) => pending,
            Err(refused) => return invocation.refuse(core, &refused),
        };
        let own = sender.levels().and_then(|levels| levels.handler(channel));
        let Some(handler) = own.or_else(|| core.ipc.handlers.take_or_get(channel)) else {
            return invocation.answer(core, Answer::NoHandler);
        };
        let event = invocation.event.clone();
        let called = invocation.span.in_scope(|| guarded(|| Ok(handler(event, args))));
        let mut future = match called {
            Ok(future) => future,
            Err(error) => return invocation.finish(core, Err(error)),
        };
        // Most are done at once, and need no waker.
        match invocation.span.in_scope(|| poll(&mut future, Waker::noop())) {
            Poll::Ready(result) => invocation.finish(core, result),
            Poll::Pending => self.keep(core, invocation, future, pending),
        }
    }

    /// Answers an invoke whose arguments there is no memory for.
    #[cold]
    pub(super) fn refuse(
        &self,
        core: &Core,
        sender: &WebContents,
        channel: &Arc<str>,
        call: u32,
        none: NoMemory,
    ) {
        Invocation::new(sender, channel, call).refuse(core, &none.into());
    }

    /// Whether there is memory for a handler more: its future, which is the host's, and what is kept of it.
    fn room_for_one(&self) -> Result<(), Error> {
        room::promise(size_of::<Task>() + size_of::<TaskWaker>())?;
        Ok(room::promise_one_more::<Task>(self.running.len(), self.running.capacity())?)
    }

    fn keep(&mut self, core: &Core, invocation: Invocation, future: Running, pending: Pending) {
        let entry = self.running.vacant_entry();
        let key = entry.key();
        let queued = AtomicBool::new(false);
        let waker = Arc::new(TaskWaker { key, queued, ready: Arc::clone(&core.ready) });
        invocation.event.sender.end().entry.running.add(1);
        invocation.event.sender.end().entry.running_bytes.add(pending.bytes);
        entry.insert(Task { invocation, age: self.begun, pending, future, waker });
        self.begun += 1;
        self.poll(core, key); // again, with a waker that is heard
    }

    /// Polls the handlers that were woken since the last time.
    pub(super) fn poll_woken(&mut self, core: &Core) -> usize {
        // As many as there are now: one that wakes itself waits for the next round.
        let woken = core.ready.woken.len();
        for _ in 0..woken {
            if let Some(key) = core.ready.woken.pop() {
                self.poll(core, key);
            }
        }
        woken
    }

    fn poll(&mut self, core: &Core, key: usize) {
        let Some(task) = self.running.get_mut(key) else { return };
        // Acquire: pairs with `wake`. One that found `true` here is seen by this poll.
        task.waker.queued.swap(false, Ordering::Acquire);
        let waker = Waker::from(Arc::clone(&task.waker));
        let Task { future, invocation, .. } = task;
        if let Poll::Ready(result) = invocation.span.in_scope(|| poll(future, &waker)) {
            let task = self.remove(key);
            task.invocation.finish(core, result);
        }
    }

    fn remove(&mut self, key: usize) -> Task {
        let task = self.running.remove(key);
        let entry = &task.invocation.event.sender.end().entry;
        entry.running.sub(1);
        entry.running_bytes.sub(task.pending.bytes);
        self.left_behind.remove(task.age);
        task
    }

    /// A renderer is gone. Its handlers run on, as long as there are not too many of such.
    pub(super) fn leave_behind(&mut self, core: &Core, page: &WebContents) {
        if page.end().entry.running.get() == 0 {
            return;
        }
        for (key, task) in &self.running {
            if task.invocation.event.sender == *page {
                self.left_behind.add(task.age, key, task.pending.bytes);
            }
        }
        let mut number = 0;
        while let Some(key) = self.left_behind.one_too_many() {
            discard(self.remove(key).future);
            number += 1;
        }
        report_dropped(core, number);
    }

    /// A renderer has sent more than there is memory for, and its session ends: its handlers are dropped where
    /// they are, as what they hold is a part of that.
    #[cold]
    pub(super) fn drop_those_of(&mut self, core: &Core, page: &WebContents) {
        let mut number = 0;
        for key in 0..self.running.capacity() {
            let task = self.running.get(key);
            if task.is_some_and(|task| task.invocation.event.sender == *page) {
                discard(self.remove(key).future);
                number += 1;
            }
        }
        report_dropped(core, number);
    }

    /// Makes room for what somebody sends: lets go of what is only kept warm, and of the handlers whose
    /// renderers are gone.
    #[cold]
    pub(super) fn make_room(&mut self, core: &Core) {
        core.pool.empty();
        let mut number = 0;
        while let Some(key) = self.left_behind.oldest() {
            discard(self.remove(key).future);
            number += 1;
        }
        report_dropped(core, number);
    }

    /// Main is closed.
    pub(super) fn drop_all(&mut self) {
        for key in 0..self.running.capacity() {
            if self.running.contains(key) {
                discard(self.remove(key).future);
            }
        }
    }
}

fn report_dropped(core: &Core, number: usize) {
    if number > 0 {
        core.report(&super::Diagnostic::HandlersDropped { number });
    }
}

/// Drops a future. One that panics in its drop has nobody left to tell.
fn discard(future: Running) {
    let _ = guarded(|| {
        drop(future);
        Ok(())
    });
}

/// Whether another handler of this renderer, with arguments of so many bytes, may take its time.
fn room_for(sender: &WebContents, bytes: usize) -> Result<Pending, Error> {
    let (running, held) =
        (sender.end().entry.running.get(), sender.end().entry.running_bytes.get());
    if running >= PENDING_INVOKES {
        // A renderer of ours says so itself, unless it has dropped the futures.
        return Err(Error::TooManyPending { limit: PENDING_INVOKES });
    }
    if held > 0 && held + bytes > PENDING_BYTES {
        return Err(Error::Backpressure { queued: held + bytes, limit: PENDING_BYTES });
    }
    sender.end().account.begin_invoke(bytes)
}

fn poll(future: &mut Running, waker: &Waker) -> Poll<Result<Value, BoxError>> {
    let mut context = Context::from_waker(waker);
    match guarded(|| Ok(future.as_mut().poll(&mut context))) {
        Ok(polled) => polled,
        Err(error) => Poll::Ready(Err(error)),
    }
}

impl Invocation {
    fn new(sender: &WebContents, channel: &Arc<str>, call: u32) -> Self {
        let event = InvokeEvent { sender: sender.clone(), channel: Arc::clone(channel) };
        let span = trace::span!(DEBUG, "handler", channel = &**channel, renderer = sender.id());
        Self { event, call, span }
    }

    fn finish(self, core: &Core, result: Result<Value, BoxError>) {
        match result {
            Ok(value) => self.answer(core, Answer::Value(value.archive())),
            Err(error) => {
                let (id, channel) = (self.event.sender().id(), self.event.channel());
                // One that has nobody to answer any more has not failed.
                if !is_end_of(self.event.sender(), &error) {
                    core.report(&super::Diagnostic::HandlerFailed { id, channel, error: &error });
                }
                let text = guarded(|| Ok(error.to_string()));
                self.answer(core, Answer::Failed(&text.unwrap_or_else(|panic| panic.to_string())));
            }
        }
    }

    /// Answers with why no handler is called.
    #[cold]
    fn refuse(&self, core: &Core, error: &Error) {
        match Refused::of(error) {
            Some(refused) => self.answer(core, Answer::Refused(&refused)),
            None => self.answer(core, Answer::Failed(&error.to_string())),
        }
    }

    fn answer(&self, core: &Core, answer: Answer<'_>) {
        match self.event.sender.end().answer_invoke(answer, self.call) {
            // As in Electron: the handler has run, its reply has nobody to go to.
            Ok(()) | Err(Error::RendererGone { .. }) => {}
            Err(error) => {
                let (id, channel) = (self.event.sender().id(), self.event.channel());
                core.report(&super::Diagnostic::AnswerFailed { id, channel, error: &error });
            }
        }
    }
}

impl std::fmt::Debug for Tasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tasks").field("running", &self.running.len()).finish()
    }
}
