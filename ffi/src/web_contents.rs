//! Renderers, as main knows them.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, at, call, put, text, wanted};
use crate::builder::{ringmain_builder, with_args};
use crate::endpoint::ringmain;
use crate::status::ringmain_status::*;
use crate::status::{Failure, null, ringmain_status, usage};
use engine::WebContents;
use std::ffi::c_char;

/// A renderer, as main knows it: Electron's `webContents`. Usable from any thread. What an event or a hook
/// has is valid during the call; what `ringmain_web_contents_get` and `ringmain_spawn` give, until
/// `ringmain_web_contents_free`.
#[derive(Debug)]
pub struct ringmain_web_contents {
    /// It is the engine's type that pointers lead to.
    _private: (),
}

impl ringmain_web_contents {
    pub(crate) fn boxed(contents: WebContents) -> *mut Self {
        Box::into_raw(Box::new(contents)).cast()
    }

    /// What a pointer leads to.
    ///
    /// # Safety
    /// As [`at`].
    pub(crate) unsafe fn at<'a>(contents: *const Self) -> Result<&'a WebContents, Failure> {
        // SAFETY: the caller's promise; `boxed` and `borrowed` make no others.
        unsafe { at(contents.cast(), "contents") }
    }

    /// One that is valid as long as `contents`.
    pub(crate) fn borrowed(contents: &WebContents) -> *const Self {
        (&raw const *contents).cast()
    }
}

/// The renderer with this id.
///
/// @param contents a place for it; `ringmain_web_contents_free` gives it back
/// @returns NOT_FOUND if there is none, or no more; INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_web_contents_get(
    handle: *const ringmain,
    id: u32,
    contents: *mut *mut ringmain_web_contents,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let main = unsafe { at(handle, "handle") }?.main()?;
        if contents.is_null() {
            return Err(null("contents"));
        }
        let none = || usage(RINGMAIN_NOT_FOUND, format!("no renderer has the id {id}"));
        let found = main.web_contents(id).ok_or_else(none)?;
        // SAFETY: as above.
        unsafe { put(contents, ringmain_web_contents::boxed(found), "contents") }
    })
}

/// The ids of all renderers, in their order.
///
/// @param ids place for `capacity` of them; NULL if that is 0
/// @param count a place for how many there are, which may be more than `capacity`
/// @returns INVALID_ARGUMENT; WRONG_ROLE; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_web_contents_ids(
    handle: *const ringmain,
    ids: *mut u32,
    capacity: usize,
    count: *mut usize,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let all = unsafe { at(handle, "handle") }?.main()?.all_web_contents();
        wanted(count, "count")?;
        if ids.is_null() && capacity > 0 {
            return Err(null("ids"));
        }
        for (place, contents) in all.iter().enumerate().take(capacity) {
            // SAFETY: as above: there is room for `capacity` of them.
            unsafe { ids.add(place).write(contents.id()) };
        }
        // SAFETY: as above.
        unsafe { put(count, all.len(), "count") }
    })
}

/// Sends a message to the renderer. Never blocks: what does not fit the ring waits in main, up to a bound. On
/// a channel that the renderer does not listen to it is dropped, as in Electron.
///
/// @param args a builder that was begun for its arguments; NULL for none
/// @returns MALFORMED; RENDERER_GONE; BACKPRESSURE; CHANNEL_NAME; TOO_LARGE; FORKED; CLAIM_HELD; CORRUPT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_web_contents_send(
    contents: *const ringmain_web_contents,
    channel: *const c_char,
    args: *mut ringmain_builder,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let (contents, channel) =
            unsafe { (ringmain_web_contents::at(contents)?, text(channel, "channel")?) };
        // SAFETY: as above.
        unsafe { with_args(args, |args| Ok(contents.send(channel, args)?)) }
    })
}

/// Ends the session. The renderer's process is not touched.
///
/// @returns INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_web_contents_close(
    contents: *const ringmain_web_contents,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { ringmain_web_contents::at(contents) }?.close();
        Ok(())
    })
}

/// Gives back what `ringmain_web_contents_get` or `ringmain_spawn` gave. The session goes on. NULL is
/// ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_web_contents_free(contents: *mut ringmain_web_contents) {
    if !contents.is_null() {
        // SAFETY: one of ours, by the header, and nobody else's.
        border::value(|| drop(unsafe { Box::from_raw(contents.cast::<WebContents>()) }));
    }
}
