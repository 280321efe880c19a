//! From serde into a builder.

use serde::ser::{self, Serialize, Serializer};
use smallvec::SmallVec;

use super::forms::is_safe;
use super::{DEPTH_MAX, Problem, SerdeError};
use crate::value::table::{code, tag};
use crate::value::{BigInt, Builder, Slot, ToValue};

/// Writes `from` into `slot`.
pub(super) fn write<T: Serialize + ?Sized>(
    from: &T,
    builder: &mut Builder,
    slot: Slot,
) -> Result<(), SerdeError> {
    from.serialize(Writer { builder, slot, left: DEPTH_MAX })
}

struct Writer<'b> {
    builder: &'b mut Builder,
    slot: Slot,
    /// How many containers may still be in each other here.
    left: usize,
}

impl<'b> Writer<'b> {
    fn put(self, value: impl ToValue) -> Result<(), SerdeError> {
        self.builder.put(self.slot, value);
        Ok(())
    }

    fn integer(self, value: i128) -> Result<(), SerdeError> {
        match i64::try_from(value) {
            Ok(whole) if is_safe(whole) => self.put(whole),
            _ => self.put(BigInt::from(value)),
        }
    }

    /// Goes into a container.
    fn open<K>(self) -> Result<Open<'b, K>, SerdeError> {
        let Some(left) = self.left.checked_sub(1) else {
            return Err(SerdeError::new(Problem::TooDeep));
        };
        let Writer { builder, slot, .. } = self;
        Ok(Open { builder, slot, left, parts: SmallVec::new(), variant: None })
    }

    /// Writes the object around an enum's contents, and goes there.
    fn variant(self, name: &'static str) -> Result<Writer<'b>, SerdeError> {
        let mut around = self.open::<&str>()?;
        let inner = around.builder.reserve();
        around.parts.push((name, inner));
        around.builder.object(around.slot, &around.parts);
        Ok(Writer { builder: around.builder, slot: inner, left: around.left })
    }

    /// Goes into the container that an enum's contents are.
    fn open_variant<K>(self, name: &'static str) -> Result<Open<'b, K>, SerdeError> {
        let open = self.variant(name)?.open();
        open.map(|open| Open { variant: Some(name), ..open })
    }
}

/// A container that is being written: the slots of its parts, and what they are called.
struct Open<'b, K> {
    builder: &'b mut Builder,
    slot: Slot,
    left: usize,
    parts: SmallVec<[(K, Slot); 8]>,
    /// The enum's variant that it is the contents of.
    variant: Option<&'static str>,
}

impl<K> Open<'_, K> {
    fn part<T: Serialize + ?Sized>(&mut self, name: K, value: &T) -> Result<(), SerdeError> {
        let slot = self.builder.reserve();
        self.parts.push((name, slot));
        value.serialize(Writer { builder: self.builder, slot, left: self.left })
    }

    fn inside(&self, error: SerdeError) -> SerdeError {
        self.variant.into_iter().fold(error, SerdeError::inside_key)
    }
}

impl Open<'_, ()> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerdeError> {
        let position = self.parts.len();
        self.part((), value).map_err(|error| self.inside(error.inside_index(position)))
    }

    fn array(self) -> Result<(), SerdeError> {
        let elements: SmallVec<[Slot; 16]> = self.parts.iter().map(|((), slot)| *slot).collect();
        self.builder.array_of(self.slot, &elements);
        Ok(())
    }
}

impl Open<'_, &'static str> {
    fn field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), SerdeError> {
        self.part(name, value).map_err(|error| self.inside(error.inside_key(name)))
    }

    fn object(self) -> Result<(), SerdeError> {
        self.builder.object(self.slot, &self.parts);
        Ok(())
    }
}

macro_rules! written {
    ($($method:ident $kind:ty => |$writer:ident, $value:ident| $write:expr;)*) => {$(
        fn $method(self, $value: $kind) -> Result<(), SerdeError> {
            let $writer = self;
            $write
        }
    )*};
}

