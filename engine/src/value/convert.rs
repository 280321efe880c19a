//! What Rust's own types are as values.

use super::leaf::Leaf;
use super::ours::{OURS, Ours};
use super::scalar::Scalar;
use super::{Builder, Bytes, Slot, Value, ValueRef, Wtf8, copy};

/// What can be sent: writes itself into a slot of a [`Builder`].
///
/// | Rust | value |
/// |---|---|
/// | `()` | undefined |
/// | `Option` | null, or its contents |
/// | `bool`, `&str`, `String` | as they are |
/// | `i8`, `i16`, `u16`, `i32` | a whole number |
/// | `u32`, `i64`, `u64`, `isize`, `usize` | a whole number if it fits `i32`, else the nearest `f64` (exact up to 2^53), as JavaScript's `Number()` does |
/// | `f32`, `f64` | a number |
/// | `[u8]`, `Vec<u8>`, [`Bytes`] | bytes; a lone `u8` is no value, so that it cannot become one by mistake |
/// | other slices, arrays, `Vec` | an array |
/// | [`Object`](super::Object), [`Map`](super::Map), [`Set`](super::Set) | what they are in JavaScript, as are [`BigInt`](super::BigInt), [`Date`](super::Date), [`RegExp`](super::RegExp), [`ErrorValue`](super::ErrorValue), [`ArrayBuffer`](super::ArrayBuffer), [`TypedArray`](super::TypedArray), [`Boxed`](super::Boxed), [`Wtf8`] |
/// | `SystemTime` | a date |
/// | [`Value`], [`ValueRef`] | a copy, shared references and cycles included |
///
/// Any type can be given a `write` of its own. It is not believed: whatever it does to the builder, that
/// makes a message that a peer reads, or an error, or panics. (What is believed of the types above cannot
/// be written for others.) Values that borrow others are written by recursion, as deep as they are nested;
/// what is nested without bound is built with a [`Builder`], which does not recurse.
pub trait ToValue {
    /// Writes `self` into `slot`.
    fn write(&self, builder: &mut Builder, slot: Slot);

    /// What `write` writes, if that is a node, with bytes of its own at most. A message of such values
    /// needs no [`Builder`].
    #[doc(hidden)]
    #[inline]
    fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
        None
    }

    /// The whole archive whose only root is this very value, if there is one: sending it on needs
    /// no [`Builder`].
    #[doc(hidden)]
    #[inline]
    fn archive(&self, _: Ours) -> Option<&[u8]> {
        None
    }
}

/// The whole archive whose only root is this very value, if there is one.
#[inline]
pub(crate) fn archive_of(value: &impl ToValue) -> Option<&[u8]> {
    value.archive(OURS)
}

impl<T: ToValue + ?Sized> ToValue for &T {
    #[inline]
    fn write(&self, builder: &mut Builder, slot: Slot) {
        (**self).write(builder, slot);
    }

    #[inline]
    fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
        (**self).leaf(OURS)
    }

    #[inline]
    fn archive(&self, _: Ours) -> Option<&[u8]> {
        (**self).archive(OURS)
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        match self {
            Some(value) => value.write(builder, slot),
            None => builder.null(slot),
        }
    }

    #[inline]
    fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
        self.as_ref().map_or(Some(Leaf::Scalar(Scalar::NULL)), |value| value.leaf(OURS))
    }

    #[inline]
    fn archive(&self, _: Ours) -> Option<&[u8]> {
        self.as_ref()?.archive(OURS)
    }
}

impl<T: ToValue> ToValue for [T] {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        for (element, slot) in self.iter().zip(builder.array(slot, self.len())) {
            element.write(builder, slot);
        }
    }
}

impl<T: ToValue, const N: usize> ToValue for [T; N] {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        self.as_slice().write(builder, slot);
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        self.as_slice().write(builder, slot);
    }
}

impl ToValue for Value {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        self.view().write(builder, slot);
    }

    fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
        copy::scalar(self.view()).map(Leaf::Scalar)
    }

    fn archive(&self, _: Ours) -> Option<&[u8]> {
        Some(self.archive())
    }
}

