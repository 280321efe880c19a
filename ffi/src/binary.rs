//! Reading bytes, and views of them.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{call, put};
use crate::status::{Failure, ringmain_status};
use crate::value::{UNDEFINED, ringmain_value, wrong_kind};

/// Gives out bytes, each part where it is wanted.
///
/// # Safety
/// The places are NULL or valid.
pub(crate) unsafe fn give(
    found: &[u8],
    start: *mut *const u8,
    len: *mut usize,
) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        put(start, found.as_ptr(), "place for a pointer")?;
        put(len, found.len(), "place for a length")
    }
}

/// The bytes of bytes, of an array buffer, or those that a view shows. Valid as long as the value.
///
/// @returns WRONG_KIND; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_bytes(
    value: ringmain_value,
    data: *mut *const u8,
    len: *mut usize,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let read = value.as_bytes().ok_or_else(|| wrong_kind(value, "bytes"))?;
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { give(read, data, len) }
    })
}

/// A view: what it is of, and where it begins there. Its bytes are `ringmain_value_bytes`.
///
/// @param kind a place for a ringmain_view_kind
/// @returns WRONG_KIND; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_view(
    value: ringmain_value,
    kind: *mut u32,
    buffer: *mut ringmain_value,
    offset: *mut usize,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let view = value.as_view().ok_or_else(|| wrong_kind(value, "a view"))?;
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe {
            put(kind, view.kind() as u32, "kind")?;
            put(buffer, view.buffer().map_or(UNDEFINED, ringmain_value::of), "buffer")?;
            put(offset, view.offset(), "offset")
        }
    })
}
