//! What one renderer has of its own to listen with, made when it is first asked for: most have nothing,
//! and their messages pay one look for that.

use super::handler::Handler;
use super::ipc::{Ipc, dynamic};
use super::{Event, GoneDetails, Listener, WebContents};
use crate::emitter::{BoxError, Emitted, Emitter, ListenerId, Outcome, guarded};
use crate::value::ArgsRef;
use std::convert::Infallible;
use std::sync::Arc;

/// In the order in which a message passes them, main's own being behind.
#[derive(Debug)]
pub(super) struct Levels {
    hooks: Emitter<Listener>,
    pub(super) frame: Ipc,
    pub(super) contents: Ipc,
    life: Emitter<OnLife>,
}

/// What is called at the end of a renderer's life.
type OnLife = dyn Fn(&WebContents, &GoneDetails) + Send + Sync;

/// Which hooks a message goes to: Electron's event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hook {
    Message,
    MessageSync,
}

impl Hook {
    fn name(self) -> &'static str {
        match self {
            Self::Message => "ipc-message",
            Self::MessageSync => "ipc-message-sync",
        }
    }
}

const GONE: &str = "render-process-gone";
const DESTROYED: &str = "destroyed";

impl Levels {
    pub(super) fn new() -> Self {
        Self {
            hooks: Emitter::default(),
            frame: Ipc::new(),
            contents: Ipc::new(),
            life: Emitter::default(),
        }
    }

    /// Hands a message to hooks, frame and renderer, up to the first that fails. Hooks do not count as
    /// listeners: that they ran says nothing of whether somebody listens on the channel.
    pub(super) fn emit(
        &self,
        hook: Hook,
        channel: &str,
        mut call: impl FnMut(&Listener) -> Result<(), BoxError>,
    ) -> Emitted<BoxError> {
        let hooked = self.hooks.emit(hook.name(), &mut call);
        let mut emitted = Emitted { ran: 0, failed: hooked.failed };
        for ipc in [&self.frame, &self.contents] {
            if emitted.failed.is_none() {
                let more = ipc.emitter.emit(channel, &mut call);
                emitted = Emitted { ran: emitted.ran + more.ran, failed: more.failed };
            }
        }
        emitted
    }

    /// The first handler of the channel, the frame's before the renderer's.
    pub(super) fn handler(&self, channel: &str) -> Option<Arc<Handler>> {
        let of = |ipc: &Ipc| ipc.handlers.take_or_get(channel);
        of(&self.frame).or_else(|| of(&self.contents))
    }

    pub(super) fn hook<R: Outcome>(
        &self,
        hook: Hook,
        listener: impl Fn(&Event<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.hooks.on(hook.name(), dynamic(listener))
    }

    pub(super) fn remove_hook(&self, hook: Hook, id: ListenerId) -> bool {
        self.hooks.remove_listener(hook.name(), id)
    }

    pub(super) fn on_gone(
        &self,
        hook: impl Fn(&WebContents, &GoneDetails) + Send + Sync + 'static,
    ) -> ListenerId {
        self.life.on(GONE, Arc::new(hook))
    }

    pub(super) fn on_destroyed(
        &self,
        hook: impl Fn(&WebContents) + Send + Sync + 'static,
    ) -> ListenerId {
        self.life.on(DESTROYED, Arc::new(move |page, _details| hook(page)))
    }

    /// The renderer is gone: its hooks hear of it, and nothing is kept.
    pub(super) fn end(&self, page: &WebContents, details: &GoneDetails) {
        for event in [GONE, DESTROYED] {
            let emitted = self.life.emit(event, |hook| {
                // One that panics has nobody left to tell.
                let _ = guarded(|| {
                    hook(page, details);
                    Ok(())
                });
                Ok::<_, Infallible>(())
            });
            debug_assert!(emitted.failed.is_none());
        }
        self.clear();
    }

    pub(super) fn clear(&self) {
        self.hooks.remove_all_listeners(None);
        self.life.remove_all_listeners(None);
        self.frame.clear();
        self.contents.clear();
    }
}
