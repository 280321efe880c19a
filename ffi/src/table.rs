//! The callbacks of one handle, by number.

use crate::border;
use crate::callback::{Callback, Retire, Set};
use crate::hooks::ringmain_diagnostic;
use engine::{IpcMain, IpcRenderer, ListenerId};
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::ffi::CString;
use std::fmt;
use std::sync::{Arc, Weak};

/// The numbers of callbacks, and how to take them away. Numbers begin at 1 and never come again.
#[derive(Debug, Default)]
pub(crate) struct Table {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    entries: HashMap<u64, Entry>,
    diagnostic: Option<Arc<Callback<Set<ringmain_diagnostic>>>>,
}

/// A callback, and where the engine has it.
pub(crate) struct Entry {
    pub(crate) place: Place,
    pub(crate) callback: Arc<dyn Retire>,
}

/// Where the engine has a callback.
#[derive(Debug)]
pub(crate) enum Place {
    Listener {
        channel: Box<str>,
        id: ListenerId,
    },
    Handler {
        channel: Box<str>,
    },
    /// In a hook of the handle's, which stays.
    Hook,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Table {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The number that the next callback will have.
    pub(crate) fn reserve(&self) -> u64 {
        let mut inner = self.inner.lock();
        inner.last += 1;
        inner.last
    }

    pub(crate) fn insert(&self, number: u64, entry: Entry) {
        self.inner.lock().entries.insert(number, entry);
    }

    pub(crate) fn remove(&self, number: u64) -> Option<Entry> {
        self.inner.lock().entries.remove(&number)
    }

    /// Takes those of a channel, or of all, that `is_one` says.
    pub(crate) fn drain(&self, is_one: impl Fn(&Place) -> bool) -> Vec<Entry> {
        let mut inner = self.inner.lock();
        inner.entries.extract_if(|_, entry| is_one(&entry.place)).map(|(_, entry)| entry).collect()
    }

    /// The handle is closed.
    pub(crate) fn retire_all(&self) {
        self.drain(|_| true).iter().for_each(|entry| entry.callback.retire());
        let diagnostic = self.inner.lock().diagnostic.take();
        if let Some(diagnostic) = diagnostic {
            diagnostic.retire();
        }
    }

    /// Sets the hook for what no caller can be told. The one before is retired.
    pub(crate) fn set_diagnostic(&self, hook: Option<Callback<Set<ringmain_diagnostic>>>) {
        let before = std::mem::replace(&mut self.inner.lock().diagnostic, hook.map(Arc::new));
        if let Some(before) = before {
            before.retire();
        }
    }

    /// Tells the hook, or the log if there is none.
    pub(crate) fn tell(table: &Weak<Self>, text: &str) {
        let hook = table.upgrade().and_then(|table| table.inner.lock().diagnostic.clone());
        match hook {
            Some(hook) => {
                let text = CString::new(text.replace('\0', "")).unwrap_or_default();
                hook.call(|hook, user| hook(user, text.as_ptr()));
            }
            None => border::log(text),
        }
    }
}

impl Entry {
    /// Takes the callback out of a main.
    pub(crate) fn leave_main(&self, main: &IpcMain) {
        match &self.place {
            Place::Listener { channel, id } => drop(main.remove_listener(channel, *id)),
            Place::Handler { channel } => drop(main.remove_handler(channel)),
            Place::Hook => {}
        }
        self.callback.retire();
    }

    /// Takes the callback out of a renderer.
    pub(crate) fn leave_renderer(&self, renderer: &IpcRenderer) {
        if let Place::Listener { channel, id } = &self.place {
            renderer.remove_listener(channel, *id);
        }
        self.callback.retire();
    }
}
