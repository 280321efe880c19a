//! Hundreds of renderers over named segments, which leave nothing behind either.

mod many;
