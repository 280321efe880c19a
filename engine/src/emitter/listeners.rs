//! Listeners: Node's `EventEmitter`, as far as Electron's messages need it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use hashbrown::HashMap;
use parking_lot::Mutex;

/// Listeners by channel.
///
/// An emit calls the listeners that were registered when it began, in the order of their
/// registration, whatever they add or remove meanwhile.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use ringmain::emitter::Emitter;
///
/// type Listener = dyn Fn(&str) -> Result<(), String> + Send + Sync;
///
/// let emitter = Emitter::<Listener>::default();
/// let greeter: Arc<Listener> = Arc::new(|name| Err(format!("no {name} here")));
/// emitter.on("greet", greeter);
/// let emitted = emitter.emit("greet", |listener| listener("world"));
/// assert_eq!(emitted.ran, 1);
/// assert_eq!(emitted.failed.as_deref(), Some("no world here"));
/// ```
pub struct Emitter<L: ?Sized> {
    listeners: Mutex<Listeners<L>>,
    /// Counts changes to `listeners`, under its lock.
    version: AtomicU64,
}

/// The listeners of a channel at one moment.
pub(crate) struct Snapshot<L: ?Sized>(Option<Arc<[Entry<L>]>>);

impl<L: ?Sized> Clone for Snapshot<L> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<L: ?Sized> Snapshot<L> {
    /// The listener, if there is one and it stays.
    #[inline]
    pub(crate) fn sole(&self) -> Option<&L> {
        match self.0.as_deref() {
            Some([Entry { listener, called: None, .. }]) => Some(listener),
            _ => None,
        }
    }
}

/// Names one registration of one emitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListenerId(u64);

/// What came of an emit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a listener may have failed"]
pub struct Emitted<E> {
    /// Listeners that were called, the failed one included.
    pub ran: usize,
    /// The error of the first listener that failed; the ones behind it were not called.
    pub failed: Option<E>,
}

struct Listeners<L: ?Sized> {
    /// A channel without listeners has no entry.
    channels: HashMap<Box<str>, Arc<[Entry<L>]>>,
    next: u64,
}

struct Entry<L: ?Sized> {
    id: ListenerId,
    listener: Arc<L>,
    /// `once` only: whether it was called. Every snapshot with this entry shares it.
    called: Option<Arc<AtomicBool>>,
}

impl<L: ?Sized> Clone for Entry<L> {
    fn clone(&self) -> Entry<L> {
        Entry { id: self.id, listener: Arc::clone(&self.listener), called: self.called.clone() }
    }
}

impl<L: ?Sized> Default for Emitter<L> {
    fn default() -> Emitter<L> {
        Emitter {
            listeners: Mutex::new(Listeners { channels: HashMap::new(), next: 0 }),
            version: AtomicU64::new(0),
        }
    }
}

impl<L: ?Sized> Emitter<L> {
    /// Adds a listener behind those that the channel has. The same one may be added again and is
    /// then called again.
    pub fn on(&self, channel: &str, listener: Arc<L>) -> ListenerId {
        self.add(channel, listener, None)
    }

    /// Adds a listener that is removed before its first call, and never called twice, even if two
    /// emits run at once.
    pub fn once(&self, channel: &str, listener: Arc<L>) -> ListenerId {
        self.add(channel, listener, Some(Arc::default()))
    }

    /// Removes one registration. False if the channel does not have it.
    pub fn remove_listener(&self, channel: &str, id: ListenerId) -> bool {
        let mut listeners = self.listeners.lock();
        let removed = listeners.remove(channel, id);
        self.changed();
        drop(listeners);
        removed.is_some() // dropped here, outside the lock: a listener's drop may come back
    }

    /// Removes all listeners of one channel, or of all channels.
    pub fn remove_all_listeners(&self, channel: Option<&str>) {
        let mut listeners = self.listeners.lock();
        let removed = match channel {
            Some(channel) => listeners.channels.remove(channel).into_iter().collect(),
            None => std::mem::take(&mut listeners.channels).into_values().collect::<Vec<_>>(),
        };
        self.changed();
        drop(listeners);
        drop(removed); // outside the lock: a listener's drop may come back
    }

