//! One set of listeners and handlers: Electron's class `IpcMainImpl`, of which main has one, and each of
//! its renderers two.

use super::handler::Handler;
use super::{Event, InvokeEvent, Listener};
use crate::emitter::{BoxError, Emitter, Handlers, ListenerId, Outcome};
use crate::error::Error;
use crate::typed::{Channel, Schema};
use crate::value::{Args, ArgsRef, ToValue, Value};
use std::fmt;
use std::future::Future;
use std::sync::Arc;

/// Listeners and handlers of one scope: of one renderer ([`WebContents::ipc`](super::WebContents::ipc)), of
/// its frame ([`WebFrame::ipc`](super::WebFrame::ipc)), or of all renderers, as
/// [`IpcMain`](super::IpcMain) has them itself. Usable from any thread; changes count from the next
/// message on.
///
/// A message goes to the renderer's `ipc-message` hooks, then to the listeners of its frame, of the
/// renderer, and of main: all of them get it, in this order. One that fails ends that: those behind it do
/// not get this message. An invoke goes to the first of frame, renderer and main that has a handler for its
/// channel, and to no other.
pub struct Ipc {
    pub(super) emitter: Emitter<Listener>,
    pub(super) handlers: Handlers<Handler>,
}

impl Ipc {
    pub(super) fn new() -> Self {
        Self { emitter: Emitter::default(), handlers: Handlers::default() }
    }

    /// Adds a listener behind those that the channel has. It is called with a view of the message's
    /// arguments, in memory that the renderer cannot change; to keep some, [`ArgsRef::to_owned`].
    ///
    /// A listener that fails (`Err` or a panic) ends the delivery of that message, as a throw does in
    /// Electron; see [`IpcMain::on_diagnostic`](super::IpcMain::on_diagnostic).
    pub fn on<R: Outcome>(
        &self,
        channel: &str,
        listener: impl Fn(&Event<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.emitter.on(channel, dynamic(listener))
    }

    /// Adds a listener of a typed channel. It is called with the message's archive, checked, in memory
    /// that the renderer cannot change.
    ///
    /// A message of another schema on a channel of this name fails this listener with
    /// [`Error::TypeMismatch`], see [`IpcMain::on_diagnostic`](super::IpcMain::on_diagnostic).
    pub fn on_typed<T: Schema + 'static, R: Outcome>(
        &self,
        channel: &'static Channel<T>,
        listener: impl Fn(&Event<'_>, &T::Archived) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        let listener: Arc<Listener> =
            Arc::new(move |event, payload| listener(event, payload.typed(channel)?).outcome());
        self.emitter.on(channel.name(), listener)
    }

    /// Adds a listener that is removed before its first call.
    pub fn once<R: Outcome>(
        &self,
        channel: &str,
        listener: impl Fn(&Event<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.emitter.once(channel, dynamic(listener))
    }

    /// Removes a listener. `false` if the channel does not have it.
    pub fn remove_listener(&self, channel: &str, id: ListenerId) -> bool {
        self.emitter.remove_listener(channel, id)
    }

    /// Removes all listeners of a channel, or of all channels.
    pub fn remove_all_listeners(&self, channel: Option<&str>) {
        self.emitter.remove_all_listeners(channel);
    }

    /// How many listeners a channel has.
    #[must_use]
    pub fn listener_count(&self, channel: &str) -> usize {
        self.emitter.listener_count(channel)
    }

    /// Sets what answers `invoke` on a channel. The future is polled where main dispatches, so it
    /// must not block; it may be woken from any thread.
    ///
    /// If its renderer goes, it runs on, as in Electron, and its answer is dropped. Main keeps
    /// [`LEFT_INVOKES`](crate::limits::LEFT_INVOKES) of such: beyond, the oldest is dropped where it
    /// is, which is reported; with no memory left for what others send, and with main's close, all are.
    ///
    /// # Errors
    /// [`Error::DuplicateHandler`].
    pub fn handle<F, V>(
        &self,
        channel: &str,
        handler: impl Fn(InvokeEvent, Args) -> F + Send + Sync + 'static,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: ToValue,
    {
        self.handlers.handle(channel, boxed(handler))
    }

    /// Sets a handler that is removed before its first call.
    ///
    /// # Errors
    /// As [`handle`](Self::handle).
    pub fn handle_once<F, V>(
        &self,
        channel: &str,
        handler: impl Fn(InvokeEvent, Args) -> F + Send + Sync + 'static,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<V, BoxError>> + Send + 'static,
        V: ToValue,
    {
        self.handlers.handle_once(channel, boxed(handler))
    }

    /// Removes a channel's handler. `false` if it has none.
    pub fn remove_handler(&self, channel: &str) -> bool {
        self.handlers.remove_handler(channel)
    }

    /// Removes everything.
    pub(super) fn clear(&self) {
        self.emitter.remove_all_listeners(None);
        self.handlers.remove_all();
    }
}

impl fmt::Debug for Ipc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ipc")
            .field("listeners", &self.emitter)
            .field("handlers", &self.handlers)
            .finish()
    }
}

/// A listener of dynamic arguments, in the form that is kept.
pub(super) fn dynamic<R: Outcome>(
    listener: impl Fn(&Event<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
) -> Arc<Listener> {
    Arc::new(move |event, payload| payload.as_args(|args| listener(event, args))?.outcome())
}

/// A handler in the form that is kept.
fn boxed<F, V>(handler: impl Fn(InvokeEvent, Args) -> F + Send + Sync + 'static) -> Arc<Handler>
where
    F: Future<Output = Result<V, BoxError>> + Send + 'static,
    V: ToValue,
{
    Arc::new(move |event, args| {
        let future = handler(event, args);
        Box::pin(async move { Ok(Value::new(future.await?)?) })
    })
}
