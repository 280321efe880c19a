//! The table: contenders in the same cells, in one interleaved run.
//!
//! A [`Case`] is a cell's question: a mode, how ends wait, where they run, how long a message is. A
//! [`Contender`] is one way of passing messages between processes; it opens its two ends and leaves
//! the rest to a workload, which is written once for all. [`Traffic`] writes and checks each byte of
//! every message, for all alike. An end that is asked for a case runs it for a set time and reports
//! a [`Sample`]. All samples of a run are a record, from which the table as text, the report as a
//! page and comparisons are made.

mod case;
mod cases;
pub(crate) mod compare;
mod contender;
mod judge;
pub(crate) mod peers;
pub(crate) mod program;
mod programs;
mod progress;
mod record;
pub(crate) mod report;
mod sample;
mod section;
pub(crate) mod table;
mod text;
mod traffic;
pub mod workload;

use case::Bytes;
pub use case::{Case, Mode, Placement, Wait};
pub use contender::{Abilities, Client, Contender, Duplex, Kind, Server};
pub use program::program;
pub use sample::Sample;
pub use traffic::{Flow, Traffic};

pub use crate::end::{End, Plan, Side, Task};
