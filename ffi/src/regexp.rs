//! Reading regular expressions.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::binary::give;
use crate::border::call;
use crate::status::{invalid, ringmain_status};
use crate::text::fill;
use crate::value::{ringmain_value, wrong_kind};
use std::ffi::c_char;

/// A regular expression: its source, as long as the value, and its flags with a zero behind them.
///
/// @param flags place for 9 bytes
/// @returns WRONG_KIND; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_regexp(
    value: ringmain_value,
    source: *mut *const c_char,
    len: *mut usize,
    flags: *mut c_char,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let none = || wrong_kind(value, "a regular expression");
        let read = value.as_regexp().ok_or_else(none)?;
        if flags.is_null() {
            return Err(invalid("flags"));
        }
        // SAFETY: the header asks for pointers that are NULL or valid, and room for all eight and a zero.
        unsafe { fill(&read.flags(), flags, 9) };
        // SAFETY: as above.
        unsafe { give(read.source().as_bytes(), source.cast(), len) }
    })
}
