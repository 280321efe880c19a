//! What Rust's own types are as values.

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
pub trait ToValue {
    /// Writes `self` into `slot`.
    fn write(&self, builder: &mut Builder, slot: Slot);

    /// What `write` writes, if that is a node and nothing else. A message of such values needs no
    /// [`Builder`].
    #[doc(hidden)]
    #[inline]
    fn scalar(&self) -> Option<Scalar> {
        None
    }

    /// The whole archive whose only root is this very value, if there is one: sending it on needs
    /// no [`Builder`].
    #[doc(hidden)]
    #[inline]
    fn archive(&self) -> Option<&[u8]> {
        None
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    #[inline]
    fn write(&self, builder: &mut Builder, slot: Slot) {
        (**self).write(builder, slot);
    }

    #[inline]
    fn scalar(&self) -> Option<Scalar> {
        (**self).scalar()
    }

    #[inline]
    fn archive(&self) -> Option<&[u8]> {
        (**self).archive()
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
    fn scalar(&self) -> Option<Scalar> {
        self.as_ref().map_or(Some(Scalar::NULL), T::scalar)
    }

    #[inline]
    fn archive(&self) -> Option<&[u8]> {
        self.as_ref()?.archive()
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

    fn scalar(&self) -> Option<Scalar> {
        self.view().scalar()
    }

    fn archive(&self) -> Option<&[u8]> {
        Some(self.archive())
    }
}

impl ToValue for ValueRef<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        copy::copy(*self, builder, slot);
    }

    fn scalar(&self) -> Option<Scalar> {
        copy::scalar(*self)
    }

    fn archive(&self) -> Option<&[u8]> {
        self.whole_archive()
    }
}

/// How a type writes itself, and as which scalar if it can be one.
macro_rules! to_value {
    ($(
        $kind:ty => |$value:ident, $builder:ident, $slot:ident| $write:expr $(, $scalar:expr)?;
    )*) => {$(
        impl ToValue for $kind {
            #[inline]
            fn write(&self, $builder: &mut Builder, $slot: Slot) {
                let $value = self;
                $write
            }

            $(
                #[inline]
                fn scalar(&self) -> Option<Scalar> {
                    let $value = self;
                    $scalar
                }
            )?
        }
    )*};
}

to_value! {
    () => |_value, builder, slot| builder.undefined(slot), Some(Scalar::UNDEFINED);
    bool => |value, builder, slot| builder.bool(slot, *value), Some(Scalar::bool(*value));
    i8 => |value, builder, slot| builder.int(slot, i32::from(*value)),
        Some(Scalar::int(i32::from(*value)));
    i16 => |value, builder, slot| builder.int(slot, i32::from(*value)),
        Some(Scalar::int(i32::from(*value)));
    u16 => |value, builder, slot| builder.int(slot, i32::from(*value)),
        Some(Scalar::int(i32::from(*value)));
    i32 => |value, builder, slot| builder.int(slot, *value), Some(Scalar::int(*value));
    f32 => |value, builder, slot| builder.float(slot, f64::from(*value)),
        Some(Scalar::float(f64::from(*value)));
    f64 => |value, builder, slot| builder.float(slot, *value), Some(Scalar::float(*value));
    str => |value, builder, slot| builder.string(slot, value), Scalar::text(value);
    String => |value, builder, slot| builder.string(slot, value), Scalar::text(value);
    [u8] => |value, builder, slot| builder.bytes(slot, value);
    Vec<u8> => |value, builder, slot| builder.bytes(slot, value);
    Wtf8<'_> => |value, builder, slot| builder.wtf8(slot, *value),
        value.as_str().and_then(Scalar::text);
}

impl<const N: usize> ToValue for [u8; N] {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.bytes(slot, self);
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
            fn scalar(&self) -> Option<Scalar> {
                match i32::try_from(*self) {
                    Ok(whole) => Some(Scalar::int(whole)),
                    Err(_) => Some(Scalar::float(*self as f64)),
                }
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
