//! Every byte of the board, declared once.
//!
//! ```text
//!      0 ┌──────────────────────────────────────────────┐
//!        │ Header    magic, version, number of entries  │ written before the first monitor comes
//!    128 │ Host      process, endpoint, birth           │ the same
//!    256 │ Pulse     what main does just now            │ written in every round
//!    384 │ Sums      sessions, monitors, those gone     │ when sessions come and go
//!        ├──────────────────────────────────────────────┤
//!   4096 │ ChannelWords × 256      384 bytes each       │ written while a monitor is attached;
//!        │   0 = all that have no entry of their own    │ the name's length says that it is there
//!        ├──────────────────────────────────────────────┤
//! 102400 │ SessionWords × 4096     256 bytes each       │
//!        │   0  generation, who, state, queues          │ generation: odd while the entry changes
//!        │ 128  Tally                                   │ hands, even when it is whole
//!        └──────────────────────────────────────────────┘
//! ```
//!
//! Main is the only writer; the seals see to that. A page is touched, and costs memory, when its first
//! entry is: a main of sixteen renderers and ten channels has three. Monitors read no further than
//! `Sums` says, because reading a hole of a memfd fills it.
//!
//! Words that are written with every message ([`Tally`]) have their lines alone, so that main misses
//! only when a monitor has just looked.

use super::tally::{Count, Gauge, Tally, Traffic};
use crate::sync::{AtomicU32, AtomicU64};
use std::mem::{offset_of, size_of};

/// Stored last into the header.
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"ringview");

/// The version of this layout. A monitor of another one reads nothing behind it.
pub(crate) const VERSION: u32 = 2;

/// Entries for sessions.
pub(crate) const SESSIONS: usize = crate::limits::MONITORED_SESSIONS;

/// Entries for channels, the one of all others included.
pub(crate) const CHANNELS: usize = 256;

/// Bytes of a name that are kept.
pub(crate) const NAME: usize = 64;

/// Buckets of a histogram.
pub(crate) const BUCKETS: usize = 32;

/// What a session is doing.
pub(crate) mod state {
    /// Nobody's entry.
    pub(crate) const FREE: u32 = 0;
    /// Its renderer was spawned and has not said hello.
    pub(crate) const STARTING: u32 = 1;
    /// Its renderer is attached.
    pub(crate) const ATTACHED: u32 = 2;
    /// Its renderer is gone, and what it left is delivered.
    pub(crate) const LEAVING: u32 = 3;
    /// It is over, and somebody in main still holds its handle.
    pub(crate) const GONE: u32 = 4;
}

/// What main's dispatcher is doing.
pub(crate) mod pulse {
    /// It is not inside `run` or `dispatch`.
    pub(crate) const OUTSIDE: u32 = 0;
    /// It delivers, or looks for something to deliver.
    pub(crate) const AWAKE: u32 = 1;
    /// It sleeps until something happens.
    pub(crate) const ASLEEP: u32 = 2;
}

/// In [`Pulse::turn`]: handlers that were woken are polled, of whichever renderers.
pub(crate) const HANDLERS: u32 = u32::MAX;

/// The first bytes of a text, and no more than the first few.
pub(crate) type Text<const WORDS: usize> = [AtomicU64; WORDS];

/// What the page is.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Header {
    /// [`MAGIC`], once header and host are complete.
    pub(crate) magic: AtomicU64,
    /// [`VERSION`].
    pub(crate) version: AtomicU32,
    /// How many entries for sessions main uses at most.
    pub(crate) sessions: AtomicU32,
}

/// Whose it is. Written once.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Host {
    /// The process.
    pub(crate) pid: AtomicU32,
    /// Bytes of the endpoint's name; a main that only spawns has none.
    pub(crate) name_len: AtomicU32,
    /// When the main was made, by the monotonic clock.
    pub(crate) born_ns: AtomicU64,
    /// The endpoint's name.
    pub(crate) name: Text<{ NAME / 8 }>,
    /// The engine's release, zero bytes behind it.
    pub(crate) release: Text<2>,
}

/// What main does just now. Its dispatcher writes it, one thread at a time.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Pulse {
    /// One of [`pulse`].
    pub(crate) state: AtomicU32,
    /// Whose messages are delivered, by the renderer's id; or [`HANDLERS`].
    pub(crate) turn: AtomicU32,
    /// Since when it is in that state.
    pub(crate) since_ns: AtomicU64,
    /// When it last looked at sockets and timers: many thousand times a second while it is busy.
    pub(crate) looked_ns: AtomicU64,
    /// Rounds over the sessions.
    pub(crate) rounds: Count,
    /// Messages received, of all sessions.
    pub(crate) received: Count,
    /// While monitors are attached: one more than the entry of the channel whose listeners run, or zero.
    pub(crate) channel: AtomicU32,
    /// Since when they run.
    pub(crate) channel_ns: AtomicU64,
}

