//! The dynamic values that messages carry.
//!
//! A message is one flat table of nodes with `u32` links between them, in one rkyv archive:
//! identity and cycles cost nothing, and no reader needs recursion. [`Args`] and [`Value`] own such
//! an archive, [`ArgsRef`] and [`ValueRef`] read one where it lies, [`Builder`] makes one.
//!
//! What a peer sent becomes readable in two ways only: [`ArgsRef::check`] in place, for memory
//! that nobody changes meanwhile, and [`Args::receive`] after a private copy (or
//! `Args::from_archive` if that copy exists already).
//!
//! A value is what JavaScript's structured clone can carry, all of it ([`Kind`]). Rust's types write
//! themselves straight into a message ([`ToValue`], [`object!`](crate::object)) and are read from
//! one ([`FromValue`]); each value has one form, which the check enforces. With the feature `serde`
//! so do all types that serde knows (`value::serde`).
//!
//! # Reading
//! [`ArgsRef::to`] reads an argument as a Rust type, and its error names the argument and the way
//! inside; [`FromValue`] lists the types. What has no type there is walked: objects by
//! [`get`](ValueRef::get) and [`entries`](ValueRef::entries), arrays and sets by
//! [`elements`](ValueRef::elements), maps by [`pairs`](ValueRef::pairs), typed arrays by
//! [`as_view`](ValueRef::as_view).
//!
//! ```
//! use ringmain::args;
//! use ringmain::value::{Date, Map, TypedArray};
//! use std::time::SystemTime;
//!
//! let prices = Map(&[(&"apple", &0.5), (&"pear", &0.75)]);
//! let args = args![prices, Date::new(0.0), TypedArray(&[1.5_f32, 2.5])];
//!
//! let mut sum = 0.0;
//! for (name, price) in args.get(0).pairs() {
//!     assert!(name.as_str().is_some());
//!     sum += price.to::<f64>()?;
//! }
//! assert_eq!(sum, 1.25);
//!
//! let date: Date = args.to(1)?;
//! assert_eq!(date.to_system_time(), Some(SystemTime::UNIX_EPOCH));
//!
//! let view = args.get(2).as_view().ok_or("a typed array, please")?;
//! let samples = view.elements::<f32>().ok_or("a Float32Array, please")?; // where they lie
//! assert_eq!(samples, [1.5, 2.5]);
//! # Ok::<(), ringmain::BoxError>(())
//! ```
//!
//! Nothing here recurses over a value. Checking, copying and comparing visit a node once, however
//! often it is shared; printing is bounded.
//!
//! # What is read unchecked
//! An archive is checked once, or never if this process built it. What is read afterwards without a check
//! rests on what nobody outside this module can make or change:
//!
//! | read | rests on | made by |
//! |---|---|---|
//! | the table at an archive's end (`Args::view`, `Value::view`) | the bytes are those of an archive that the check accepts | `receive` and `from_archive`, which check; [`Builder`]'s finishes; `Store::leaves`; `Store::copy_of` an archive of these |
//! | the nodes as bytes (`encoded`) | a table exists over an archive only | as above, and the checks themselves |
//! | text as `str` (`ValueRef::as_str`) | a node that is text has a range of the pool that is UTF-8 | the check; `Builder::string` from a `str`; a copy of such a node |
//! | all bytes around a value (`whole_archive`) | the table's parts lie where [`Builder`] puts them, which is compared | as above |
//! | a `str` in a `Name` or leaf | the node was made from a `str` | `Scalar::text`, `Leaf::text` |
//!
//! A builder's part of it: nodes, links and pool only grow together and are emptied together, a finish
//! that takes the pool takes them all, and what was put into the pool is not changed. Which nodes may be
//! where (a key is a string) is no matter of memory: readers look at each node's tag and range. But a peer
//! cuts off who sends it otherwise, so a builder that cannot vouch for it checks
//! ([`Error::Malformed`](crate::Error::Malformed)).
//!
//! Traits: what [`ToValue`] says of an archive or a leaf is believed and cannot be said by others;
//! [`Arguments`] and [`Element`] are sealed; [`FromValue`] is open, and nothing relies on it.

mod args;
mod bigint;
mod binary;
mod builder;
mod check;
mod compare;
mod compound;
mod contents;
mod convert;
mod copy;
mod date;
mod failure;
mod from_value;
mod kind;
mod leaf;
mod list;
mod ours;
mod owned;
mod pool;
mod print;
#[allow(dead_code, reason = "for the session, which does not call it yet")]
pub(crate) mod raw;
mod regexp;
mod scalar;
#[cfg(feature = "serde")]
pub mod serde;
mod store;
mod table;
mod view;
mod wrong_kind;
mod wtf8;

#[cfg(test)]
mod tests;

#[doc(hidden)]
pub use args::Unwritten;
pub use args::{Args, ArgsRef, Arguments};
pub use bigint::{BigInt, BigIntRef};
pub use binary::{ArrayBuffer, Bytes, Element, TypedArray, View, ViewKind};
pub use builder::{Builder, Key, Slot, Slots};
pub use compound::{Boxed, Map, Object, Primitive, Set};
#[doc(hidden)]
pub use compound::{Literal, Name};
pub use convert::ToValue;
pub(crate) use convert::archive_of;
pub use date::Date;
pub use failure::{ErrorName, ErrorRef, ErrorValue};
pub use from_value::FromValue;
pub use kind::Kind;
pub use owned::Value;
pub use regexp::RegExp;
pub use view::ValueRef;
pub use wrong_kind::WrongKind;
pub use wtf8::Wtf8;
