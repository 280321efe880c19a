//! The listeners and handlers that a main has for all its renderers.

use super::{Event, InvokeEvent, IpcMain};
use crate::emitter::{BoxError, ListenerId, Outcome};
use crate::error::Error;
use crate::typed::{Channel, Schema};
use crate::value::{Args, ArgsRef, ToValue};
use std::future::Future;

impl IpcMain {
    /// Adds a listener for all renderers' messages on a channel: see [`Ipc::on`](super::Ipc::on).
    pub fn on<R: Outcome>(
        &self,
        channel: &str,
        listener: impl Fn(&Event<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.core.ipc.on(channel, listener)
    }

    /// Adds a listener of a typed channel: see [`Ipc::on_typed`](super::Ipc::on_typed).
    pub fn on_typed<T: Schema + 'static, R: Outcome>(
        &self,
        channel: &'static Channel<T>,
        listener: impl Fn(&Event<'_>, &T::Archived) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.core.ipc.on_typed(channel, listener)
    }

    /// Adds a listener that is removed before its first call.
    pub fn once<R: Outcome>(
        &self,
        channel: &str,
        listener: impl Fn(&Event<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
    ) -> ListenerId {
        self.core.ipc.once(channel, listener)
    }

    /// Removes a listener. `false` if the channel does not have it.
    #[expect(clippy::must_use_candidate, reason = "most callers only want it gone")]
    pub fn remove_listener(&self, channel: &str, id: ListenerId) -> bool {
        self.core.ipc.remove_listener(channel, id)
    }

    /// Removes all listeners of a channel, or of all channels.
    pub fn remove_all_listeners(&self, channel: Option<&str>) {
        self.core.ipc.remove_all_listeners(channel);
    }

    /// How many listeners a channel has.
    #[must_use]
    pub fn listener_count(&self, channel: &str) -> usize {
        self.core.ipc.listener_count(channel)
    }

    /// Sets what answers all renderers' `invoke` on a channel: see [`Ipc::handle`](super::Ipc::handle).
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
        self.core.ipc.handle(channel, handler)
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
        self.core.ipc.handle_once(channel, handler)
    }

    /// Removes a channel's handler. `false` if it has none.
    #[expect(clippy::must_use_candidate, reason = "most callers only want it gone")]
    pub fn remove_handler(&self, channel: &str) -> bool {
        self.core.ipc.remove_handler(channel)
    }
}
