//! What a monitor sees.
//!
//! All of it has a default, from which the tests of a program that reads it can make what they need.

use super::Latency;
use crate::session::counters::Counters;
use std::time::Duration;

/// A main at one moment, see [`Monitor::snapshot`](super::Monitor::snapshot).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Snapshot {
    /// When it was taken: since the machine has started, by the monotonic clock.
    pub taken: Duration,
    /// Main itself.
    pub main: MainView,
    /// Its renderers, by id; those that main has [entries](crate::MainOptions::monitored_sessions) for.
    pub renderers: Vec<RendererView>,
    /// The channels that something was received on since main counts them, in the order of their first
    /// message. One without a name has all that came after there was no entry left.
    pub channels: Vec<ChannelView>,
    /// For how long channels have been counted. `None` if they are not: main has not answered yet.
    pub watched: Option<Duration>,
}

/// Main in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MainView {
    /// Its process, as it sees itself.
    pub pid: u32,
    /// The endpoint that it is bound to.
    pub endpoint: String,
    /// The release of its engine.
    pub release: String,
    /// For how long it has been there.
    pub up: Duration,
    /// What it does.
    pub activity: Activity,
    /// Since when it does that.
    pub since: Duration,
    /// While it is [`Busy`](Activity::Busy): for how long it has not looked for events, which it does
    /// many thousand times a second unless a listener or handler holds it up.
    pub stuck: Duration,
    /// Whose turn it is, while it is busy.
    pub turn: Option<Turn>,
    /// The channel whose listeners run just now. Known while monitors are attached.
    pub listening: Option<Listening>,
    /// Rounds over its renderers.
    pub rounds: u64,
    /// Messages that it received from all renderers there ever were.
    pub received: u64,
    /// Sessions that are not over.
    pub sessions: u64,
    /// Those of them that are not among the renderers here.
    pub hidden: u64,
    /// Sessions that there ever were.
    pub made: u64,
    /// Processes that wanted to attach and could not.
    pub refused: u64,
    /// Bytes that it keeps for renderers, as of its last look: messages and answers that wait for one to read,
    /// and arguments of invokes whose handlers are not done.
    pub kept: u64,
    /// Invokes whose handlers are not done.
    pub running: u64,
    /// Bytes of messages that arrive in fragments and are not whole.
    pub gathered: u64,
    /// Monitors that are attached.
    pub monitors: u64,
    /// Messages that it sent in sessions that are over, and their bytes.
    pub sent_before: (u64, u64),
    /// Messages that it received in them, and their bytes.
    pub received_before: (u64, u64),
}

/// What a main does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Activity {
    /// Its program does something else: nobody is inside `run` or `dispatch`.
    #[default]
    Elsewhere,
    /// It sleeps until something happens.
    Asleep,
    /// It delivers messages, or looks for some.
    Busy,
}

/// Whom a main is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Turn {
    /// Messages of the renderer with this id, or it was the last to have some.
    Renderer(u32),
    /// Handlers that were woken, of whichever renderers.
    Handlers,
}

/// A channel whose listeners run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Listening {
    /// Its name.
    pub channel: String,
    /// For how long.
    pub for_so_long: Duration,
}

/// How far a renderer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RendererState {
    /// It was spawned and has not said hello.
    #[default]
    Starting,
    /// It is attached.
    Attached,
    /// It is gone, and what it left behind is delivered.
    Leaving,
}

/// A renderer in a [`Snapshot`], as main sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RendererView {
    /// The id of its `WebContents`.
    pub id: u32,
    /// Its process.
    pub pid: u32,
    /// How far it is.
    pub state: RendererState,
    /// Since when.
    pub since: Duration,
    /// What main's side of the session has done.
    pub counters: Counters,
    /// Of the messages sent, those that answered a `sendSync`.
    pub answers: u64,
    /// Bytes that wait in main because the renderer does not read.
    pub queued_bytes: u64,
    /// Handlers of its invokes that were not done at once and still run.
    pub running: u64,
    /// Bytes of their arguments.
    pub running_bytes: u64,
}

/// A channel in a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ChannelView {
    /// The start of its name: 64 bytes at most.
    pub name: String,
    /// Bytes of the whole name; zero for the channels that have no entry of their own.
    pub name_len: usize,
    /// Messages received on it.
    pub messages: u64,
    /// Bytes of their records' content.
    pub bytes: u64,
    /// How long its listeners took, and its handlers until they first waited.
    pub busy: Duration,
    /// The same by message.
    pub latency: Latency,
}
