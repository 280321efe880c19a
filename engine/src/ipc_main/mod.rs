//! Main's side: Electron's `ipcMain` and `WebContents`.

mod attach;
mod burst;
mod delivery;
mod diagnostic;
mod dispatch;
mod door;
mod event;
mod gathering;
mod gone;
mod handler;
mod ipc;
mod left_behind;
mod levels;
mod listen;
mod memory;
mod monitors;
mod options;
mod orphans;
mod raw;
mod schedule;
mod slot;
mod state;
mod timer;
mod turn;
mod watched;
mod web_contents;
mod web_frame;

pub use burst::WebContentsBurst;
pub use diagnostic::Diagnostic;
pub use event::{Event, ReturnValue};
pub use gone::{GoneDetails, GoneReason};
pub use handler::InvokeEvent;
pub use ipc::Ipc;
pub use options::{MainOptions, Trust};
pub use raw::WebContentsClaim;
pub use web_contents::WebContents;
pub use web_frame::WebFrame;

use crate::board::{Board, Watch};
use crate::emitter::{BoxError, guarded};
use crate::error::Error;
use crate::fork::Generation;
use crate::limits::LOOK_EVERY;
use crate::rendezvous::listener::Listener as Doorway;
use crate::rendezvous::spawn;
use crate::session::account::Accounts;
use crate::session::offer::Invitation;
use crate::session::payload::Payload;
use crate::session::poller::Poller;
use crate::session::pool::Pool;
use crate::session::stop::Stop;
use crate::session::turn::Turn;
use crate::sync::AtomicU32;
use crate::trace;
use crate::wait::Spin;
use attach::Source;
use crossbeam::queue::SegQueue;
use handler::Ready;
use hashbrown::HashMap;
use parking_lot::Mutex;
use slot::Slot;
use state::State;
use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use timer::Timer;

/// The main process's end: listeners, handlers, and the renderers. Cheap to clone, usable from any
/// thread; sessions end with the last clone, or with [`close`](Self::close).
///
/// Listeners and handlers run only inside [`run`](Self::run) and [`dispatch`](Self::dispatch), one
/// at a time. A listener that captures a clone of its own `IpcMain` keeps it alive until the listener
/// is removed or `close` is called.
///
/// A handle that a forked child inherited answers [`Error::Forked`]; dropping it there closes
/// descriptors and nothing else.
#[derive(Clone)]
pub struct IpcMain {
    core: Arc<Core>,
}

