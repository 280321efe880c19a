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
//! # What is reached unchecked
//! | reached | rests on | made by |
//! |---|---|---|
//! | any line, by its position (`RingData::line`) | `index` is below the capacity, a power of two, and as many bytes are mapped | `RingData::new`, which `Segment::ring` alone calls, after it has looked at both |
//! | a claim's bytes as `&mut [u8]` | there is one producer, it has seen these lines released, and `len` is at most half the ring | `Producer::claim`; there is one because `Producer::new` is this crate's, and called once per ring by [`lanes`](crate::lanes), whose `open` is the caller's promise |
//! | a record's bytes, copied | the record ends within the ring | `Header::decode`, of a word that was loaded once |
//! | a part of them | `skip` and the place's length are within the record, in numbers that do not go round | [`Record::copy_part`] |
//! | a record's bytes in place | besides, that the producer does not write what it has published | the caller of [`Record::content`], which is unsafe |
//! | the copy in a [`CopyBuffer`] | its lines were grown for the record before its length was noted | [`Record::copy_into`] |
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
