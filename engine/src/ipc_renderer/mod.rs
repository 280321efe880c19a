//! The renderer's side: Electron's `ipcRenderer`.

mod burst;
mod calls;
mod delivery;
mod dispatch;
mod event;
mod held;
mod invoke;
mod options;
mod raw;
mod reconnect;

pub use burst::RendererBurst;
pub use event::RendererEvent;
pub use invoke::Invoke;
pub use options::RendererOptions;
pub use raw::RendererClaim;

use crate::emitter::{BoxError, Emitter, ListenerId, Outcome};
use crate::error::Error;
use crate::fork::Generation;
use crate::rendezvous::endpoint::Endpoint;
use crate::rendezvous::{connect, spawn};
use crate::session::counters::Counters;
use crate::session::inbox::Inbox;
use crate::session::outbound::Message;
use crate::session::payload::Payload;
use crate::session::poller::Poller;
use crate::session::renderer_end::RendererEnd;
use crate::session::renderer_sends::WhenFull;
use crate::session::stop::Stop;
use crate::session::turn::Turn;
use crate::trace;
use crate::typed::{Channel, Schema};
use crate::value::{ArgsRef, Arguments, Value};
use crate::wire::Kind;
use arc_swap::{ArcSwap, Guard};
use calls::{Call, Calls};
use dispatch::Desk;
use held::Held;
use parking_lot::Mutex;
use reconnect::Origin;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};
use std::time::Instant;

/// A renderer attached to its main. Cheap to clone, usable from any thread; the session ends with
/// the last clone, or with [`close`](Self::close).
///
/// Listeners run only inside [`run`](Self::run), [`dispatch`](Self::dispatch) and
/// [`Invoke::wait`], one at a time, and never inside [`send_sync`](Self::send_sync).
///
/// A handle that a forked child inherited answers [`Error::Forked`]; dropping it there closes
/// descriptors and nothing else.
#[derive(Clone)]
pub struct IpcRenderer {
    core: Arc<Core>,
}

type Listener = dyn Fn(&RendererEvent<'_>, Payload<'_>) -> Result<(), BoxError> + Send + Sync;
type OnUncaught = dyn Fn(&str, &BoxError) + Send + Sync;

struct Core {
    /// The session that this handle points to. A load costs some nanoseconds and no shared line is
    /// written by it, so threads do not slow each other down.
    session: ArcSwap<RendererEnd>,
    origin: Origin,
    options: RendererOptions,
    reconnecting: Mutex<()>,
    next_invoke: AtomicU32,
    generation: Generation,
    poller: Poller,
    emitter: Emitter<Listener>,
    calls: Calls,
    desk: Turn<Desk>,
    on_uncaught: Mutex<Option<Arc<OnUncaught>>>,
    /// The host has the descriptor, and may poll it.
    polled: AtomicBool,
    stop: Stop,
    closed: AtomicBool,
}

impl IpcRenderer {
    /// Attaches to the main that spawned this process. Works once per process.
    ///
    /// # Errors
    /// [`Error::NotSpawned`] if none did; else as [`connect`](Self::connect).
    pub fn from_env() -> Result<Self, Error> {
        RendererOptions::new().from_env()
    }

    /// Attaches to the main that is bound to `endpoint`. Fails at once if there is none;
    /// [`RendererOptions::wait_until`] waits for one.
    ///
    /// # Errors
    /// [`Error::NoMain`], [`Error::EndpointName`], [`Error::PermissionDenied`],
    /// [`Error::VersionMismatch`], [`Error::LayoutMismatch`], [`Error::SegmentsRefused`],
    /// [`Error::MainGone`],
    /// [`Error::Exhausted`], [`Error::Deadline`] if main takes longer to answer than
    /// [`HANDSHAKE_TIMEOUT`](crate::limits::HANDSHAKE_TIMEOUT) allows, [`Error::System`].
    pub fn connect(endpoint: &str) -> Result<Self, Error> {
        RendererOptions::new().connect(endpoint)
    }

