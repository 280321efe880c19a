//! Every default and every bound, in one table.
//!
//! | what | default | bound | past it |
//! |---|---|---|---|
//! | a ring's capacity ([`RING_CAPACITY`]) | 1 MiB | 64 KiB to 64 MiB, a power of two | refused when the session is made |
//! | a message | half of its ring, less its record's words | | [`Error::TooLarge`](crate::Error::TooLarge) |
//! | a channel name ([`CHANNEL_NAME_MAX`]) | | 255 bytes of UTF-8 | [`Error::ChannelName`](crate::Error::ChannelName) |
//! | channel names in use at once, per direction ([`CHANNEL_SLOTS`]) | | 1,024 | the least recently used one is sent again when it comes back |
//! | main's overflow per renderer ([`OVERFLOW_BYTES`]) | 8 MiB, messages and replies apart | | [`Error::Backpressure`](crate::Error::Backpressure) |
//! | main's work per renderer and round ([`ROUND_RECORDS`], [`ROUND_BYTES`]) | 64 records or 64 KiB, and the message that passes them | | the next renderer's turn |
//! | invokes of one renderer in flight ([`PENDING_INVOKES`]) | 65,536 | | [`Error::TooManyPending`](crate::Error::TooManyPending) |
//! | handshakes not finished ([`HANDSHAKES`], [`HANDSHAKE_TIMEOUT`]) | 64, 5 s each | | the connection is closed |
//! | a spin before sleeping ([`SPIN_MAX`]) | adaptive | 50 µs | the waiter sleeps |
//! | between two looks at a peer's life while blocked ([`LIVENESS_SLICE`]) | 5 ms | | |

use std::time::Duration;

/// Capacity of a ring in bytes.
///
/// 256 KiB to 4 MiB is the useful range: at 128 KiB and less the rate of 64-byte records drops
/// five-fold, because producer and consumer meet in the same lines.
pub const RING_CAPACITY: usize = 1 << 20;

/// The smallest capacity of a session's ring, in bytes.
pub const RING_CAPACITY_MIN: usize = 64 << 10;

/// The largest capacity of a session's ring, in bytes.
pub const RING_CAPACITY_MAX: usize = 64 << 20;

/// The longest channel name in bytes of UTF-8.
pub const CHANNEL_NAME_MAX: usize = 255;

/// Channel names that one sender can have interned at once.
pub const CHANNEL_SLOTS: usize = 1024;

/// Bytes that main keeps privately for one renderer whose ring is full, for messages and, apart,
/// for replies. An empty overflow takes one message of any legal size.
pub const OVERFLOW_BYTES: usize = 8 << 20;

/// Bytes on top of [`OVERFLOW_BYTES`] for answers of fixed size, which say that the real one was
/// refused. A renderer that fills even these makes calls without end and reads no answers; its
/// session ends.
pub const OVERFLOW_RESERVE: usize = 1 << 20;

/// Records that main takes from one renderer before it looks at the next.
pub const ROUND_RECORDS: usize = 64;

/// Bytes that main takes from one renderer before it looks at the next.
pub const ROUND_BYTES: usize = 64 << 10;

/// Invokes of one renderer that may wait for their answers at once. The renderer counts those that
/// it waits for, and main the handlers that it keeps.
pub const PENDING_INVOKES: usize = 1 << 16;

/// Connections that may be half-way through the handshake at once.
pub const HANDSHAKES: usize = 64;

/// How long a connection may take to say who it is.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest spin before a waiter sleeps. About what a wake-up costs on a virtual machine.
pub const SPIN_MAX: Duration = Duration::from_micros(50);

/// The longest futex wait before a blocked caller looks whether its peer still lives: the kernel
/// wakes no futex waiter when a process dies.
pub const LIVENESS_SLICE: Duration = Duration::from_millis(5);

/// How often a main that is busy, or spins for ever, looks for sleepers that nudge and for renderers
/// that come and go. A look is a system call of about 1 µs: every 32 µs it would delay one in fifty
/// round trips, which is the 99th percentile of all of them; every 128 µs it is one in 250.
pub const LOOK_EVERY: Duration = Duration::from_micros(128);
