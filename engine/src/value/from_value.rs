//! What values are as Rust's own types.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::wrong_kind::shown_key;
use super::{Args, ArgsRef, BigIntRef, Date, Kind, RegExp, Value, ValueRef, WrongKind, Wtf8};
use crate::error::NoMemory;
use crate::room;

/// A Rust type that a value can be read as.
///
/// | Rust | value |
/// |---|---|
/// | `bool`, `&str`, `String`, `Cow<str>` | as they are |
/// | integers but `u8` and `u128` | a whole number in range, or such a bigint |
/// | `f32`, `f64` | a number |
/// | `&[u8]`, `Vec<u8>`, `[u8; N]` | bytes, an `ArrayBuffer`, or what a view shows |
/// | `Vec<T>`, `[T; N]`, tuples of up to four | an array without holes; a set for `Vec<T>` |
/// | `HashMap<K, T>`, `BTreeMap<K, T>`, with `K` from a `&str` | an object |
/// | `Option<T>` | `None` for null and undefined |
/// | `()` | undefined |
/// | [`Wtf8`] | a string, lone surrogates included |
/// | [`BigIntRef`], [`Date`], [`RegExp`] | a bigint, a date, a regular expression |
/// | [`ValueRef`], [`Value`] | any value |
///
/// The others have no type of their own here: [`pairs`](ValueRef::pairs) reads a map,
/// [`as_view`](ValueRef::as_view) a typed array and its elements, [`as_error`](ValueRef::as_error) an
/// error, [`unboxed`](ValueRef::unboxed) a boxed primitive, and the feature `serde` structs and enums.
/// Open to all: what it answers is the caller's alone, and nothing here relies on it.
///
/// # Examples
///
/// ```
/// use ringmain::{args, object};
///
/// let args = args!["ping", [object! { "name": "a" }, object! { "name": None::<&str> }]];
/// assert_eq!(args.to::<&str>(0)?, "ping");
/// let wrong = args.to::<Vec<std::collections::HashMap<String, String>>>(1).unwrap_err();
/// assert_eq!(wrong.to_string(), "argument 1, [1].name: expected a string, found null");
/// # Ok::<(), ringmain::WrongKind>(())
/// ```
pub trait FromValue<'a>: Sized {
    /// Reads `value` as `Self`.
    ///
    /// # Errors
    ///
    /// [`WrongKind`], which says where, what was expected, and what is there.
    fn from_value(value: ValueRef<'a>) -> Result<Self, WrongKind>;
}

impl<'a> ValueRef<'a> {
    /// This value as a Rust type.
    ///
    /// # Errors
    ///
    /// [`WrongKind`] if it is none.
    #[inline]
    pub fn to<T: FromValue<'a>>(self) -> Result<T, WrongKind> {
        T::from_value(self)
    }
}

impl Value {
    /// This value as a Rust type.
    ///
    /// # Errors
    ///
    /// [`WrongKind`] if it is none.
    #[inline]
    pub fn to<'a, T: FromValue<'a>>(&'a self) -> Result<T, WrongKind> {
        self.view().to()
    }
}

impl<'a> ArgsRef<'a> {
    /// An argument as a Rust type. A missing one is `undefined`.
    ///
    /// # Errors
    ///
    /// [`WrongKind`] if it is none, which names the argument.
    #[inline]
    pub fn to<T: FromValue<'a>>(self, position: usize) -> Result<T, WrongKind> {
        T::from_value(self.get(position)).map_err(|wrong| wrong.in_argument(position))
    }
}

impl Args {
    /// As [`ArgsRef::to`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn to<'a, T: FromValue<'a>>(&'a self, position: usize) -> Result<T, WrongKind> {
        self.view().to(position)
    }
}

macro_rules! from_value {
    ($($kind:ty, $expected:literal, |$value:ident| $read:expr;)*) => {$(
        impl<'a> FromValue<'a> for $kind {
            #[inline]
            fn from_value($value: ValueRef<'a>) -> Result<$kind, WrongKind> {
                $read.ok_or_else(|| WrongKind::new($expected, $value))
            }
        }
    )*};
}

