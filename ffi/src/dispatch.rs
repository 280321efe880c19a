//! Delivering what has arrived: from an event loop, or instead of one.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{at, call, offer};
use crate::endpoint::{Either, ringmain};
use crate::status::ringmain_status;
use std::ffi::c_int;
use std::os::fd::{AsFd, AsRawFd};

/// A descriptor that is readable while there is something to dispatch: for poll, epoll and the like. It is
/// the handle's: valid until `ringmain_free`, not to be read, written or closed.
///
/// @returns -1 if the handle is NULL, closed, or another process's
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_fd(handle: *const ringmain) -> c_int {
    let mut fd = -1;
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        fd = match unsafe { at(handle, "handle") }?.own_role()? {
            Either::Main(main) => main.as_fd().as_raw_fd(),
            Either::Renderer(renderer) => renderer.as_fd().as_raw_fd(),
        };
        Ok(())
    });
    fd
}

/// Delivers what is there, and never blocks. Callbacks run inside this call.
///
/// @param budget messages at most; SIZE_MAX for all
/// @param delivered NULL, or a place for their number
/// @returns MAIN_GONE once main is gone and all it had sent is delivered; WOULD_DEADLOCK inside a callback;
///          CORRUPT; DISCONNECTED; FORKED; SYSTEM. OK and 0 while another thread dispatches
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_dispatch(
    handle: *const ringmain,
    budget: usize,
    delivered: *mut usize,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let count = match unsafe { at(handle, "handle") }?.either()? {
            Either::Main(main) => main.dispatch(budget)?,
            Either::Renderer(renderer) => renderer.dispatch(budget)?,
        };
        // SAFETY: as above.
        unsafe { offer(delivered, count) };
        Ok(())
    })
}

/// Delivers until `ringmain_stop`, sleeping while there is nothing. Callbacks run inside this call.
///
/// @returns as `ringmain_dispatch`
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_run(handle: *const ringmain) -> ringmain_status {
    // SAFETY: the header asks for pointers that are NULL or valid.
    call(|| match unsafe { at(handle, "handle") }?.either()? {
        Either::Main(main) => Ok(main.run()?),
        Either::Renderer(renderer) => Ok(renderer.run()?),
    })
}

/// Ends `ringmain_run`, from any thread or callback; the next one if none runs now.
///
/// @returns INVALID_ARGUMENT; DISCONNECTED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_stop(handle: *const ringmain) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        match unsafe { at(handle, "handle") }?.own_role()? {
            Either::Main(main) => main.stop(),
            Either::Renderer(renderer) => renderer.stop(),
        }
        Ok(())
    })
}
