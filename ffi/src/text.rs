//! Values as texts for people.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border;
use crate::value::ringmain_value;
use std::ffi::c_char;
use std::fmt::{self, Write};

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
        let capacity = if text.is_null() { 0 } else { capacity };
        let mut cut = Cut { place: text.cast(), room: capacity.saturating_sub(1), len: 0 };
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        // Without memory to look at all of it the text ends where it is.
        let _ = write!(cut, "{value}");
        if capacity > 0 {
            // SAFETY: the header asks for room for so many bytes, of which one was left.
            unsafe { cut.place.write(0) };
        }
        cut.len
    })
    .unwrap_or(0)
}

/// A text of which as much is written as there is room for, and all is counted.
struct Cut {
    place: *mut u8,
    room: usize,
    len: usize,
}

impl Write for Cut {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let fits = part.floor_char_boundary(self.room);
        if fits > 0 {
            // SAFETY: `room` bytes are left at `place`, by the promise of who made this.
            unsafe { self.place.copy_from_nonoverlapping(part.as_ptr(), fits) };
            // SAFETY: as above.
            self.place = unsafe { self.place.add(fits) };
        }
        self.room = if fits < part.len() { 0 } else { self.room - fits };
        self.len += part.len();
        Ok(())
    }
}
