//! What the two-process tests share.
