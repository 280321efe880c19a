//! From a value into serde.

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::forms::{self, Allowance, Integer, contents_len, with_numbers};
use super::{DEPTH_MAX, Problem, SerdeError};
use crate::error::NoMemory;
use crate::room;
use crate::value::wrong_kind::shown_key;
use crate::value::{Kind, ValueRef, from_value};

/// Reads all of a value.
pub(super) fn read<'a, T: Deserialize<'a>>(value: ValueRef<'a>) -> Result<T, SerdeError> {
    let bytes = forms::bytes_of(value);
    T::deserialize(Reader::new(value, Allowance::new(&bytes))?)
}

#[derive(Clone, Copy)]
struct Reader<'a, 'c> {
    value: ValueRef<'a>,
    allowance: Allowance<'c>,
    /// How many types may still be around another of the same value.
    wrappers: usize,
}

impl<'a, 'c> Reader<'a, 'c> {
    fn new(value: ValueRef<'a>, allowance: Allowance<'c>) -> Result<Reader<'a, 'c>, SerdeError> {
        let value = allowance.spend(value).map_err(SerdeError::new)?;
        has_room(contents_len(value))?;
        Ok(Reader { value, allowance, wrappers: DEPTH_MAX })
    }

    /// The same value for the type that a type is around: one around itself has no end.
    fn unwrapped(self) -> Result<Reader<'a, 'c>, SerdeError> {
        let wrappers = self.wrappers.checked_sub(1);
        Ok(Reader { wrappers: wrappers.ok_or_else(|| SerdeError::new(Problem::TooDeep))?, ..self })
    }

    fn integer<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        let number = match self.value.as_bigint() {
            Some(number) => Integer::of_bigint(number).map_err(SerdeError::new)?,
            None => match self
                .value
                .as_i32()
                .map(i128::from)
                .or_else(|| from_value::integer(self.value))
            {
                Some(number) => Integer::of(number),
                None => return self.deserialize_any(visitor),
            },
        };
        match number {
            Integer::I64(number) => visitor.visit_i64(number),
            Integer::U64(number) => visitor.visit_u64(number),
            Integer::I128(number) => visitor.visit_i128(number),
            Integer::U128(number) => visitor.visit_u128(number),
        }
    }

    fn float<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        match self.value.as_f64().or_else(|| self.value.as_date().map(|date| date.ms())) {
            Some(number) => visitor.visit_f64(number),
            None => self.deserialize_any(visitor),
        }
    }

    fn bytes<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        match self.value.as_bytes() {
            Some(bytes) => visitor.visit_borrowed_bytes(bytes),
            None => self.deserialize_any(visitor),
        }
    }

    /// The elements of anything that has some.
    fn sequence<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        if let Kind::Array | Kind::Set = self.value.kind() {
            let allowance = self.allowance.inside().map_err(SerdeError::new)?;
            let mut rest = Elements { rest: self.value.elements(), position: 0, allowance };
            let read = visitor.visit_seq(&mut rest)?;
            return match rest.rest.len() {
                0 => Ok(read),
                left => Err(SerdeError::invalid_length(rest.position + left, &"fewer elements")),
            };
        }
        if let Some(view) = self.value.as_view() {
            with_numbers!(view, |numbers| numbers_to(numbers, visitor));
        }
        match self.value.as_bytes() {
            Some(bytes) if self.value.kind() == Kind::ArrayBuffer => numbers_to(bytes, visitor),
            Some(_) => Err(SerdeError::new(Problem::NoForm(self.value.kind()))),
            None => self.deserialize_any(visitor),
        }
    }

    /// The entries of anything that has some; `present` ones only are not undefined.
    fn entries<V: Visitor<'a>>(self, visitor: V, present: bool) -> Result<V::Value, SerdeError> {
        if let Some(error) = self.value.as_error() {
            let parts = forms::error(error).map_err(SerdeError::new)?;
            return visitor.visit_map(MapDeserializer::new(parts));
        }
        let (Kind::Object | Kind::Map) = self.value.kind() else {
            return self.deserialize_any(visitor);
        };
        let allowance = self.allowance.inside().map_err(SerdeError::new)?;
        let rest = self.value.pairs();
        let rest = rest.filter(move |(_, value)| !present || !value.is_undefined());
        visitor.visit_map(Entries { rest, position: 0, open: None, allowance })
    }
}

/// Whether there is memory for so many bytes in a type of serde's, whose code allocates as it likes.
fn has_room(bytes: usize) -> Result<(), SerdeError> {
    room::promise(bytes).map_err(|NoMemory| SerdeError::new(Problem::NoMemory))
}

/// The numbers of a typed array.
fn numbers_to<'a, V, N>(numbers: &[N], visitor: V) -> Result<V::Value, SerdeError>
where
    V: Visitor<'a>,
    N: Copy + serde::de::IntoDeserializer<'a, SerdeError>,
{
    let mut numbers = SeqDeserializer::new(numbers.iter().copied());
    let read = visitor.visit_seq(&mut numbers)?;
    numbers.end().map(|()| read)
}

macro_rules! reads {
    ($($read:ident: $($method:ident)*;)*) => {$($(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, SerdeError> {
            self.$read(visitor)
        }
    )*)*};
}

impl<'a> Deserializer<'a> for Reader<'a, '_> {
    type Error = SerdeError;

