//! The three lanes of a session in two segments, without a session around them.
//!
//! [`create`] makes both segments and gives main's ends of the lanes; the two descriptors go to the
//! other process, which [`open`]s them, once. Sessions are built on this, and so can be whatever brings
//! its own rendezvous and wants records instead of messages: benchmarks, bridges, tests.
//!
//! Nothing here knows of a peer's death or wakes anybody by itself: who publishes calls `flush` and
//! acts on the [`Wake`](crate::wait::Wake) that it returns.
//!
//! # What the lanes rest on
//! | unchecked | rests on | made by |
//! |---|---|---|
//! | the words at a segment's start, as the layout's structs | the segment is at least as long, and they are atomics only | `Segment::words`, which looks at the length; `words`, which names the structs |
//! | rings in a segment | capacities are powers of two, offsets are pages, and both lie in it | a [`Geometry`] that was looked at (its fields are anybody's), and `Segment::ring`, which looks again |
//! | one producer and one consumer of each ring | each end is made once | [`create`], whose segments are new; `open_sent` and `open_named`, whose main sends or names them once; the caller of [`open`], which is therefore unsafe |
//! | that memory stays there, and its size | a sealed segment cannot shrink | `Segment::create` seals it, and `Segment::open` takes none that can |
//!
//! A descriptor can be duplicated in safe code, so that [`open`] takes them by value is no proof:
//! ```compile_fail,E0133
//! use ringmain::{Geometry, lanes};
//!
//! let (main, descriptors) = lanes::create(&Geometry::default(), 1)?;
//! let renderer = lanes::open(descriptors, &Geometry::default(), 1)?;
//! # Ok::<(), ringmain::Error>(())
//! ```
//! The ends themselves are not made elsewhere:
//! ```compile_fail,E0624
//! let second_producer = ringmain::ring::Producer::new;
//! ```

use super::geometry::Geometry;
use crate::error::Error;
use crate::lane::{Incoming, Outgoing};
use crate::layout::{DATA_OFFSET, MainWords, RendererWords, Status, role};
use crate::segment::name::Names;
use crate::segment::named::{self, HeldNames, NamedSegments};
use crate::segment::{self, Identity, Segment, Writer};
use crate::sync::{Ordering, Shared, cpu_number};
use crate::wire::FINGERPRINT;
use std::os::fd::OwnedFd;

/// Main's ends.
#[derive(Debug)]
pub struct MainLanes {
    /// Messages to the renderer.
    pub messages: Outgoing,
    /// Answers to `sendSync`.
    pub replies: Outgoing,
    /// Messages from the renderer.
    pub incoming: Incoming,
    /// Where the two sides run.
    pub cpus: Cpus,
}

/// The renderer's ends.
#[derive(Debug)]
pub struct RendererLanes {
    /// Messages to main.
    pub messages: Outgoing,
    /// Answers to `sendSync`.
    pub replies: Incoming,
    /// Messages from main.
    pub incoming: Incoming,
    /// Where the two sides run.
    pub cpus: Cpus,
}

/// The segments of a session, for the renderer.
#[derive(Debug)]
pub struct Descriptors {
    /// The segment that main writes.
    pub main: OwnedFd,
    /// The segment that the renderer writes.
    pub renderer: OwnedFd,
}

/// The CPUs that the two sides last ran on, for the decision to spin.
#[derive(Debug, Clone)]
pub struct Cpus {
    mine: Shared<Status>,
    theirs: Shared<Status>,
}

impl Cpus {
    /// What this side says about itself, and the peer about itself.
    pub(crate) fn statuses(self) -> [Shared<Status>; 2] {
        [self.mine, self.theirs]
    }

    /// Says where this thread runs, so that a peer which waits before this side ever does can tell
    /// whether to spin.
    fn publish(&self) {
        self.mine.cpu.store(cpu_number(), Ordering::Relaxed);
    }

    /// Whether the peer last ran on another CPU than this thread, whose own is published. `false`
    /// until the peer has said.
    #[inline]
    #[must_use]
    pub fn peer_elsewhere(&self) -> bool {
        let mine = cpu_number();
        if self.mine.cpu.load(Ordering::Relaxed) != mine {
            self.mine.cpu.store(mine, Ordering::Relaxed);
        }
        let theirs = self.theirs.cpu.load(Ordering::Relaxed);
        theirs != 0 && theirs != mine
    }
}

/// Makes the segments of the session `id`, formatted and sealed. Messages may be sent at once: they
/// lie in main's own ring until the renderer comes.
///
/// # Errors
/// [`Error::Exhausted`] or [`Error::System`].
///
/// # Panics
/// When a capacity is none that [`Geometry`] may have.
pub fn create(geometry: &Geometry, id: u32) -> Result<(MainLanes, Descriptors), Error> {
    geometry.assert_legal();
    let (ours, main) = Segment::create(geometry.main_segment(), Writer::Us)?;
    let (theirs, renderer) = Segment::create(geometry.renderer_segment(), Writer::Peer)?;
    let lanes = main_lanes(&ours, &theirs, geometry, identity(role::MAIN, id, 0));
    Ok((lanes, Descriptors { main, renderer }))
}

/// As [`create`], in segments that the renderer opens by their names, as long as they are held.
///
/// # Errors
/// As [`NamedSegments::create`].
pub(crate) fn create_named(
    geometry: &Geometry,
    id: u32,
) -> Result<(MainLanes, Names, HeldNames), Error> {
    geometry.assert_legal();
    let (ours, theirs) = (geometry.main_segment(), geometry.renderer_segment());
    let NamedSegments { main, renderer, names, held } = NamedSegments::create(ours, theirs)?;
    let identity = identity(role::MAIN, id, names.nonce);
    Ok((main_lanes(&main, &renderer, geometry, identity), names, held))
}

