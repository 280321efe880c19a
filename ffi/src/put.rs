//! Putting values into a message.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, bytes, call, terminated};
use crate::builder::ringmain_builder;
use crate::container::Holder;
use crate::kind::ringmain_kind::{self, *};
use crate::status::ringmain_status::*;
use crate::status::{Failure, invalid, not_utf8, null, ringmain_status};
use crate::value::ringmain_value;
use engine::value::{BigIntRef, Date, ErrorName, Primitive, RegExp, Wtf8};
use std::ffi::{c_char, c_void};

/// Runs a put, and remembers the first that failed.
pub(crate) fn add(
    builder: *mut ringmain_builder,
    put: impl FnOnce(&mut ringmain_builder) -> Result<(), Failure>,
) -> ringmain_status {
    call(|| {
        // SAFETY: the header asks for a builder that is NULL or valid, and no other thread's.
        let builder = unsafe { builder.as_mut() }.ok_or_else(|| null("builder"))?;
        put(builder).inspect_err(|_| {
            builder.broken.get_or_insert((RINGMAIN_MALFORMED, "a value before could not be put"));
        })
    })
}

/// Puts a value that has nothing but its kind, or begins a container: the values that are put next are those
/// in it.
///
/// @param kind UNDEFINED, NULL; ARRAY and SET with `count` values; OBJECT and MAP with `count` pairs of key
///        and value; SPARSE_ARRAY with its length, a number, and `count` pairs whose keys are indices or
///        names; BOXED with one boolean, number, bigint or string
/// @param count 0 for UNDEFINED, NULL and BOXED
/// @returns INVALID_ARGUMENT for another kind; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put(
    builder: *mut ringmain_builder,
    kind: u32,
    count: usize,
) -> ringmain_status {
    add(builder, |builder| {
        let pairs = || count.checked_mul(2).ok_or_else(|| invalid("count is out of range"));
        match ringmain_kind::numbered(kind) {
            Some(RINGMAIN_UNDEFINED) => builder.value(|builder, slot| builder.undefined(slot)),
            Some(RINGMAIN_NULL) => builder.value(|builder, slot| builder.null(slot)),
            Some(RINGMAIN_ARRAY) => builder.container(Holder::Array, count),
            Some(RINGMAIN_SET) => builder.container(Holder::Set, count),
            Some(RINGMAIN_OBJECT) => builder.container(Holder::Object, pairs()?),
            Some(RINGMAIN_MAP) => builder.container(Holder::Map, pairs()?),
            Some(RINGMAIN_BOXED) => builder.container(Holder::Boxed, 1),
            Some(RINGMAIN_SPARSE_ARRAY) => {
                builder.container(Holder::Sparse { len: None, keys: Vec::new() }, pairs()?)
            }
            _ => Err(invalid("kind is none that this call puts")),
        }
    })
}

/// Puts a boolean.
///
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_bool(
    builder: *mut ringmain_builder,
    value: bool,
) -> ringmain_status {
    add(builder, |builder| builder.primitive(Primitive::Bool(value)))
}

/// Puts a number.
///
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_number(
    builder: *mut ringmain_builder,
    value: f64,
) -> ringmain_status {
    add(builder, |builder| builder.primitive(Primitive::Number(value)))
}

/// Puts a bigint: a sign, and its magnitude.
///
/// @param magnitude len bytes, the lowest first
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_bigint(
    builder: *mut ringmain_builder,
    negative: bool,
    magnitude: *const u8,
    len: usize,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let magnitude = unsafe { bytes(magnitude.cast(), len, "magnitude") }?;
        builder.primitive(Primitive::BigInt(BigIntRef::new(negative, magnitude)))
    })
}