    /// How many listeners a channel has.
    #[must_use]
    pub fn listener_count(&self, channel: &str) -> usize {
        self.listeners.lock().channels.get(channel).map_or(0, |entries| entries.len())
    }

    /// Hands every listener of a channel to `call`, in order, up to the first error.
    ///
    /// A panic of `call` ends the emit too and goes on to the caller; the emitter stays usable.
    #[inline]
    pub fn emit<E>(&self, channel: &str, call: impl FnMut(&L) -> Result<(), E>) -> Emitted<E> {
        self.emit_to(&self.snapshot(channel), channel, call)
    }

    /// The listeners of a channel now.
    pub(crate) fn snapshot(&self, channel: &str) -> Snapshot<L> {
        Snapshot(self.listeners.lock().channels.get(channel).cloned())
    }

    /// A number that is another one after each change of listeners.
    #[inline]
    pub(crate) fn version(&self) -> u64 {
        // Relaxed: a thread sees its own changes, and those of another once it has heard of them
        // by any way that orders memory. The listeners themselves are read under the lock.
        self.version.load(Relaxed)
    }

    /// Notes a change; the caller holds the lock.
    fn changed(&self) {
        self.version.fetch_add(1, Relaxed);
    }

    /// As [`emit`](Self::emit), with the listeners of a moment ago.
    #[inline]
    pub(crate) fn emit_to<E>(
        &self,
        snapshot: &Snapshot<L>,
        channel: &str,
        mut call: impl FnMut(&L) -> Result<(), E>,
    ) -> Emitted<E> {
        let mut emitted = Emitted { ran: 0, failed: None };
        for entry in snapshot.0.iter().flat_map(|entries| entries.iter()) {
            if entry.called.as_ref().is_some_and(|called| !self.first_call(channel, entry, called))
            {
                continue;
            }
            emitted.ran += 1;
            if let Err(error) = call(&entry.listener) {
                emitted.failed = Some(error);
                break;
            }
        }
        emitted
    }

    /// Takes a `once` listener for this emit. False if another emit has taken it.
    #[cold]
    fn first_call(&self, channel: &str, entry: &Entry<L>, called: &AtomicBool) -> bool {
        self.remove_listener(channel, entry.id);
        // Relaxed: the swap alone decides who calls, and it publishes nothing.
        !called.swap(true, Relaxed)
    }

    fn add(&self, channel: &str, listener: Arc<L>, called: Option<Arc<AtomicBool>>) -> ListenerId {
        let mut listeners = self.listeners.lock();
        self.changed();
        let id = ListenerId(listeners.next);
        listeners.next += 1;
        let entry = Entry { id, listener, called };
        match listeners.channels.get_mut(channel) {
            Some(entries) => {
                *entries = entries.iter().cloned().chain(std::iter::once(entry)).collect();
            }
            None => {
                listeners.channels.insert(channel.into(), Arc::new([entry]));
            }
        }
        id
    }
}

impl<L: ?Sized> Listeners<L> {
    /// Takes a registration out, and gives back the list that still has it.
    fn remove(&mut self, channel: &str, id: ListenerId) -> Option<Arc<[Entry<L>]>> {
        let entries = self.channels.get_mut(channel)?;
        if !entries.iter().any(|entry| entry.id == id) {
            return None;
        }
        if entries.len() == 1 {
            return self.channels.remove(channel);
        }
        let rest = entries.iter().filter(|entry| entry.id != id).cloned().collect();
        Some(std::mem::replace(entries, rest))
    }
}

impl<L: ?Sized> fmt::Debug for Emitter<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listeners = self.listeners.lock();
        let counts = listeners.channels.iter().map(|(channel, entries)| (channel, entries.len()));
        f.debug_map().entries(counts).finish()
    }
}