from_value! {
    (), "undefined", |value| value.is_undefined().then_some(());
    bool, "a boolean", |value| value.as_bool();
    f64, "a number", |value| value.as_f64();
    f32, "a number", |value| value.as_f64().map(narrowed);
    &'a str, "a string", |value| value.as_str();
    Wtf8<'a>, "a string", |value| value.as_wtf8();
    &'a [u8], "bytes", |value| value.as_bytes();
    BigIntRef<'a>, "a bigint", |value| value.as_bigint();
    Date, "a date", |value| value.as_date();
    RegExp<'a>, "a regular expression", |value| value.as_regexp();
    ValueRef<'a>, "a value", |value| Some(value);
}

/// What Rust's own types copy: there is memory for it, or it is said that there is not.
macro_rules! copied {
    ($($kind:ty, $expected:literal, |$value:ident| $borrowed:expr, $copy:expr;)*) => {$(
        impl<'a> FromValue<'a> for $kind {
            #[inline]
            fn from_value($value: ValueRef<'a>) -> Result<$kind, WrongKind> {
                match $borrowed {
                    Some(borrowed) => {
                        has_room($value, borrowed.len())?;
                        Ok($copy(borrowed))
                    }
                    None => Err(WrongKind::new($expected, $value)),
                }
            }
        }
    )*};
}

copied! {
    String, "a string", |value| value.as_str(), str::to_owned;
    Vec<u8>, "bytes", |value| value.as_bytes(), <[u8]>::to_vec;
}

impl<'a> FromValue<'a> for Cow<'a, str> {
    #[inline]
    fn from_value(value: ValueRef<'a>) -> Result<Self, WrongKind> {
        if let Some(text) = value.as_str() {
            return Ok(Cow::Borrowed(text));
        }
        let text = value.as_wtf8().ok_or_else(|| WrongKind::new("a string", value))?;
        has_room(value, text.as_bytes().len())?;
        Ok(text.to_str_lossy())
    }
}

impl<'a> FromValue<'a> for Value {
    #[inline]
    fn from_value(value: ValueRef<'a>) -> Result<Self, WrongKind> {
        // What was sent is no larger as a value of its own.
        Value::new(value).map_err(|_| WrongKind::no_memory(value))
    }
}

/// Whether there is memory for so many bytes of `value`.
#[inline]
fn has_room(value: ValueRef<'_>, bytes: usize) -> Result<(), WrongKind> {
    room::promise(bytes).map_err(|NoMemory| WrongKind::no_memory(value))
}

/// The nearest `f32`, as for every conversion to it.
#[expect(clippy::cast_possible_truncation, reason = "rounding is what is asked for")]
fn narrowed(value: f64) -> f32 {
    value as f32
}

macro_rules! integers {
    ($($kind:ty)*) => {$(
        impl<'a> FromValue<'a> for $kind {
            #[inline]
            fn from_value(value: ValueRef<'a>) -> Result<$kind, WrongKind> {
                let number = value.as_i32().map(i128::from).or_else(|| integer(value));
                number.and_then(|number| number.try_into().ok()).ok_or_else(|| {
                    let expected = format!("an integer from {} to {}", <$kind>::MIN, <$kind>::MAX);
                    out_of_range(value, expected)
                })
            }
        }
    )*};
}

integers!(i8 i16 u16 i32 u32 i64 u64 isize usize i128);

/// A whole number past `i32`.
#[cold]
#[expect(clippy::cast_possible_truncation, reason = "compared with the original afterwards")]
pub(super) fn integer(value: ValueRef<'_>) -> Option<i128> {
    match value.as_f64() {
        Some(number) => {
            let whole = number as i128;
            (whole as f64 == number && number.abs() < f64::powi(2.0, 127)).then_some(whole)
        }
        None => value.as_bigint()?.to_i128(),
    }
}

/// A number is shown as itself, and with what would fit; anything else as its kind.
#[cold]
fn out_of_range(value: ValueRef<'_>, range: String) -> WrongKind {
    match value.kind() {
        Kind::Int | Kind::Float | Kind::BigInt => WrongKind::new(range, value).with_number(value),
        _ => WrongKind::new("an integer", value),
    }
}

