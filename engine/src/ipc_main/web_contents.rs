//! One renderer as main sees it: Electron's `WebContents`.

use super::levels::{Hook, Levels};
use super::{Event, GoneDetails, Ipc, WebContentsBurst, WebContentsClaim, WebFrame};
use crate::emitter::{ListenerId, Outcome};
use crate::error::Error;
use crate::session::counters::Counters;
use crate::session::main_end::MainEnd;
use crate::typed::{Channel, Schema};
use crate::value::{ArgsRef, Arguments};
use crate::wire::Signature;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A renderer. Cheap to clone, usable from any thread, also after the renderer is gone: a handle keeps the
/// memory of its session, and once the renderer is gone no descriptors.
#[derive(Clone)]
pub struct WebContents {
    page: Arc<Page>,
}

struct Page {
    end: MainEnd,
    levels: OnceLock<Box<Levels>>,
}

impl WebContents {
    pub(super) fn new(end: MainEnd) -> Self {
        Self { page: Arc::new(Page { end, levels: OnceLock::new() }) }
    }

    pub(super) fn end(&self) -> &MainEnd {
        &self.page.end
    }

    /// What of its own it listens with, if it was ever asked for that.
    #[inline]
    pub(super) fn levels(&self) -> Option<&Levels> {
        self.page.levels.get().map(|levels| &**levels)
    }

    pub(super) fn levels_or_new(&self) -> &Levels {
        self.page.levels.get_or_init(|| Box::new(Levels::new()))
    }

    /// Lets go of its own listeners, handlers and hooks.
    pub(super) fn let_go(&self) {
        if let Some(levels) = self.levels() {
            levels.clear();
        }
    }

