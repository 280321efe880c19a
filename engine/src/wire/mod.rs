//! The wire: what a record's content means.
//!
//! ```text
//!   byte 0      1       2        4           8
//!   ┌────────┬───────┬─────────┬───────────┬───────────────┐
//!   │ kind   │ flags │ slot    │ call      │ payload …     │
//!   └────────┴───────┴─────────┴───────────┴───────────────┘
//! ```
//! The one flag, 1, says that the record begins a run: a message in several records.
//!
//! | kind | lane | slot | call | payload |
//! |---|---|---|---|---|
//! | `Define` | messages, both ways | a slot of the channel table | 0 | the channel's name, UTF-8 |
//! | `DefineTyped` | messages, both ways | a slot of the channel table | 0 | the schema's fingerprint, u64, and the name |
//! | `Message` | messages, both ways | the channel | 0 | an archive: of arguments, or of the schema's type |
//! | `SyncCall` | messages to main | the channel | the caller's id | as of a message |
//! | `Invoke` | messages to main | the channel | the caller's id | as of a message |
//! | `Answer` | replies (to `SyncCall`), messages to the renderer (to `Invoke`) | a `Status` | the caller's id | the status decides |
//! | `Fragment` | any | 0 | 0 | the next bytes of a run |
//! | `Abort` | any | 0 | 0 | none: the run is taken back |
//!
//! A channel's name travels once and is a slot from then on. The table belongs to the *sender*, who
//! defines a slot anew in band when all are taken, the least recently used first: applications make
//! one reply channel per request.
//!
//! This module is bytes only: it knows nothing of sessions, and every function can be fuzzed alone.

mod channels;
mod envelope;
mod interner;
pub(crate) mod run;
mod status;

pub(crate) use crate::buffer::Buffer;
pub(crate) use channels::{DYNAMIC, Known, Names, Signature};
pub(crate) use envelope::{Content, ENVELOPE, Envelope, Kind};
pub(crate) use interner::{Interner, check_name};
pub(crate) use run::{Gather, Run, TOTAL};
pub(crate) use status::{Answer, REFUSED_LEN, Refused};

use crate::layout;

/// What two builds have to agree on: the layout, and what is written into it.
pub const FINGERPRINT: u64 =
    layout::fold(layout::FINGERPRINT, &[ENVELOPE, crate::limits::CHANNEL_SLOTS, CONTENT_FORMAT]);

/// Counts up with every change to the archives and answers that are sent.
const CONTENT_FORMAT: usize = 3;
