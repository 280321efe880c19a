//! One record of main's, and what is made of it.

use super::dispatch::Desk;
use super::{Core, IpcRenderer, Listener, RendererEvent};
use crate::emitter::{BoxError, Snapshot, Snapshots, guarded};
use crate::error::{Corrupt, Fault, NoMemory};
use crate::lane::Incoming;
use crate::session::inbox::Inbox;
use crate::session::payload::{Forged, Payload};
use crate::trace;
use crate::wire::{Buffer, Content, Envelope, Gather, Kind, Known, Names};

impl IpcRenderer {
    /// Takes one record and delivers what it completes, and no more than `budget` messages that follow
    /// alike; says how many messages that were. A record is released when its listeners have returned.
    pub(super) fn deliver_next(
        &self,
        desk: &mut Desk,
        budget: usize,
    ) -> Result<Option<usize>, Fault> {
        let Desk { inbox: Inbox { lane, names, gather, message_limit, .. }, snapshots } = desk;
        let Some(record) = lane.peek()? else { return Ok(None) };
        // SAFETY: main is trusted by its renderers: it made their memory and may end them. A main of
        // ours never writes a record that it has published.
        #[expect(unsafe_code, reason = "the renderer reads main's records in place")]
        let content = Content::parse(unsafe { record.content() })?;
        let Envelope { kind, begins_run, slot, .. } = content.envelope;
        if gather.is_active() || begins_run {
            self.gather(gather, *message_limit, &content)?;
            drop(record);
            if let Some(envelope) = gather.take_lost() {
                let waited =
                    self.core.calls.complete(envelope.call, |_| Ok(Err(NoMemory.into())))?;
                self.note_answer(waited);
                return Ok(Some(1));
            }
            let Some((envelope, buffer)) = gather.take_whole() else { return Ok(Some(0)) };
            return self.deliver_whole(names, snapshots, envelope, buffer).map(Some);
        }
        match kind {
            Kind::Define | Kind::DefineTyped => {
                names.define(&content)?;
                snapshots.forget(slot);
                return Ok(Some(0));
            }
            Kind::Message => {
                let envelope = content.envelope;
                record.leave();
                return self.deliver_alike(lane, names, snapshots, envelope, budget).map(Some);
            }
            Kind::Answer => self.answer(&content)?,
            _ => return Err(wrong_kind(kind).into()),
        }
        Ok(Some(1))
    }

    /// Delivers the message that comes next, with this envelope, and those behind it that say the same of
    /// themselves: their channel and its listeners are looked up once.
    #[inline]
    fn deliver_alike(
        &self,
        lane: &mut Incoming,
        names: &Names,
        snapshots: &mut Snapshots<Listener>,
        envelope: Envelope,
        budget: usize,
    ) -> Result<usize, Fault> {
        let known = names.get(envelope.slot)?;
        let emitter = &self.core.emitter;
        let snapshot = snapshots.get(emitter, envelope.slot, &known.channel);
        let version = emitter.version();
        let (word, sole) = (envelope.encode(), snapshot.sole());
        let event = RendererEvent::new(self, &known.channel);
        let _listeners = trace::entered!(TRACE, "listeners", channel = &*known.channel);
        let (mut delivered, mut bytes) = (0, 0);
        // One border for all: a panic ends the message that it is in, and the rest is taken as any other.
        let ran = guarded(|| {
            while delivered < budget && emitter.version() == version {
                let record = match lane.peek() {
                    Ok(Some(record)) => record,
                    Ok(None) => break,
                    Err(corrupt) => return Ok(Err(corrupt.into())),
                };
                // SAFETY: as in `deliver_next`.
                #[expect(unsafe_code, reason = "the renderer reads main's records in place")]
                let content = unsafe { record.content() };
                let Some(payload) = content.strip_prefix(&word) else {
                    record.leave();
                    break;
                };
                (delivered, bytes) = (delivered + 1, bytes + content.len());
                let payload = match Payload::new(known, payload) {
                    Ok(payload) => payload,
                    Err(corrupt) => return Ok(Err(corrupt.into())),
                };
                let call = |listener: &Listener| listener(&event, payload);
                match sole {
                    Some(listener) => call(listener)?,
                    None => {
                        emitter
                            .emit_to(snapshot, &known.channel, call)
                            .failed
                            .map_or(Ok(()), Err)?;
                    }
                }
            }
            Ok(Ok(()))
        });
        self.core.end().link.tally.received.count_many(delivered, bytes);
        let ran = ran.unwrap_or_else(|error| self.core.failed(&known.channel, &error));
        ran.map(|()| delivered)
    }