/// A text by pointer and length, `SIZE_MAX` for one that ends with a zero.
///
/// # Safety
/// It is NULL or valid for `'a`.
unsafe fn string<'a>(
    start: *const c_char,
    len: usize,
    what: &'static str,
) -> Result<Wtf8<'a>, Failure> {
    let found = match len {
        // SAFETY: the caller's promise.
        usize::MAX => unsafe { terminated(start, what) }?,
        // SAFETY: as above.
        len => unsafe { bytes(start.cast(), len, what) }?,
    };
    Wtf8::new(found).ok_or_else(|| not_utf8(what))
}

/// Puts a string.
///
/// @param text UTF-8, or with lone surrogates as WTF-8 has them
/// @param len its bytes; SIZE_MAX if a zero ends it
/// @returns INVALID_ARGUMENT if it is not UTF-8; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_string(
    builder: *mut ringmain_builder,
    text: *const c_char,
    len: usize,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        builder.primitive(Primitive::String(unsafe { string(text, len, "text") }?))
    })
}

/// Puts bytes, which are copied.
///
/// @param kind BYTES, or ARRAY_BUFFER for a buffer that views show
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_bytes(
    builder: *mut ringmain_builder,
    kind: u32,
    data: *const c_void,
    len: usize,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let data = unsafe { bytes(data, len, "data") }?;
        match ringmain_kind::numbered(kind) {
            Some(RINGMAIN_BYTES) => builder.value(|builder, slot| builder.bytes(slot, data)),
            Some(RINGMAIN_ARRAY_BUFFER) => {
                let marking = builder.marking;
                builder.value(|builder, slot| builder.buffer(slot, data))?;
                if let Some(mark) = marking.and_then(|mark| builder.marks.get_mut(mark)) {
                    mark.bytes = Some(len);
                }
                Ok(())
            }
            _ => Err(invalid("kind is none that this call puts")),
        }
    })
}

/// Puts a date.
///
/// @param ms milliseconds since 1970; NaN for an invalid date
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_date(
    builder: *mut ringmain_builder,
    ms: f64,
) -> ringmain_status {
    add(builder, |builder| builder.value(|builder, slot| builder.date(slot, Date::new(ms))))
}

/// Puts a regular expression.
///
/// @param source as for `ringmain_put_string`
/// @param flags of "dgimsuvy", each once at most, and a zero
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_regexp(
    builder: *mut ringmain_builder,
    source: *const c_char,
    len: usize,
    flags: *const c_char,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let (source, flags) =
            unsafe { (string(source, len, "source")?, border::text(flags, "flags")?) };
        let regexp = RegExp::new(source, flags)
            .ok_or_else(|| invalid("flags are not those of a regular expression"))?;
        builder.value(|builder, slot| builder.regexp(slot, regexp))
    })
}

/// Puts an error.
///
/// @param name a ringmain_error_name
/// @param message NULL for none; `message_len` bytes, or SIZE_MAX if a zero ends it
/// @param stack the same
/// @param has_cause whether the value that is put next is its cause
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_error(
    builder: *mut ringmain_builder,
    name: u32,
    message: *const c_char,
    message_len: usize,
    stack: *const c_char,
    stack_len: usize,
    has_cause: bool,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let optional = |text: *const c_char, len, what| match text.is_null() {
            true => Ok(None),
            // SAFETY: as above.
            false => unsafe { string(text, len, what) }.map(|text| Some(text.as_bytes().to_vec())),
        };
        let name = ErrorName::ALL
            .get(name as usize)
            .ok_or_else(|| invalid("name is no ringmain_error_name"))?;
        let message = optional(message, message_len, "message")?;
        let stack = optional(stack, stack_len, "stack")?;
        builder.container(Holder::Error { name: *name, message, stack }, usize::from(has_cause))
    })
}

/// Puts a value that was received, with everything in it.
///
/// @returns INVALID_ARGUMENT; MALFORMED
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_put_value(
    builder: *mut ringmain_builder,
    value: ringmain_value,
) -> ringmain_status {
    add(builder, |builder| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        builder.value(|builder, slot| builder.put(slot, value))
    })
}
