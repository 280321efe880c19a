//! A lane: one ring and the words to wait on it.
//!
//! A session has three: messages each way, and replies from main. The producer's end is
//! [`Outgoing`], the consumer's [`Incoming`]. Who goes to sleep on a lane arms, looks once more, and
//! only then sleeps; who has published looks for a sleeper before it turns to something else (the
//! argument is in [`wait`](crate::wait)).

mod incoming;
mod outgoing;

pub use incoming::Incoming;
pub use outgoing::Outgoing;

#[cfg(all(test, loom))]
mod model;
