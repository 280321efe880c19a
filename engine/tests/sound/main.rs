//! Programs without `unsafe` that once made the engine read what is not there, or send what a peer
//! refuses. Each is run to its end: what it gets are messages that a peer reads, named errors, or panics.
#![forbid(unsafe_code)]

mod any_builder;
mod builder;
mod foreign;
mod lengths;
mod session;
mod support;
