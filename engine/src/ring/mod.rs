//! A ring: variable-size records from one writer to one reader, in shared memory, without locks.
//!
//! # How a record travels
//! ```text
//!   Producer                                   Consumer
//!   claim: reserve lines and the next header   peek: header word, Relaxed
//!   write content in place                       0: nothing yet
//!   header(next) = 0, if it is
//!     not known to be            Relaxed         else: fence(Acquire)   ◄─┐
//!   header(tail) = record        Release ──────────────────────────────────┘
//!                                              check the word, read or copy the content
//!   look_at_head: Relaxed, fence(Acquire) ◄──┐ drop the record: release
//!   overwrite                                └─ head = position         Release
//! ```
//! The header word is the publication: there is no shared tail (a tail store per message gives
//! 34 to 50 M msg/s, the header word alone 99 to 132). Each end keeps the other's position in
//! private and looks again only when it has to.
//!
//! A header word may become zero any time between its line's release and the publication before it. A
//! producer that waits for an answer clears some ahead (`prepare`), since a store that misses the cache
//! delays those after it, the publication among them.
//!
//! # Guarantees
//! * Positions are 64-bit and never wrap; a record is never torn, reordered, or seen twice.
//! * An end believes nothing that the other wrote: each word is loaded once, checked, and used from
//!   the local copy. What no end of ours writes is a named [`Corrupt`](crate::Corrupt).
//! * A producer that dies between claim and commit leaves nothing behind: the consumer sees "not
//!   ready yet" for ever.
//!
//! # Non-guarantees
//! * A ring knows nothing of waiting or of a peer's death: see `wait` and `session`.
//! * A hostile producer can make a consumer that reads in place read changing bytes. Towards such,
//!   copy ([`Record::copy_into`]).

mod buffer;
mod consumer;
mod data;
mod producer;
mod record;

pub use buffer::CopyBuffer;
pub use consumer::{Consumer, Record, Watch};
#[cfg(not(loom))]
pub(crate) use data::Line;
pub use data::RingData;
pub use producer::{Claim, ClaimError, Producer};

#[cfg(all(test, loom))]
mod model;
#[cfg(all(test, not(loom)))]
mod tests;
