//! Looking into a main from outside.
//!
//! A [`Monitor`] maps the page on which a main counts, and reads it whenever it likes: main does
//! nothing for that, is not woken, and cannot be disturbed, because the page is read-only. What it
//! reads is of the last microseconds also while main is busy, asleep, or stuck in a listener.
//!
//! ```no_run
//! use ringmain::Monitor;
//!
//! let monitor = Monitor::connect("demo")?;
//! for renderer in monitor.snapshot().renderers {
//!     println!("{} received {}", renderer.id, renderer.counters.received);
//! }
//! # Ok::<(), ringmain::Error>(())
//! ```
//! The program `ringmain top` is built on this.

mod borrowed;
mod latency;
mod read;
mod snapshot;

pub use latency::Latency;
pub use snapshot::{
    Activity, ChannelView, Listening, MainView, RendererState, RendererView, Snapshot, Turn,
};

use crate::board::layout::{MAGIC, SIZE, VERSION, Words};
use crate::board::words;
use crate::error::{Corrupt, Error};
use crate::limits::HANDSHAKE_TIMEOUT;
use crate::rendezvous::connect;
use crate::rendezvous::endpoint::Endpoint;
use crate::rendezvous::peer::{Credentials, same_user};
use crate::rendezvous::stream::Stream;
use crate::segment::{Segment, Writer};
use crate::session::offer::terms;
use crate::sync::{Ordering, Shared, fence};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// How long a main that goes on takes at most to hand out its page. One that has not by then is stuck.
const PATIENCE: Duration = Duration::from_millis(500);

/// A look into a main. Usable from any thread; main is left alone when it is dropped.
#[derive(Debug)]
pub struct Monitor {
    words: Shared<Words>,
    stream: Stream,
}

impl Monitor {
    /// Attaches to the main that is bound to `endpoint`. Waits until main has answered, at most five
    /// seconds. A main that is stuck in a listener, and answers nobody, is looked into all the same if
    /// the kernel lets this process see that one's descriptors; it counts nothing by channel then, until
    /// it goes on.
    ///
    /// # Errors
    /// [`Error::NoMain`]; [`Error::Deadline`]; [`Error::MainGone`]; [`Error::EndpointName`];
    /// [`Error::PermissionDenied`] if main, or its directory, is another user's, or main does not admit
    /// this one; [`Error::Exhausted`] if main has as many [monitors](crate::limits::MONITORS) as it
    /// takes; [`Error::VersionMismatch`], [`Error::LayoutMismatch`] and [`Error::Corrupt`] if it was
    /// built with another release.
    pub fn connect(endpoint: &str) -> Result<Self, Error> {
        let deadline = Instant::now() + HANDSHAKE_TIMEOUT;
        let stream = connect::connect(&Endpoint::new(endpoint)?, None)?;
        stream.admit(same_user)?;
        stream.ask_for_view(terms())?;
        match stream.recv_view(&terms(), Instant::now() + PATIENCE) {
            Ok((bytes, board)) => Self::of(stream, bytes, &board),
            Err(Error::Deadline) => match borrowed::board(stream.credentials().pid, endpoint) {
                Some(board) => Self::of(stream, SIZE as u64, &board),
                None => {
                    let (bytes, board) = stream.recv_view(&terms(), deadline)?;
                    Self::of(stream, bytes, &board)
                }
            },
            Err(error) => Err(error),
        }
    }

    fn of(stream: Stream, bytes: u64, board: &OwnedFd) -> Result<Self, Error> {
        Ok(Self { words: map(bytes, board)?, stream })
    }

    /// What main's numbers are now. Each is exact, but they are not of one instant. Never blocks; what a
    /// main that is none of ours may have written there is read without harm, and makes no sense.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        read::snapshot(&self.words)
    }

    /// Whether main has ended, or let go of this monitor. Its last numbers stay readable.
    #[must_use]
    pub fn is_main_gone(&self) -> bool {
        self.stream.is_gone()
    }

    /// Main's process, as the kernel knows it.
    #[must_use]
    pub fn main_process(&self) -> Credentials {
        self.stream.credentials()
    }
}

/// Maps a board of so many bytes.
///
/// # Errors
/// [`Error::Corrupt`] if it is of another size or version, or could be taken away.
pub(crate) fn map(bytes: u64, board: &OwnedFd) -> Result<Shared<Words>, Error> {
    expect("bytes of the board", bytes, SIZE as u64)?;
    let words = words(&Segment::open(board, SIZE, Writer::Peer)?);
    expect("magic of the board", words.header.magic.load(Ordering::Relaxed), MAGIC)?;
    fence(Ordering::Acquire); // pairs with the store of the magic in `Board::new`
    let version = words.header.version.load(Ordering::Relaxed);
    expect("version of the board", version.into(), VERSION.into())?;
    Ok(words)
}

fn expect(place: &'static str, found: u64, expected: u64) -> Result<(), Corrupt> {
    if found == expected { Ok(()) } else { Err(Corrupt { place, found, expected }) }
}

#[cfg(test)]
mod tests;
