//! Containers under construction: written as a whole, when their last value is there.

use crate::builder::malformed;
use crate::status::Failure;
use engine::Builder;
use engine::value::{ErrorName, Key, Primitive, Slot, Wtf8};
use smallvec::SmallVec;

/// A container whose values are not all there.
pub(crate) struct Container {
    pub(crate) slot: Slot,
    pub(crate) kind: Holder,
    /// How many values are still to come.
    pub(crate) left: usize,
    pub(crate) values: SmallVec<[Slot; 8]>,
}

/// What it is, with what is not in slots.
pub(crate) enum Holder {
    Array,
    Object,
    Map,
    Set,
    /// The first value is the length, which is kept here, then keys and values.
    Sparse {
        len: Option<u32>,
        keys: Vec<SparseKey>,
    },
    Boxed,
    Error {
        name: ErrorName,
        message: Option<Vec<u8>>,
        stack: Option<Vec<u8>>,
    },
}

pub(crate) enum SparseKey {
    Index(u32),
    Name(Vec<u8>),
}

impl Container {
    pub(crate) fn is_complete(&self) -> bool {
        let is_begun = !matches!(self.kind, Holder::Sparse { len: None, .. });
        self.left == 0 && is_begun
    }

    /// The length of a sparse array, or the key of an entry.
    pub(crate) fn sparse_key(&mut self, value: Primitive<'_>) -> Result<(), Failure> {
        let Holder::Sparse { len, keys } = &mut self.kind else { return Ok(()) };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared")]
        let number = |number: f64| {
            let whole = number as u32;
            (f64::from(whole) == number).then_some(whole)
        };
        match (value, *len) {
            (Primitive::Number(value), None) => {
                *len = Some(number(value).ok_or_else(|| malformed("a sparse array's length"))?);
                return Ok(());
            }
            (Primitive::Number(value), Some(len)) => match number(value) {
                Some(at) if at < len => keys.push(SparseKey::Index(at)),
                _ => return Err(malformed("an index outside a sparse array")),
            },
            (Primitive::String(name), Some(_)) => {
                keys.push(SparseKey::Name(name.as_bytes().to_vec()));
            }
            _ => return Err(malformed("a sparse array's keys are numbers and strings")),
        }
        self.left -= 1;
        Ok(())
    }

    /// Writes it, into its slot.
    pub(crate) fn write(self, builder: &mut Builder) {
        let Self { slot, kind, values, .. } = self;
        let pairs = || -> SmallVec<[(Slot, Slot); 8]> {
            values.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value)).collect()
        };
        match kind {
            Holder::Array => builder.array_of(slot, &values),
            Holder::Object => builder.object_of(slot, &pairs()),
            Holder::Map => builder.map(slot, &pairs()),
            Holder::Set => builder.set(slot, &values),
            Holder::Boxed => {}
            Holder::Sparse { len, keys } => {
                let keys = keys.iter().map(|key| match key {
                    SparseKey::Index(at) => Key::Index(*at),
                    SparseKey::Name(name) => Key::Name(Wtf8::new(name).unwrap_or(Wtf8::from(""))),
                });
                let entries: Vec<_> = keys.zip(values.iter().copied()).collect();
                builder.sparse_array(slot, len.unwrap_or(0), &entries);
            }
            Holder::Error { name, message, stack } => {
                let [message, stack] = [&message, &stack]
                    .map(|text: &Option<Vec<u8>>| text.as_deref().and_then(Wtf8::new));
                builder.error(slot, name, message, stack, values.first().copied());
            }
        }
    }
}
