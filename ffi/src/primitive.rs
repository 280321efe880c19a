//! Reading primitives, boxed or not.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::binary::give;
use crate::border::{call, put};
use crate::status::ringmain_status;
use crate::value::{ringmain_value, wrong_kind};
use engine::ValueRef;
use std::ffi::c_char;

fn unboxed(value: ValueRef<'_>) -> ValueRef<'_> {
    value.unboxed().unwrap_or(value)
}

/// A boolean, boxed or not.
///
/// @returns WRONG_KIND; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_bool(
    value: ringmain_value,
    found: *mut bool,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let read = unboxed(value).as_bool().ok_or_else(|| wrong_kind(value, "a boolean"))?;
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { put(found, read, "found") }
    })
}

/// A number, boxed or not, or the milliseconds of a date.
///
/// @returns WRONG_KIND; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_number(
    value: ringmain_value,
    found: *mut f64,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let date = || value.as_date().map(|date| date.ms());
        let read = unboxed(value).as_f64().or_else(date);
        let read = read.ok_or_else(|| wrong_kind(value, "a number"))?;
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { put(found, read, "found") }
    })
}

/// The text of a string, boxed or not: UTF-8, or WTF-8 if it has lone surrogates; without a zero behind it.
/// Valid as long as the value.
///
/// @returns WRONG_KIND; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_string(
    value: ringmain_value,
    text: *mut *const c_char,
    len: *mut usize,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let read = unboxed(value).as_wtf8().ok_or_else(|| wrong_kind(value, "a string"))?;
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { give(read.as_bytes(), text.cast(), len) }
    })
}

/// A bigint, boxed or not: its sign, and the bytes of its magnitude, the lowest first, as long as the value.
///
/// @returns WRONG_KIND; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_bigint(
    value: ringmain_value,
    negative: *mut bool,
    magnitude: *mut *const u8,
    len: *mut usize,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let read = unboxed(value).as_bigint().ok_or_else(|| wrong_kind(value, "a bigint"))?;
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe {
            put(negative, read.is_negative(), "negative")?;
            give(read.magnitude(), magnitude, len)
        }
    })
}
