//! Handing a message to those it is for.

use super::event::SyncCall;
use super::handler::Tasks;
use super::levels::Hook;
use super::{Core, Diagnostic, Event, Listener, WebContents};
use crate::emitter::{BoxError, Emitted, Snapshot, Snapshots, guarded};
use crate::error::{Corrupt, Error, Fault};
use crate::session::payload::{Forged, Payload, gathered_args};
use crate::trace;
use crate::wire::{Buffer, Content, Envelope, Kind, Known, Names};

/// What came of a look at a session's ring.
#[derive(Debug, Clone, Copy)]
pub(super) enum Taken {
    Nothing,
    /// A definition, or a part of a message.
    Part {
        len: usize,
    },
    Message {
        len: usize,
    },
    /// Messages that have been counted.
    Noted,
}

/// A session for the time of one message.
pub(super) struct Delivery<'s> {
    pub(super) core: &'s Core,
    pub(super) page: &'s WebContents,
    pub(super) names: &'s mut Names,
    pub(super) snapshots: &'s mut Snapshots<Listener>,
    pub(super) tasks: &'s mut Tasks,
}

impl Delivery<'_> {
    /// Delivers what one record says.
    ///
    /// # Errors
    /// [`Corrupt`] if no renderer of ours says that; that there is no memory for it.
    #[inline]
    pub(super) fn deliver(self, content: &Content<'_>) -> Result<Taken, Fault> {
        if content.envelope.kind != Kind::Message {
            return self.deliver_other(content);
        }
        let Content { envelope, payload } = *content;
        let Self { core, page, names, snapshots, .. } = self;
        let known = names.get(envelope.slot)?;
        let channel = &*known.channel;
        let payload = Payload::new(known, payload)?;
        page.end().link.tally.received.count(content.len());
        let snapshot = snapshots.get(&core.ipc.emitter, envelope.slot, channel);
        let event = Event::new(page, channel, None);
        let call = |listener: &Listener| forgive(page, guarded(|| listener(&event, payload)));
        if let Some(error) = emit(core, page, Hook::Message, snapshot, channel, call).failed {
            core.failed(page, channel, &error)?;
        }
        Ok(Taken::Message { len: content.len() })
    }

    /// Delivers what is no plain message.
    fn deliver_other(self, content: &Content<'_>) -> Result<Taken, Fault> {
        let Content { envelope, payload } = *content;
        let len = content.len();
        if matches!(envelope.kind, Kind::Define | Kind::DefineTyped) {
            self.names.define(content)?;
            self.snapshots.forget(envelope.slot);
            return Ok(Taken::Part { len });
        }
        let known = self.names.get(envelope.slot)?;
        let payload = Payload::new(known, payload)?;
        self.page.end().link.tally.received.count(len);
        match envelope.kind {
            Kind::SyncCall => {
                let snapshot =
                    self.snapshots.get(&self.core.ipc.emitter, envelope.slot, &known.channel);
                emit_sync(self.core, self.page, snapshot, known, envelope.call, payload)?;
            }
            Kind::Invoke => {
                let (channel, call) = (&known.channel, envelope.call);
                match payload.to_args() {
                    Ok(args) => self.tasks.invoke(self.core, self.page, channel, call, args),
                    Err(none) => self.tasks.refuse(self.core, self.page, channel, call, none),
                }
            }
            kind => return Err(wrong_kind(kind).into()),
        }
        Ok(Taken::Message { len })
    }

    /// Delivers a message that came in several records.
    ///
    /// # Errors
    /// As [`deliver`](Self::deliver).
    #[cold]
    pub(super) fn deliver_whole(self, envelope: Envelope, whole: Buffer) -> Result<(), Fault> {
        if envelope.kind == Kind::Invoke {
            let known = self.names.get(envelope.slot)?;
            self.page.end().link.tally.received.count(whole.len());
            let args = gathered_args(known, self.core.pool.fitted(whole))?;
            self.tasks.invoke(self.core, self.page, &known.channel, envelope.call, args);
            return Ok(());
        }
        let pool = &self.core.pool;
        let deliver = |payload: &[u8]| self.deliver(&Content { envelope, payload });
        pool.lend(whole, deliver).map(drop)
    }
}

