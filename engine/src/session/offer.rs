//! A session that main offers: what it is made of, and what its renderer is told.

use super::account::{Account, Caps};
use super::geometry::Geometry;
use super::inbox::Inbox;
use super::lanes::{self, Descriptors, MainLanes};
use super::main_end::MainEnd;
use super::poller::Poller;
use super::pool::Pool;
use crate::board::Board;
use crate::error::Error;
use crate::rendezvous::handshake::Handover;
use crate::rendezvous::stream::Stream;
use crate::rendezvous::terms::{Terms, feature};
use crate::rendezvous::welcome::{Grant, Refusal, Welcome};
use crate::room;
use crate::segment::Segments;
use crate::segment::named::HeldNames;
use crate::wire::FINGERPRINT;
use std::os::fd::AsFd;
use std::sync::Arc;

/// What main decides of its sessions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) geometry: Geometry,
    pub(crate) overflow_limit: usize,
    pub(crate) message_limit: usize,
    pub(crate) segments: Segments,
    /// Of one process.
    pub(crate) process_caps: Caps,
    /// Of all.
    pub(crate) caps: Caps,
}

impl Bounds {
    /// The features that every renderer has to have.
    pub(crate) fn needed(&self) -> u64 {
        match self.segments {
            Segments::Sealed => 0,
            Segments::Named => feature::NAMED_SEGMENTS,
        }
    }
}

/// What a session shares with the others of its main.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) pool: &'a Arc<Pool>,
    pub(crate) board: &'a Arc<Board>,
    pub(crate) poller: &'a Arc<Poller>,
    /// Of the renderer's process.
    pub(crate) account: &'a Arc<Account>,
}

/// A session before its renderer has said hello.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) end: MainEnd,
    pub(crate) inbox: Inbox,
    pub(crate) invitation: Invitation,
    /// To be kept as long as the session, if its segments have names.
    pub(crate) names: Option<HeldNames>,
}

/// What the renderer is sent.
#[derive(Debug)]
pub(crate) struct Invitation {
    bounds: Bounds,
    web_contents: u32,
    segments: Handover,
}

/// Bytes of private memory that a session takes before it has sent anything, and then some.
const SESSION: usize = 64 << 10;

/// The terms of this build.
pub(crate) fn terms() -> Terms {
    Terms::new(feature::NAMED_SEGMENTS, FINGERPRINT)
}

/// Tells a renderer why it gets no session, and passes the reason on.
pub(crate) fn refuse(stream: &Stream, error: Error) -> Error {
    tell(stream, Refusal::of(&error));
    error
}

/// Tells a renderer that main has no room for its handshake now.
pub(crate) fn turn_away(stream: &Stream) {
    tell(stream, Refusal::Busy);
}

/// Tells a renderer why it gets no session.
fn tell(stream: &Stream, refusal: Refusal) {
    let welcome = Welcome { terms: terms(), verdict: Err(refusal) };
    // It may be gone already.
    let _ = stream.send_refusal(&welcome);
}

impl Prepared {
    /// Makes the segments of a session and main's end of it. Messages may be sent at once: they lie
    /// in main's own ring until the renderer comes.
    ///
    /// # Errors
    /// [`Error::Exhausted`], [`Error::System`], and [`Error::PermissionDenied`] if main may make no
    /// segments. To the renderer, which was told, each is the first: what main may is not its doing.
    pub(crate) fn new(
        id: u32,
        stream: Stream,
        bounds: Bounds,
        surroundings: Surroundings<'_>,
    ) -> Result<Self, Error> {
        let created = room::promise(SESSION)
            .map_err(Error::from)
            .and_then(|()| create(&bounds.geometry, id, bounds.segments));
        let (lanes, segments, names) =
            created.inspect_err(|_| tell(&stream, Refusal::Exhausted))?;
        let (end, inbox) = MainEnd::new(id, stream, lanes, &bounds, surroundings);
        let invitation = Invitation { bounds, web_contents: id, segments };
        Ok(Self { end, inbox, invitation, names })
    }
}

/// A session's segments, of this origin: main's lanes in them, how the renderer comes by them, and what
/// keeps their names.
fn create(
    geometry: &Geometry,
    id: u32,
    origin: Segments,
) -> Result<(MainLanes, Handover, Option<HeldNames>), Error> {
    match origin {
        Segments::Sealed => {
            let (lanes, Descriptors { main, renderer }) = lanes::create(geometry, id)?;
            Ok((lanes, Handover::Descriptors([main, renderer]), None))
        }
        Segments::Named => {
            let (lanes, names, held) = lanes::create_named(geometry, id)?;
            Ok((lanes, Handover::Names(names), Some(held)))
        }
    }
}

impl Invitation {
    /// Answers the renderer's hello.
    ///
    /// # Errors
    /// As [`Stream::send_welcome`].
    pub(crate) fn send(&self, stream: &Stream) -> Result<(), Error> {
        let Bounds { geometry, message_limit, .. } = self.bounds;
        let grant = geometry.grant(self.web_contents, message_limit)?;
        let welcome = |grant| Welcome { terms: terms(), verdict: Ok(grant) };
        match &self.segments {
            Handover::Descriptors([main, renderer]) => {
                stream.send_welcome(&welcome(grant), [main.as_fd(), renderer.as_fd()])
            }
            Handover::Names(names) => {
                stream.send_names(&welcome(Grant { names: Some(*names), ..grant }))
            }
        }
    }
}
