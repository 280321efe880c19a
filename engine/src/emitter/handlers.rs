//! Handlers: what answers an `invoke`, one per channel.

use std::fmt;
use std::sync::Arc;

use hashbrown::HashMap;
use parking_lot::Mutex;

use crate::Error;

/// Handlers by channel.
pub struct Handlers<H: ?Sized> {
    channels: Mutex<HashMap<Box<str>, Handler<H>>>,
}

struct Handler<H: ?Sized> {
    handler: Arc<H>,
    once: bool,
}

impl<H: ?Sized> Default for Handlers<H> {
    fn default() -> Handlers<H> {
        Handlers { channels: Mutex::new(HashMap::new()) }
    }
}

impl<H: ?Sized> Handlers<H> {
    /// Sets the handler of a channel.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateHandler`] when the channel has one already, which stays.
    pub fn handle(&self, channel: &str, handler: Arc<H>) -> Result<(), Error> {
        self.add(channel, Handler { handler, once: false })
    }

    /// Sets a handler that is removed before its first call.
    ///
    /// # Errors
    ///
    /// As [`handle`](Self::handle).
    pub fn handle_once(&self, channel: &str, handler: Arc<H>) -> Result<(), Error> {
        self.add(channel, Handler { handler, once: true })
    }

    /// Removes the handler of a channel. False if there is none.
    pub fn remove_handler(&self, channel: &str) -> bool {
        let removed = self.channels.lock().remove(channel);
        removed.is_some() // dropped here, outside the lock: a handler's drop may come back
    }

    /// Removes all handlers.
    pub fn remove_all(&self) {
        let removed = std::mem::take(&mut *self.channels.lock());
        drop(removed); // outside the lock
    }

    /// The handler to call now. One of [`handle_once`](Self::handle_once) is removed by this.
    #[must_use]
    pub fn take_or_get(&self, channel: &str) -> Option<Arc<H>> {
        let mut channels = self.channels.lock();
        let found = channels.get(channel)?;
        if found.once {
            return channels.remove(channel).map(|taken| taken.handler);
        }
        Some(Arc::clone(&found.handler))
    }

    /// Whether the channel has a handler.
    #[must_use]
    pub fn has(&self, channel: &str) -> bool {
        self.channels.lock().contains_key(channel)
    }

    fn add(&self, channel: &str, handler: Handler<H>) -> Result<(), Error> {
        let mut channels = self.channels.lock();
        if channels.contains_key(channel) {
            drop(channels); // before `handler`, whose drop may come back
            return Err(Error::DuplicateHandler { channel: channel.to_owned() });
        }
        channels.insert(channel.into(), handler);
        Ok(())
    }
}

impl<H: ?Sized> fmt::Debug for Handlers<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.channels.lock().keys()).finish()
    }
}