impl<'a, T: FromValue<'a>> FromValue<'a> for Option<T> {
    fn from_value(value: ValueRef<'a>) -> Result<Option<T>, WrongKind> {
        match value.kind() {
            Kind::Null | Kind::Undefined => Ok(None),
            _ => T::from_value(value).map(Some),
        }
    }
}

impl<'a, T: FromValue<'a>> FromValue<'a> for Vec<T> {
    fn from_value(value: ValueRef<'a>) -> Result<Vec<T>, WrongKind> {
        match value.kind() {
            Kind::Array | Kind::Set => {
                let (elements, mut list) = (value.elements(), Vec::new());
                room::reserve(&mut list, elements.len())
                    .map_err(|NoMemory| WrongKind::no_memory(value))?;
                for (at, element) in elements.enumerate() {
                    list.push(T::from_value(element).map_err(|wrong| wrong.inside_index(at))?);
                }
                Ok(list)
            }
            _ => Err(WrongKind::new("an array", value)),
        }
    }
}

impl<'a, T: FromValue<'a>, const N: usize> FromValue<'a> for [T; N] {
    fn from_value(value: ValueRef<'a>) -> Result<[T; N], WrongKind> {
        if value.kind() != Kind::Array || value.len() != N {
            return Err(WrongKind::new(elements(N), value));
        }
        let elements = Vec::from_value(value)?;
        elements.try_into().map_err(|_| WrongKind::new(self::elements(N), value))
    }
}

impl<'a, const N: usize> FromValue<'a> for [u8; N] {
    fn from_value(value: ValueRef<'a>) -> Result<[u8; N], WrongKind> {
        let bytes = value.as_bytes().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| WrongKind::new(format!("{N} bytes"), value))
    }
}

fn elements(count: usize) -> String {
    format!("an array of {count}")
}

macro_rules! tuples {
    ($($count:literal: $($name:ident $at:literal),*;)*) => {$(
        impl<'a, $($name: FromValue<'a>),*> FromValue<'a> for ($($name,)*) {
            fn from_value(value: ValueRef<'a>) -> Result<Self, WrongKind> {
                if value.kind() != Kind::Array || value.len() != $count {
                    return Err(WrongKind::new(elements($count), value));
                }
                Ok(($($name::from_value(value.index($at)).map_err(|it| it.inside_index($at))?,)*))
            }
        }
    )*};
}

tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
}

impl<'a, K, T, S> FromValue<'a> for HashMap<K, T, S>
where
    K: From<&'a str> + Eq + Hash,
    T: FromValue<'a>,
    S: BuildHasher + Default,
{
    fn from_value(value: ValueRef<'a>) -> Result<Self, WrongKind> {
        let entries = entries(value)?;
        let mut map = HashMap::default();
        // As many as there are places for, and a tag for each.
        has_room(value, value.len().saturating_mul(2 * (size_of::<(K, T)>() + 1)))?;
        map.reserve(value.len());
        for entry in entries {
            let (key, value) = entry?;
            map.insert(key, value);
        }
        Ok(map)
    }
}

impl<'a, K: From<&'a str> + Ord, T: FromValue<'a>> FromValue<'a> for BTreeMap<K, T> {
    fn from_value(value: ValueRef<'a>) -> Result<Self, WrongKind> {
        entries(value)?.collect()
    }
}

/// The entries of an object, converted.
fn entries<'a, K: From<&'a str>, T: FromValue<'a>>(
    value: ValueRef<'a>,
) -> Result<impl Iterator<Item = Result<(K, T), WrongKind>>, WrongKind> {
    if value.kind() != Kind::Object {
        return Err(WrongKind::new("an object", value));
    }
    Ok(value.pairs().map(|(name, value)| {
        let inside = |wrong: WrongKind| wrong.inside_key(&shown_key(name));
        let text = name.as_str().ok_or_else(|| WrongKind::new("a key of valid Unicode", name));
        let text = text.map_err(inside)?;
        // The key's own copy, and what a map of nodes takes for the entry.
        has_room(name, text.len().saturating_add(2 * size_of::<(K, T)>())).map_err(inside)?;
        T::from_value(value).map(|value| (K::from(text), value)).map_err(inside)
    }))
}
