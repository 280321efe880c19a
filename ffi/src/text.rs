//! Values as texts for people.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border;
use crate::value::ringmain_value;
use std::ffi::c_char;

/// Writes as much of a text as fits, and a zero.
///
/// # Safety
/// There is room for `capacity` bytes, which are more than none.
pub(crate) unsafe fn fill(text: &str, place: *mut c_char, capacity: usize) {
    let len = text.floor_char_boundary(capacity - 1);
    // SAFETY: `len` is less than `capacity`, by the caller's promise.
    unsafe {
        place.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), len);
        place.add(len).write(0);
    }
}

/// A value as a text for people, as JavaScript's console would print it. Cut off where the place ends; a zero
/// is behind it.
///
/// @param text place for `capacity` bytes; NULL if that is 0
/// @returns how many bytes the whole text has, without the zero
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_text(
    value: ringmain_value,
    text: *mut c_char,
    capacity: usize,
) -> usize {
    border::value(|| {
        // SAFETY: the header asks for a value that is still valid.
        let printed = unsafe { value.read() }.to_string();
        if capacity > 0 && !text.is_null() {
            // SAFETY: the header asks for room for so many bytes.
            unsafe { fill(&printed, text, capacity) };
        }
        printed.len()
    })
    .unwrap_or(0)
}
