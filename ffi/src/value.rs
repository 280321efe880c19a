//! Reading values where they lie.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, call, put};
use crate::kind::ringmain_kind;
use crate::status::ringmain_status::*;
use crate::status::{Failure, invalid, ringmain_status, usage};
use engine::value::Wtf8;
use engine::{Kind, Value, ValueRef};
use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::LazyLock;

/// A value where it lies: to be passed on by value. Valid as long as what it was read from: the callback's
/// call, or until `ringmain_owned_free`. Two with equal members are the same object. All zero is undefined.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ringmain_value {
    /// The library's own.
    pub archive: *const c_void,
    /// The library's own.
    pub node: u64,
}

/// A value of the caller's own.
#[repr(C)]
#[derive(Debug)]
pub struct ringmain_owned {
    /// To be read until `ringmain_owned_free`.
    pub value: ringmain_value,
    /// The library's own.
    pub memory: *mut c_void,
}

impl ringmain_value {
    pub(crate) fn of(value: ValueRef<'_>) -> Self {
        let (archive, node) = value.into_raw_parts();
        Self { archive: archive.as_ptr(), node: node.into() }
    }

    /// # Safety
    /// It is all zero, or what it was read from is valid for `'a`.
    pub(crate) unsafe fn read<'a>(self) -> ValueRef<'a> {
        match (ptr::NonNull::new(self.archive.cast_mut()), u32::try_from(self.node)) {
            // SAFETY: `of` has taken it apart, and it is valid by the caller's promise.
            (Some(archive), Ok(node)) => unsafe { ValueRef::from_raw_parts(archive, node) },
            _ => NOTHING.view(),
        }
    }
}

/// What all zero is.
static NOTHING: LazyLock<Value> = LazyLock::new(Value::default);

const UNDEFINED: ringmain_value = ringmain_value { archive: ptr::null(), node: 0 };

impl ringmain_owned {
    pub(crate) fn of(value: Value) -> Self {
        let memory = Box::new(value);
        let value = ringmain_value::of(memory.view());
        Self { value, memory: Box::into_raw(memory).cast() }
    }
}

#[cold]
fn wrong_kind(found: ValueRef<'_>, wanted: &'static str) -> Failure {
    usage(RINGMAIN_WRONG_KIND, format!("{} where {wanted} was asked for", found.kind()))
}

/// What a value is, a ringmain_kind. Never fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_kind(value: ringmain_value) -> u32 {
    // SAFETY: the header asks for a value that is still valid.
    let kind = border::value(|| ringmain_kind::of(unsafe { value.read() }.kind()));
    kind.unwrap_or(ringmain_kind::RINGMAIN_UNDEFINED) as u32
}

/// How many values are in it: the elements of an array (its length, if it is sparse) or set, the pairs of an
/// object or map; the bytes of strings, bytes, array buffers and views; 0 for others. Never fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_len(value: ringmain_value) -> usize {
    border::value(|| {
        // SAFETY: the header asks for a value that is still valid.
        let value = unsafe { value.read() };
        match value.kind() {
            Kind::View => value.as_view().map_or(0, |view| view.bytes().len()),
            _ => value.len(),
        }
    })
    .unwrap_or(0)
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

fn unboxed(value: ValueRef<'_>) -> ValueRef<'_> {
    value.unboxed().unwrap_or(value)
}

/// Gives out bytes, each part where it is wanted.
///
/// # Safety
/// The places are NULL or valid.
unsafe fn give(found: &[u8], start: *mut *const u8, len: *mut usize) -> Result<(), Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        put(start, found.as_ptr(), "place for a pointer")?;
        put(len, found.len(), "place for a length")
    }
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

/// Writes as much of a text as fits, and a zero.
///
/// # Safety
/// There is room for `capacity` bytes, which are more than none.
unsafe fn fill(text: &str, place: *mut c_char, capacity: usize) {
    let len = text.floor_char_boundary(capacity - 1);
    // SAFETY: `len` is less than `capacity`, by the caller's promise.
    unsafe {
        place.cast::<u8>().copy_from_nonoverlapping(text.as_ptr(), len);
        place.add(len).write(0);
    }
}

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

/// Copies a value, with everything in it, to keep it.
///
/// @param owned a place for it; `ringmain_owned_free` gives it back
/// @returns INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_retain(
    value: ringmain_value,
    owned: *mut ringmain_owned,
) -> ringmain_status {
    call(|| {
        if owned.is_null() {
            return Err(invalid("owned"));
        }
        // SAFETY: the header asks for a value that is still valid.
        let copied = ringmain_owned::of(unsafe { value.read() }.to_owned());
        // SAFETY: the header asks for pointers that are NULL or valid.
        unsafe { put(owned, copied, "owned") }
    })
}

/// Gives a value of the caller's back, and makes it undefined. NULL, and one that is all zero, are ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_owned_free(owned: *mut ringmain_owned) {
    border::value(|| {
        // SAFETY: the header asks for pointers that are NULL or valid.
        let Some(owned) = (unsafe { owned.as_mut() }) else { return };
        owned.value = UNDEFINED;
        let memory = std::mem::replace(&mut owned.memory, ptr::null_mut());
        if !memory.is_null() {
            // SAFETY: `ringmain_owned::of` has made it a pointer, and nobody else has it.
            drop(unsafe { Box::from_raw(memory.cast::<Value>()) });
        }
    });
}
