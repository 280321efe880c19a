//! Every default and every bound, in one table.
//!
//! | what | default | bound | past it |
//! |---|---|---|---|
//! | a ring's capacity ([`RING_CAPACITY`]) | 1 MiB | 64 KiB to 64 MiB, a power of two | the next one above, or the nearest bound |
//! | a message ([`MESSAGE_LIMIT`]) | 1 GiB | 2 GiB - 1; a larger limit counts as that | [`Error::TooLarge`](crate::Error::TooLarge) |
//! | a message in one record, read in place | | half of its ring, less its record's words | it travels in fragments of an eighth of the ring, and is gathered in private memory |
//! | main's memory for messages that arrive in fragments ([`GATHER_BYTES`]) | 2 GiB, all renderers together, and half of it for those of one process; the message that began first has what it needs in any case | | main reads on where it has room; while others wait, a renderer whose message grows by less than [1 MiB a second](GATHER_RATE) for [2 s](GATHER_PATIENCE) is cut off |
//! | buffers that are kept for the next large message ([`POOLED_BUFFERS`], [`POOLED_BYTES`], [`POOLED_TOTAL`]) | 16 of at most 16 MiB, 64 MiB in all, per main and per renderer | | freed |
//! | a channel name ([`CHANNEL_NAME_MAX`]) | | 255 bytes of UTF-8 | [`Error::ChannelName`](crate::Error::ChannelName) |
//! | channel names in use at once, per direction ([`CHANNEL_SLOTS`]) | | 1,024 | the least recently used one is sent again when it comes back |
//! | a renderer's send into a full ring ([`WhenFull`](crate::WhenFull)) | waits | | [`Error::Backpressure`](crate::Error::Backpressure) or [`Error::Deadline`](crate::Error::Deadline), as it asked; [`Error::TooLarge`](crate::Error::TooLarge) if it asked not to wait and the empty ring is too small |
//! | main's overflow per renderer ([`OVERFLOW_BYTES`]) | 8 MiB, messages and replies apart; an empty one takes any one message | | [`Error::Backpressure`](crate::Error::Backpressure) |
//! | what waits in main while a user's claim or burst of a renderer is held | as many bytes again; one that is empty takes any one message | | [`Error::Backpressure`](crate::Error::Backpressure); an answer past it becomes one that says so |
//! | main's work per renderer and round ([`ROUND_RECORDS`], [`ROUND_BYTES`]) | 64 records or 64 KiB, and the message that passes them | | the next renderer's turn |
//! | main's time, while several processes want it | as much for one process as for the next; what is no message counts four times | | its messages stay in their rings meanwhile |
//! | invokes of one renderer in flight ([`PENDING_INVOKES`]) | 65,536 | | [`Error::TooManyPending`](crate::Error::TooManyPending) |
//! | arguments of invokes whose handlers are not done ([`PENDING_BYTES`]) | 256 MiB per renderer, and any one | | [`Error::Backpressure`](crate::Error::Backpressure) |
//! | the same of all renderers together ([`PENDING_TOTAL`]) | 262,144, and 65,536 of one process | | [`Error::TooManyPending`](crate::Error::TooManyPending) |
//! | these arguments, and what waits in main for renderers to read, of all renderers together ([`KEPT_BYTES`]) | 2 GiB, and 512 MiB of one process ([`KEPT_BYTES_OF_PROCESS`]); the only message that main keeps may be any | | [`Error::Backpressure`](crate::Error::Backpressure); an answer becomes one that says so |
//! | sessions of renderers that come by name ([`SESSIONS`]) | 16,384, and 256 of one process ([`SESSIONS_OF_PROCESS`]) | main's descriptors, two each | [`Error::Exhausted`](crate::Error::Exhausted) |
//! | handshakes not finished ([`HANDSHAKES`], [`HANDSHAKE_TIMEOUT`]) | 64, 5 s each | | the connection is closed |
//! | the same while there are 64 ([`HANDSHAKE_SHARE`], [`HANDSHAKE_PATIENCE`]) | 8 of one process, 100 ms each, 5 ms where a process has several | | the renderer comes again, within its patience; newcomers wait in the socket's backlog |
//! | sessions that monitors are shown ([`MONITORED_SESSIONS`]) | 4,096 | fewer, as main's options say | the others are counted, and monitors are told how many they are |
//! | monitors at once ([`MONITORS`]) | | 8 | the next one is refused |
//! | a spin before sleeping ([`SPIN_MAX`]) | adaptive | 50 µs | the waiter sleeps |
//! | memory that messages, answers and copies of them leave free ([`HEADROOM`]) | 4 MiB of what the process may have; small ones a quarter of it | | [`Error::Exhausted`](crate::Error::Exhausted) for the call, or the end of the session that sent it |
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

