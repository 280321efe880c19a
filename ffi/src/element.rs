//! Reading what is in containers.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, call, put};
use crate::status::ringmain_status::*;
use crate::status::{ringmain_status, usage};
use crate::value::{UNDEFINED, ringmain_value};
use engine::Kind;
use std::ffi::c_char;

/// An element of an array or set, or what is boxed; undefined if it is not there. Never fails. In a sparse
/// array it looks at the entries one by one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_at(
    value: ringmain_value,
    position: usize,
) -> ringmain_value {
    border::value(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        let found = match value.kind() {
            Kind::Set => value.elements().nth(position),
            Kind::Boxed if position == 0 => value.unboxed(),
            _ => Some(value.index(position)),
        };
        found.map_or(UNDEFINED, ringmain_value::of)
    })
    .unwrap_or(UNDEFINED)
}

/// The value under a key of an object, or of a sparse array's other properties; undefined if there is none.
/// Never fails. Looks at the entries one by one.
///
/// @param key UTF-8, with a zero behind it; one that is not finds nothing
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_get(
    value: ringmain_value,
    key: *const c_char,
) -> ringmain_value {
    border::value(|| {
        // SAFETY: the header asks for a value that is still valid, and a pointer that is NULL or valid.
        let (value, key) = unsafe { (value.read(), border::text(key, "key")) };
        key.map_or(UNDEFINED, |key| ringmain_value::of(value.get(key)))
    })
    .unwrap_or(UNDEFINED)
}

/// Key and value of a pair of an object, a map or a sparse array, whose elements' keys are numbers.
///
/// @param position from 0
/// @returns NOT_FOUND past the last; INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_pair(
    value: ringmain_value,
    position: usize,
    key: *mut ringmain_value,
    found: *mut ringmain_value,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a value that is still valid.
        let pair = unsafe { value.read() }.pairs().nth(position);
        let (name, of) = pair.ok_or_else(|| usage(RINGMAIN_NOT_FOUND, "no such pair"))?;
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe {
            put(key, ringmain_value::of(name), "key")?;
            put(found, ringmain_value::of(of), "found")
        }
    })
}
