//! Electron-style IPC over lock-free rings in shared memory.

pub mod error;
pub mod lane;
pub mod layout;
pub mod limits;
pub mod ring;
#[cfg(not(loom))]
pub(crate) mod segment;
pub mod sync;
pub mod wait;

pub use error::{Corrupt, Error};
