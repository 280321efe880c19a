//! The mark of what is believed: methods of public traits whose answers nobody looks at again.
//!
//! Such a method takes an [`Ours`]. Outside this crate it cannot be called, because there is no way to
//! have one, nor be written, because its signature has a type that cannot be named.
//!
//! ```
//! use ringmain::{Builder, ToValue, args, value::Slot};
//!
//! struct Seven;
//!
//! impl ToValue for Seven {
//!     fn write(&self, builder: &mut Builder, slot: Slot) {
//!         builder.int(slot, 7);
//!     }
//! }
//! assert_eq!(args![Seven].get(0), 7);
//! ```
//! A type that says that it is an archive, with these bytes or others:
//! ```compile_fail,E0050
//! # use ringmain::{Builder, ToValue, value::Slot};
//! # struct Seven;
//! impl ToValue for Seven {
//!     fn write(&self, builder: &mut Builder, slot: Slot) {
//!         builder.int(slot, 7);
//!     }
//!
//!     fn archive(&self) -> Option<&[u8]> {
//!         Some(&[7; 64])
//!     }
//! }
//! ```
//! ```compile_fail,E0603
//! use ringmain::value::ours::Ours;
//! ```
//! ```compile_fail,E0061
//! ringmain::ToValue::archive(&7);
//! ```
//! ```compile_fail,E0061
//! let _leaf = ringmain::ToValue::leaf(&7);
//! ```
//! Arguments of an own kind:
//! ```compile_fail,E0277
//! struct Mine;
//!
//! impl ringmain::Arguments for Mine {
//!     fn archive(&self) -> &[u8] {
//!         &[7; 64]
//!     }
//! }
//! ```
//! An element of typed arrays that they do not have:
//! ```compile_fail,E0277
//! use ringmain::value::{Element, ViewKind};
//!
//! impl Element for i128 {
//!     const KIND: ViewKind = ViewKind::Float64Array;
//! }
//! ```

/// Had by this crate only.
#[derive(Debug, Clone, Copy)]
pub struct Ours(());

/// The one there is.
pub(super) const OURS: Ours = Ours(());
