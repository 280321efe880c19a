//! What the run judges, one contender per file. The first two check the harness's own counters.

mod counted_allocations;
mod counted_calls;

use crate::catalogue::Listed;

/// In the order of the table.
pub(crate) static ALL: &[Listed] =
    &[&counted_calls::CountedCalls, &counted_allocations::CountedAllocations];