type Listener = dyn Fn(&Event<'_>, Payload<'_>) -> Result<(), BoxError> + Send + Sync;
type Hook<F> = Mutex<Option<Arc<F>>>;
type OnDiagnostic = dyn Fn(&Diagnostic<'_>) + Send + Sync;
type OnAttached = dyn Fn(&WebContents) + Send + Sync;
type OnGone = dyn Fn(&WebContents, &GoneDetails) + Send + Sync;

struct Core {
    options: MainOptions,
    generation: Generation,
    poller: Arc<Poller>,
    board: Arc<Board>,
    timer: Timer,
    spin: Spin,
    /// What [`IpcMain`] offers of its own.
    ipc: Ipc,
    ready: Arc<Ready>,
    pool: Arc<Pool>,
    accounts: Accounts,
    pages: Mutex<HashMap<u32, WebContents>>,
    next_id: AtomicU32,
    /// Spawned by any thread, adopted by the one that dispatches.
    newcomers: SegQueue<Box<(Slot, Invitation)>>,
    state: Turn<State>,
    on_diagnostic: Hook<OnDiagnostic>,
    on_attached: Hook<OnAttached>,
    on_gone: Hook<OnGone>,
    stop: Stop,
    /// [`IpcMain::close`] was called: nobody attaches any more, and the name is to be given up.
    closed: AtomicBool,
}

impl IpcMain {
    /// A main without a name: its renderers are those that it [spawns](Self::spawn).
    ///
    /// # Errors
    /// As [`MainOptions::build`].
    pub fn new() -> Result<Self, Error> {
        MainOptions::new().build()
    }

    /// A main that renderers find by name.
    ///
    /// # Errors
    /// As [`MainOptions::bind`].
    pub fn bind(endpoint: &str) -> Result<Self, Error> {
        MainOptions::new().bind(endpoint)
    }

    fn with(options: &MainOptions, endpoint: Option<Doorway>) -> Result<Self, Error> {
        let poller = Arc::new(Poller::new()?);
        let timer = Timer::new()?;
        let name = endpoint.as_ref().map(Doorway::name);
        let board = Arc::new(Board::new(name, options.monitored_sessions)?);
        poller.add(&timer, Source::Timer.token())?;
        if let Some(endpoint) = &endpoint {
            poller.add(endpoint, Source::Listener.token())?;
        }
        let core = Core {
            options: options.clone(),
            generation: Generation::current()?,
            timer,
            spin: Spin::new(options.wait_policy, LOOK_EVERY),
            ipc: Ipc::new(),
            ready: Ready::new(Arc::clone(&poller)),
            poller,
            pool: Arc::new(Pool::new()),
            accounts: Accounts::new(options.bounds.process_caps, options.bounds.caps),
            pages: Mutex::new(HashMap::new()),
            next_id: AtomicU32::new(1),
            newcomers: SegQueue::new(),
            state: Turn::new(State::new(
                endpoint,
                options.gather_limit,
                Watch::new(Arc::clone(&board)),
            )),
            board,
            on_diagnostic: Mutex::new(None),
            on_attached: Mutex::new(None),
            on_gone: Mutex::new(None),
            stop: Stop::default(),
            closed: AtomicBool::new(false),
        };
        Ok(Self { core: Arc::new(core) })
    }

    /// Starts a program as a renderer, which attaches with
    /// [`IpcRenderer::from_env`](crate::IpcRenderer::from_env). Messages may be sent to it at once.
    /// The child is waited for when it exits; it is not killed when main ends.
    ///
    /// Until it has attached, for which main has to [dispatch](Self::dispatch), a child takes four of main's
    /// descriptors, and two from then on. Who starts many and gets [`Error::Exhausted`] dispatches, then
    /// tries again.
    ///
    /// # Errors
    /// [`Error::Disconnected`] after [`close`](Self::close), and nothing is started;
    /// [`Error::System`] with what starting the program answered, [`Error::Exhausted`],
    /// [`Error::Forked`]; [`Error::PermissionDenied`] if main may not make
    /// [named segments](crate::Segments::Named).
    pub fn spawn(&self, mut command: Command) -> Result<WebContents, Error> {
        self.core.generation.check()?;
        if self.core.closed.load(Ordering::Relaxed) {
            return Err(Error::Disconnected);
        }
        let (stream, mut child) = spawn::spawn(&mut command)?;
        let account = self.core.accounts.of(stream.process());
        let prepared = self.core.prepare(stream, &account).inspect_err(|_| {
            // Both fail only for a child that is gone already.
            let _ = child.kill();
            let _ = child.wait();
        })?;
        let (slot, invitation) = Slot::new(prepared, Some(child));
        let page = slot.page.clone();
        self.core.register(&page);
        self.core.newcomers.push(Box::new((slot, invitation)));
        self.core.poller.wake();
        Ok(page)
    }

    /// Sets what learns of failures that no caller can be told of: what Electron prints to main's
    /// console. Without it they are dropped; the library writes nothing to stdout or stderr.
    pub fn on_diagnostic(&self, hook: impl Fn(&Diagnostic<'_>) + Send + Sync + 'static) {
        set_hook(&self.core.on_diagnostic, Some(Arc::new(hook)));
    }

    /// Sets what is called when a renderer has attached, before its first message.
    pub fn on_attached(&self, hook: impl Fn(&WebContents) + Send + Sync + 'static) {
        set_hook(&self.core.on_attached, Some(Arc::new(hook)));
    }

    /// Sets what is called when a renderer is gone, after its last message: Electron's
    /// `render-process-gone`.
    pub fn on_render_process_gone(
        &self,
        hook: impl Fn(&WebContents, &GoneDetails) + Send + Sync + 'static,
    ) {
        set_hook(&self.core.on_gone, Some(Arc::new(hook)));
    }

    /// The renderer with this id, while it is not gone.
    #[must_use]
    pub fn web_contents(&self, id: u32) -> Option<WebContents> {
        self.core.pages.lock().get(&id).cloned()
    }

    /// All renderers that are not gone, by id.
    #[must_use]
    pub fn all_web_contents(&self) -> Vec<WebContents> {
        let mut all: Vec<_> = self.core.pages.lock().values().cloned().collect();
        all.sort_unstable_by_key(WebContents::id);
        all
    }

    /// Ends [`run`](Self::run), from any thread; the next one if none runs now.
    pub fn stop(&self) {
        self.core.stop.once();
        self.core.look_soon();
    }

    /// Whether [`stop`](Self::stop) was called; it counts once.
    #[cfg(feature = "tokio")]
    pub(crate) fn take_stop(&self) -> bool {
        self.core.stop.take()
    }

    /// Ends all sessions and every [`run`](Self::run), gives the endpoint's name up, and removes all
    /// listeners, handlers and hooks, so that nothing of these keeps this main alive. Renderers that come
    /// later find it gone, and [`spawn`](Self::spawn) starts none. What waits in main for a renderer to read
    /// is lost; [`close_until`](Self::close_until) waits for that. Where another thread dispatches or a
    /// listener calls this, the name is free once that dispatch is over.
    pub fn close(&self) {
        self.core.closed.store(true, Ordering::Relaxed);
        self.core.stop.for_good();
        for page in self.all_web_contents() {
            page.close();
            page.let_go();
        }
        self.core.ipc.clear();
        set_hook(&self.core.on_diagnostic, None);
        set_hook(&self.core.on_attached, None);
        set_hook(&self.core.on_gone, None);
        // Sessions may still hold what was removed. Whoever dispatches just now sees to that itself.
        if let Ok(Some(mut state)) = self.core.state.try_take() {
            state.refresh(&self.core);
        }
        self.core.look_soon();
    }
}

/// Sets a hook. The one before is dropped outside the lock: its drop may come back.
fn set_hook<F: ?Sized>(hook: &Hook<F>, new: Option<Arc<F>>) {
    let before = std::mem::replace(&mut *hook.lock(), new);
    drop(before);
}

impl Core {
    /// Has whoever dispatches look whether to stop. A listener's own thread is awake, and looks before
    /// it sleeps.
    fn look_soon(&self) {
        if !self.state.is_mine() {
            self.poller.wake();
        }
    }

    fn next_id(&self) -> u32 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    #[cold]
    fn report(&self, diagnostic: &Diagnostic<'_>) {
        if matches!(diagnostic, Diagnostic::Refused { .. }) {
            self.board.words().sums.refused.add(1);
        }
        trace::event!(WARN, "diagnostic", text = trace::text(diagnostic));
        self.run_hook(&self.on_diagnostic, |hook| hook(diagnostic));
    }

    /// Calls a hook, if it is set. One that panics has nobody left to tell.
    fn run_hook<F: ?Sized>(&self, hook: &Hook<F>, call: impl FnOnce(&F)) {
        let hook = hook.lock().clone();
        if let Some(hook) = hook {
            let _ = guarded(|| {
                call(&hook);
                Ok(())
            });
        }
    }
}

impl Drop for Core {
    /// Handles of single renderers may outlive main; their sessions do not.
    fn drop(&mut self) {
        for page in self.pages.get_mut().values() {
            page.close();
        }
    }
}

impl AsFd for IpcMain {
    /// Readable when [`dispatch`](IpcMain::dispatch) has something to do.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.core.poller.as_fd()
    }
}

impl fmt::Debug for IpcMain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderers = self.core.pages.lock().len();
        f.debug_struct("IpcMain").field("renderers", &renderers).finish_non_exhaustive()
    }
}
