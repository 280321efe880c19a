//! Reading errors that are values.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{call, put};
use crate::status::ringmain_status;
use crate::value::{UNDEFINED, ringmain_value, wrong_kind};
use engine::value::Wtf8;
use std::ffi::c_char;
use std::ptr;

/// An error, taken apart.
#[repr(C)]
#[derive(Debug)]
pub struct ringmain_js_error {
    /// A ringmain_error_name.
    pub name: u32,
    /// Not used.
    pub reserved: u32,
    /// NULL if it has none; as long as the value, without a zero behind it.
    pub message: *const c_char,
    /// Its bytes.
    pub message_len: usize,
    /// NULL if it has none; as long as the value, without a zero behind it.
    pub stack: *const c_char,
    /// Its bytes.
    pub stack_len: usize,
    /// Undefined if it has none.
    pub cause: ringmain_value,
}

/// An error.
///
/// @returns WRONG_KIND; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_error(
    value: ringmain_value,
    found: *mut ringmain_js_error,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let read = value.as_error().ok_or_else(|| wrong_kind(value, "an error"))?;
        let start = |text: Option<Wtf8<'_>>| {
            text.map_or(ptr::null(), |text| text.as_bytes().as_ptr().cast())
        };
        let len = |text: Option<Wtf8<'_>>| text.map_or(0, |text| text.as_bytes().len());
        let taken = ringmain_js_error {
            name: read.name() as u32,
            reserved: 0,
            message: start(read.message()),
            message_len: len(read.message()),
            stack: start(read.stack()),
            stack_len: len(read.stack()),
            cause: read.cause().map_or(UNDEFINED, ringmain_value::of),
        };
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { put(found, taken, "found") }
    })
}
