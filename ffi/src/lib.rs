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

// In the order of the header, a group apart from the next. What calls answer, and what no caller is told:
pub mod status;

pub mod border;

// Mains and renderers, and the loop that runs their callbacks:
pub mod options;

pub mod endpoint;

pub mod dispatch;

// Callbacks:
pub mod callback;
mod table;

pub mod event;

pub mod listen;

pub mod reply;

pub mod hooks;

// Sending:
pub mod send;

pub mod claim;

pub mod web_contents;

pub mod info;

// Building messages:
pub mod builder;
mod container;

pub mod put;

pub mod mark;

// Reading values:
pub mod value;

pub mod kind;

pub mod primitive;

pub mod text;

pub mod binary;
pub mod element;
pub mod failure;
pub mod regexp;
