//! Values as data that serde can write in other formats.

use serde::ser::{Error, Serialize, Serializer};

use super::Problem;
use super::forms::{self, Allowance, Integer, with_numbers};
use crate::value::{Kind, Value, ValueRef, ViewKind};

/// As [`from_value`](super::from_value) reads it, so with its bounds.
impl Serialize for ValueRef<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bytes = forms::bytes_of(*self);
        Part { value: *self, allowance: Allowance::new(&bytes) }.serialize(to)
    }
}

/// As that of [`ValueRef`].
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.view().serialize(to)
    }
}

/// A value inside of others.
struct Part<'a, 'c> {
    value: ValueRef<'a>,
    allowance: Allowance<'c>,
}

impl Serialize for Part<'_, '_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let value = self.allowance.spend(self.value).map_err(S::Error::custom)?;
        match value.kind() {
            Kind::Undefined | Kind::Null => to.serialize_unit(),
            Kind::Bool => to.serialize_bool(value.as_bool().unwrap_or_default()),
            Kind::Int => to.serialize_i32(value.as_i32().unwrap_or_default()),
            Kind::Float => match forms::whole(value) {
                Some(number) => to.serialize_i64(number),
                None => to.serialize_f64(value.as_f64().unwrap_or_default()),
            },
            Kind::String => to.serialize_str(forms::text(value).map_err(S::Error::custom)?),
            Kind::Array | Kind::Set | Kind::Object | Kind::Map => self.container(value, to),
            kind => rare(value, kind, to),
        }
    }
}

impl<'a, 'c> Part<'a, 'c> {
    fn container<S: Serializer>(&self, of: ValueRef<'a>, to: S) -> Result<S::Ok, S::Error> {
        let allowance = self.allowance.inside().map_err(S::Error::custom)?;
        let part = |value| Part { value, allowance };
        match of.kind() {
            Kind::Array | Kind::Set => to.collect_seq(of.elements().map(part)),
            _ => to.collect_map(of.pairs().map(|(key, value)| (part(key), part(value)))),
        }
    }
}

/// What JSON has no word for.
fn rare<S: Serializer>(value: ValueRef<'_>, kind: Kind, to: S) -> Result<S::Ok, S::Error> {
    if let Some(number) = value.as_bigint() {
        return match Integer::of_bigint(number).map_err(S::Error::custom)? {
            Integer::I64(number) => to.serialize_i64(number),
            Integer::U64(number) => to.serialize_u64(number),
            Integer::I128(number) => to.serialize_i128(number),
            Integer::U128(number) => to.serialize_u128(number),
        };
    }
    if let Some(view) = value.as_view()
        && view.kind().element_size() > 1
    {
        with_numbers!(view, |numbers| to.collect_seq(numbers));
        return Err(S::Error::custom(Problem::NoForm(kind)));
    }
    if let Some(view) = value.as_view()
        && view.kind() == ViewKind::Int8Array
    {
        return to.collect_seq(view.elements::<i8>().unwrap_or_default());
    }
    match (value.as_bytes(), value.as_error()) {
        (Some(bytes), _) => return to.serialize_bytes(bytes),
        (_, Some(error)) => return to.collect_map(forms::error(error).map_err(S::Error::custom)?),
        _ => {}
    }
    match kind {
        Kind::Date => match forms::date(value) {
            Some(date) => to.serialize_str(&date),
            None => to.serialize_unit(),
        },
        Kind::RegExp => to.serialize_str(&forms::regexp(value).map_err(S::Error::custom)?),
        _ => Err(S::Error::custom(Problem::NoForm(kind))),
    }
}
