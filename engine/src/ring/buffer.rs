//! Private memory for copies out of a ring.
#![expect(unsafe_code, reason = "views lines as the bytes they are made of")]

use super::data::Line;
#[cfg(not(loom))]
use super::record::record_size;
#[cfg(not(loom))]
use crate::error::NoMemory;
use crate::layout::{HEADER_WORD, LINE};
#[cfg(not(loom))]
use crate::room;
use std::slice;

/// Memory that records are copied into, kept and grown from one record to the next. It lies on
/// lines as the ring does.
#[derive(Debug, Default)]
pub struct CopyBuffer {
    lines: Vec<Line>,
    /// The length of the content that was copied last.
    len: usize,
}

impl CopyBuffer {
    /// Makes room for a record with a content of `len` bytes. Without it a copy grows the buffer itself, and
    /// ends the program if there is no memory.
    ///
    /// # Errors
    /// [`NoMemory`]
    #[cfg(not(loom))]
    pub fn make_room(&mut self, len: usize) -> Result<(), NoMemory> {
        let count = record_size(len) / LINE;
        if let Some(more @ 1..) = count.checked_sub(self.lines.len()) {
            room::reserve(&mut self.lines, more)?;
            self.grow(count);
        }
        Ok(())
    }

    /// Lines for a record of `size` bytes.
    #[inline]
    pub(super) fn lines(&mut self, size: usize) -> &mut [Line] {
        let count = size / LINE;
        if self.lines.len() < count {
            self.grow(count);
        }
        &mut self.lines[..count]
    }

    /// Takes note of a content of `len` bytes.
    #[inline]
    pub(super) fn set_len(&mut self, len: usize) {
        self.len = len;
    }

    /// The content that was copied last.
    /// Nothing if there was none.
    #[inline]
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "what was copied last lies in the buffer")]
    pub fn last(&self) -> &[u8] {
        let len = self.len;
        if len == 0 {
            return &[];
        }
        assert!(len <= self.lines.len() * LINE - HEADER_WORD, "content beyond the copy");
        let start = self.lines.as_ptr().cast::<u8>();
        // SAFETY: by the assertion, the header word lies in the buffer.
        let start = unsafe { start.add(HEADER_WORD) };
        // SAFETY: by the assertion, `len` bytes from there lie in the buffer, and lines are plain
        // initialised words.
        unsafe { slice::from_raw_parts(start, len) }
    }

    #[cold]
    fn grow(&mut self, count: usize) {
        let count = count.next_power_of_two().min(count.max(self.lines.capacity()));
        self.lines.resize(count, Line([0; LINE / 8]));
    }
}
