//! Looking after a machine that mains and renderers run on: what is there, what dead mains have left,
//! and what the kernel allows.
//!
//! The program `ringmain` prints what is here, as tables or as JSON.

mod endpoints;
mod leftovers;
mod machine;
mod probes;

pub use endpoints::{EndpointState, EndpointView, directory, endpoints};
pub use leftovers::{Leftover, leftovers};
pub use machine::{Finding, Verdict, examine};
