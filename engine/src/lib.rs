//! Electron-style IPC over lock-free rings in shared memory.

pub mod emitter;
pub mod error;
pub mod lane;
pub mod layout;
#[cfg(not(loom))]
pub mod fork;
pub mod limits;
pub mod ring;
#[cfg(not(loom))]
pub(crate) mod segment;
pub mod sync;
pub mod wait;
pub mod value;
#[cfg(not(loom))]
pub mod rendezvous;

pub use error::{Corrupt, Error};
pub use value::{Args, ArgsRef, Kind, ToValue, Value, ValueRef};
