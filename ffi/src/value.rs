//! Values where they lie, and values of the caller's own.
#![expect(unsafe_code, reason = "exports C functions, and follows their pointers")]

use crate::border::{self, call, put};
use crate::kind::ringmain_kind;
use crate::status::ringmain_status::*;
use crate::status::{Failure, null, ringmain_status, usage};
use engine::{Kind, Value, ValueRef};
use std::cell::Cell;
use std::ffi::c_void;
use std::mem::MaybeUninit;
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

pub(crate) const UNDEFINED: ringmain_value = ringmain_value { archive: ptr::null(), node: 0 };

thread_local! {
    /// Memory for the next value: who asks again and again gives one back before the next one comes.
    static SPARE: Cell<Option<Box<MaybeUninit<Value>>>> = const { Cell::new(None) };
}

impl ringmain_owned {
    #[inline]
    pub(crate) fn of(value: Value) -> Self {
        let spare = SPARE.try_with(Cell::take).ok().flatten();
        let memory = Box::write(spare.unwrap_or_else(Box::new_uninit), value);
        let value = ringmain_value::of(memory.view());
        Self { value, memory: Box::into_raw(memory).cast() }
    }
}

#[cold]
pub(crate) fn wrong_kind(found: ValueRef<'_>, wanted: &'static str) -> Failure {
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

/// Copies a value, with everything in it, to keep it.
///
/// @param owned a place for it; `ringmain_owned_free` gives it back
/// @returns INVALID_ARGUMENT; EXHAUSTED if there is no memory for it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ringmain_value_retain(
    value: ringmain_value,
    owned: *mut ringmain_owned,
) -> ringmain_status {
    call(|| {
        if owned.is_null() {
            return Err(null("owned"));
        }
        // SAFETY: the header asks for a value that is still valid.
        let copied = ringmain_owned::of(Value::new(unsafe { value.read() })?);
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
            let mut memory = unsafe { Box::from_raw(memory.cast::<MaybeUninit<Value>>()) };
            // SAFETY: it has the value that `ringmain_owned::of` wrote.
            unsafe { memory.assume_init_drop() };
            // A thread that ends has no place for it any more.
            let _ = SPARE.try_with(|spare| spare.set(Some(memory)));
        }
    });
}
