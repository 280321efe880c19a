//! A renderer's listeners, and who learns of those that fail.

use super::{IpcRenderer, Listener, OnUncaught, RendererEvent};
use crate::emitter::{BoxError, ListenerId, Outcome};
use crate::typed::{Channel, Schema};
use crate::value::ArgsRef;
use std::sync::Arc;

impl IpcRenderer {
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
    /// [`Error::TypeMismatch`](crate::Error::TypeMismatch), see [`on_uncaught`](Self::on_uncaught).
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
    pub(super) fn set_on_uncaught(&self, hook: Option<Arc<OnUncaught>>) {
        let before = std::mem::replace(&mut *self.core.on_uncaught.lock(), hook);
        drop(before);
    }
}

/// A listener of dynamic arguments, in the form that is kept.
fn dynamic<R: Outcome>(
    listener: impl Fn(&RendererEvent<'_>, ArgsRef<'_>) -> R + Send + Sync + 'static,
) -> Arc<Listener> {
    Arc::new(move |event, payload| payload.as_args(|args| listener(event, args))?.outcome())
}