fn main_lanes(
    ours: &Segment,
    theirs: &Segment,
    geometry: &Geometry,
    identity: Identity,
) -> MainLanes {
    let (mine, peer) = words(ours, theirs);
    segment::format(&mine.header, identity);
    let lanes = MainLanes {
        messages: Outgoing::new(
            ours.ring(DATA_OFFSET, geometry.to_renderer),
            mine.project(|words| &words.messages_out),
            peer.project(|words| &words.messages_in_head),
            peer.project(|words| &words.messages_in),
        ),
        replies: Outgoing::new(
            ours.ring(geometry.replies_offset(), geometry.replies),
            mine.project(|words| &words.replies_out),
            peer.project(|words| &words.replies_in_head),
            peer.project(|words| &words.replies_in),
        ),
        incoming: Incoming::new(
            theirs.ring(DATA_OFFSET, geometry.to_main),
            mine.project(|words| &words.messages_in_head),
            mine.project(|words| &words.messages_in),
            peer.project(|words| &words.messages_out),
        ),
        cpus: Cpus {
            mine: mine.project(|words| &words.status),
            theirs: peer.project(|words| &words.status),
        },
    };
    lanes.cpus.publish();
    lanes
}

/// Joins the session `id` that the other process created. The segments stay mapped without their
/// descriptors.
///
/// # Safety
/// * The descriptors are those that [`create`] has made, of one session.
/// * They are opened this once, by one process: each ring has one producer and one consumer. That is why
///   they are taken by value; it is no proof, as a descriptor can be duplicated, and sent twice.
/// * Nobody writes the renderer's segment but through the lanes that this returns.
///
/// # Errors
/// [`Error::Corrupt`] if the segments are not of this geometry, or of another session or build;
/// [`Error::Exhausted`] or [`Error::System`] if they cannot be mapped.
///
/// # Panics
/// When a capacity is none that [`Geometry`] may have.
#[expect(unsafe_code, reason = "that nobody else opens them is the caller's promise")]
pub unsafe fn open(
    descriptors: Descriptors,
    geometry: &Geometry,
    id: u32,
) -> Result<RendererLanes, Error> {
    geometry.assert_legal();
    open_sent(descriptors, geometry, id)
}

/// As [`open`], of descriptors that main has sent: it sends them once, and what it promises to its
/// renderers is what the session rests on anyway.
///
/// # Errors
/// As [`open`].
#[expect(clippy::needless_pass_by_value, reason = "they are of no use to anybody else afterwards")]
pub(crate) fn open_sent(
    descriptors: Descriptors,
    geometry: &Geometry,
    id: u32,
) -> Result<RendererLanes, Error> {
    let theirs = Segment::open(&descriptors.main, geometry.main_segment(), Writer::Peer)?;
    let ours = Segment::open(&descriptors.renderer, geometry.renderer_segment(), Writer::Us)?;
    renderer_lanes(&theirs, &ours, geometry, id, 0)
}

/// As [`open`], by names, which nobody needs afterwards: they are removed.
///
/// # Errors
/// As [`open`] and [`named::open`].
pub(crate) fn open_named(
    names: &Names,
    geometry: &Geometry,
    id: u32,
) -> Result<RendererLanes, Error> {
    let (theirs, ours) = named::open(names, geometry.main_segment(), geometry.renderer_segment())?;
    let lanes = renderer_lanes(&theirs, &ours, geometry, id, names.nonce)?;
    for name in [names.main(), names.renderer()] {
        // A sandbox may forbid it. Then main does it when the session ends.
        let _ = named::remove(&name);
    }
    Ok(lanes)
}

fn renderer_lanes(
    theirs: &Segment,
    ours: &Segment,
    geometry: &Geometry,
    id: u32,
    nonce: u64,
) -> Result<RendererLanes, Error> {
    let (main, mine) = words(theirs, ours);
    segment::join(&main.header, identity(role::MAIN, id, nonce))?;
    segment::format(&mine.header, identity(role::RENDERER, id, nonce));
    let cpus = Cpus {
        mine: mine.project(|words| &words.status),
        theirs: main.project(|words| &words.status),
    };
    cpus.publish();
    Ok(RendererLanes {
        messages: Outgoing::new(
            ours.ring(DATA_OFFSET, geometry.to_main),
            mine.project(|words| &words.messages_out),
            main.project(|words| &words.messages_in_head),
            main.project(|words| &words.messages_in),
        ),
        replies: Incoming::new(
            theirs.ring(geometry.replies_offset(), geometry.replies),
            mine.project(|words| &words.replies_in_head),
            mine.project(|words| &words.replies_in),
            main.project(|words| &words.replies_out),
        ),
        incoming: Incoming::new(
            theirs.ring(DATA_OFFSET, geometry.to_renderer),
            mine.project(|words| &words.messages_in_head),
            mine.project(|words| &words.messages_in),
            main.project(|words| &words.messages_out),
        ),
        cpus,
    })
}

fn identity(role: u32, web_contents: u32, nonce: u64) -> Identity {
    Identity { fingerprint: FINGERPRINT, role, web_contents, nonce }
}

#[expect(unsafe_code, reason = "names the layout's structs of the two segments")]
fn words(main: &Segment, renderer: &Segment) -> (Shared<MainWords>, Shared<RendererWords>) {
    // SAFETY: main's segment starts with `MainWords`, a struct of atomics.
    let main = unsafe { main.words::<MainWords>() };
    // SAFETY: the renderer's starts with `RendererWords`, a struct of atomics.
    let renderer = unsafe { renderer.words::<RendererWords>() };
    (main, renderer)
}