    reads! {
        integer: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128;
        integer: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128;
        float: deserialize_f32 deserialize_f64;
        bytes: deserialize_bytes deserialize_byte_buf;
        sequence: deserialize_seq;
        deserialize_any: deserialize_bool deserialize_char deserialize_str deserialize_string;
        deserialize_any: deserialize_unit deserialize_map deserialize_identifier;
    }

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        let value = self.value;
        match value.kind() {
            Kind::Undefined | Kind::Null => visitor.visit_unit(),
            Kind::Bool => visitor.visit_bool(value.as_bool().unwrap_or_default()),
            Kind::Int | Kind::BigInt => self.integer(visitor),
            Kind::Float => match forms::whole(value) {
                Some(number) => visitor.visit_i64(number),
                None => visitor.visit_f64(value.as_f64().unwrap_or_default()),
            },
            Kind::String => {
                visitor.visit_borrowed_str(forms::text(value).map_err(SerdeError::new)?)
            }
            Kind::Bytes | Kind::ArrayBuffer => self.bytes(visitor),
            Kind::View => match value.as_view() {
                Some(view) if view.kind().element_size() > 1 => self.sequence(visitor),
                _ => self.bytes(visitor),
            },
            Kind::Array | Kind::Set => self.sequence(visitor),
            Kind::Object | Kind::Map | Kind::Error => self.entries(visitor, false),
            Kind::Date => match forms::date(value) {
                Some(date) => visitor.visit_string(date),
                None => visitor.visit_unit(),
            },
            Kind::RegExp => visitor.visit_string(forms::regexp(value).map_err(SerdeError::new)?),
            kind @ (Kind::SparseArray | Kind::Boxed) => Err(SerdeError::new(Problem::NoForm(kind))),
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        match self.value.kind() {
            Kind::Undefined | Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self.unwrapped()?),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        visitor.visit_newtype_struct(self.unwrapped()?)
    }

    fn deserialize_tuple<V: Visitor<'a>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        self.sequence(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        self.sequence(visitor)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        self.entries(visitor, true)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        let mut entries = self.value.pairs();
        match (self.value.kind(), entries.next(), entries.next()) {
            (Kind::String, ..) => {
                let name = forms::text(self.value).map_err(SerdeError::new)?;
                visitor.visit_enum(BorrowedStrDeserializer::new(name))
            }
            (Kind::Object | Kind::Map, Some((name, contents)), None) => {
                let name = forms::text(name).map_err(SerdeError::new)?;
                let allowance = self.allowance.inside().map_err(SerdeError::new)?;
                let contents = Reader::new(contents, allowance);
                visitor.visit_enum(Variant { name, contents: contents? })
            }
            (Kind::Object | Kind::Map, ..) => {
                Err(SerdeError::invalid_value(Unexpected::Map, &"an object of one entry"))
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        visitor.visit_unit()
    }
}

/// The rest of a sequence.
struct Elements<'c, I> {
    rest: I,
    position: usize,
    allowance: Allowance<'c>,
}

impl<'a, I: ExactSizeIterator<Item = ValueRef<'a>>> SeqAccess<'a> for Elements<'_, I> {
    type Error = SerdeError;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, SerdeError> {
        let Some(value) = self.rest.next() else { return Ok(None) };
        let position = self.position;
        self.position += 1;
        let read = Reader::new(value, self.allowance).and_then(|reader| seed.deserialize(reader));
        read.map(Some).map_err(|error| error.inside_index(position))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The rest of a map, and the entry whose key has been read.
struct Entries<'a, 'c, I> {
    rest: I,
    position: usize,
    open: Option<(ValueRef<'a>, ValueRef<'a>)>,
    allowance: Allowance<'c>,
}

impl<'a, I> Entries<'a, '_, I> {
    fn inside(&self, key: Option<ValueRef<'a>>, error: SerdeError) -> SerdeError {
        match key.filter(|key| key.kind() == Kind::String) {
            Some(name) => error.inside_key(&shown_key(name)),
            None => error.inside_index(self.position - 1),
        }
    }
}

impl<'a, I: Iterator<Item = (ValueRef<'a>, ValueRef<'a>)>> MapAccess<'a> for Entries<'a, '_, I> {
    type Error = SerdeError;

    fn next_key_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, SerdeError> {
        self.open = self.rest.next();
        let Some((key, _)) = self.open else { return Ok(None) };
        self.position += 1;
        let read = Reader::new(key, self.allowance).and_then(|reader| seed.deserialize(reader));
        read.map(Some).map_err(|error| self.inside(Some(key), error))
    }

    fn next_value_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<T::Value, SerdeError> {
        let Some((key, value)) = self.open else {
            return Err(SerdeError::custom("a value was asked for before its key"));
        };
        let read = Reader::new(value, self.allowance).and_then(|reader| seed.deserialize(reader));
        read.map_err(|error| self.inside(Some(key), error))
    }
}

/// An enum's variant with contents.
struct Variant<'a, 'c> {
    name: &'a str,
    contents: Reader<'a, 'c>,
}

impl<'a> EnumAccess<'a> for Variant<'a, '_> {
    type Error = SerdeError;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<(T::Value, Self), SerdeError> {
        let name = seed.deserialize(BorrowedStrDeserializer::<SerdeError>::new(self.name))?;
        Ok((name, self))
    }
}

impl<'a> VariantAccess<'a> for Variant<'a, '_> {
    type Error = SerdeError;

    fn unit_variant(self) -> Result<(), SerdeError> {
        <()>::deserialize(self.contents).map_err(|error| error.inside_key(self.name))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'a>>(self, seed: T) -> Result<T::Value, SerdeError> {
        seed.deserialize(self.contents).map_err(|error| error.inside_key(self.name))
    }

    fn tuple_variant<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, SerdeError> {
        self.contents.sequence(visitor).map_err(|error| error.inside_key(self.name))
    }

    fn struct_variant<V: Visitor<'a>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        self.contents.entries(visitor, true).map_err(|error| error.inside_key(self.name))
    }
}