/// What sessions and monitors add up to.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Sums {
    /// Sessions that are not over.
    pub(crate) sessions: Gauge,
    /// Those of them that have no entry.
    pub(crate) hidden: Gauge,
    /// Sessions ever made.
    pub(crate) made: Count,
    /// Processes that wanted to attach and could not.
    pub(crate) refused: Count,
    /// Entries for sessions that were ever taken.
    pub(crate) session_entries: AtomicU32,
    /// Entries for channels that were ever taken.
    pub(crate) channel_entries: AtomicU32,
    /// Monitors that are attached.
    pub(crate) monitors: Gauge,
    /// Since when channels are counted; zero while they are not.
    pub(crate) watched_ns: AtomicU64,
    /// Bytes that main keeps for renderers: what waits for them, and arguments of handlers that run.
    pub(crate) kept: Gauge,
    /// Handlers that were not done at once and still run.
    pub(crate) running: Gauge,
    /// Bytes of messages that arrive in fragments.
    pub(crate) gathered: Gauge,
    /// What main sent in sessions that are over.
    pub(crate) sent: Traffic,
    /// What it received in them.
    pub(crate) received: Traffic,
}

/// One channel, as long as somebody watches.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct ChannelWords {
    /// Bytes of the whole name, which may be more than are here. Stored last; zero: no entry.
    pub(crate) name_len: AtomicU32,
    /// The start of the name.
    pub(crate) name: Text<{ NAME / 8 }>,
    /// What was received on it.
    pub(crate) received: Traffic,
    /// Nanoseconds in its listeners, and in the first poll of its handlers.
    pub(crate) busy_ns: Count,
    /// How long each message took them.
    pub(crate) latency: Histogram,
}

/// Counts of times by the power of two of nanoseconds that they reach; the last has all above.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub(crate) struct Histogram {
    pub(crate) buckets: [Count; BUCKETS],
}

/// One session. [`Entry`](super::entry::Entry) writes who it is, its session all else.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub(crate) struct SessionWords {
    /// Odd while the entry changes hands; another even number each time.
    pub(crate) generation: AtomicU64,
    /// The renderer's id.
    pub(crate) web_contents: AtomicU32,
    /// Its process.
    pub(crate) pid: AtomicU32,
    /// One of [`state`].
    pub(crate) state: AtomicU32,
    /// Since when.
    pub(crate) since_ns: AtomicU64,
    /// Bytes that wait behind the ring of messages.
    pub(crate) queued_messages: Gauge,
    /// Bytes that wait behind the ring of replies.
    pub(crate) queued_replies: Gauge,
    /// Handlers that were not done at once and still run.
    pub(crate) running: Gauge,
    /// Bytes of their arguments.
    pub(crate) running_bytes: Gauge,
    /// What it has counted.
    pub(crate) tally: Tally,
}

/// The page.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Words {
    pub(crate) header: Header,
    pub(crate) host: Host,
    pub(crate) pulse: Pulse,
    pub(crate) sums: Sums,
    pub(crate) channels: Channels,
    pub(crate) sessions: [SessionWords; SESSIONS],
}

/// The channels, on pages of their own.
#[derive(Debug)]
#[repr(C, align(4096))]
pub(crate) struct Channels(pub(crate) [ChannelWords; CHANNELS]);

/// Bytes of the page.
pub(crate) const SIZE: usize = size_of::<Words>();

const _: () = {
    assert!(size_of::<Header>() == 128);
    assert!(size_of::<Host>() == 128);
    assert!(size_of::<Pulse>() == 128);
    assert!(size_of::<Sums>() == 128);
    assert!(size_of::<Tally>() == 128);
    assert!(size_of::<ChannelWords>() == 384);
    assert!(size_of::<SessionWords>() == 256);
    assert!(offset_of!(SessionWords, tally) == 128);
    assert!(offset_of!(Words, host) == 128);
    assert!(offset_of!(Words, pulse) == 256);
    assert!(offset_of!(Words, sums) == 384);
    assert!(offset_of!(Words, channels) == 4096);
    assert!(offset_of!(Words, sessions) == 102_400);
    assert!(SIZE == 102_400 + SESSIONS * 256 && SIZE.is_multiple_of(4096));
};