/// Calls those that a message is for: what its renderer has of its own, if it has anything, then main's.
#[inline]
fn emit(
    core: &Core,
    page: &WebContents,
    hook: Hook,
    snapshot: &Snapshot<Listener>,
    channel: &str,
    mut call: impl FnMut(&Listener) -> Result<(), BoxError>,
) -> Emitted<BoxError> {
    let _listeners = trace::entered!(TRACE, "listeners", channel = channel, renderer = page.id());
    let own = page.levels().map(|levels| levels.emit(hook, channel, &mut call));
    match own {
        None => core.ipc.emitter.emit_to(snapshot, channel, call),
        Some(own) if own.failed.is_some() => own,
        // Not by the snapshot: what was called just now may have changed main's listeners.
        Some(own) => {
            let mains = core.ipc.emitter.emit(channel, call);
            Emitted { ran: own.ran + mains.ran, failed: mains.failed }
        }
    }
}

/// What a listener's result means for the others. One that could not answer its own renderer, as that is gone
/// by now, has not failed: in Electron such an answer does not throw.
#[inline]
pub(super) fn forgive(page: &WebContents, result: Result<(), BoxError>) -> Result<(), BoxError> {
    result.or_else(|error| if is_end_of(page, &error) { Ok(()) } else { Err(error) })
}

/// Whether an error says that this very renderer is gone.
#[cold]
pub(super) fn is_end_of(page: &WebContents, error: &BoxError) -> bool {
    let gone = Error::RendererGone { id: page.id() };
    error.downcast_ref::<Error>() == Some(&gone)
}

/// Calls the listeners of a `sendSync`, and sees to it that it is answered.
#[inline]
fn emit_sync(
    core: &Core,
    page: &WebContents,
    snapshot: &Snapshot<Listener>,
    known: &Known,
    call: u32,
    payload: Payload<'_>,
) -> Result<(), Fault> {
    let channel = &*known.channel;
    let call = SyncCall::new(call);
    let event = Event::new(page, channel, Some(&call));
    let run = |listener: &Listener| forgive(page, guarded(|| listener(&event, payload)));
    let emitted = emit(core, page, Hook::MessageSync, snapshot, channel, run);
    if let Some(error) = &emitted.failed {
        core.failed(page, channel, error)?;
    }
    if emitted.ran == 0 {
        core.report(&Diagnostic::NoSyncListener { id: page.id(), channel });
    }
    settle(core, &event, &call);
    Ok(())
}

/// A call that none of its listeners has answered or kept is answered with that.
fn settle(core: &Core, event: &Event<'_>, call: &SyncCall) {
    match call.settle(event.sender()) {
        Ok(()) | Err(Error::RendererGone { .. }) => {}
        Err(error) => {
            let (id, channel) = (event.sender().id(), event.channel());
            core.report(&Diagnostic::AnswerFailed { id, channel, error: &error });
        }
    }
}

impl Core {
    /// A listener has failed; or what it was to get is none of its type.
    #[cold]
    pub(super) fn failed(
        &self,
        page: &WebContents,
        channel: &str,
        error: &crate::BoxError,
    ) -> Result<(), Fault> {
        if let Some(corrupt) = Forged::find(error) {
            return Err(corrupt.into());
        }
        self.report(&Diagnostic::Uncaught { id: page.id(), channel, error });
        Ok(())
    }
}

#[cold]
fn wrong_kind(kind: Kind) -> Corrupt {
    let (found, expected) = (kind as u64, Kind::Message as u64);
    Corrupt { place: "kind on the lane to main", found, expected }
}
