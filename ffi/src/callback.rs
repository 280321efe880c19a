//! Callbacks of the host's, and the promise that none is called after it was taken away.
//!
//! ```text
//! call                                   retire
//!   retired? then no                       retired = true
//!   lock for reading                       on this thread's stack? the call drops it when it returns
//!   retired? then no                       lock for writing: waits for calls of other threads
//!   the host's function                    take, unlock, drop
//!   unlock
//!   retired? and not on the stack: take, drop
//! ```
//! Whoever drops it runs the host's destructor, once, outside all locks.
#![expect(
    unsafe_code,
    reason = "user data is sent to whichever thread calls; frames are on stacks"
)]

use parking_lot::RwLock;
use std::cell::Cell;
use std::ffi::c_void;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

/// Called once, when the callback that it was given with is not called any more.
pub type ringmain_destroy = Option<extern "C" fn(user: *mut c_void)>;

/// What a function that may be NULL is if it is not.
pub(crate) type Set<F> = <F as IntoIterator>::Item;

/// The host's data of a callback.
pub(crate) struct User {
    data: *mut c_void,
    destroy: ringmain_destroy,
}

// SAFETY: the header says that callbacks and destructors are called by any thread; the library itself only
// passes the pointer on.
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

impl User {
    pub(crate) fn new(data: *mut c_void, destroy: ringmain_destroy) -> Self {
        Self { data, destroy }
    }

    #[inline]
    pub(crate) fn data(&self) -> *mut c_void {
        self.data
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("User").field(&self.data).finish()
    }
}

impl Drop for User {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            destroy(self.data);
        }
    }
}

/// A function of the host's with its data.
pub(crate) struct Callback<F> {
    gate: RwLock<Option<(F, User)>>,
    retired: AtomicBool,
}

/// What can be taken away, whatever is called.
pub(crate) trait Retire: Send + Sync {
    /// Sees to it that no call begins after this, and that none goes on unless it is further up on this
    /// thread's stack.
    fn retire(&self);
}

thread_local! {
    /// The innermost callback that this thread is inside.
    static INSIDE: Cell<*const Frame> = const { Cell::new(ptr::null()) };
}

/// A callback that a thread is inside: on its stack, as long as it is in the list.
struct Frame {
    id: *const (),
    outer: *const Frame,
}

impl<F: Copy> Callback<F> {
    pub(crate) fn new(function: F, user: User) -> Self {
        Self { gate: RwLock::new(Some((function, user))), retired: AtomicBool::new(false) }
    }

    /// Has `call` call the function, unless it was taken away.
    #[inline]
    pub(crate) fn call<R>(&self, call: impl FnOnce(F, *mut c_void) -> R) -> Option<R> {
        if self.retired.load(Ordering::Relaxed) {
            return None;
        }
        let called = {
            let gate = self.gate.read_recursive();
            // Pairs with the store in `retire`, whose thread then waits for this lock.
            let retired = self.retired.load(Ordering::SeqCst);
            let (function, user) = gate.as_ref().filter(|_| !retired)?;
            inside(self.id(), || call(*function, user.data()))
        };
        if self.retired.load(Ordering::SeqCst) && !is_inside(self.id()) {
            self.finish();
        }
        Some(called)
    }

    /// Whether it was taken away.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::SeqCst)
    }

    fn id(&self) -> *const () {
        (&raw const *self).cast()
    }

    #[cold]
    fn finish(&self) {
        let before = self.gate.write().take();
        drop(before);
    }
}

impl<F: Copy + Send + Sync> Retire for Callback<F> {
    fn retire(&self) {
        self.retired.store(true, Ordering::SeqCst);
        if !is_inside(self.id()) {
            self.finish();
        }
    }
}

impl<F> fmt::Debug for Callback<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("retired", &self.retired).finish_non_exhaustive()
    }
}

/// Runs `call` as the callback `id`.
#[inline]
fn inside<R>(id: *const (), call: impl FnOnce() -> R) -> R {
    INSIDE.with(|innermost| {
        let frame = Frame { id, outer: innermost.get() };
        innermost.set(&raw const frame);
        let _leave = Leave { innermost, outer: frame.outer };
        call()
    })
}

/// Takes the innermost frame out of the list.
struct Leave<'t> {
    innermost: &'t Cell<*const Frame>,
    outer: *const Frame,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.innermost.set(self.outer);
    }
}

fn is_inside(id: *const ()) -> bool {
    let mut frame = INSIDE.get();
    // SAFETY: frames are in the list of their own thread, and leave it before they are gone.
    while let Some(here) = unsafe { frame.as_ref() } {
        if here.id == id {
            return true;
        }
        frame = here.outer;
    }
    false
}
