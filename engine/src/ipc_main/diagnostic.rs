//! What Electron would print to main's console.

use crate::emitter::BoxError;
use crate::error::{Corrupt, Error};
use std::fmt;

/// Something that went wrong where no caller could be told. Its `Display` is Electron's text where
/// Electron has one, with the renderer's id.
#[derive(Debug)]
#[non_exhaustive]
pub enum Diagnostic<'a> {
    /// A listener returned an error or panicked. The message's later listeners were skipped.
    Uncaught {
        /// The renderer's id.
        id: u32,
        /// The channel.
        channel: &'a str,
        /// The error, or the panic's text.
        error: &'a BoxError,
    },
    /// A handler failed. Its caller has been told.
    HandlerFailed {
        /// The renderer's id.
        id: u32,
        /// The channel.
        channel: &'a str,
        /// The error, or the panic's text.
        error: &'a BoxError,
    },
    /// `sendSync` on a channel without listeners. Its caller has been answered `NoReply`.
    NoSyncListener {
        /// The renderer's id.
        id: u32,
        /// The channel.
        channel: &'a str,
    },
    /// An answer could not be sent as it was meant. The caller has been told if it still lives.
    AnswerFailed {
        /// The renderer's id.
        id: u32,
        /// The channel.
        channel: &'a str,
        /// Why.
        error: &'a Error,
    },
    /// Handlers were dropped before they were done: of renderers that are gone there are more than
    /// [main keeps](crate::limits::LEFT_INVOKES), or there is no memory for them.
    HandlersDropped {
        /// How many, the oldest.
        number: usize,
    },
    /// A renderer wrote what no renderer of ours writes; its session was ended.
    CorruptRenderer {
        /// The renderer's id.
        id: u32,
        /// What it wrote.
        corrupt: Corrupt,
    },
    /// There was no memory for what a renderer sent; its session was ended.
    NoMemory {
        /// The renderer's id.
        id: u32,
    },
    /// A process that wanted to attach could not.
    Refused {
        /// Why. [`Error::Disconnected`]: it had given up before main answered.
        error: &'a Error,
    },
}

impl fmt::Display for Diagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uncaught { id, channel, error } => write!(
                f,
                "Uncaught exception in a listener of '{channel}': {error} (from WebContents #{id})"
            ),
            Self::HandlerFailed { id, channel, error } => write!(
                f,
                "Error occurred in handler for '{channel}': {error} (for WebContents #{id})"
            ),
            Self::NoSyncListener { id, channel } => write!(
                f,
                "WebContents #{id} called ipcRenderer.sendSync() with '{channel}' channel without \
                 listeners."
            ),
            Self::AnswerFailed { id, channel, error } => {
                write!(f, "An answer on '{channel}' to WebContents #{id} was not sent: {error}")
            }
            Self::HandlersDropped { number } => {
                write!(
                    f,
                    "{number} handlers of renderers that are gone were dropped: too many run on, or what \
                     they hold is needed"
                )
            }
            Self::CorruptRenderer { id, corrupt } => {
                write!(f, "WebContents #{id} was cut off: {corrupt}")
            }
            Self::NoMemory { id } => {
                write!(f, "WebContents #{id} was cut off: {}", crate::error::NoMemory)
            }
            // Electron's text for this error speaks of a handle of one's own.
            Self::Refused { error: Error::Disconnected } => {
                f.write_str("A renderer had given up before main answered")
            }
            Self::Refused { error } => write!(f, "A renderer was refused: {error}"),
        }
    }
}
