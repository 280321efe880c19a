//! Every byte of shared memory, declared once.
//!
//! One session has two segments, and each is written by one process only. A lane's words are
//! split the same way: what the producer writes lies in the producer's segment, what the consumer
//! writes in the consumer's.
//!
//! ```text
//!        main's segment (main writes)          renderer's segment (renderer writes)
//!     0 ┌───────────────────────────────┐     0 ┌───────────────────────────────┐
//!       │ Header   magic … geometry     │       │ Header                        │
//!   128 │ Status   cpu, life            │   128 │ Status   cpu, life            │
//!   256 │ messages out   WaitWords    ──┼──┐256 │ messages out   WaitWords      │
//!   384 │ messages in    HeadWord       │  │384 │ messages in    HeadWord       │
//!   512 │ messages in    WaitWords      │  └─512│ messages in    WaitWords      │
//!   640 │ replies out    WaitWords      │   640 │ replies in     HeadWord       │
//!       │                               │   768 │ replies in     WaitWords      │
//!       ├───────────────────────────────┤       ├───────────────────────────────┤
//!  4096 │ ring: messages to renderer    │  4096 │ ring: messages to main        │
//!       │ …                             │       │ …                             │
//!       │ ring: replies to renderer     │       └───────────────────────────────┘
//!       └───────────────────────────────┘
//!
//!   ring   64-byte lines; a record starts on a line and never runs over the end:
//!          ┌──────────┬──────────┬────────────────────────┐┌──────────…
//!          │ header 8 │envelope 8│ payload, first 48 bytes││ payload
//!          └──────────┴──────────┴────────────────────────┘└──────────…
//!   header 63                 33   32   31                0
//!          ┌────────────────────┬─────┬───────────────────┐   0 = not ready yet
//!          │ 0                  │kind │ length in bytes   │   kind 1 = record, 2 = padding
//!          └────────────────────┴─────┴───────────────────┘
//! ```
//!
//! Words of different writers are in different segments; words that change at different rates are
//! 128 bytes apart, because the prefetcher moves lines in pairs. `head` changes with every record
//! in a quiet lane and has its pair alone: the producer reads `asleep` after every record, and would
//! miss each time if they shared a line.

use crate::sync::{AtomicU32, AtomicU64, FutexWord};
use std::mem::{align_of, offset_of, size_of};

/// Stored last into a segment's header: from then on the rest of it may be read.
pub const MAGIC: u64 = u64::from_le_bytes(*b"ringmain");

/// The version of the protocol: handshake, layout, wire and waiting together.
pub const VERSION: u32 = 2;

/// Bytes of one line of a ring; records start on one.
pub const LINE: usize = 64;

/// Bytes of a record's header word.
pub const HEADER_WORD: usize = 8;

/// Where ring data begins in a segment.
pub const DATA_OFFSET: usize = 4096;

/// Which role writes a segment.
pub mod role {
    /// Main's segment.
    pub const MAIN: u32 = 1;
    /// A renderer's segment.
    pub const RENDERER: u32 = 2;
}

/// The bits of `WaitWords::asleep`.
pub mod asleep {
    /// The sleeper wants the bell rung.
    pub const ARMED: u32 = 1;
    /// It sleeps in an event loop: a nudge on the socket wakes it, not a futex.
    pub const IN_LOOP: u32 = 1 << 1;
    /// The epoch starts at this bit.
    pub const EPOCH_SHIFT: u32 = 2;
}

/// The values of `Status::life`. Every other one is the id of a thread that lives as long as the process.
pub mod life {
    /// The side has not come yet.
    pub const NOT_YET: u32 = 0;
    /// The bit that the kernel sets when the process has died, and the process when the session is over.
    pub const OVER: u32 = 1 << 30;
    /// The process gives no sign: it could have no such thread. No living thread's id has this bit.
    pub const NO_SIGN: u32 = 1 << 31;
}

/// The kinds in bits 32 and 33 of a record's header word.
pub mod record_kind {
    /// A record with content.
    pub const RECORD: u32 = 1;
    /// Exactly the rest of the ring, to be skipped.
    pub const PADDING: u32 = 2;
}

/// What a segment is. Written before its magic and never again.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Header {
    /// [`MAGIC`] once the header is complete.
    pub(crate) magic: AtomicU64,
    /// The fingerprint of the layout and the archive format, see `wire::FINGERPRINT`.
    pub(crate) fingerprint: AtomicU64,
    /// [`VERSION`].
    pub(crate) version: AtomicU32,
    /// Who writes this segment, see [`role`].
    pub(crate) role: AtomicU32,
    /// The id of the renderer's `WebContents`.
    pub(crate) web_contents: AtomicU32,
    /// Which named session this is, in both of its segments; zero in sealed ones. Written by main,
    /// before the renderer learns of either.
    pub(crate) nonce: AtomicU64,
}

/// What a side says about itself; changes rarely.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Status {
    /// The CPU it last ran on, plus one; zero before it said. Two sides on one CPU never spin.
    pub(crate) cpu: AtomicU32,
    /// Whether its process lives and has its session still, see [`life`].
    pub(crate) life: AtomicU32,
}

/// How far a consumer is.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct HeadWord {
    /// Bytes ever released. Only grows; the index is `head % capacity`.
    pub(crate) head: AtomicU64,
}

/// One side's words for waiting on one lane: it sleeps for one reason and wakes for the other.
/// A consumer sleeps for data and rings for space, a producer the other way round.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct WaitWords {
    /// `epoch << 2 | in_loop << 1 | armed`: the peer rings once per armed epoch.
    pub(crate) asleep: AtomicU32,
    /// Bumped to wake the peer, which sleeps on it.
    pub(crate) bell: FutexWord,
}

