//! One owned value.

#![expect(unsafe_code, reason = "an archive is checked once and then read where it lies")]

use rkyv::access_unchecked;
use smallvec::SmallVec;

use super::ours::OURS;
use super::store::Store;
use super::table::ArchivedTable;
use super::{Builder, Kind, Slot, ToValue, ValueRef, check};
use crate::buffer::Buffer;
use crate::error::{Corrupt, Error, NoMemory};

/// Any value that can be sent, as the bytes that travel.
///
/// Up to 112 bytes lie in the value itself, larger ones in one block; copying one copies bytes,
/// dropping one frees at most that block.
///
/// # Examples
///
/// ```
/// use ringmain::Value;
///
/// let value = Value::object([("name", Value::from("ringmain")), ("major", Value::from(0))]);
/// assert_eq!(value.get("name"), "ringmain");
/// assert!(value.get("minor").is_undefined());
/// ```
#[derive(Clone)]
pub struct Value(Store);

impl Value {
    /// A value from anything that is [`ToValue`].
    ///
    /// # Errors
    ///
    /// As [`Args::new`](super::Args::new).
    #[inline]
    pub fn new(value: impl ToValue) -> Result<Value, Error> {
        match Store::leaves(1, |_| value.leaf(OURS)) {
            Some(store) => Ok(Value(store)),
            None => Value::build(&value),
        }
    }

    #[inline(never)]
    fn build(value: &dyn ToValue) -> Result<Value, Error> {
        if let Some(archive) = value.archive(OURS) {
            return Ok(Value(Store::copy_of(archive)?));
        }
        let mut builder = Builder::value();
        let root = builder.root(0);
        value.write(&mut builder, root);
        builder.take_value()
    }

    /// `undefined`
    #[must_use]
    pub fn undefined() -> Value {
        Value::from(())
    }

    /// `null`
    #[must_use]
    pub fn null() -> Value {
        Value::from(None::<()>)
    }

    /// An array.
    ///
    /// # Panics
    ///
    /// When it would have 2 GiB or more, as a `Vec` that outgrows memory does, or a type in it cannot be
    /// written, or wrote no message. [`Builder`] reports that as an error.
    #[must_use]
    pub fn array(elements: impl IntoIterator<Item: ToValue>) -> Value {
        let mut builder = Builder::value();
        let root = builder.root(0);
        let mut slots = SmallVec::<[Slot; 16]>::new();
        for element in elements {
            let slot = builder.reserve();
            builder.put(slot, element);
            slots.push(slot);
        }
        builder.array_of(root, &slots);
        builder.finish_value().unwrap_or_else(|error| panic!("{error}"))
    }

    /// An object with these entries, in this order. Of equal keys the last one counts.
    ///
    /// # Panics
    ///
    /// When it would have 2 GiB or more, as a `Vec` that outgrows memory does, or a type in it cannot be
    /// written, or wrote no message. [`Builder`] reports that as an error.
    #[must_use]
    pub fn object<K: AsRef<str>, V: ToValue>(entries: impl IntoIterator<Item = (K, V)>) -> Value {
        let mut builder = Builder::value();
        let root = builder.root(0);
        let mut slots = SmallVec::<[(K, Slot); 8]>::new();
        for (key, value) in entries {
            let slot = builder.reserve();
            builder.put(slot, value);
            slots.push((key, slot));
        }
        builder.object(root, &slots);
        builder.finish_value().unwrap_or_else(|error| panic!("{error}"))
    }

    /// An owned value out of bytes that a peer wrote, as [`Args::receive`](super::Args::receive).
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] as for [`ValueRef::check`]; [`Error::Exhausted`].
    pub fn receive(len: usize, fill: impl FnOnce(&mut [u8])) -> Result<Value, Error> {
        let mut store = check::room(len)?;
        fill(store.bytes_mut());
        check::check_one(store.bytes())?;
        Ok(Value(store))
    }

    /// As [`receive`](Self::receive), of a private buffer that holds the bytes already: no copy.
    #[allow(dead_code, reason = "for the session, which does not call it yet")]
    pub(crate) fn from_archive(archive: Buffer) -> Result<Value, Corrupt> {
        check::check_one(&archive)?;
        Ok(Value(Store::Heap(archive)))
    }

    /// A value of the bytes of an archive that `check_one` accepts.
    ///
    /// # Errors
    ///
    /// [`NoMemory`]
    pub(crate) fn copy_of(archive: &[u8]) -> Result<Value, NoMemory> {
        Store::copy_of(archive).map(Value)
    }

    /// The buffer, if this is large enough to have one: to be filled and checked again.
    #[allow(dead_code, reason = "for the session, which does not call it yet")]
    pub(crate) fn into_buffer(self) -> Option<Buffer> {
        self.0.into_buffer()
    }

    /// A value over an archive that `check_one` accepts.
    #[inline]
    pub(super) fn from_checked(store: Store) -> Value {
        Value(store)
    }

    /// The bytes that travel: one archive, to be placed at a multiple of 16.
    #[must_use]
    #[inline]
    pub fn archive(&self) -> &[u8] {
        self.0.bytes()
    }

    /// Borrows the value.
    #[must_use]
    #[inline]
    pub fn view(&self) -> ValueRef<'_> {
        // SAFETY: needs a valid `ArchivedTable` at the end of the bytes. A `Value` is made by
        // `receive`, which checked them, or by our own builder, whose archives the check accepts;
        // nothing changes them afterwards.
        ValueRef::new(unsafe { access_unchecked::<ArchivedTable>(self.archive()) }, 0)
    }

    /// What this is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.view().kind()
    }

    /// Whether this is `undefined`.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.view().is_undefined()
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.view().is_null()
    }

    /// The boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        self.view().as_bool()
    }

    /// The number, if it is whole and in range.
    #[must_use]
    pub fn as_i32(&self) -> Option<i32> {
        self.view().as_i32()
    }

    /// The number.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.view().as_f64()
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.view().as_str()
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        self.view().as_bytes()
    }

    /// As [`ValueRef::len`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Whether [`len`](Self::len) is 0.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.view().is_empty()
    }

    /// An element of an array, as [`ValueRef::index`].
    #[must_use]
    pub fn index(&self, position: usize) -> ValueRef<'_> {
        self.view().index(position)
    }

    /// The value under a key of an object, as [`ValueRef::get`].
    #[must_use]
    pub fn get(&self, key: &str) -> ValueRef<'_> {
        self.view().get(key)
    }
}

impl Default for Value {
    /// `undefined`
    fn default() -> Value {
        Value::undefined()
    }
}
