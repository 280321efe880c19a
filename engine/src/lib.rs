//! Electron-style IPC over lock-free rings in shared memory.

pub mod error;
pub mod limits;

pub use error::{Corrupt, Error};
