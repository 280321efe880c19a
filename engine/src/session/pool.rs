//! Large private buffers, kept for the next large message.

use crate::limits::{POOLED_BUFFERS, POOLED_BYTES, POOLED_TOTAL};
use crate::wire::Buffer;
use parking_lot::Mutex;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Buffers that are empty now. Memory that a process gets from the kernel costs some 0.4 ms per MiB
/// when it is first touched, several times what the copy into it costs; so a few are kept warm.
#[derive(Debug)]
pub(crate) struct Pool {
    free: Mutex<Free>,
    /// The message that is being delivered, and an empty buffer otherwise.
    lent: Mutex<Arc<Buffer>>,
}

/// The one that was used last is the next one again: it is the warmest, and of the size in use.
#[derive(Debug)]
struct Free {
    buffers: Vec<Buffer>,
    bytes: usize,
}

/// Bytes to send later: a copy, or the very message that they were received in.
#[derive(Debug)]
pub(crate) enum Kept {
    Copy(Buffer),
    Part(Arc<Buffer>, Range<usize>),
}

impl Deref for Kept {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Copy(copy) => copy,
            Self::Part(message, range) => &message[range.clone()],
        }
    }
}

impl Pool {
    pub(crate) fn new() -> Self {
        let buffers = Vec::with_capacity(POOLED_BUFFERS);
        Self { free: Mutex::new(Free { buffers, bytes: 0 }), lent: Mutex::default() }
    }

    /// An empty buffer, warm if there is one.
    pub(crate) fn take(&self) -> Buffer {
        let mut free = self.free.lock();
        let buffer = free.buffers.pop().unwrap_or_default();
        free.bytes -= buffer.capacity();
        buffer
    }

    /// The buffer for somebody who keeps it: one of its own size, if it was there for something larger.
    pub(crate) fn fitted(&self, buffer: Buffer) -> Buffer {
        if buffer.capacity() / 2 <= buffer.len() {
            return buffer;
        }
        let mut fitted = Buffer::with_capacity(buffer.len());
        fitted.extend_from_slice(&buffer);
        self.give(buffer);
        fitted
    }

    /// Takes a buffer back, if it is worth keeping and not too large.
    pub(crate) fn give(&self, mut buffer: Buffer) {
        let size = buffer.capacity();
        buffer.clear();
        let mut free = self.free.lock();
        let has_room = free.buffers.len() < POOLED_BUFFERS && free.bytes + size <= POOLED_TOTAL;
        if has_room && (1..=POOLED_BYTES).contains(&size) {
            free.bytes += size;
            free.buffers.push(buffer);
        }
    }

    /// Runs `deliver` with a message that was gathered. What it sends on of it, and what has to wait, is
    /// kept as a reference instead of a copy.
    pub(crate) fn lend<T>(&self, message: Buffer, deliver: impl FnOnce(&[u8]) -> T) -> T {
        let message = {
            let mut lent = self.lent.lock();
            match Arc::get_mut(&mut lent) {
                Some(empty) => *empty = message,
                // The last one waits behind a ring: it goes its own way.
                None => *lent = Arc::new(message),
            }
            Arc::clone(&lent)
        };
        let delivered = deliver(&message);
        drop(message);
        let returned = Arc::get_mut(&mut self.lent.lock()).map(std::mem::take);
        if let Some(buffer) = returned {
            self.give(buffer);
        }
        delivered
    }

    /// Keeps bytes beyond the call.
    pub(crate) fn keep(&self, bytes: &[u8]) -> Kept {
        let lent = Arc::clone(&self.lent.lock());
        let start = bytes.as_ptr().addr().checked_sub(lent.as_ptr().addr());
        match start.map(|start| start..start + bytes.len()) {
            // A small part of it would keep all of it, and count as little.
            Some(range) if range.end <= lent.len() && range.len() >= lent.len() / 2 => {
                Kept::Part(lent, range)
            }
            _ => {
                let mut copy = self.take();
                copy.extend_from_slice(bytes);
                Kept::Copy(copy)
            }
        }
    }

    /// Takes back what was kept, if nobody else has it.
    pub(crate) fn give_kept(&self, kept: Kept) {
        match kept {
            Kept::Copy(copy) => self.give(copy),
            Kept::Part(message, _) => {
                if let Some(buffer) = Arc::into_inner(message) {
                    self.give(buffer);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(len: usize) -> Buffer {
        let mut buffer = Buffer::new();
        buffer.resize(len, 7);
        buffer
    }

    #[test]
    fn a_buffer_comes_back_warm_and_empty() {
        let pool = Pool::new();
        let buffer = filled(4096);
        let place = buffer.as_ptr();
        pool.give(buffer);
        let again = pool.take();
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
    }

    #[test]
    fn what_somebody_keeps_is_of_its_own_size() {
        let pool = Pool::new();
        let large = |len: usize| {
            let mut buffer = Buffer::with_capacity(4096);
            buffer.resize(len, 7);
            pool.fitted(buffer)
        };
        let fitted = large(1000);
        assert_eq!((fitted.capacity(), fitted.as_slice()), (1000, [7; 1000].as_slice()));
        assert_eq!(pool.take().capacity(), 4096);
        assert_eq!(large(4000).capacity(), 4096);
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let pool = Pool::new();
        pool.give(Buffer::with_capacity(POOLED_BYTES + 1));
        assert_eq!(pool.take().capacity(), 0);
        for _ in 0..2 * POOLED_BUFFERS {
            pool.give(Buffer::with_capacity(64));
        }
        assert_eq!(pool.free.lock().buffers.len(), POOLED_BUFFERS);
    }

    #[test]
    fn a_part_of_the_message_that_is_delivered_is_kept_where_it_lies() {
        let pool = Pool::new();
        let (message, other) = (filled(4096), filled(64));
        let place = message.as_ptr();
        let (kept, copy) = pool.lend(message, |bytes| (pool.keep(&bytes[16..]), pool.keep(&other)));
        assert_eq!(kept.as_ptr(), place.wrapping_add(16));
        assert_eq!((&*kept, &*copy), (&[7; 4080][..], &[7; 64][..]));
        assert_eq!(pool.take().capacity(), 0);
        // The next message leaves it alone, and it comes back in the end.
        pool.lend(filled(16), |bytes| assert_eq!(bytes, [7; 16]));
        assert_eq!(*kept, [7; 4080]);
        assert_ne!(pool.take().as_ptr(), place);
        pool.give_kept(kept);
        assert_eq!(pool.take().as_ptr(), place);
    }
}
