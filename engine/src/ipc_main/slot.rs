//! One session as main's dispatcher holds it.

use super::gone::GoneDetails;
use super::memory::Share;
use super::schedule::NEWCOMERS;
use super::{Listener, WebContents};
use crate::emitter::Snapshots;
use crate::segment::named::HeldNames;
use crate::session::account::Seat;
use crate::session::inbox::Inbox;
use crate::session::offer::{Invitation, Prepared};
use std::process::Child;
use std::time::{Duration, Instant};

/// How long a hung-up child may take to be dead: a process closes its socket just before it can be
/// waited for.
pub(super) const EXIT_GRACE: Duration = Duration::from_millis(500);

/// Rounds without a message after which a session is left to the poller, though others are busy.
const QUIET_ROUNDS: u32 = 4096;

/// A session, and how far it is.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) page: WebContents,
    /// Of its process, in the schedule.
    pub(super) process: usize,
    pub(super) inbox: Inbox,
    pub(super) snapshots: Snapshots<Listener>,
    /// Sent when the renderer says hello; until then it has no session.
    pub(super) invitation: Option<Invitation>,
    pub(super) child: Option<Child>,
    /// Polled every round, as opposed to left to the poller.
    pub(super) active: bool,
    /// Rounds since the last message.
    quiet: u32,
    pub(super) leaving: Option<Leaving>,
    /// Of main's memory, for the message that arrives in fragments.
    pub(super) share: Option<Share>,
    /// Not read until there is memory for its message.
    pub(super) stalled: bool,
    /// Among the sessions of its process that came by themselves.
    pub(super) seat: Option<Seat>,
    /// Of its segments, if they have some: removed with the session.
    _names: Option<HeldNames>,
}

/// A renderer that hung up or died: what it had committed is delivered first.
#[derive(Debug)]
pub(super) struct Leaving {
    /// Bytes that may still be delivered: more than the ring holds were not there when it left.
    pub(super) left: usize,
    since: Instant,
}

impl Slot {
    pub(super) fn new(prepared: Prepared, child: Option<Child>) -> (Self, Invitation) {
        let slot = Self {
            page: WebContents::new(prepared.end),
            process: NEWCOMERS,
            inbox: prepared.inbox,
            snapshots: Snapshots::new(),
            invitation: None,
            child,
            active: false,
            quiet: 0,
            leaving: None,
            share: None,
            stalled: false,
            seat: None,
            _names: prepared.names,
        };
        (slot, prepared.invitation)
    }

    /// Begins to leave. Only the first time counts.
    pub(super) fn leave(&mut self, ring_capacity: usize) {
        if self.leaving.is_none() {
            self.leaving = Some(Leaving { left: ring_capacity, since: Instant::now() });
            self.page.end().link.note_left();
            self.page.end().entry.leaving();
        }
    }

    /// After a round that brought `records`. Returns whether the session has been quiet for long.
    #[inline]
    pub(super) fn note_round(&mut self, records: usize) -> bool {
        self.quiet = if records > 0 { 0 } else { self.quiet + 1 };
        self.quiet >= QUIET_ROUNDS
    }

    /// Whether messages of this session may still be delivered: not behind a lie, and of a renderer
    /// that left no more than can have been there when it did, whoever writes on in its name.
    #[inline]
    pub(super) fn may_deliver(&self) -> bool {
        !self.stalled
            && !self.page.is_destroyed()
            && self.leaving.as_ref().is_none_or(|leaving| leaving.left > 0)
    }

    /// Whether a turn would do anything.
    #[inline]
    pub(super) fn is_ready(&self) -> bool {
        let end = self.page.end();
        self.inbox.lane.is_ready() && !self.stalled
            || end.has_backlog() && end.drain_overflow() != Ok(false)
    }

    /// Whether a leaving renderer has nothing left to deliver.
    pub(super) fn is_delivered(&self) -> bool {
        self.leaving.as_ref().is_some_and(|leaving| leaving.left == 0)
            || !self.inbox.lane.is_ready()
    }

    /// How the renderer went, once that is known: the exit status of a child is there a moment after
    /// its socket hangs up.
    pub(super) fn details(&mut self) -> Option<GoneDetails> {
        let waited =
            self.leaving.as_ref().map_or(Duration::ZERO, |leaving| leaving.since.elapsed());
        let Some(child) = &mut self.child else { return Some(GoneDetails::DISCONNECTED) };
        match child.try_wait() {
            Ok(Some(status)) => Some(status.into()),
            Ok(None) if waited < EXIT_GRACE => None,
            _ => Some(GoneDetails::DISCONNECTED),
        }
    }
}
