//! Large private buffers, kept for the next large message.

use crate::limits::{POOLED_BUFFERS, POOLED_BYTES};
use crate::wire::Buffer;
use crossbeam::queue::ArrayQueue;

/// Buffers that are empty now. Memory that a process gets from the kernel costs some 0.4 ms per MiB
/// when it is first touched, several times what the copy into it costs; so a few are kept warm.
#[derive(Debug)]
pub(crate) struct Pool {
    free: ArrayQueue<Buffer>,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self { free: ArrayQueue::new(POOLED_BUFFERS) }
    }

    /// An empty buffer, warm if there is one.
    pub(crate) fn take(&self) -> Buffer {
        self.free.pop().unwrap_or_default()
    }

    /// Takes a buffer back, if it is worth keeping and not too large.
    pub(crate) fn give(&self, mut buffer: Buffer) {
        if (1..=POOLED_BYTES).contains(&buffer.capacity()) {
            buffer.clear();
            // One too many is dropped.
            let _ = self.free.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_warm_and_empty() {
        let pool = Pool::new();
        let mut buffer = pool.take();
        buffer.extend_from_slice(&[1; 4096]);
        let place = buffer.as_ptr();
        pool.give(buffer);
        let again = pool.take();
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let pool = Pool::new();
        pool.give(Buffer::with_capacity(POOLED_BYTES + 1));
        assert_eq!(pool.take().capacity(), 0);
        for _ in 0..2 * POOLED_BUFFERS {
            pool.give(Buffer::with_capacity(64));
        }
        assert_eq!(pool.free.len(), POOLED_BUFFERS);
    }
}
