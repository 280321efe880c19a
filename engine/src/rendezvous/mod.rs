//! How a main and a renderer come to share a session's socket, and agree on what they speak.

pub mod endpoint;
pub mod hello;
#[cfg(test)]
mod scratch;
