//! What main's listeners are called with, besides the arguments.

use super::{WebContents, WebFrame};
use crate::error::Error;
use crate::value::{Arguments, ToValue, Value, archive_of};
use crate::wire::Answer;
use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A message from a renderer: Electron's `IpcMainEvent`.
#[derive(Debug)]
pub struct Event<'a> {
    sender: &'a WebContents,
    channel: &'a str,
    call: Option<&'a SyncCall>,
}

/// A `sendSync` that is being delivered. It lies on the dispatcher's stack.
#[derive(Debug)]
pub(super) struct SyncCall {
    id: u32,
    answered: std::cell::Cell<bool>,
    kept: OnceCell<Arc<Kept>>,
}

impl<'a> Event<'a> {
    pub(super) fn new(
        sender: &'a WebContents,
        channel: &'a str,
        call: Option<&'a SyncCall>,
    ) -> Self {
        Self { sender, channel, call }
    }

    /// The renderer that sent the message.
    #[must_use]
    pub fn sender(&self) -> &'a WebContents {
        self.sender
    }

    /// The frame that sent the message: the renderer's main frame.
    #[must_use]
    pub fn sender_frame(&self) -> WebFrame {
        self.sender.main_frame()
    }

    /// The channel that it came on.
    #[must_use]
    pub fn channel(&self) -> &'a str {
        self.channel
    }

    /// Whether the renderer waits for a return value (`sendSync`).
    #[must_use]
    pub fn is_sync(&self) -> bool {
        self.call.is_some()
    }

    /// Sends a message to the renderer, as [`WebContents::send`] does.
    ///
    /// # Errors
    /// As there.
    pub fn reply(&self, channel: &str, args: impl Arguments) -> Result<(), Error> {
        self.sender.send(channel, args)
    }

    /// Answers `sendSync`: Electron's `event.returnValue = value`. The first value wins; later ones,
    /// and a value for a message that is no `sendSync`, are ignored as in Electron. Never blocks.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the value cannot travel: another may be set. [`Error::Backpressure`]
    /// if the renderer reads no replies: it has been told so instead. [`Error::RendererGone`],
    /// [`Error::Forked`].
    pub fn set_return_value(&self, value: impl ToValue) -> Result<(), Error> {
        match self.call {
            Some(call) => call.answer(self.sender, value),
            None => Ok(()),
        }
    }

    /// Keeps the right to answer after the listener has returned. `None` if the message is no
    /// `sendSync`, or was answered.
    #[must_use = "dropping it gives the right to answer back"]
    pub fn keep_return_value(&self) -> Option<ReturnValue> {
        let call = self.call.filter(|call| !call.is_answered())?;
        let kept = call.kept.get_or_init(|| {
            let sender = self.sender.clone();
            Arc::new(Kept { sender, id: call.id, answered: AtomicBool::new(false) })
        });
        Some(ReturnValue { kept: Arc::clone(kept) })
    }
}

impl SyncCall {
    pub(super) fn new(id: u32) -> Self {
        Self { id, answered: std::cell::Cell::new(false), kept: OnceCell::new() }
    }

    fn is_answered(&self) -> bool {
        self.kept.get().map_or(self.answered.get(), |kept| kept.answered.load(Ordering::Relaxed))
    }

    fn answer(&self, sender: &WebContents, value: impl ToValue) -> Result<(), Error> {
        if let Some(kept) = self.kept.get() {
            return kept.answer(value);
        }
        if self.answered.get() {
            return Ok(());
        }
        with_archive(sender, &value, |archive| {
            self.answered.set(true);
            sender.end().answer_sync(Answer::Value(archive), self.id)
        })
    }

    /// After the last listener: a call that nobody can answer any more is answered with that.
    pub(super) fn settle(&self, sender: &WebContents) -> Result<(), Error> {
        if self.kept.get().is_some() || self.answered.get() {
            return Ok(());
        }
        sender.end().answer_sync(Answer::NoReply, self.id)
    }
}

/// Hands the archive of a value that can travel to `answer`. A view that is a whole archive already,
/// as the only argument of a message is, is not copied.
fn with_archive(
    sender: &WebContents,
    value: &impl ToValue,
    answer: impl FnOnce(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let limit = sender.end().message_limit();
    let checked = |archive: &[u8]| match archive.len() {
        found if found > limit => Err(Error::TooLarge { found, limit }),
        _ => answer(archive),
    };
    match archive_of(value) {
        Some(archive) => checked(archive),
        None => checked(Value::new(value)?.archive()),
    }
}

/// The right to answer one `sendSync` later, from any thread. When the last one is dropped without
/// a value, the renderer gets [`Error::NoReply`].
#[derive(Debug, Clone)]
pub struct ReturnValue {
    kept: Arc<Kept>,
}

#[derive(Debug)]
struct Kept {
    sender: WebContents,
    id: u32,
    answered: AtomicBool,
}

impl ReturnValue {
    /// As [`Event::set_return_value`].
    ///
    /// # Errors
    /// As there.
    pub fn set(&self, value: impl ToValue) -> Result<(), Error> {
        self.kept.answer(value)
    }

    /// The renderer that waits.
    #[must_use]
    pub fn sender(&self) -> &WebContents {
        &self.kept.sender
    }
}

impl Kept {
    fn answer(&self, value: impl ToValue) -> Result<(), Error> {
        with_archive(&self.sender, &value, |archive| {
            // Relaxed: the swap alone decides who answers.
            if self.answered.swap(true, Ordering::Relaxed) {
                return Ok(());
            }
            self.sender.end().answer_sync(Answer::Value(archive), self.id)
        })
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if !self.answered.load(Ordering::Relaxed) {
            // A renderer that is gone waits for nothing.
            let _ = self.sender.end().answer_sync(Answer::NoReply, self.id);
        }
    }
}
