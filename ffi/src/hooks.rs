//! What is told of a main's renderers, and of failures.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{at, call};
use crate::callback::{Callback, User, ringmain_destroy};
use crate::endpoint::ringmain;
use crate::status::ringmain_status;
use crate::table::{Entry, Place};
use crate::web_contents::ringmain_web_contents;
use engine::{GoneDetails, GoneReason};
use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;

/// Called with a renderer that has attached, before its first message.
pub type ringmain_attached =
    Option<extern "C" fn(user: *mut c_void, contents: *const ringmain_web_contents)>;

/// Called with a renderer that is gone, after its last message: Electron's `render-process-gone`.
///
/// @param reason a ringmain_gone_reason
/// @param exit_code the exit status, or the signal's number negated; 0 if neither is known
pub type ringmain_gone = Option<
    extern "C" fn(
        user: *mut c_void,
        contents: *const ringmain_web_contents,
        reason: u32,
        exit_code: c_int,
    ),
>;

/// Called with the text of what Electron would print to the console.
pub type ringmain_diagnostic = Option<extern "C" fn(user: *mut c_void, text: *const c_char)>;

/// Why a renderer is gone.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub enum ringmain_gone_reason {
    /// Its process exited with status 0.
    RINGMAIN_GONE_CLEAN_EXIT = 0,
    /// Its process exited with another status.
    RINGMAIN_GONE_ABNORMAL_EXIT = 1,
    /// Its process was killed by a signal that others send.
    RINGMAIN_GONE_KILLED = 2,
    /// Its process was killed by a signal that faults raise.
    RINGMAIN_GONE_CRASHED = 3,
    /// It closed its session, was cut off, or is no child of main, of which no more can be known.
    RINGMAIN_GONE_DISCONNECTED = 4,
}

/// Electron's word for why a renderer is gone: `clean-exit` and so on. Never NULL, and for ever valid.
///
/// @param reason a ringmain_gone_reason
#[unsafe(no_mangle)]
pub extern "C" fn ringmain_gone_text(reason: u32) -> *const c_char {
    let text = match reason {
        0 => c"clean-exit",
        1 => c"abnormal-exit",
        2 => c"killed",
        3 => c"crashed",
        4 => c"disconnected",
        _ => c"unknown",
    };
    text.as_ptr()
}

fn number_of(reason: GoneReason) -> u32 {
    use ringmain_gone_reason::*;
    let reason = match reason {
        GoneReason::CleanExit => RINGMAIN_GONE_CLEAN_EXIT,
        GoneReason::AbnormalExit => RINGMAIN_GONE_ABNORMAL_EXIT,
        GoneReason::Killed => RINGMAIN_GONE_KILLED,
        GoneReason::Crashed => RINGMAIN_GONE_CRASHED,
        _ => RINGMAIN_GONE_DISCONNECTED,
    };
    reason as u32
}

/// Sets what is called when a renderer has attached, in place of the one before. NULL for nothing.
///
/// @param destroy as for `ringmain_on`
/// @returns INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_on_attached(
    handle: *const ringmain,
    hook: ringmain_attached,
    user: *mut c_void,
    destroy: ringmain_destroy,
) -> ringmain_status {
    let user = User::new(user, destroy);
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let handle = unsafe { at(handle, "handle") }?;
        let main = handle.main()?;
        let callback = set(handle, ATTACHED, hook, user);
        main.on_attached(move |contents| {
            let contents = ringmain_web_contents::borrowed(contents);
            if let Some(callback) = &callback {
                callback.call(|hook, user| hook(user, contents));
            }
        });
        Ok(())
    })
}

/// Sets what is called when a renderer is gone, in place of the one before. NULL for nothing.
///
/// @param destroy as for `ringmain_on`
/// @returns INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_on_gone(
    handle: *const ringmain,
    hook: ringmain_gone,
    user: *mut c_void,
    destroy: ringmain_destroy,
) -> ringmain_status {
    let user = User::new(user, destroy);
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let handle = unsafe { at(handle, "handle") }?;
        let main = handle.main()?;
        let callback = set(handle, GONE, hook, user);
        main.on_render_process_gone(move |contents, details| {
            let GoneDetails { reason, exit_code } = *details;
            let contents = ringmain_web_contents::borrowed(contents);
            if let Some(callback) = &callback {
                callback.call(|hook, user| hook(user, contents, number_of(reason), exit_code));
            }
        });
        Ok(())
    })
}

/// Sets what is told of everything that no caller can be told, of either role, in place of the one before and
/// of the log (`ringmain_set_log`). NULL for the log. Called from any thread.
///
/// @param destroy as for `ringmain_on`
/// @returns INVALID_ARGUMENT; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_on_diagnostic(
    handle: *const ringmain,
    hook: ringmain_diagnostic,
    user: *mut c_void,
    destroy: ringmain_destroy,
) -> ringmain_status {
    let user = User::new(user, destroy);
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let handle = unsafe { at(handle, "handle") }?;
        handle.own_role()?;
        handle.table.set_diagnostic(hook.map(|hook| Callback::new(hook, user)));
        Ok(())
    })
}

/// Numbers of hooks in the table, which listeners do not reach.
const ATTACHED: u64 = u64::MAX;
const GONE: u64 = u64::MAX - 1;

/// Puts a hook in the place of the one before.
fn set<F: Copy + Send + Sync + 'static>(
    handle: &ringmain,
    number: u64,
    hook: Option<F>,
    user: User,
) -> Option<Arc<Callback<F>>> {
    let callback = hook.map(|hook| Arc::new(Callback::new(hook, user)));
    if let Some(before) = handle.table.remove(number) {
        before.callback.retire();
    }
    if let Some(callback) = &callback {
        handle.table.insert(number, Entry { place: Place::Hook, callback: callback.clone() });
    }
    callback
}