impl ToValue for ValueRef<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        copy::copy(*self, builder, slot);
    }

    fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
        copy::scalar(*self).map(Leaf::Scalar)
    }

    fn archive(&self, _: Ours) -> Option<&[u8]> {
        self.whole_archive()
    }
}

/// How a type writes itself, and as which leaf if it can be one.
macro_rules! to_value {
    ($(
        $kind:ty => |$value:ident, $builder:ident, $slot:ident| $write:expr $(, $leaf:expr)?;
    )*) => {$(
        impl ToValue for $kind {
            #[inline]
            fn write(&self, $builder: &mut Builder, $slot: Slot) {
                let $value = self;
                $write
            }

            $(
                #[inline]
                fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
                    let $value = self;
                    Some($leaf)
                }
            )?
        }
    )*};
}

to_value! {
    () => |_value, builder, slot| builder.undefined(slot), Leaf::Scalar(Scalar::UNDEFINED);
    bool => |value, builder, slot| builder.bool(slot, *value), Leaf::Scalar(Scalar::bool(*value));
    i8 => |value, builder, slot| builder.int(slot, i32::from(*value)),
        Leaf::Scalar(Scalar::int(i32::from(*value)));
    i16 => |value, builder, slot| builder.int(slot, i32::from(*value)),
        Leaf::Scalar(Scalar::int(i32::from(*value)));
    u16 => |value, builder, slot| builder.int(slot, i32::from(*value)),
        Leaf::Scalar(Scalar::int(i32::from(*value)));
    i32 => |value, builder, slot| builder.int(slot, *value), Leaf::Scalar(Scalar::int(*value));
    f32 => |value, builder, slot| builder.float(slot, f64::from(*value)),
        Leaf::Scalar(Scalar::float(f64::from(*value)));
    f64 => |value, builder, slot| builder.float(slot, *value), Leaf::Scalar(Scalar::float(*value));
    str => |value, builder, slot| builder.string(slot, value), Leaf::text(value);
    String => |value, builder, slot| builder.string(slot, value), Leaf::text(value);
    [u8] => |value, builder, slot| builder.bytes(slot, value), Leaf::bytes(value);
    Vec<u8> => |value, builder, slot| builder.bytes(slot, value), Leaf::bytes(value);
    Bytes<'_> => |value, builder, slot| builder.bytes(slot, value.0), Leaf::bytes(value.0);
}

impl ToValue for Wtf8<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.wtf8(slot, *self);
    }

    fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
        self.as_str().map(Leaf::text)
    }
}

impl<const N: usize> ToValue for [u8; N] {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.bytes(slot, self);
    }

    #[inline]
    fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
        Some(Leaf::bytes(self))
    }
}

macro_rules! wide_to_value {
    ($($kind:ty)*) => {$(
        impl ToValue for $kind {
            #[inline]
            fn write(&self, builder: &mut Builder, slot: Slot) {
                match i32::try_from(*self) {
                    Ok(whole) => builder.int(slot, whole),
                    Err(_) => builder.float(slot, *self as f64),
                }
            }

            #[inline]
            fn leaf(&self, _: Ours) -> Option<Leaf<'_>> {
                Some(Leaf::Scalar(match i32::try_from(*self) {
                    Ok(whole) => Scalar::int(whole),
                    Err(_) => Scalar::float(*self as f64),
                }))
            }
        }
    )*};
}

wide_to_value!(u32 i64 u64 isize usize);

// These panic past 2 GiB, as a `Vec` that outgrows memory does; `Value::new` reports an error.
macro_rules! into_value {
    ($($kind:ty)*) => {$(
        impl From<$kind> for Value {
            #[inline]
            fn from(value: $kind) -> Value {
                Value::new(value).unwrap_or_else(|error| panic!("{error}"))
            }
        }
    )*};
}

into_value!(() bool i8 i16 u16 i32 u32 i64 u64 isize usize f32 f64 &str String &String &[u8] Bytes<'_> ValueRef<'_>);

impl<T: ToValue> From<Option<T>> for Value {
    #[inline]
    fn from(value: Option<T>) -> Value {
        Value::new(value).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl<T> From<Vec<T>> for Value
where
    Vec<T>: ToValue,
{
    fn from(value: Vec<T>) -> Value {
        Value::new(value).unwrap_or_else(|error| panic!("{error}"))
    }
}
