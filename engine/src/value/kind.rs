//! What a value is.

use std::fmt;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number that is kept as `i32`.
    Int,
    /// A number that is kept as `f64`; it may be whole.
    Float,
    /// A string, valid UTF-8 or with lone surrogates.
    String,
    /// Bytes: a `Uint8Array` over all of a buffer that is its alone.
    Bytes,
    /// An array without holes or other properties.
    Array,
    /// An object with string keys.
    Object,
    /// A `BigInt`.
    BigInt,
    /// A `Date`, perhaps an invalid one.
    Date,
    /// A `RegExp`.
    RegExp,
    /// An error of one of JavaScript's own classes.
    Error,
    /// A boolean, number, bigint or string in an object of its own.
    Boxed,
    /// A `Map`.
    Map,
    /// A `Set`.
    Set,
    /// An array with holes or other properties.
    SparseArray,
    /// An `ArrayBuffer`.
    ArrayBuffer,
    /// A typed array or `DataView` whose buffer can have other views too.
    View,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Undefined => "undefined",
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Int => "an integer",
            Kind::Float => "a number",
            Kind::String => "a string",
            Kind::Bytes => "bytes",
            Kind::Array => "an array",
            Kind::Object => "an object",
            Kind::BigInt => "a bigint",
            Kind::Date => "a date",
            Kind::RegExp => "a regular expression",
            Kind::Error => "an error",
            Kind::Boxed => "a boxed primitive",
            Kind::Map => "a map",
            Kind::Set => "a set",
            Kind::SparseArray => "a sparse array",
            Kind::ArrayBuffer => "an array buffer",
            Kind::View => "a view of a buffer",
        })
    }
}
