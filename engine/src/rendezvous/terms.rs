//! What the two sides have to agree on before anything is allocated.

use crate::Error;

/// The version of the protocol. Counts up when old and new sides cannot talk.
pub(crate) use crate::layout::VERSION;

/// The bits of [`Terms::features`].
pub(crate) mod feature {
    /// Opens segments by their names, if main's have some.
    pub(crate) const NAMED_SEGMENTS: u64 = 1;
}

/// What a side speaks. Sides whose versions or fingerprints differ make no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    /// [`VERSION`], and another number only in tests.
    pub version: u32,
    /// What this side can do beyond the version.
    pub features: u64,
    /// Fingerprint of how this side lays out shared memory.
    pub fingerprint: u64,
}

impl Terms {
    /// The terms of this build.
    #[must_use]
    pub(crate) fn new(features: u64, fingerprint: u64) -> Self {
        Self { version: VERSION, features, fingerprint }
    }

    /// Whether a session between `self` and `theirs` is possible.
    ///
    /// # Errors
    /// [`Error::VersionMismatch`] or [`Error::LayoutMismatch`].
    pub(crate) fn check(&self, theirs: &Terms) -> Result<(), Error> {
        if self.version != theirs.version {
            return Err(Error::VersionMismatch { ours: self.version, theirs: theirs.version });
        }
        if self.fingerprint != theirs.fingerprint {
            let (ours, theirs) = (self.fingerprint, theirs.fingerprint);
            return Err(Error::LayoutMismatch { ours, theirs });
        }
        Ok(())
    }
}

/// Capacities of a session's three rings in bytes, each a power of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Capacities {
    /// Messages from the renderer.
    pub to_main: u32,
    /// Messages from main.
    pub to_renderer: u32,
    /// Answers to `sendSync`.
    pub replies: u32,
}
