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
//! Nothing here recurses over a value. Checking, copying and comparing visit a node once, however
//! often it is shared; printing is bounded.

mod args;
mod builder;
mod check;
mod compare;
mod convert;
mod copy;
mod owned;
mod print;
#[allow(dead_code, reason = "for the session, which does not call it yet")]
pub(crate) mod raw;
mod scalar;
mod store;
mod table;
mod view;

#[cfg(test)]
mod tests;

pub use args::{Args, ArgsRef, Arguments};
pub use builder::{Builder, Slot, Slots};
pub use convert::{Bytes, ToValue, WrongKind};
pub use owned::Value;
pub use view::{Kind, ValueRef};