    fn attach(
        (end, inbox): (RendererEnd, Inbox),
        options: &RendererOptions,
        origin: Origin,
    ) -> Result<Self, Error> {
        let stream = end.link.stream();
        let generation = stream.generation();
        let pid = stream.credentials().pid;
        trace::event!(INFO, "attached to main", renderer = end.link.id(), pid = pid);
        let poller = Poller::new()?;
        dispatch::watch(&poller, &end)?;
        let core = Core {
            session: ArcSwap::from_pointee(end),
            origin,
            options: options.clone(),
            reconnecting: Mutex::new(()),
            next_invoke: AtomicU32::new(0),
            generation,
            poller,
            emitter: Emitter::default(),
            calls: Calls::default(),
            desk: Turn::new(Desk::new(inbox)),
            on_uncaught: Mutex::new(None),
            polled: AtomicBool::new(false),
            stop: Stop::default(),
            closed: AtomicBool::new(false),
        };
        Ok(Self { core: Arc::new(core) })
    }

    /// The id of this renderer's `WebContents` in main.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.core.end().link.id()
    }

    /// The process id of main.
    #[must_use]
    pub fn main_process_id(&self) -> u32 {
        self.core.end().link.stream().credentials().pid
    }

    /// Adds a listener behind those that the channel has. It is called with the message's arguments,
    /// read where main wrote them; to keep some, [`ArgsRef::to_owned`].
    ///
    /// A listener that fails (`Err` or a panic) ends the delivery of that message, as a throw does in
    /// Electron; see [`on_uncaught`](Self::on_uncaught).
    pub fn on<R: Outcome>(
        &self,
        channel: &str,
        listener: impl Fn(&RendererEvent<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.core.emitter.on(channel, dynamic(listener))
    }

    /// Adds a listener of a typed channel. It is called with the message's archive, checked, where main
    /// wrote it.
    ///
    /// A message of another schema on a channel of this name fails this listener with
    /// [`Error::TypeMismatch`], see [`on_uncaught`](Self::on_uncaught).
    pub fn on_typed<T: Schema + 'static, R: Outcome>(
        &self,
        channel: &'static Channel<T>,
        listener: impl Fn(&RendererEvent<'_>, &T::Archived) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        let listener: Arc<Listener> =
            Arc::new(move |event, payload| listener(event, payload.typed(channel)?).outcome());
        self.core.emitter.on(channel.name(), listener)
    }

    /// Adds a listener that is removed before its first call.
    pub fn once<R: Outcome>(
        &self,
        channel: &str,
        listener: impl Fn(&RendererEvent<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.core.emitter.once(channel, dynamic(listener))
    }

    /// Removes a listener. `false` if the channel does not have it.
    #[expect(clippy::must_use_candidate, reason = "most callers only want it gone")]
    pub fn remove_listener(&self, channel: &str, id: ListenerId) -> bool {
        self.core.emitter.remove_listener(channel, id)
    }

    /// Removes all listeners of a channel, or of all channels.
    pub fn remove_all_listeners(&self, channel: Option<&str>) {
        self.core.emitter.remove_all_listeners(channel);
    }

    /// How many listeners a channel has.
    #[must_use]
    pub fn listener_count(&self, channel: &str) -> usize {
        self.core.emitter.listener_count(channel)
    }

    /// Sets what learns of listeners that failed, with the channel and the error. Without it such
    /// failures are dropped: the library writes nothing to stdout or stderr.
    pub fn on_uncaught(&self, hook: impl Fn(&str, &BoxError) + Send + Sync + 'static) {
        self.set_on_uncaught(Some(Arc::new(hook)));
    }

    /// The hook before is dropped outside the lock: its drop may come back.
    fn set_on_uncaught(&self, hook: Option<Arc<OnUncaught>>) {
        let before = std::mem::replace(&mut *self.core.on_uncaught.lock(), hook);
        drop(before);
    }

    /// Sends a message. The arguments are in shared memory when this returns; it does not wait for
    /// main to read them, but for space if the ring is full. On a channel that nobody in main listens to
    /// it is dropped in silence, as in Electron.
    ///
    /// # Errors
    /// [`Error::MainGone`], [`Error::Disconnected`], [`Error::Forked`], [`Error::ChannelName`],
    /// [`Error::TooLarge`]; [`Error::ClaimHeld`] while this thread holds a claim or burst of this session.
    pub fn send(&self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.send_when(channel, args, WhenFull::Wait)
    }

    /// The same without waiting for main, and no longer than 50 µs for another thread that sends.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Error::Backpressure`] if the ring has no room for the message now
    /// or another thread waits for it: once main has read, the same call may pass. A message that even
    /// the empty ring cannot hold at once never would, and is answered [`Error::TooLarge`] with the
    /// limit: about three quarters of a ring of up to 512 KiB, seven eighths of one of 1 MiB
    /// ([`WhenFull::Fail`]). [`send`](Self::send) sends it.
    pub fn try_send(&self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.send_when(channel, args, WhenFull::Fail)
    }

    /// The same, waiting no longer than until `deadline`.
    ///
    /// # Errors
    /// As [`send`](Self::send), and [`Error::Deadline`]: the message was not sent.
    pub fn send_deadline(
        &self,
        channel: &str,
        args: impl Arguments,
        deadline: Instant,
    ) -> Result<(), Error> {
        self.send_when(channel, args, WhenFull::Until(deadline))
    }

    fn send_when(
        &self,
        channel: &str,
        args: impl Arguments,
        when_full: WhenFull,
    ) -> Result<(), Error> {
        self.check()?;
        let message = Message::dynamic(Kind::Message, channel, 0, args.archive());
        let sent = self.core.end().send(&message, when_full);
        sent.map_err(|error| self.explain(error))
    }

    /// Sends a message of a typed channel: it is serialised straight into the ring.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`Error::NotCloneable`] if the type's own code refuses.
    #[inline]
    pub fn send_typed<T: Schema>(&self, channel: &Channel<T>, value: &T) -> Result<(), Error> {
        let mut burst = self.burst(WhenFull::Wait)?;
        burst.send_typed(channel, value)?;
        burst.end()
    }

    /// Reserves `len` bytes of a message to be written in place. Main's listeners get one bytes value.
    /// Waits for space if the ring is full; what the ring cannot hold at once is written in a buffer.
    ///
    /// # Errors
    /// As [`send`](Self::send), [`Error::ClaimHeld`] among them.
    pub fn claim<'r>(&'r self, channel: &'r str, len: usize) -> Result<RendererClaim<'r>, Error> {
        RendererClaim::new(self.burst(WhenFull::Wait)?, channel, len)
    }

    /// Begins a burst: messages that leave together, at less cost each. Other threads that send wait
    /// until it ends.
    ///
    /// # Errors
    /// [`Error::ClaimHeld`], [`Error::Disconnected`], [`Error::Forked`]; [`Error::Backpressure`] and
    /// [`Error::Deadline`] if another thread sends meanwhile and `when_full` says so.
    #[inline]
    pub fn burst(&self, when_full: WhenFull) -> Result<RendererBurst<'_>, Error> {
        self.check()?;
        let held = Held::new(self.core.end(), when_full).map_err(|error| self.explain(error))?;
        Ok(RendererBurst::new(self, held, when_full))
    }

    /// Sends a message and blocks this thread until a listener in main sets `event.returnValue`.
    /// Messages that main sends meanwhile are delivered by the next dispatch, after this returned.
    /// Several threads may call at once; each gets its own answer.
    ///
    /// # Errors
    /// [`Error::NoReply`] if nobody answered and nobody can any more; [`Error::MainGone`]; else as
    /// [`send`](Self::send), [`Error::ClaimHeld`] among them.
    pub fn send_sync(&self, channel: &str, args: impl Arguments) -> Result<Value, Error> {
        self.send_sync_when(channel, args, WhenFull::Wait, None)
    }

    /// The same until a deadline. An answer that comes later is counted and dropped.
    ///
    /// # Errors
    /// As [`send_sync`](Self::send_sync), and [`Error::Deadline`].
    pub fn send_sync_deadline(
        &self,
        channel: &str,
        args: impl Arguments,
        deadline: Instant,
    ) -> Result<Value, Error> {
        self.send_sync_when(channel, args, WhenFull::Until(deadline), Some(deadline))
    }

    fn send_sync_when(
        &self,
        channel: &str,
        args: impl Arguments,
        when_full: WhenFull,
        deadline: Option<Instant>,
    ) -> Result<Value, Error> {
        self.check()?;
        let _call = trace::entered!(DEBUG, "send_sync", channel = channel);
        let end = self.core.end();
        end.send_call(channel, args.archive(), when_full)
            .and_then(|call| end.wait_for_answer(call, channel, deadline))
            .map_err(|error| self.explain(error))
    }

    /// Sends a request to the channel's handler in main. Errors come through what is returned, as a
    /// rejection does in Electron.
    pub fn invoke(&self, channel: &str, args: impl Arguments) -> Invoke {
        let span = trace::span!(DEBUG, "invoke", channel = channel);
        let begun = span.in_scope(|| self.begin(channel, args));
        let call = begun.unwrap_or_else(|error| Call::failed(channel, error));
        Invoke::new(self.clone(), call, span)
    }

    fn begin(&self, channel: &str, args: impl Arguments) -> Result<Arc<Call>, Error> {
        self.check()?;
        // Ids of earlier sessions do not come again: see `reconnect`.
        let id = self.core.next_invoke.fetch_add(1, Ordering::Relaxed);
        let end = self.core.end();
        // Before it is sent: another thread may dispatch the answer at once.
        let call = self.core.calls.begin(id, channel)?;
        let message = Message::dynamic(Kind::Invoke, channel, id, args.archive());
        let sent = end.send_invoke(&message);
        let is_current = Arc::ptr_eq(&end, &self.core.end());
        let sent = if is_current { sent } else { Err(Error::MainGone) };
        if let Err(error) = sent {
            self.core.calls.forget(&call);
            return Err(self.explain(error));
        }
        Ok(call)
    }

    fn forget(&self, call: &Call) {
        // A forked child may have inherited the table locked.
        if self.core.generation.is_this_process() {
            self.core.calls.forget(call);
        }
    }

    /// What this side of the session has done so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.core.end().link.tally.of_renderer()
    }

    /// Ends the session and removes all listeners. Main sees the renderer go; calls that wait end with
    /// an error, later ones answer [`Error::Disconnected`]. Nothing needs to be flushed: what `send` has
    /// sent lies in shared memory, and main still delivers it.
    pub fn close(&self) {
        self.core.closed.store(true, Ordering::Relaxed);
        // Pairs with the one in `reconnect`.
        fence(Ordering::SeqCst);
        self.core.end().link.end();
        self.core.calls.fail_all(&Error::Disconnected);
        self.core.emitter.remove_all_listeners(None);
        self.set_on_uncaught(None);
        self.let_go();
        self.core.desk.notify();
        self.core.poller.wake();
    }

    /// Ends [`run`](Self::run), from any thread; the next one if none runs now.
    pub fn stop(&self) {
        self.core.stop.once();
        // A listener's own thread is awake, and looks before it sleeps.
        if !self.core.desk.is_mine() {
            self.core.poller.wake();
        }
    }

    /// Whether [`stop`](Self::stop) was called; it counts once.
    #[cfg(feature = "tokio")]
    pub(crate) fn take_stop(&self) -> bool {
        self.core.stop.take()
    }

    /// What a session that ended means: it may be this side that ended it.
    #[cold]
    fn explain(&self, error: Error) -> Error {
        let closed = self.core.closed.load(Ordering::Relaxed);
        if closed && error == Error::MainGone { Error::Disconnected } else { error }
    }

    /// Whether this handle can be used, in this process and still.
    fn check(&self) -> Result<(), Error> {
        self.core.generation.check()?;
        if self.core.closed.load(Ordering::Relaxed) {
            return Err(Error::Disconnected);
        }
        Ok(())
    }
}

impl Core {
    /// The session that the handle points to now.
    #[inline]
    fn end(&self) -> Guard<Arc<RendererEnd>> {
        self.session.load()
    }
}

/// A listener of dynamic arguments, in the form that is kept.
fn dynamic<R: Outcome>(
    listener: impl Fn(&RendererEvent<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
) -> Arc<Listener> {
    Arc::new(move |event, payload| payload.as_args(|args| listener(event, args)).outcome())
}

impl AsFd for IpcRenderer {
    /// Readable when [`dispatch`](IpcRenderer::dispatch) has something to do.
    fn as_fd(&self) -> BorrowedFd<'_> {
        if self.core.generation.is_this_process() && !self.core.polled.swap(true, Ordering::Relaxed)
        {
            self.announce();
        }
        self.core.poller.as_fd()
    }
}

impl fmt::Debug for IpcRenderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpcRenderer").field("id", &self.id()).finish_non_exhaustive()
    }
}
