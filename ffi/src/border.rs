//! The border between C and Rust: no panic leaves, no bad pointer that can be told enters, and nothing is
//! written to stdout or stderr.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::callback::{Set, User, ringmain_destroy};
use crate::status::{Failure, invalid, not_utf8, note, note_panic, null, ringmain_status};
use parking_lot::RwLock;
use std::any::Any;
use std::ffi::{CStr, CString, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice::from_raw_parts;
use std::sync::Once;
use std::time::{Duration, Instant};

/// Runs a call, and makes a status of how it went.
#[inline]
pub(crate) fn call(run: impl FnOnce() -> Result<(), Failure>) -> ringmain_status {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => ringmain_status::RINGMAIN_OK,
        Ok(Err(failure)) => note(&failure),
        Err(panic) => note_panic(text_of(&*panic)),
    }
}

/// Runs what cannot fail. `None` after a panic.
#[inline]
pub(crate) fn value<R>(run: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}

/// What a pointer points to.
///
/// # Safety
/// It is NULL or valid for `'a`.
pub(crate) unsafe fn at<'a, T>(pointer: *const T, what: &'static str) -> Result<&'a T, Failure> {
    // SAFETY: the caller's promise.
    unsafe { pointer.as_ref() }.ok_or_else(|| null(what))
}

/// A place for a result.
///
/// # Safety
/// It is NULL or valid for writes.
pub(crate) unsafe fn put<T>(place: *mut T, value: T, what: &'static str) -> Result<(), Failure> {
    if place.is_null() {
        return Err(null(what));
    }
    // SAFETY: not NULL, so valid by the caller's promise. What is there is not dropped: it is C's.
    unsafe { place.write(value) };
    Ok(())
}

/// Makes sure of a place before another one is written.
pub(crate) fn wanted<T>(place: *const T, what: &'static str) -> Result<(), Failure> {
    if place.is_null() { Err(null(what)) } else { Ok(()) }
}

/// A place for a result that nobody may want.
///
/// # Safety
/// As [`put`].
pub(crate) unsafe fn offer<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: valid by the caller's promise. What is there is not dropped: it is C's.
        unsafe { place.write(value) };
    }
}

/// Bytes by pointer and length. NULL may come with zero.
///
/// # Safety
/// They are valid for `'a` unless the pointer is NULL.
pub(crate) unsafe fn bytes<'a>(
    start: *const c_void,
    len: usize,
    what: &'static str,
) -> Result<&'a [u8], Failure> {
    match (start.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(null(what)),
        _ if isize::try_from(len).is_err() => Err(invalid("a length is out of range")),
        // SAFETY: the caller's promise.
        (false, _) => Ok(unsafe { from_raw_parts(start.cast(), len) }),
    }
}

/// A text that ends with a zero.
///
/// # Safety
/// It is NULL or valid for `'a`.
#[inline]
pub(crate) unsafe fn text<'a>(
    start: *const c_char,
    what: &'static str,
) -> Result<&'a str, Failure> {
    // SAFETY: the caller's promise.
    if let Some(text) = unsafe { short(start) } {
        return Ok(text);
    }
    // SAFETY: as above.
    let text = unsafe { terminated(start, what) }?;
    str::from_utf8(text).map_err(|_| not_utf8(what))
}

/// A short text in ASCII, as names are: measured and checked in one go, and without a call.
///
/// # Safety
/// As [`text`].
#[inline]
unsafe fn short<'a>(start: *const c_char) -> Option<&'a str> {
    const MAX: usize = 32;
    let start: *const u8 = start.cast();
    for len in 0..if start.is_null() { 0 } else { MAX } {
        // SAFETY: there is no zero before it, so it is in the text, or the zero behind it.
        match unsafe { start.add(len).read() } {
            // SAFETY: these bytes were looked at, and are ASCII.
            0 => unsafe { return Some(str::from_utf8_unchecked(from_raw_parts(start, len))) },
            1..=0x7f => {}
            _ => return None,
        }
    }
    None
}

/// The bytes before a zero.
///
/// # Safety
/// As [`text`].
pub(crate) unsafe fn terminated<'a>(
    start: *const c_char,
    what: &'static str,
) -> Result<&'a [u8], Failure> {
    if start.is_null() {
        return Err(null(what));
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { CStr::from_ptr(start) }.to_bytes())
}

/// When so many milliseconds have passed; `None` for ever.
pub(crate) fn deadline(timeout_ms: i64) -> Option<Instant> {
    let timeout = Duration::from_millis(u64::try_from(timeout_ms).ok()?);
    // Later than the clock can tell is for ever.
    Instant::now().checked_add(timeout)
}

/// What learns of everything that no caller can be told.
///
/// @param user what `ringmain_set_log` was given
/// @param text valid during the call
pub type ringmain_log = Option<extern "C" fn(user: *mut c_void, text: *const c_char)>;

struct Sink {
    log: Set<ringmain_log>,
    user: User,
}

static SINK: RwLock<Option<Sink>> = RwLock::new(None);

/// Sets what learns of everything that no caller can be told: in place of stderr, to which the library
/// writes nothing. Mains' diagnostics and renderers' failed listeners come here unless they have a hook of
/// their own (`ringmain_on_diagnostic`), and so does the text of a panic. One for the process; NULL for
/// none. May be called from any thread, and calls from any thread; not from inside the log itself.
#[unsafe(no_mangle)]
pub extern "C" fn ringmain_set_log(
    log: ringmain_log,
    user: *mut c_void,
    destroy: ringmain_destroy,
) {
    let user = User::new(user, destroy);
    let sink = log.map(|log| Sink { log, user });
    // Dropped outside the lock: the destructor may come back.
    let before = std::mem::replace(&mut *SINK.write(), sink);
    drop(before);
}

/// Tells the log.
pub(crate) fn log(text: &str) {
    // A log that logs finds the lock taken for reading, which it may share.
    if let Some(sink) = &*SINK.read_recursive() {
        let text = CString::new(text.replace('\0', "")).unwrap_or_default();
        (sink.log)(sink.user.data(), text.as_ptr());
    }
}

/// Keeps panics off stderr. The hook is that of this library's own copy of `std`.
pub(crate) fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|panic| log(&panic.to_string()))));
}
