//! What values are.

use engine::Kind;

/// What a value is.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ringmain_kind {
    /// JavaScript's `undefined`, and whatever is not there.
    RINGMAIN_UNDEFINED = 0,
    /// `null`
    RINGMAIN_NULL = 1,
    /// A boolean.
    RINGMAIN_BOOL = 2,
    /// A number, whole or not.
    RINGMAIN_NUMBER = 3,
    /// A string.
    RINGMAIN_STRING = 4,
    /// Bytes: what a Node `Buffer` or a Rust `&[u8]` is.
    RINGMAIN_BYTES = 5,
    /// An array.
    RINGMAIN_ARRAY = 6,
    /// An object.
    RINGMAIN_OBJECT = 7,
    /// A bigint.
    RINGMAIN_BIGINT = 8,
    /// A date.
    RINGMAIN_DATE = 9,
    /// A regular expression.
    RINGMAIN_REGEXP = 10,
    /// An error.
    RINGMAIN_ERROR = 11,
    /// A boolean, number, bigint or string in an object of its own.
    RINGMAIN_BOXED = 12,
    /// A map.
    RINGMAIN_MAP = 13,
    /// A set.
    RINGMAIN_SET = 14,
    /// An array with holes, or with other properties.
    RINGMAIN_SPARSE_ARRAY = 15,
    /// An `ArrayBuffer`.
    RINGMAIN_ARRAY_BUFFER = 16,
    /// A view of one.
    RINGMAIN_VIEW = 17,
}

use ringmain_kind::*;

const ALL: [ringmain_kind; 18] = [
    RINGMAIN_UNDEFINED,
    RINGMAIN_NULL,
    RINGMAIN_BOOL,
    RINGMAIN_NUMBER,
    RINGMAIN_STRING,
    RINGMAIN_BYTES,
    RINGMAIN_ARRAY,
    RINGMAIN_OBJECT,
    RINGMAIN_BIGINT,
    RINGMAIN_DATE,
    RINGMAIN_REGEXP,
    RINGMAIN_ERROR,
    RINGMAIN_BOXED,
    RINGMAIN_MAP,
    RINGMAIN_SET,
    RINGMAIN_SPARSE_ARRAY,
    RINGMAIN_ARRAY_BUFFER,
    RINGMAIN_VIEW,
];

impl ringmain_kind {
    pub(crate) fn numbered(number: u32) -> Option<Self> {
        ALL.get(number as usize).copied()
    }

    pub(crate) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Null => RINGMAIN_NULL,
            Kind::Bool => RINGMAIN_BOOL,
            Kind::Int | Kind::Float => RINGMAIN_NUMBER,
            Kind::String => RINGMAIN_STRING,
            Kind::Bytes => RINGMAIN_BYTES,
            Kind::Array => RINGMAIN_ARRAY,
            Kind::Object => RINGMAIN_OBJECT,
            Kind::BigInt => RINGMAIN_BIGINT,
            Kind::Date => RINGMAIN_DATE,
            Kind::RegExp => RINGMAIN_REGEXP,
            Kind::Error => RINGMAIN_ERROR,
            Kind::Boxed => RINGMAIN_BOXED,
            Kind::Map => RINGMAIN_MAP,
            Kind::Set => RINGMAIN_SET,
            Kind::SparseArray => RINGMAIN_SPARSE_ARRAY,
            Kind::ArrayBuffer => RINGMAIN_ARRAY_BUFFER,
            Kind::View => RINGMAIN_VIEW,
            // Undefined, and what later engines may know.
            _ => RINGMAIN_UNDEFINED,
        }
    }
}

/// The classes of errors.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub enum ringmain_error_name {
    /// `Error`
    RINGMAIN_ERROR_ERROR = 0,
    /// `EvalError`
    RINGMAIN_ERROR_EVAL = 1,
    /// `RangeError`
    RINGMAIN_ERROR_RANGE = 2,
    /// `ReferenceError`
    RINGMAIN_ERROR_REFERENCE = 3,
    /// `SyntaxError`
    RINGMAIN_ERROR_SYNTAX = 4,
    /// `TypeError`
    RINGMAIN_ERROR_TYPE = 5,
    /// `URIError`
    RINGMAIN_ERROR_URI = 6,
}

/// The types of views.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub enum ringmain_view_kind {
    /// `Int8Array`
    RINGMAIN_INT8_ARRAY = 0,
    /// `Uint8Array`
    RINGMAIN_UINT8_ARRAY = 1,
    /// `Uint8ClampedArray`
    RINGMAIN_UINT8_CLAMPED_ARRAY = 2,
    /// `Int16Array`
    RINGMAIN_INT16_ARRAY = 3,
    /// `Uint16Array`
    RINGMAIN_UINT16_ARRAY = 4,
    /// `Int32Array`
    RINGMAIN_INT32_ARRAY = 5,
    /// `Uint32Array`
    RINGMAIN_UINT32_ARRAY = 6,
    /// `Float16Array`
    RINGMAIN_FLOAT16_ARRAY = 7,
    /// `Float32Array`
    RINGMAIN_FLOAT32_ARRAY = 8,
    /// `Float64Array`
    RINGMAIN_FLOAT64_ARRAY = 9,
    /// `BigInt64Array`
    RINGMAIN_BIGINT64_ARRAY = 10,
    /// `BigUint64Array`
    RINGMAIN_BIGUINT64_ARRAY = 11,
    /// `DataView`
    RINGMAIN_DATA_VIEW = 12,
}
