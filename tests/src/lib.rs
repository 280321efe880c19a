//! What the two-process tests share.

pub mod hostile;
