//! Types of [serde](https://docs.rs/serde) as values, with the feature `serde`.
//!
//! | serde | value |
//! |---|---|
//! | `bool`, `char`, strings | a boolean, strings |
//! | integers | a number up to 2^53 - 1 either way, a bigint past it; always a bigint of 128 bits |
//! | `f32`, `f64` | a number |
//! | bytes (not `Vec<u8>`, which serde has as a sequence) | bytes |
//! | `None`, `()`, unit structs | null |
//! | `Some`, newtype structs | their contents |
//! | sequences, tuples | an array |
//! | structs, maps whose keys are strings | an object |
//! | other maps | a map |
//! | enums | `"Variant"`, or an object: `{"Variant": contents}` |
//!
//! On the way back more is read than is written, as little of it as a guess as can be:
//!
//! * integers from numbers that are whole and from bigints, if they fit; floats from both kinds of
//!   numbers and from dates, as milliseconds; a type that takes anything gets whole numbers as
//!   integers, because past 32 bits they are kept as floats;
//! * sequences from sets, from bytes and from typed arrays; structs and maps from both objects and
//!   maps; a struct's field that is `undefined` as if it was not there;
//! * bytes from all forms of bytes, borrowed; strings borrowed, too;
//! * a date as the text that `JSON` makes of it (an invalid one as null), a regular expression as
//!   `/source/flags`, an error as its `name`, `message` and `stack`, and a boxed primitive as what
//!   is in it.
//!
//! Nothing is read from sparse arrays, from strings with lone surrogates and from bigints of more
//! than 128 bits: [`Problem`] names them.
//!
//! serde recurses and knows no identity. Containers in more than [`DEPTH_MAX`] others are refused,
//! cycles therefore too; shared parts are read once for each place that they are in, so that a
//! value that would come to far more than its archive has is refused as well.

mod error;
mod forms;
mod read;
mod show;
mod write;

use serde::{Deserialize, Serialize};

pub use error::{Problem, SerdeError};

use super::{Builder, Slot, ToValue, Value, ValueRef};

/// Containers in each other that are written and read.
pub const DEPTH_MAX: usize = 128;

/// A value from a type that serde knows.
///
/// # Errors
///
/// [`SerdeError`], which says where: what the type itself refuses, containers in more than
/// [`DEPTH_MAX`] others, and a value of 2 GiB or more.
///
/// # Examples
///
/// ```
/// use ringmain::value::serde::{from_value, to_value};
/// use std::collections::BTreeMap;
///
/// let limits = BTreeMap::from([("files", vec![64, 1024]), ("cores", vec![2])]);
/// let value = to_value(&limits)?;
/// assert_eq!(value.to_string(), r#"{"cores": [2], "files": [64, 1024]}"#);
///
/// let limits: BTreeMap<&str, Vec<u16>> = from_value(value.view())?;
/// assert_eq!(limits["files"], [64, 1024]);
/// let wrong = from_value::<BTreeMap<String, Vec<u8>>>(value.view()).unwrap_err();
/// assert_eq!(wrong.to_string(), "files[1]: invalid value: integer `1024`, expected u8");
/// # Ok::<(), ringmain::value::serde::SerdeError>(())
/// ```
pub fn to_value<T: Serialize + ?Sized>(from: &T) -> Result<Value, SerdeError> {
    let mut builder = Builder::value();
    let root = builder.root(0);
    write::write(from, &mut builder, root)?;
    builder.finish_value().map_err(|_| SerdeError::new(Problem::TooLarge))
}

/// A value as a type that serde knows. Text and bytes can be borrowed.
///
/// # Errors
///
/// [`SerdeError`], which says where: what the type does not expect, and what [`Problem`] names.
pub fn from_value<'a, T: Deserialize<'a>>(value: ValueRef<'a>) -> Result<T, SerdeError> {
    read::read(value)
}

/// Writes a type that serde knows into a message, without a [`Value`] in between.
///
/// # Errors
///
/// What cannot be written fails the message: [`Args::new`](crate::Args::new) answers
/// [`Error::NotCloneable`](crate::Error::NotCloneable), and [`args!`](crate::args) panics with the
/// reason. [`to_value`] returns it, as a [`SerdeError`]: `args![to_value(&config)?]` panics for no type.
///
/// # Examples
///
/// ```
/// use ringmain::{args, value::serde::Serde};
///
/// let config = std::collections::BTreeMap::from([("depth", Some(3)), ("width", None)]);
/// let args = args!["configure", Serde(&config)];
/// assert_eq!(args.to_string(), r#"["configure", {"depth": 3, "width": null}]"#);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Serde<'a, T: ?Sized>(pub &'a T);

impl<T: Serialize + ?Sized> ToValue for Serde<'_, T> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        if let Err(error) = write::write(self.0, builder, slot) {
            builder.refuse(error.to_string());
        }
    }
}
