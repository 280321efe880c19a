//! One session's turn in a round.

use super::delivery::{Delivery, Taken, forgive};
use super::gathering::Gathering;
use super::handler::Tasks;
use super::memory::Memory;
use super::slot::Slot;
use super::{Core, Event, Listener, Trust};
use crate::board::Watch;
use crate::emitter::guarded;
use crate::error::Fault;
use crate::limits::{ROUND_BYTES, ROUND_RECORDS};
use crate::ring::CopyBuffer;
use crate::session::inbox::Inbox;
use crate::session::payload::Payload;
use crate::sync::Ordering;
use crate::trace;
use crate::wire::{Content, ENVELOPE, Envelope, Kind};
use std::time::Instant;

/// Up to so many bytes of content are copied before anything else is known of them: nothing is lost by
/// it if they turn out to be a fragment's.
const SHORT: usize = 1000;

/// After so many messages without a pause their sender is ahead, and the lines to come are written: to
/// ask for one that it is about to write would cost it a cache miss.
const FAR_AHEAD: usize = 16;

/// Messages before the first look at the clock in a turn that has to end some time; as many times more before
/// each next one.
const FEW: usize = 4;

/// A session, and what of main it needs for its turn.
pub(super) struct Turn<'s> {
    pub(super) core: &'s Core,
    pub(super) slot: &'s mut Slot,
    pub(super) buffer: &'s mut CopyBuffer,
    pub(super) memory: &'s mut Memory,
    pub(super) tasks: &'s mut Tasks,
    pub(super) watch: &'s mut Watch,
    /// When it has to end, if others want something as well: with the message that is being delivered then.
    pub(super) until: Option<Instant>,
}

/// What came of a turn.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) records: usize,
    pub(super) bytes: usize,
    /// Messages.
    pub(super) delivered: usize,
    /// Something waited for the renderer to read.
    backlog: bool,
    /// Fragments.
    parts: usize,
    /// The renderer cheats, or there is no memory for it, and its session is over.
    pub(super) fault: Option<Fault>,
}

/// Messages with one envelope, and the bytes of their content.
struct Alike {
    messages: usize,
    bytes: usize,
}

impl Progress {
    /// Whether anything was done for a message.
    #[inline]
    pub(super) fn is_work(&self) -> bool {
        self.delivered > 0 || self.parts > 0 || self.backlog
    }

    /// Counts a record with so many messages and bytes of content.
    #[inline]
    fn note(&mut self, messages: usize, bytes: usize) {
        self.records += 1;
        self.delivered += messages;
        self.bytes += bytes;
    }

    /// What may follow.
    #[inline]
    fn left(&self, budget: usize) -> Alike {
        let messages = (budget - self.delivered).min(ROUND_RECORDS - self.records);
        Alike { messages, bytes: ROUND_BYTES - self.bytes }
    }

    /// Whether it is the next session's turn.
    #[inline]
    fn is_enough(&self, budget: usize) -> bool {
        self.delivered >= budget || self.records >= ROUND_RECORDS || self.bytes >= ROUND_BYTES
    }
}

