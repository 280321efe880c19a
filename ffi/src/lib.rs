//! The C ABI of Ringmain: a thin layer over the crate `ringmain`, of which it uses public names only.
//!
//! The contract is the header, `include/ringmain.h`, which is made of these sources: a comment here is a
//! comment there, and names are C's. `border` is where a call enters and leaves, `callback` how one goes the
//! other way.
#![expect(non_camel_case_types, reason = "C's names")]
#![expect(
    clippy::multiple_unsafe_ops_per_block,
    clippy::missing_safety_doc,
    reason = "one promise of the header's covers all pointers of all calls"
)]
#![allow(unsafe_code, reason = "each module that needs it says why")]

pub mod binary;
pub mod border;
pub mod builder;
pub mod callback;
pub mod claim;
mod container;
pub mod dispatch;
pub mod element;
pub mod endpoint;
pub mod event;
pub mod failure;
pub mod hooks;
pub mod info;
pub mod kind;
pub mod listen;
pub mod mark;
pub mod options;
pub mod primitive;
pub mod put;
pub mod regexp;
pub mod reply;
pub mod send;
pub mod status;
mod table;
pub mod text;
pub mod value;
pub mod web_contents;