/// The largest message in bytes of its payload, unless main's options say otherwise.
pub const MESSAGE_LIMIT: usize = 1 << 30;

/// The largest that main's options can say: what an archive's pointers reach.
pub const MESSAGE_LIMIT_MAX: usize = i32::MAX as usize;

/// Bytes of memory in which main gathers messages that arrive in fragments, of all renderers.
pub const GATHER_BYTES: usize = 2 << 30;

/// How long a message may arrive more slowly than [`GATHER_RATE`] while other renderers wait for the memory
/// that it holds.
pub const GATHER_PATIENCE: Duration = Duration::from_secs(2);

/// Bytes a second that an unfinished message has to grow by while other renderers wait for memory.
pub const GATHER_RATE: usize = 1 << 20;

/// Buffers that a main, or a renderer, keeps for the next large message.
pub const POOLED_BUFFERS: usize = 16;

/// Bytes of them all.
pub const POOLED_TOTAL: usize = 64 << 20;

/// The largest buffer that is kept, in bytes.
pub const POOLED_BYTES: usize = 16 << 20;

/// Bytes that must be left for everything else when memory is given to what a peer sends: for what is small,
/// and of which the failure would end the program.
pub const HEADROOM: usize = 4 << 20;

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

/// Handshakes that one process may have unfinished when they are as many as main keeps: it makes room for the
/// next one of somebody else.
pub const HANDSHAKE_SHARE: usize = 8;

/// How long a renderer may be silent when handshakes are as many as main keeps. It is told to come again then.
pub const HANDSHAKE_PATIENCE: Duration = Duration::from_millis(100);

/// Records that main takes from one renderer before it looks at the next.
pub const ROUND_RECORDS: usize = 64;

/// Bytes that main takes from one renderer before it looks at the next.
pub const ROUND_BYTES: usize = 64 << 10;

/// Invokes of one renderer that may wait for their answers at once. The renderer counts those that
/// it waits for, and main the handlers that it keeps.
pub const PENDING_INVOKES: usize = 1 << 16;

/// Bytes of arguments that main keeps for one renderer's invokes while their handlers are not done.
pub const PENDING_BYTES: usize = 256 << 20;

/// Invokes of all renderers together whose handlers are not done, unless main's options say otherwise.
pub const PENDING_TOTAL: usize = 1 << 18;

/// Bytes that main keeps for all renderers together, unless its options say otherwise: messages and answers that
/// wait for a renderer to read, and arguments of invokes whose handlers are not done.
pub const KEPT_BYTES: usize = 2 << 30;

/// The same for the renderers of one process.
pub const KEPT_BYTES_OF_PROCESS: usize = 512 << 20;

/// Sessions of renderers that come by an endpoint's name, unless main's options say otherwise.
pub const SESSIONS: usize = 1 << 14;

/// The same of one process.
pub const SESSIONS_OF_PROCESS: usize = 256;

/// Handlers of renderers that are gone which run on, of all such renderers together; their arguments may
/// have [`LEFT_BYTES`] in all. Beyond either the oldest are dropped, and all of them when main has no memory
/// for what somebody sends.
pub const LEFT_INVOKES: usize = 256;

/// Bytes of the arguments of these handlers.
pub const LEFT_BYTES: usize = 32 << 20;

/// Connections that may be half-way through the handshake at once.
pub const HANDSHAKES: usize = 64;

/// How long a connection may take to say who it is.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// Sessions that a monitor is shown at most. Further ones work, and count in private.
pub const MONITORED_SESSIONS: usize = 4096;

/// Monitors that may be attached to one main at once.
pub const MONITORS: usize = 8;

/// The longest spin before a waiter sleeps. About what a wake-up costs on a virtual machine.
pub const SPIN_MAX: Duration = Duration::from_micros(50);

/// The longest futex wait before a blocked caller looks whether its peer still lives: the kernel
/// wakes no futex waiter when a process dies.
pub const LIVENESS_SLICE: Duration = Duration::from_millis(5);

/// How often a main that is busy, or spins for ever, looks for sleepers that nudge and for renderers
/// that come and go. A look is a system call of about 1 µs: every 32 µs it would delay one in fifty
/// round trips, which is the 99th percentile of all of them; every 128 µs it is one in 250.
pub const LOOK_EVERY: Duration = Duration::from_micros(128);
