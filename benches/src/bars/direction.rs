//! Which way messages go.

/// The end that gets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// Copied and checked there.
    Main,
    /// Read in place.
    Renderer,
}