impl Turn<'_> {
    /// Delivers at most `budget` messages, and no more than a turn's records and bytes.
    #[inline]
    pub(super) fn run(&mut self, budget: usize) -> Progress {
        self.slot.page.end().begin_turn(self.core.state.owner());
        let pulse = &self.core.board.words().pulse;
        pulse.turn.store(self.slot.page.id(), Ordering::Relaxed);
        let _turn = trace::entered!(TRACE, "turn", renderer = self.slot.page.id());
        let progress = self.deliver(budget);
        pulse.received.add(progress.delivered);
        self.slot.page.end().end_turn();
        progress
    }

    #[inline]
    fn deliver(&mut self, budget: usize) -> Progress {
        let mut progress = Progress::default();
        if self.slot.page.end().has_backlog() {
            progress.backlog = true;
            progress.fault = self.slot.page.end().drain_overflow().err().map(Fault::from);
        }
        if progress.fault.is_some() || !self.slot.may_deliver() {
            return progress;
        }
        let mut step = FEW;
        while !progress.is_enough(budget) && !self.slot.page.is_destroyed() {
            let taken = match self.until {
                _ if self.watch.is_on() => self.take_watched(&mut progress),
                None => self.take(&mut progress, budget),
                // Few messages that take long are enough, and of others the clock need not be read for each.
                Some(_) => {
                    let some = budget.min(progress.delivered + step);
                    step = ROUND_RECORDS.min(FEW * step);
                    self.take(&mut progress, some)
                }
            };
            match taken {
                Ok(Taken::Message { len }) => progress.note(1, len),
                Ok(Taken::Part { len }) => {
                    progress.parts += usize::from(self.slot.inbox.gather.is_active());
                    progress.note(0, len);
                }
                Ok(Taken::Noted) => {}
                Ok(Taken::Nothing) => break,
                Err(fault) => {
                    progress.fault = Some(fault);
                    break;
                }
            }
            if self.until.is_some_and(|until| Instant::now() >= until) {
                break;
            }
        }
        progress
    }

    /// Takes one record and delivers the message that it is or completes, and those that follow alike.
    #[inline]
    pub(super) fn take(&mut self, progress: &mut Progress, budget: usize) -> Result<Taken, Fault> {
        let Slot { page, inbox, snapshots, .. } = &mut *self.slot;
        let Inbox { lane, names, gather, .. } = inbox;
        let Some(record) = lane.peek()? else { return Ok(Taken::Nothing) };
        if record.len() > SHORT || gather.is_active() || self.core.options.trust == Trust::InPlace {
            record.leave();
            return self.take_other();
        }
        let content = Content::parse(record.copy_into(self.buffer))?;
        if content.envelope.begins_run {
            record.leave();
            return self.take_other();
        }
        drop(record);
        // Before the listeners, so that a renderer that waits for space waits for none of them.
        lane.publish_some();
        if content.envelope.kind != Kind::Message || page.levels().is_some() {
            return Delivery { core: self.core, page, names, snapshots, tasks: self.tasks }
                .deliver(&content);
        }
        let (envelope, mut alike) = (content.envelope, Alike { messages: 0, bytes: 0 });
        let ran = self.deliver_alike(envelope, &mut alike, progress.left(budget));
        self.slot.page.end().link.tally.received.count_many(alike.messages, alike.bytes);
        progress.records += alike.messages;
        progress.delivered += alike.messages;
        progress.bytes += alike.bytes;
        ran.map(|()| Taken::Noted)
    }

    /// Delivers the message that was copied, and those behind it that say the same of themselves: their
    /// channel and its listeners are looked up once.
    #[inline]
    fn deliver_alike(
        &mut self,
        envelope: Envelope,
        alike: &mut Alike,
        left: Alike,
    ) -> Result<(), Fault> {
        let Self { core, slot, buffer, .. } = self;
        let Slot { page, inbox: Inbox { lane, names, .. }, snapshots, .. } = &mut **slot;
        let known = names.get(envelope.slot)?;
        let emitter = &core.ipc.emitter;
        let snapshot = snapshots.get(emitter, envelope.slot, &known.channel);
        let version = emitter.version();
        let event = Event::new(page, &known.channel, None);
        let (id, channel) = (page.id(), &*known.channel);
        let _listeners = trace::entered!(TRACE, "listeners", channel = channel, renderer = id);
        let (word, sole) = (envelope.encode(), snapshot.sole());
        // One border for all: a panic ends the message that it is in, and the rest is taken as any other.
        let run = guarded(|| {
            loop {
                let content = buffer.last();
                let payload = match Payload::new(known, &content[ENVELOPE..]) {
                    Ok(payload) => payload,
                    Err(corrupt) => return Ok(Err(corrupt.into())),
                };
                alike.messages += 1;
                alike.bytes += content.len();
                let call = |listener: &Listener| forgive(page, listener(&event, payload));
                match sole {
                    Some(listener) => call(listener)?,
                    None => emitter
                        .emit_to(snapshot, &known.channel, call)
                        .failed
                        .map_or(Ok(()), Err)?,
                }
                let go_on = alike.messages < left.messages && alike.bytes < left.bytes;
                let changed = emitter.version() != version || page.levels().is_some();
                if !go_on || page.is_destroyed() || changed {
                    return Ok(Ok(()));
                }
                if alike.messages >= FAR_AHEAD {
                    lane.prefetch();
                }
                let record = match lane.peek() {
                    Ok(Some(record)) => record,
                    Ok(None) => return Ok(Ok(())),
                    Err(corrupt) => return Ok(Err(corrupt.into())),
                };
                if record.len() > SHORT || !record.copy_into(buffer).starts_with(&word) {
                    record.leave();
                    return Ok(Ok(()));
                }
                drop(record);
                lane.publish_some();
            }
        });
        run.unwrap_or_else(|error| core.failed(page, &known.channel, &error))
    }

    /// Takes a record that is large, or part of a message that is.
    #[cold]
    fn take_other(&mut self) -> Result<Taken, Fault> {
        let Slot { page, inbox, snapshots, .. } = &mut *self.slot;
        let Inbox { lane, names, gather, .. } = inbox;
        let Some(record) = lane.peek()? else { return Ok(Taken::Nothing) };
        let envelope = Envelope::first(&record)?;
        if gather.is_active() || envelope.begins_run {
            record.leave();
            return self.take_part(envelope);
        }
        let delivery = Delivery { core: self.core, page, names, snapshots, tasks: self.tasks };
        if self.core.options.trust == Trust::InPlace {
            // SAFETY: `MainOptions::trust` is unsafe: its caller has promised that renderers do not write
            // records that they have published.
            #[expect(unsafe_code, reason = "main was told to trust its renderers")]
            let content = Content::parse(unsafe { record.content() })?;
            let taken = delivery.deliver(&content);
            drop(record);
            lane.publish_some();
            return taken;
        }
        self.buffer.make_room(record.len())?;
        let content = Content::parse(record.copy_into(self.buffer))?;
        drop(record);
        lane.publish_some();
        delivery.deliver(&content)
    }

    /// Takes a record of a message that comes in several.
    fn take_part(&mut self, envelope: Envelope) -> Result<Taken, Fault> {
        let Slot { page, inbox, snapshots, share, stalled, .. } = &mut *self.slot;
        let Inbox { lane, names, gather, message_limit, .. } = inbox;
        let Some(record) = lane.peek()? else { return Ok(Taken::Nothing) };
        let (core, memory, limit) = (self.core, &mut *self.memory, *message_limit);
        let process = page.end().link.process();
        let tasks = &mut *self.tasks;
        let mut gathering = Gathering { core, memory, gather, share, tasks, limit, process };
        if !gathering.take(&record, envelope)? {
            record.leave();
            *stalled = true;
            self.core.timer.start();
            return Ok(Taken::Nothing);
        }
        let len = record.len();
        drop(record);
        lane.publish_head();
        let Some((envelope, whole)) = gather.take_whole() else { return Ok(Taken::Part { len }) };
        Delivery { core: self.core, page, names, snapshots, tasks: self.tasks }
            .deliver_whole(envelope, whole)?;
        self.memory.end(self.slot.share.take());
        Ok(Taken::Message { len })
    }
}
