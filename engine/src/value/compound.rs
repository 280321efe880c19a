//! Containers that write themselves straight into a builder, without a value in between.

use super::scalar::Scalar;
use super::{BigIntRef, Builder, Slot, ToValue, Wtf8};

/// An object of these entries, in this order. The macro [`object!`](crate::object) reads better.
/// Of equal keys the last one counts.
///
/// # Examples
///
/// ```
/// use ringmain::{args, value::Object};
///
/// let args = args![Object(&[("id", &7), ("name", &"x")])];
/// assert_eq!(args.to_string(), r#"[{"id": 7, "name": "x"}]"#);
/// ```
#[derive(Clone, Copy)]
pub struct Object<'a>(pub &'a [(&'a str, &'a dyn ToValue)]);

/// A JavaScript `Map` of these entries, in this order.
#[derive(Clone, Copy)]
pub struct Map<'a>(pub &'a [(&'a dyn ToValue, &'a dyn ToValue)]);

/// A JavaScript `Set` of these values, in this order.
#[derive(Clone, Copy)]
pub struct Set<'a>(pub &'a [&'a dyn ToValue]);

/// A primitive in an object of its own: what JavaScript's `new Number(1)` makes.
#[derive(Debug, Clone, Copy)]
pub struct Boxed<'a>(pub Primitive<'a>);

/// What can be in a [`Boxed`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Primitive<'a> {
    /// `new Boolean(…)`
    Bool(bool),
    /// `new Number(…)`
    Number(f64),
    /// `Object(…n)`
    BigInt(BigIntRef<'a>),
    /// `new String(…)`
    String(Wtf8<'a>),
}

/// An object of anything that is [`ToValue`](crate::ToValue), written directly where it goes. A key
/// is a literal, a variable, or an expression in parentheses.
///
/// # Examples
///
/// ```
/// use ringmain::{args, object};
///
/// let key = String::from("name");
/// let args = args![object! { "id": 7, key: "x", "at": object! { "x": 0.5, "y": 2 } }];
/// assert_eq!(args.to_string(), r#"[{"id": 7, "name": "x", "at": {"x": 0.5, "y": 2}}]"#);
/// ```
#[macro_export]
macro_rules! object {
    ($($key:literal : $value:expr),* $(,)?) => {
        $crate::value::Literal {
            names: const { &[$($crate::value::Name::new($key)),*] },
            values: &[$(&$value as &dyn $crate::ToValue),*],
        }
    };
    ($($key:tt : $value:expr),* $(,)?) => {
        $crate::value::Literal {
            names: &[$($crate::value::Name::new(&*$key)),*],
            values: &[$(&$value as &dyn $crate::ToValue),*],
        }
    };
}

/// What [`object!`](crate::object) makes: keys, which are nodes already if they are literals, and
/// as many values. What there is more of one or the other is left out.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Literal<'a> {
    pub names: &'a [Name<'a>],
    pub values: &'a [&'a dyn ToValue],
}

/// A key: its node, if it is short.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Name<'a>(pub(super) Result<Scalar, &'a str>);

impl<'a> Name<'a> {
    #[must_use]
    #[inline]
    pub const fn new(text: &'a str) -> Name<'a> {
        match Scalar::text(text) {
            Some(short) => Name(Ok(short)),
            None => Name(Err(text)),
        }
    }
}

impl ToValue for Literal<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        let entries = self.names.iter().zip(self.values);
        let mut slots = builder.object_named(slot, entries.clone().map(|(name, _)| *name));
        for (_, contents) in entries {
            let (Some(_key), Some(value)) = (slots.next(), slots.next()) else { return };
            contents.write(builder, value);
        }
    }
}

impl ToValue for Object<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        let names = self.0.iter().map(|(name, _)| Name::new(name));
        let mut slots = builder.object_named(slot, names);
        for (_, contents) in self.0 {
            let (Some(_key), Some(value)) = (slots.next(), slots.next()) else { return };
            contents.write(builder, value);
        }
    }
}

impl ToValue for Map<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.map_with(slot, self.0.len(), |builder, position, key, value| {
            let (name, contents) = &self.0[position];
            name.write(builder, key);
            contents.write(builder, value);
        });
    }
}

impl ToValue for Set<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        let members: Vec<Slot> = self.0.iter().map(|_| builder.reserve()).collect();
        builder.set(slot, &members);
        for (member, slot) in self.0.iter().zip(members) {
            member.write(builder, slot);
        }
    }
}

impl ToValue for Primitive<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        match self {
            Primitive::Bool(value) => builder.bool(slot, *value),
            Primitive::Number(value) => builder.float(slot, *value),
            Primitive::BigInt(value) => value.write(builder, slot),
            Primitive::String(value) => builder.wtf8(slot, *value),
        }
    }
}

impl ToValue for Boxed<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.boxed(slot, self.0);
    }
}

macro_rules! debug_as_value {
    ($($kind:ident)*) => {$(
        impl std::fmt::Debug for $kind<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match super::Value::new(self) {
                    Ok(value) => value.fmt(f),
                    Err(error) => error.fmt(f),
                }
            }
        }
    )*};
}

debug_as_value!(Literal Object Map Set);
