//! A renderer's frame: Electron's `WebFrameMain`.

use super::{Ipc, WebContents};
use crate::error::Error;
use crate::value::Arguments;

/// The frame of a renderer, which has one: the main frame. Cheap to clone, usable from any thread, also
/// after the renderer is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebFrame {
    page: WebContents,
}

impl WebFrame {
    pub(super) fn new(page: WebContents) -> Self {
        Self { page }
    }

    /// Listeners and handlers of this frame alone, which come before those of its renderer and of main.
    #[must_use]
    pub fn ipc(&self) -> &Ipc {
        &self.page.levels_or_new().frame
    }

    /// The renderer that it belongs to.
    #[must_use]
    pub fn web_contents(&self) -> &WebContents {
        &self.page
    }

    /// The renderer's process id.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.page.process_id()
    }

    /// As [`WebContents::send`].
    ///
    /// # Errors
    /// As there.
    pub fn send(&self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.page.send(channel, args)
    }
}
