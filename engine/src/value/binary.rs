//! Bytes in all the forms that JavaScript has for them: buffers, typed arrays, `DataView`.

use bytemuck::Pod;

use super::{Builder, Slot, ToValue, ValueRef};

/// Borrowed bytes, for values of mixed kinds where a slice would be an array. They arrive as a
/// `Uint8Array` over all of a buffer of its own.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a>(pub &'a [u8]);

/// Borrowed bytes that arrive as an `ArrayBuffer`.
#[derive(Debug, Clone, Copy)]
pub struct ArrayBuffer<'a>(pub &'a [u8]);

/// Numbers that arrive as a typed array over all of a buffer of its own.
///
/// # Examples
///
/// ```
/// use ringmain::{args, value::TypedArray};
///
/// let args = args![TypedArray(&[0.5_f64, 2.0])];
/// assert_eq!(args.to_string(), "[Float64Array(2) [0.5, 2]]");
/// let view = args.get(0).as_view().unwrap();
/// assert_eq!(view.elements::<f64>(), Some(&[0.5, 2.0][..]));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TypedArray<'a, T>(pub &'a [T]);

/// What a view makes of its buffer's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum ViewKind {
    /// `Int8Array`
    Int8Array,
    /// `Uint8Array`, Node's `Buffer` among them
    Uint8Array,
    /// `Uint8ClampedArray`
    Uint8ClampedArray,
    /// `Int16Array`
    Int16Array,
    /// `Uint16Array`
    Uint16Array,
    /// `Int32Array`
    Int32Array,
    /// `Uint32Array`
    Uint32Array,
    /// `Float16Array`
    Float16Array,
    /// `Float32Array`
    Float32Array,
    /// `Float64Array`
    Float64Array,
    /// `BigInt64Array`
    BigInt64Array,
    /// `BigUint64Array`
    BigUint64Array,
    /// `DataView`
    DataView,
}

use ViewKind as Kind;

impl ViewKind {
    /// All, in the order of their numbers.
    pub const ALL: [ViewKind; 13] = [
        Kind::Int8Array,
        Kind::Uint8Array,
        Kind::Uint8ClampedArray,
        Kind::Int16Array,
        Kind::Uint16Array,
        Kind::Int32Array,
        Kind::Uint32Array,
        Kind::Float16Array,
        Kind::Float32Array,
        Kind::Float64Array,
        Kind::BigInt64Array,
        Kind::BigUint64Array,
        Kind::DataView,
    ];

    /// Bytes of an element; 1 of a `DataView`.
    #[must_use]
    pub fn element_size(self) -> usize {
        match self {
            Kind::Int8Array | Kind::Uint8Array | Kind::Uint8ClampedArray | Kind::DataView => 1,
            Kind::Int16Array | Kind::Uint16Array | Kind::Float16Array => 2,
            Kind::Int32Array | Kind::Uint32Array | Kind::Float32Array => 4,
            Kind::Float64Array | Kind::BigInt64Array | Kind::BigUint64Array => 8,
        }
    }

    /// The name as JavaScript has it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Int8Array => "Int8Array",
            Kind::Uint8Array => "Uint8Array",
            Kind::Uint8ClampedArray => "Uint8ClampedArray",
            Kind::Int16Array => "Int16Array",
            Kind::Uint16Array => "Uint16Array",
            Kind::Int32Array => "Int32Array",
            Kind::Uint32Array => "Uint32Array",
            Kind::Float16Array => "Float16Array",
            Kind::Float32Array => "Float32Array",
            Kind::Float64Array => "Float64Array",
            Kind::BigInt64Array => "BigInt64Array",
            Kind::BigUint64Array => "BigUint64Array",
            Kind::DataView => "DataView",
        }
    }
}

impl std::fmt::Display for ViewKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A number that typed arrays are made of.
///
/// Sealed: bytes that a peer sent are read as such numbers.
pub trait Element: Pod + sealed::Sealed {
    /// The typed array of such numbers.
    const KIND: ViewKind;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! element {
    ($($number:ty => $kind:ident;)*) => {$(
        impl sealed::Sealed for $number {}

        impl Element for $number {
            const KIND: ViewKind = ViewKind::$kind;
        }
    )*};
}

element! {
    i8 => Int8Array;
    u8 => Uint8Array;
    i16 => Int16Array;
    u16 => Uint16Array;
    i32 => Int32Array;
    u32 => Uint32Array;
    f32 => Float32Array;
    f64 => Float64Array;
    i64 => BigInt64Array;
    u64 => BigUint64Array;
}

impl ToValue for ArrayBuffer<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.buffer(slot, self.0);
    }
}

impl<T: Element> ToValue for TypedArray<'_, T> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        let (buffer, bytes) = (builder.reserve(), bytemuck::cast_slice(self.0));
        builder.buffer(buffer, bytes);
        builder.view(slot, T::KIND, buffer, 0, bytes.len());
    }
}

/// A typed array or `DataView` that was received.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    kind: ViewKind,
    offset: usize,
    bytes: &'a [u8],
    buffer: Option<ValueRef<'a>>,
}

impl<'a> View<'a> {
    /// Over the whole of a buffer that is this view's alone.
    pub(super) fn whole(bytes: &'a [u8]) -> View<'a> {
        View { kind: Kind::Uint8Array, offset: 0, bytes, buffer: None }
    }

    /// From a checked node and its buffer.
    pub(super) fn part(kind: u8, buffer: ValueRef<'a>, offset: u32, len: u32) -> View<'a> {
        let (kind, offset) = (Kind::ALL.get(usize::from(kind)), offset as usize);
        let bytes = buffer.as_bytes().unwrap_or_default();
        View {
            kind: kind.copied().unwrap_or(Kind::DataView),
            offset,
            bytes: bytes.get(offset..offset + len as usize).unwrap_or_default(),
            buffer: Some(buffer),
        }
    }

    /// What it makes of its bytes.
    #[must_use]
    pub fn kind(self) -> ViewKind {
        self.kind
    }

    /// The bytes that it shows, all of its buffer's or some.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// `view.byteOffset`
    #[must_use]
    pub fn offset(self) -> usize {
        self.offset
    }

    /// `view.buffer`, which other views may show too. `None` if it is this view's alone and has no
    /// other bytes.
    #[must_use]
    pub fn buffer(self) -> Option<ValueRef<'a>> {
        self.buffer
    }

    /// `view.length`; of a `DataView` its `byteLength`.
    #[must_use]
    pub fn len(self) -> usize {
        self.bytes.len() / self.kind.element_size()
    }

    /// Whether [`len`](Self::len) is 0.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// The elements where they lie. `None` if they are of another type (a `Uint8ClampedArray` has
    /// `u8` too), or if a foreign sender placed them where `T` cannot be; [`bytes`](Self::bytes)
    /// can be read then.
    #[must_use]
    pub fn elements<T: Element>(self) -> Option<&'a [T]> {
        let fits = T::KIND == self.kind
            || (T::KIND, self.kind) == (Kind::Uint8Array, Kind::Uint8ClampedArray);
        if !fits {
            return None;
        }
        bytemuck::try_cast_slice(self.bytes).ok()
    }
}

/// Their number only.
impl std::fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}
