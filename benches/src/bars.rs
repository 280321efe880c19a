//! What the run judges, one contender per file. The first two check the harness's own counters.
//!
//! A new one is a file here with a [`Contender`](crate::contender::Contender) in it, and a line in
//! [`ALL`]. Its `measure` and `answer` run in two processes, each with an [`End`](crate::end::End):
//! they set up, then call [`End::time`](crate::end::End::time) (or `time_asleep`) and
//! [`End::serve`](crate::end::End::serve) with one trip as a closure, which checks the payload.

mod counted_allocations;
mod counted_calls;

use crate::catalogue::Listed;

/// In the order of the table.
pub(crate) static ALL: &[Listed] =
    &[&counted_calls::CountedCalls, &counted_allocations::CountedAllocations];
