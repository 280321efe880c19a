//! Who listens on which channel: Electron's rules, once, for main and renderers.
//!
//! [`Emitter`] holds listeners (`on`, `once`), [`Handlers`] what answers `invoke` (`handle`). Both
//! are generic over what they call, and hold no lock while it runs: a listener may add and remove
//! listeners, its own registration included. Channel names are plain text; none is special, not
//! even `error`, and looking one up never stores it.

mod handlers;
mod listeners;
mod outcome;
mod snapshots;

#[cfg(test)]
mod tests;

pub use handlers::Handlers;
pub(crate) use listeners::Snapshot;
pub use listeners::{Emitted, Emitter, ListenerId};
pub(crate) use outcome::guarded;
pub use outcome::{BoxError, Outcome};
pub(crate) use snapshots::Snapshots;
