//! A thread of ours that no signal of the host's ever interrupts.
//!
//! Not std's: that takes memory of the heap when it starts, for which glibc maps 64 MiB for each thread.
#![expect(unsafe_code, reason = "libc's threads and signal masks")]

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Little of it is touched. A libc takes its thread-local variables from here as well.
const STACK: usize = 128 << 10;

/// What a thread is given.
struct Start<T> {
    subject: Arc<T>,
    run: fn(&T),
}

/// Starts a thread that runs `run`, and says whether there is one. Nobody waits for its end.
pub(super) fn spawn<T: Send + Sync + 'static>(subject: Arc<T>, run: fn(&T)) -> bool {
    let mut attributes = MaybeUninit::uninit();
    // SAFETY: initialises them.
    if unsafe { libc::pthread_attr_init(attributes.as_mut_ptr()) } != 0 {
        return false;
    }
    // SAFETY: they are initialised. Were the size refused, the default would stay.
    unsafe { libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), STACK) };
    let detached = libc::PTHREAD_CREATE_DETACHED;
    // SAFETY: they are initialised, and the value is legal.
    unsafe { libc::pthread_attr_setdetachstate(attributes.as_mut_ptr(), detached) };
    let start = Box::into_raw(Box::new(Start { subject, run }));
    let mut thread = MaybeUninit::uninit();
    let blocked = Blocked::all();
    // SAFETY: the attributes are initialised, and `begin` takes what it is given.
    let failed = unsafe {
        libc::pthread_create(thread.as_mut_ptr(), attributes.as_ptr(), begin::<T>, start.cast())
    };
    drop(blocked);
    // SAFETY: they are initialised, and not used any more.
    unsafe { libc::pthread_attr_destroy(attributes.as_mut_ptr()) };
    if failed != 0 {
        // SAFETY: made of a box above, which no thread has taken.
        drop(unsafe { Box::from_raw(start) });
    }
    failed == 0
}

extern "C" fn begin<T>(start: *mut c_void) -> *mut c_void {
    // SAFETY: `spawn` has made it of a box, for this thread alone.
    let start = unsafe { Box::from_raw(start.cast::<Start<T>>()) };
    (start.run)(&start.subject);
    std::ptr::null_mut()
}

/// All signals are blocked in this thread, and in those that it starts. libc leaves its own two open, which it
/// sends to all threads and waits for, in `setuid` for one.
struct Blocked(libc::sigset_t);

impl Blocked {
    fn all() -> Self {
        let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: fills a set.
        unsafe { libc::sigfillset(all.as_mut_ptr()) };
        // SAFETY: the first set is filled, and the second is written to.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr()) };
        // SAFETY: the call fails for an unknown first argument only.
        Self(unsafe { before.assume_init() })
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the set is the thread's former one.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.0, std::ptr::null_mut())
        };
    }
}