    /// A number that no other renderer of this main has had, from 1.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.end().link.id()
    }

    /// The renderer's process id, as the kernel knows it (Electron's `getOSProcessId`).
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.end().link.peer().pid
    }

    /// Whether the session is over.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.end().link.is_gone()
    }

    /// Listeners and handlers of this renderer alone, which come before main's own: Electron's
    /// `webContents.ipc`. They are removed when it is gone.
    #[must_use]
    pub fn ipc(&self) -> &Ipc {
        &self.levels_or_new().contents
    }

    /// The renderer's frame, of which it has one.
    #[must_use]
    pub fn main_frame(&self) -> WebFrame {
        WebFrame::new(self.clone())
    }

    /// Adds a listener that gets every message of this renderer, before those of its channel: Electron's
    /// `ipc-message`. The channel is [`Event::channel`].
    pub fn on_ipc_message<R: Outcome>(
        &self,
        listener: impl Fn(&Event<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.levels_or_new().hook(Hook::Message, listener)
    }

    /// The same for every `sendSync`, which it may answer: Electron's `ipc-message-sync`.
    pub fn on_ipc_message_sync<R: Outcome>(
        &self,
        listener: impl Fn(&Event<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.levels_or_new().hook(Hook::MessageSync, listener)
    }

    /// Removes what [`on_ipc_message`](Self::on_ipc_message) added. `false` if it is not there.
    #[expect(clippy::must_use_candidate, reason = "most callers only want it gone")]
    pub fn remove_ipc_message(&self, id: ListenerId) -> bool {
        self.levels().is_some_and(|levels| levels.remove_hook(Hook::Message, id))
    }

    /// Removes what [`on_ipc_message_sync`](Self::on_ipc_message_sync) added. `false` if it is not there.
    #[expect(clippy::must_use_candidate, reason = "most callers only want it gone")]
    pub fn remove_ipc_message_sync(&self, id: ListenerId) -> bool {
        self.levels().is_some_and(|levels| levels.remove_hook(Hook::MessageSync, id))
    }

    /// Adds what is called when the renderer is gone, after its last message and after
    /// [`IpcMain::on_render_process_gone`](crate::IpcMain::on_render_process_gone). Added to one that is
    /// gone, it is never called.
    pub fn on_render_process_gone(
        &self,
        hook: impl Fn(&WebContents, &GoneDetails) + Send + Sync + 'static,
    ) {
        self.levels_or_new().on_gone(hook);
    }

    /// Adds what is called last of all, behind every `render-process-gone`: Electron's `destroyed`. Added
    /// to one that is gone, it is never called.
    pub fn on_destroyed(&self, hook: impl Fn(&WebContents) + Send + Sync + 'static) {
        self.levels_or_new().on_destroyed(hook);
    }

    /// Sends a message to the renderer. Never blocks: what does not fit the ring waits in main, up
    /// to a bound ([`MainOptions::overflow_limit`](crate::MainOptions::overflow_limit)), and follows in
    /// order; one message of any legal size is taken while nothing waits for anybody (see
    /// [`MainOptions::kept_limit`](crate::MainOptions::kept_limit)). What is sent while another thread
    /// holds a claim or burst of this renderer follows that, and waits under a bound of the same size. On a
    /// channel that the renderer does not listen to it is dropped in silence, as in Electron.
    ///
    /// # Errors
    /// [`Error::RendererGone`], [`Error::Backpressure`] (the message was not sent),
    /// [`Error::ChannelName`], [`Error::TooLarge`], [`Error::Forked`]; [`Error::ClaimHeld`] while this
    /// thread holds a claim or burst of this session; [`Error::Corrupt`] if the renderer is found to
    /// cheat, which ends its session.
    pub fn send(&self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.end().send(Signature::dynamic(channel), args.archive())
    }

    /// Sends a message of a typed channel: it is serialised straight into the ring, if that has room.
    ///
    /// # Errors
    /// As [`send`](Self::send); [`Error::NotCloneable`] if the type's own code refuses,
    /// [`Error::Malformed`] if it makes something else of itself, or is nested too deeply.
    #[inline]
    pub fn send_typed<T: Schema>(&self, channel: &Channel<T>, value: &T) -> Result<(), Error> {
        self.end().check()?;
        let mut burst = WebContentsBurst::new(self, self.end().claim()?);
        burst.put_typed(channel, value)?;
        burst.end()
    }

    /// Reserves `len` bytes of a message to be written in place. The renderer's listeners get one bytes
    /// value. What the ring has no room for is written in a buffer. Never blocks.
    ///
    /// # Errors
    /// As [`send`](Self::send), [`Error::ClaimHeld`] among them.
    pub fn claim<'w>(
        &'w self,
        channel: &'w str,
        len: usize,
    ) -> Result<WebContentsClaim<'w>, Error> {
        WebContentsClaim::new(self.burst()?, channel, len)
    }

    /// The same, but never in a buffer, which costs one more copy: for a main that would rather try again
    /// later.
    ///
    /// # Errors
    /// As [`claim`](Self::claim); [`Error::Backpressure`] while there is no room, until main has
    /// [dispatched](crate::IpcMain::dispatch) what waits and the renderer has read, and while another thread
    /// holds a claim or burst of this renderer;
    /// [`Error::TooLarge`] for more than half the ring.
    pub fn try_claim<'w>(
        &'w self,
        channel: &'w str,
        len: usize,
    ) -> Result<WebContentsClaim<'w>, Error> {
        WebContentsClaim::in_place(self.burst()?, channel, len)
    }

    /// Begins a burst: messages that leave together, at less cost each. What other threads send to this
    /// renderer waits in main until it ends, and follows it. As main never waits for a renderer, it takes no
    /// [`WhenFull`](crate::WhenFull).
    ///
    /// # Errors
    /// [`Error::RendererGone`], [`Error::Forked`], [`Error::ClaimHeld`].
    #[inline]
    pub fn burst(&self) -> Result<WebContentsBurst<'_>, Error> {
        self.end().check()?;
        Ok(WebContentsBurst::new(self, self.end().claim()?))
    }

    /// Bytes that wait in main, with what they cost besides, because the renderer does not read, or a claim or
    /// burst of it is held.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.end().queued()
    }

    /// What main's side of the session has done so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.end().link.tally.of_main()
    }

    /// Ends the session. The renderer's calls end with
    /// [`MainGone`](crate::Error::MainGone); its process is not touched.
    pub fn close(&self) {
        self.end().link.close();
    }
}

impl PartialEq for WebContents {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.page, &other.page)
    }
}

impl Eq for WebContents {}

impl fmt::Debug for WebContents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebContents")
            .field("id", &self.id())
            .field("process_id", &self.process_id())
            .field("is_destroyed", &self.is_destroyed())
            .finish()
    }
}