#[cfg(any(test, loom))]
impl HeadWord {
    /// A head in private memory, for tests and models.
    pub(crate) fn private() -> crate::sync::Shared<Self> {
        std::sync::Arc::new(Self { head: AtomicU64::new(0) }).into()
    }
}

#[cfg(loom)]
impl WaitWords {
    /// One side's words in private memory, for models.
    pub(crate) fn private() -> crate::sync::Shared<Self> {
        std::sync::Arc::new(Self { asleep: AtomicU32::new(0), bell: FutexWord::new() }).into()
    }
}

/// The words at the start of main's segment.
#[derive(Debug)]
#[repr(C)]
pub struct MainWords {
    pub(crate) header: Header,
    pub(crate) status: Status,
    pub(crate) messages_out: WaitWords,
    pub(crate) messages_in_head: HeadWord,
    pub(crate) messages_in: WaitWords,
    pub(crate) replies_out: WaitWords,
}

/// The words at the start of a renderer's segment.
#[derive(Debug)]
#[repr(C)]
pub struct RendererWords {
    pub(crate) header: Header,
    pub(crate) status: Status,
    pub(crate) messages_out: WaitWords,
    pub(crate) messages_in_head: HeadWord,
    pub(crate) messages_in: WaitWords,
    pub(crate) replies_in_head: HeadWord,
    pub(crate) replies_in: WaitWords,
}

/// Everything about the layout that two builds have to agree on, folded into one number.
pub const FINGERPRINT: u64 = fold(
    0xcbf2_9ce4_8422_2325,
    &[
        VERSION as usize,
        LINE,
        HEADER_WORD,
        DATA_OFFSET,
        size_of::<MainWords>(),
        offset_of!(MainWords, status),
        offset_of!(MainWords, messages_out),
        offset_of!(MainWords, messages_in_head),
        offset_of!(MainWords, messages_in),
        offset_of!(MainWords, replies_out),
        size_of::<RendererWords>(),
        offset_of!(RendererWords, status),
        offset_of!(RendererWords, messages_out),
        offset_of!(RendererWords, messages_in_head),
        offset_of!(RendererWords, messages_in),
        offset_of!(RendererWords, replies_in_head),
        offset_of!(RendererWords, replies_in),
        offset_of!(Status, cpu),
        offset_of!(Status, life),
        offset_of!(WaitWords, asleep),
        offset_of!(WaitWords, bell),
        align_of::<WaitWords>(),
        asleep::EPOCH_SHIFT as usize,
        life::OVER as usize,
        life::NO_SIGN as usize,
        record_kind::RECORD as usize,
        record_kind::PADDING as usize,
    ],
);

/// Folds numbers into a fingerprint (FNV-1a over their bytes).
#[must_use]
pub const fn fold(mut hash: u64, numbers: &[usize]) -> u64 {
    let mut i = 0;
    while i < numbers.len() {
        let bytes = (numbers[i] as u64).to_le_bytes();
        let mut j = 0;
        while j < bytes.len() {
            hash = (hash ^ bytes[j] as u64).wrapping_mul(0x0100_0000_01b3);
            j += 1;
        }
        i += 1;
    }
    hash
}

#[cfg(not(loom))] // loom's atomics are bigger
const _: () = {
    assert!(size_of::<Header>() == 128);
    assert!(size_of::<Status>() == 128);
    assert!(size_of::<HeadWord>() == 128);
    assert!(size_of::<WaitWords>() == 128);
    assert!(size_of::<FutexWord>() == 4);
    assert!(size_of::<MainWords>() <= DATA_OFFSET);
    assert!(size_of::<RendererWords>() <= DATA_OFFSET);
    assert!(DATA_OFFSET.is_multiple_of(LINE));
};

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_offsets_are_those_of_the_picture() {
        assert_eq!(offset_of!(Header, magic), 0);
        assert_eq!(offset_of!(Header, fingerprint), 8);
        assert_eq!(offset_of!(Header, version), 16);
        assert_eq!(offset_of!(Header, role), 20);
        assert_eq!(offset_of!(Header, web_contents), 24);
        assert_eq!(offset_of!(Header, nonce), 32);
        assert_eq!(offset_of!(MainWords, status), 128);
        assert_eq!(offset_of!(MainWords, messages_out), 256);
        assert_eq!(offset_of!(MainWords, messages_in_head), 384);
        assert_eq!(offset_of!(MainWords, messages_in), 512);
        assert_eq!(offset_of!(MainWords, replies_out), 640);
        assert_eq!(offset_of!(RendererWords, status), 128);
        assert_eq!(offset_of!(RendererWords, messages_out), 256);
        assert_eq!(offset_of!(RendererWords, messages_in_head), 384);
        assert_eq!(offset_of!(RendererWords, messages_in), 512);
        assert_eq!(offset_of!(RendererWords, replies_in_head), 640);
        assert_eq!(offset_of!(RendererWords, replies_in), 768);
        assert_eq!(offset_of!(Status, cpu), 0);
        assert_eq!(offset_of!(Status, life), 4);
        assert_eq!(offset_of!(WaitWords, asleep), 0);
        assert_eq!(offset_of!(WaitWords, bell), 4);
    }

    #[test]
    fn the_fingerprint_is_this_versions() {
        // Changes with the layout; then VERSION has to change as well.
        assert_eq!(FINGERPRINT, 17_761_714_739_751_167_675);
    }

    #[test]
    fn the_fingerprint_tells_orders_apart() {
        assert_ne!(fold(1, &[2, 3]), fold(1, &[3, 2]));
    }
}
