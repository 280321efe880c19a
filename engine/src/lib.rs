//! Electron-style IPC over lock-free rings in shared memory.

#![cfg_attr(
    all(loom, not(test)),
    expect(dead_code, unused_imports, reason = "under loom only models make rings and lanes")
)]

pub mod error;
pub mod lane;
pub mod layout;
pub mod limits;
pub mod ring;
pub mod sync;
pub mod wait;

#[cfg(not(loom))]
pub mod emitter;
#[cfg(not(loom))]
pub(crate) mod fork;
#[cfg(not(loom))]
mod ipc_main;
#[cfg(not(loom))]
mod ipc_renderer;
#[cfg(not(loom))]
pub(crate) mod rendezvous;
#[cfg(not(loom))]
pub(crate) mod segment;
#[cfg(not(loom))]
pub(crate) mod session;
#[cfg(not(loom))]
pub mod value;
#[cfg(not(loom))]
pub mod wire;

#[cfg(not(loom))]
pub use emitter::{BoxError, ListenerId, Outcome};
pub use error::{Corrupt, Error};
#[cfg(not(loom))]
pub use ipc_main::{
    Diagnostic, Event, GoneDetails, GoneReason, InvokeEvent, IpcMain, MainOptions, ReturnValue,
    WebContents,
};
#[cfg(not(loom))]
pub use ipc_renderer::{Invoke, IpcRenderer, RendererEvent, RendererOptions};
#[cfg(not(loom))]
pub use rendezvous::peer::Credentials;
#[cfg(not(loom))]
pub use session::counters::Counters;
#[cfg(not(loom))]
pub use session::geometry::Geometry;
#[cfg(not(loom))]
pub use session::lanes;
#[cfg(not(loom))]
pub use value::{Args, ArgsRef, Arguments, Kind, ToValue, Value, ValueRef};
pub use wait::WaitPolicy;
