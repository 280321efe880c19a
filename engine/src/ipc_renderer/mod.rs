//! The renderer's side: Electron's `ipcRenderer`.

mod burst;
mod calls;
mod delivery;
mod dispatch;
mod event;
mod held;
mod invoke;
mod listen;
mod options;
mod raw;
mod reconnect;
mod send;

pub use burst::RendererBurst;
pub use event::RendererEvent;
pub use invoke::Invoke;
pub use options::RendererOptions;
pub use raw::RendererClaim;

use crate::emitter::{BoxError, Emitter};
use crate::error::Error;
use crate::fork::Generation;
use crate::rendezvous::endpoint::Endpoint;
use crate::rendezvous::{connect, spawn};
use crate::session::counters::Counters;
use crate::session::inbox::Inbox;
use crate::session::payload::Payload;
use crate::session::poller::Poller;
use crate::session::renderer_end::RendererEnd;
use crate::session::stop::Stop;
use crate::session::turn::Turn;
use crate::trace;
use arc_swap::{ArcSwap, Guard};
use calls::Calls;
use dispatch::Desk;
use parking_lot::Mutex;
use reconnect::Origin;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};

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
    /// [`Error::NotSpawned`] if none did, or its session was taken already; else as [`connect`](Self::connect).
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
        let generation = end.link.generation();
        let pid = end.link.peer().pid;
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
        self.core.end().link.peer().pid
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
        self.core.end().link.close();
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

    /// What an error means that the host is about to be told. Where main did not read, it may be dead, and no
    /// other call would pass either. If the session has ended, it may be this side that ended it; and the
    /// next calls need not say so again.
    #[cold]
    fn explain(&self, error: Error) -> Error {
        let end = self.core.end();
        let error = match error {
            Error::Backpressure { .. } | Error::Deadline if end.link.is_deserted() => {
                end.link.follow();
                Error::MainGone
            }
            Error::MainGone => Error::MainGone,
            other => return other,
        };
        if end.link.is_over() {
            end.link.tell();
        }
        if self.core.closed.load(Ordering::Relaxed) { Error::Disconnected } else { error }
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

impl Drop for Core {
    /// A claim or burst that was forgotten keeps the session's memory, and not the session.
    fn drop(&mut self) {
        self.end().link.close();
    }
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
