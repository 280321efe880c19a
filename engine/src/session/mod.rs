//! A session: one renderer attached to one main, three lanes and a socket.
//!
//! ```text
//!             main                                             renderer
//!   MainEnd ┌──────────────────┐                      ┌──────────────────┐ RendererEnd
//!           │ Outbox  messages ├── messages ─────────►│ Inbox            │
//!           │ Outbox  replies  ├── replies ──────────►│ Replies          │
//!           │ Inbox            │◄───────── messages ──┤ Outbound         │
//!           └──────────────────┘   socket: nudges     └──────────────────┘
//! ```
//! This is where rings, waits and wire meet, and where the two roles begin to differ:
//!
//! * **Main never blocks.** What does not fit its rings goes to a bounded private overflow
//!   ([`Outbox`](outbox::Outbox)), drained in order as the renderer frees space.
//! * **A renderer may.** Its `send` waits for space, its `sendSync` for the answer, each in slices so
//!   that a main that dies is noticed: the kernel wakes no futex waiter for that.
//! * **Main copies** what a renderer wrote before it looks at it; **a renderer reads in place** what
//!   main wrote.
//!
//! Locks here are process-local (parking_lot). A lane's end is locked for one record, by a renderer
//! that waits for space until it has put it, and by main while it moves overflow. Two locks are held over
//! user code: [`Turn`](turn::Turn), whose turn it is to dispatch, and a [`LaneLock`](lane_lock::LaneLock)
//! that a user has claimed. Both know their thread, and tell it instead of waiting for it. Main waits for
//! no user's claim: what others send meanwhile goes [`Aside`](aside::Aside) and follows it. A renderer's
//! threads wait, in slices, so that they hear of main's death.
//!
//! # No `Ok` for what cannot arrive
//! A host that ends a session stores that first and hangs up then; the peer, which hears of the hang-up, reads
//! its ring to the end. Who sends publishes, fences, and looks whether the session was ended:
//!
//! ```text
//!   a thread that sends              a thread that closes           the peer
//!   header word = record             closed = true                  the hang-up is seen
//!   fence (Waker::look)              fence (Link::close)            the ring is read to its end
//!   closed?  no: Ok  yes: an error   life = OVER
//!                                    shutdown (a system call)
//! ```
//! Either the sender sees `closed`, or the record is there before the hang-up is. That the peer has ended the
//! session, or has died, is one word in its segment, which it sets before its hang-up, and which the
//! kernel sets before anybody can know of its death ([`life`](crate::segment::life)). Who sends loads it behind
//! the message, and before the peer is woken. It is for senders only: who reads goes by the hang-up and the
//! process, behind which nothing comes.
//!
//! A process that can give no such sign is looked at once a tick of the kernel's (4 ms): what it is sent in between can be
//! lost with an `Ok`.

pub(crate) mod account;
pub(crate) mod aside;
pub(crate) mod counters;
pub(crate) mod geometry;
pub(crate) mod inbox;
pub(crate) mod lane_lock;
pub mod lanes;
pub(crate) mod link;
pub(crate) mod main_end;
pub(crate) mod main_sends;
pub(crate) mod offer;
pub(crate) mod outbound;
pub(crate) mod outbox;
pub(crate) mod overflow;
pub(crate) mod payload;
pub(crate) mod poller;
pub(crate) mod pool;
pub(crate) mod renderer_end;
pub(crate) mod renderer_sends;
pub(crate) mod replies;
pub(crate) mod sender;
pub(crate) mod stop;
pub(crate) mod turn;