    /// Takes a record of a message that comes in several. An answer that there is no memory for is lost to its
    /// caller alone.
    #[cold]
    fn gather(
        &self,
        gather: &mut Gather,
        limit: usize,
        content: &Content<'_>,
    ) -> Result<(), Fault> {
        let bytes = match content.envelope.kind {
            Kind::Fragment => content.payload,
            Kind::Abort => {
                self.core.end().pool.give(gather.abort()?);
                return Ok(());
            }
            Kind::Message | Kind::Answer => {
                let (total, bytes) = content.begin_run()?;
                gather.begin(content.envelope, total, limit, self.core.end().pool.take())?;
                bytes
            }
            kind => return Err(wrong_kind(kind).into()),
        };
        match gather.extend_from(bytes) {
            Err(Fault::NoMemory) if gather.kind() == Some(Kind::Answer) => gather.lose(bytes.len()),
            gathered => gathered,
        }
    }

    /// Delivers a message that came in several records.
    #[cold]
    fn deliver_whole(
        &self,
        names: &Names,
        snapshots: &mut Snapshots<Listener>,
        envelope: Envelope,
        buffer: Buffer,
    ) -> Result<usize, Fault> {
        match envelope.kind {
            Kind::Message => {
                let known = names.get(envelope.slot)?;
                let snapshot = snapshots.get(&self.core.emitter, envelope.slot, &known.channel);
                self.core.end().link.tally.received.count(buffer.len());
                self.emit(known, snapshot, &buffer)?;
                self.core.end().pool.give(buffer);
            }
            _ => self.answer_whole(envelope, buffer)?,
        }
        Ok(1)
    }

    #[inline]
    fn emit(
        &self,
        known: &Known,
        snapshot: &Snapshot<Listener>,
        payload: &[u8],
    ) -> Result<(), Fault> {
        let channel = &*known.channel;
        let payload = Payload::new(known, payload)?;
        let event = RendererEvent::new(self, channel);
        let _listeners = trace::entered!(TRACE, "listeners", channel = channel);
        let call = |listener: &Listener| guarded(|| listener(&event, payload));
        match self.core.emitter.emit_to(snapshot, channel, call).failed {
            Some(error) => self.core.failed(channel, &error),
            None => Ok(()),
        }
    }

    fn answer_whole(&self, envelope: Envelope, buffer: Buffer) -> Result<(), Fault> {
        let buffer = self.core.end().pool.fitted(buffer);
        self.core.end().link.tally.received.count(buffer.len());
        let waited = self
            .core
            .calls
            .complete(envelope.call, |channel| envelope.answer_of(buffer, channel))?;
        self.note_answer(waited);
        Ok(())
    }

    fn answer(&self, content: &Content<'_>) -> Result<(), Fault> {
        self.core.end().link.tally.received.count(content.len());
        let id = content.envelope.call;
        let waited = self.core.calls.complete(id, |channel| content.answer(channel))?;
        self.note_answer(waited);
        Ok(())
    }

    fn note_answer(&self, waited: bool) {
        if waited {
            self.core.desk.notify();
        } else {
            self.core.end().link.tally.late_answers.add(1);
        }
    }
}

impl Core {
    /// A listener has failed; or what it was to get is none of its type.
    #[cold]
    fn failed(&self, channel: &str, error: &BoxError) -> Result<(), Fault> {
        if let Some(corrupt) = Forged::find(error) {
            return Err(corrupt.into());
        }
        self.report(channel, error);
        Ok(())
    }

    fn report(&self, channel: &str, error: &BoxError) {
        trace::event!(WARN, "uncaught", channel = channel, text = trace::text(error));
        let hook = self.on_uncaught.lock().clone();
        if let Some(hook) = hook {
            // A hook that fails has nobody left to tell.
            let _ = guarded(|| {
                hook(channel, error);
                Ok(())
            });
        }
    }
}

#[cold]
fn wrong_kind(kind: Kind) -> Corrupt {
    let (found, expected) = (kind as u64, Kind::Message as u64);
    Corrupt { place: "kind on the lane from main", found, expected }
}
