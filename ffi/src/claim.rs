//! Bytes that are written where the peer reads them.
#![expect(unsafe_code, reason = "keeps a claim in memory of C's")]

use crate::border::{at, call, text};
use crate::endpoint::ringmain;
use crate::send::when_full;
use crate::status::ringmain_status::*;
use crate::status::{Failure, invalid, null, ringmain_status, usage};
use crate::web_contents::ringmain_web_contents;
use engine::{RendererClaim, WebContents, WebContentsClaim};
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Bytes of a message that is being written in place: fill `bytes`, then `ringmain_commit`. It is the
/// caller's memory, need not be set, and may be moved to another place, but not copied. One thread's, from the
/// claim to its end; meanwhile this thread can send nothing else in this session, and the handle, the renderer
/// and the channel's name have to stay valid. Other threads of a renderer that send wait for the end of the
/// claim; what those of main send to the renderer, and answers, follow it. A claim that never ends leaves them
/// waiting, in main up to a bound: commit or abort every claim.
#[repr(C)]
#[derive(Debug)]
pub struct ringmain_claimed {
    /// Where to write. What is in it is left from earlier messages.
    pub bytes: *mut u8,
    /// How many bytes there are.
    pub len: usize,
    /// The library's own.
    pub inner: MaybeUninit<[u64; 32]>,
}

/// What lies in `inner`.
enum Inner {
    Ended,
    Renderer(RendererClaim<'static>),
    Main(WebContentsClaim<'static>),
}

const _: () = assert!(size_of::<Inner>() <= size_of::<[u64; 32]>());
const _: () = assert!(align_of::<Inner>() <= align_of::<ringmain_claimed>());

impl Inner {
    fn bytes(&mut self) -> &mut [u8] {
        match self {
            Self::Ended => &mut [],
            Self::Renderer(claim) => claim.bytes(),
            Self::Main(claim) => claim.bytes(),
        }
    }

    /// Lays it down for C.
    ///
    /// # Safety
    /// `place` is valid for writes.
    unsafe fn lay_down(self, place: *mut ringmain_claimed) {
        // SAFETY: there is room for it, see above; what is there is C's, and not dropped.
        let inner = unsafe {
            let inner: *mut Inner = (&raw mut (*place).inner).cast();
            inner.write(self);
            &mut *inner
        };
        let bytes = inner.bytes();
        // SAFETY: as above.
        unsafe {
            (*place).bytes = bytes.as_mut_ptr();
            (*place).len = bytes.len();
        }
    }

    /// Takes it up again; it is over for C.
    ///
    /// # Safety
    /// `place` is NULL or was laid down.
    unsafe fn take_up(place: *mut ringmain_claimed) -> Result<Self, Failure> {
        if place.is_null() {
            return Err(null("claim"));
        }
        // SAFETY: the caller's promise.
        unsafe {
            let inner: *mut Inner = (&raw mut (*place).inner).cast();
            (*place).bytes = std::ptr::null_mut();
            (*place).len = 0;
            Ok(inner.replace(Self::Ended))
        }
    }
}

/// Reserves `len` bytes of a message from a renderer. Main's listeners get one value of the kind BYTES. Waits
/// for space if the ring is full; what the ring cannot hold at once is written in a buffer.
///
/// @param timeout_ms how long to wait for space: as for `ringmain_send`, also when what is in a buffer is
///        committed
/// @param claim a place for it
/// @returns CLAIM_HELD; else as `ringmain_send`; the claim is over then
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_claim(
    handle: *const ringmain,
    channel: *const c_char,
    len: usize,
    timeout_ms: i64,
    claim: *mut ringmain_claimed,
) -> ringmain_status {
    call(|| {
        if claim.is_null() {
            return Err(null("claim"));
        }
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { Inner::Ended.lay_down(claim) };
        // SAFETY: as above. The claim borrows the handle and the channel for longer than this call: the
        // header asks that they stay valid until it is over.
        let (handle, channel): (&'static ringmain, &'static str) =
            unsafe { (at(handle, "handle")?, text(channel, "channel")?) };
        let when_full = when_full(timeout_ms);
        let inner = Inner::Renderer(handle.renderer()?.claim_when(channel, len, when_full)?);
        // SAFETY: as above.
        unsafe { inner.lay_down(claim) };
        Ok(())
    })
}

/// The same for a message from main to a renderer. Never blocks: what the ring has no room for, or another
/// thread's claim is in the way of, is written in a buffer, and waits in main.
///
/// @returns CLAIM_HELD; else as `ringmain_web_contents_send`; the claim is over then
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_web_contents_claim(
    contents: *const ringmain_web_contents,
    channel: *const c_char,
    len: usize,
    claim: *mut ringmain_claimed,
) -> ringmain_status {
    call(|| {
        if claim.is_null() {
            return Err(null("claim"));
        }
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { Inner::Ended.lay_down(claim) };
        // SAFETY: as for `ringmain_claim`.
        let (contents, channel): (&'static WebContents, &'static str) =
            unsafe { (ringmain_web_contents::at(contents)?, text(channel, "channel")?) };
        let inner = Inner::Main(contents.claim(channel, len)?);
        // SAFETY: as above.
        unsafe { inner.lay_down(claim) };
        Ok(())
    })
}

/// Sends the first `len` bytes of a claim, which is over then, whatever this returns.
///
/// @returns INVALID_ARGUMENT if that is more than was claimed; NOT_FOUND if it is over; else as the claim
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_commit(
    claim: *mut ringmain_claimed,
    len: usize,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a claim that was made.
        let inner = unsafe { Inner::take_up(claim) }?;
        match inner {
            Inner::Ended => Err(usage(RINGMAIN_NOT_FOUND, "the claim is over")),
            Inner::Renderer(claim) if len <= claim.len() => Ok(claim.commit(len)?),
            Inner::Main(claim) if len <= claim.len() => Ok(claim.commit(len)?),
            Inner::Renderer(_) | Inner::Main(_) => Err(invalid("len is more than was claimed")),
        }
    })
}

/// Ends a claim without sending anything. One that is over is left as it is.
///
/// @returns INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_abort(claim: *mut ringmain_claimed) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a claim that was made.
        drop(unsafe { Inner::take_up(claim) }?);
        Ok(())
    })
}
