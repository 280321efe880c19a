//! How a main and a renderer come to share a session's socket, and agree on what they speak.
//!
//! ```text
//!  by name                                       by birth
//!
//!  main                    renderer              main                    renderer
//!  Listener::bind                                spawn
//!    NAME.lock  held                               socketpair
//!    NAME.sock  listens ◄── connect                RINGMAIN_FD=n:cookie ──► inherited
//!  accept
//!    │                         │                   │                         │
//!    └──────── Stream ─────────┴───────────────────┴──────── Stream ─────────┘
//!
//!                 main                               renderer
//!                   │  ◄──────────── Hello ────────────  │   version, features, fingerprint
//!   admit, decide   │                                    │
//!                   │  ──── Welcome + 2 descriptors ───► │   or a refusal, and a hang-up
//!                   │                                    │
//!                   │  ◄──────────── nudge ───────────►  │   one byte, for sleepers in a loop
//!                   │          hang-up or pidfd          │   the other one is gone
//! ```
//!
//! A [`Stream`](stream::Stream) is a SEQPACKET socket and a descriptor of the peer's process.
//! A monitor says hello as such and gets a [`view`] of main's board, one descriptor and no session.
//!
//! Once both have the segments the socket carries nudges only, and nothing that arrives on it is
//! ever believed: a nudge says "look at the rings", which a spurious look survives.
//!
//! Main accepts no descriptors from a renderer. Its sockets refuse them (`SO_PASSRIGHTS`, Linux
//! 6.16), and it reads without a control buffer, so that an older kernel closes what came. There
//! closing can take as long as the descriptor's owner likes, which is why an older kernel needs a
//! thread beside main's own to read and close.
//!
//! | needs | Linux | otherwise |
//! |---|---|---|
//! | `MADV_WIPEONFORK` | 4.14 | no session: [`Error::System`](crate::Error::System) |
//! | `pidfd_open` | 5.3 | no session |
//! | `SO_PEERPIDFD` | 6.5 | the process is opened by its id, see [`Peer::of`](peer::Peer::of) |
//! | `SO_PASSRIGHTS` | 6.16 | see above; [`Stream::refuses_descriptors`](stream::Stream::refuses_descriptors) |

#[cfg(test)]
mod actor;
pub(crate) mod connect;
pub(crate) mod deadline;
pub(crate) mod endpoint;
pub(crate) mod handshake;
pub(crate) mod hello;
#[cfg(feature = "cli")]
pub(crate) mod holder;
pub(crate) mod listener;
mod packet;
pub(crate) mod peer;
#[cfg(test)]
mod scratch;
pub(crate) mod sockopt;
pub(crate) mod spawn;
pub(crate) mod stream;
pub(crate) mod terms;
pub(crate) mod view;
pub(crate) mod welcome;