impl<'b> Serializer for Writer<'b> {
    type Ok = ();
    type Error = SerdeError;
    type SerializeSeq = Open<'b, ()>;
    type SerializeTuple = Open<'b, ()>;
    type SerializeTupleStruct = Open<'b, ()>;
    type SerializeTupleVariant = Open<'b, ()>;
    type SerializeMap = Open<'b, Slot>;
    type SerializeStruct = Open<'b, &'static str>;
    type SerializeStructVariant = Open<'b, &'static str>;

    written! {
        serialize_bool bool => |writer, value| writer.put(value);
        serialize_i8 i8 => |writer, value| writer.put(value);
        serialize_i16 i16 => |writer, value| writer.put(value);
        serialize_i32 i32 => |writer, value| writer.put(value);
        serialize_i64 i64 => |writer, value| writer.integer(value.into());
        serialize_i128 i128 => |writer, value| writer.put(BigInt::from(value));
        serialize_u8 u8 => |writer, value| writer.put(i32::from(value));
        serialize_u16 u16 => |writer, value| writer.put(value);
        serialize_u32 u32 => |writer, value| writer.put(value);
        serialize_u64 u64 => |writer, value| writer.integer(value.into());
        serialize_u128 u128 => |writer, value| writer.put(BigInt::from(value));
        serialize_f32 f32 => |writer, value| writer.put(value);
        serialize_f64 f64 => |writer, value| writer.put(value);
        serialize_char char => |writer, value| writer.put(value.encode_utf8(&mut [0; 4]) as &str);
        serialize_str &str => |writer, value| writer.put(value);
        serialize_bytes &[u8] => |writer, value| writer.put(value);
        serialize_unit_struct &'static str => |writer, _name| writer.serialize_unit();
    }

    fn serialize_none(self) -> Result<(), SerdeError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), SerdeError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), SerdeError> {
        self.put(None::<()>)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), SerdeError> {
        self.put(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), SerdeError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), SerdeError> {
        let inner = self.variant(variant)?;
        value.serialize(inner).map_err(|error| error.inside_key(variant))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'b, ()>, SerdeError> {
        self.open()
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'b, ()>, SerdeError> {
        self.open()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'b, ()>, SerdeError> {
        self.open()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'b, ()>, SerdeError> {
        self.open_variant(variant)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'b, Slot>, SerdeError> {
        self.open()
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Open<'b, &'static str>, SerdeError> {
        self.open()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'b, &'static str>, SerdeError> {
        self.open_variant(variant)
    }
}

macro_rules! elements {
    ($($kind:ident $method:ident;)*) => {$(
        impl ser::$kind for Open<'_, ()> {
            type Ok = ();
            type Error = SerdeError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerdeError> {
                self.element(value)
            }

            fn end(self) -> Result<(), SerdeError> {
                self.array()
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! fields {
    ($($kind:ident)*) => {$(
        impl ser::$kind for Open<'_, &'static str> {
            type Ok = ();
            type Error = SerdeError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), SerdeError> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), SerdeError> {
                self.object()
            }
        }
    )*};
}

fields!(SerializeStruct SerializeStructVariant);

/// Its parts are called by slots: a key can be anything.
impl ser::SerializeMap for Open<'_, Slot> {
    type Ok = ();
    type Error = SerdeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerdeError> {
        let (name, value) = (self.builder.reserve(), self.builder.reserve());
        self.parts.push((name, value));
        key.serialize(Writer { builder: self.builder, slot: name, left: self.left })
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SerdeError> {
        let Some((name, slot)) = self.parts.last().copied() else { return Ok(()) };
        let written = value.serialize(Writer { builder: self.builder, slot, left: self.left });
        written.map_err(|error| match self.builder.text(name) {
            Some(key) => error.inside_key(&key),
            None => error.inside_index(self.parts.len() - 1),
        })
    }

    fn end(self) -> Result<(), SerdeError> {
        let Open { builder, slot, parts, .. } = self;
        if !parts.iter().all(|(key, _)| builder.is_text(*key)) {
            builder.map(slot, &parts);
            return Ok(());
        }
        let children: SmallVec<[Slot; 16]> =
            parts.iter().flat_map(|(key, value)| [*key, *value]).collect();
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        builder.linked(slot, code(tag::OBJECT, 0, 0, count, 0), &children);
        Ok(())
    }
}
