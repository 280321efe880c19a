//! What a renderer's listener is called with, besides the arguments.

use super::IpcRenderer;

/// A message from main.
#[derive(Debug, Clone, Copy)]
pub struct RendererEvent<'a> {
    sender: &'a IpcRenderer,
    channel: &'a str,
}

impl<'a> RendererEvent<'a> {
    pub(super) fn new(sender: &'a IpcRenderer, channel: &'a str) -> Self {
        Self { sender, channel }
    }

    /// The renderer itself, as in Electron: messages to main go through it.
    #[must_use]
    pub fn sender(&self) -> &'a IpcRenderer {
        self.sender
    }

    /// The channel that the message came on.
    #[must_use]
    pub fn channel(&self) -> &'a str {
        self.channel
    }
}
