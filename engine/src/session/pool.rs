//! Large private buffers, kept for the next large message.

use crate::buffer::Buffer;
use crate::error::NoMemory;
use crate::limits::{POOLED_BUFFERS, POOLED_BYTES, POOLED_TOTAL};
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

    /// A buffer of `len` zeros, warm if there is one.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn take_zeroed(&self, len: usize) -> Result<Buffer, NoMemory> {
        let mut buffer = self.take();
        buffer.resize(len)?;
        Ok(buffer)
    }

    /// The buffer for somebody who keeps it: one of its own size, if it was there for something larger, and if
    /// there is memory for it.
    pub(crate) fn fitted(&self, buffer: Buffer) -> Buffer {
        if buffer.capacity() / 2 <= buffer.len() {
            return buffer;
        }
        let Ok(fitted) = Buffer::copy_of(&buffer) else { return buffer };
        self.give(buffer);
        fitted
    }

    /// Lets go of all that is kept warm.
    #[cold]
    pub(crate) fn empty(&self) {
        let mut free = self.free.lock();
        free.buffers.clear();
        free.bytes = 0;
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
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn keep(&self, bytes: &[u8]) -> Result<Kept, NoMemory> {
        let room = self.room_for(bytes)?;
        self.keep_in(room, bytes)
    }

    /// What it takes to keep `bytes`, or a part of them.
    ///
    /// # Errors
    /// [`NoMemory`]
    pub(crate) fn room_for(&self, bytes: &[u8]) -> Result<Buffer, NoMemory> {
        // A small part of a message would keep all of it, and count as little.
        let is_worth_it = |part: &Kept| match part {
            Kept::Part(message, _) => bytes.len() >= message.len() / 2,
            Kept::Copy(_) => false,
        };
        if self.lent_part(bytes).is_some_and(|part| is_worth_it(&part)) {
            return Ok(Buffer::new());
        }
        let mut room = self.take();
        match room.reserve_exact(bytes.len()) {
            Ok(()) => Ok(room),
            Err(none) => {
                self.give(room);
                Err(none)
            }
        }
    }

    /// Keeps bytes, for which there is [room](Self::room_for).
    ///
    /// # Errors
    /// [`NoMemory`] if there is not.
    pub(crate) fn keep_in(&self, mut room: Buffer, bytes: &[u8]) -> Result<Kept, NoMemory> {
        if room.capacity() == 0
            && let Some(part) = self.lent_part(bytes)
        {
            return Ok(part);
        }
        room.extend_from_slice(bytes)?;
        Ok(Kept::Copy(room))
    }

    /// The bytes as a part of the message that is being delivered, if they are.
    fn lent_part(&self, bytes: &[u8]) -> Option<Kept> {
        let lent = Arc::clone(&self.lent.lock());
        let start = bytes.as_ptr().addr().checked_sub(lent.as_ptr().addr())?;
        let range = start..start.checked_add(bytes.len())?;
        (range.end <= lent.len()).then_some(Kept::Part(lent, range))
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
        Buffer::copy_of(&vec![7; len]).unwrap()
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
            let mut buffer = Buffer::with_room(4096).unwrap();
            buffer.extend_from_slice(&vec![7; len]).unwrap();
            pool.fitted(buffer)
        };
        let fitted = large(1000);
        assert_eq!((fitted.capacity(), &*fitted), (1008, &[7; 1000][..]));
        assert_eq!(pool.take().capacity(), 4096);
        assert_eq!(large(4000).capacity(), 4096);
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let pool = Pool::new();
        pool.give(Buffer::with_room(POOLED_BYTES + 1).unwrap());
        assert_eq!(pool.take().capacity(), 0);
        for _ in 0..2 * POOLED_BUFFERS {
            pool.give(Buffer::with_room(64).unwrap());
        }
        assert_eq!(pool.free.lock().buffers.len(), POOLED_BUFFERS);
    }

    #[test]
    fn a_part_of_the_message_that_is_delivered_is_kept_where_it_lies() {
        let pool = Pool::new();
        let (message, other) = (filled(4096), filled(64));
        let place = message.as_ptr();
        let (kept, copy) = pool
            .lend(message, |bytes| (pool.keep(&bytes[16..]).unwrap(), pool.keep(&other).unwrap()));
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
