//! Messages over a stream of bytes: eight bytes of length, then the payload. A message leaves in one
//! write if there is room; a read takes as many as there are.
//!
//! Whether reads and writes sleep is the stream's own affair. Where they do not, they are tried again.

use std::io::{ErrorKind, Read, Write};

use crate::Result;
use crate::lab::Duplex;

const PREFIX: usize = size_of::<u64>();
/// What a read takes at most, if it is more than one message.
const READ_MAX: usize = 64 << 10;

/// An end of two streams of messages that are all of one length.
pub(super) struct ByteStream<R, W> {
    reader: R,
    writer: W,
    /// A message on its way out, its length included.
    outgoing: Vec<u8>,
    /// Room for whole messages: one that has begun to come always fits.
    incoming: Vec<u8>,
    /// Bytes of `incoming` that are messages read.
    taken: usize,
    /// Bytes of `incoming` that are there.
    filled: usize,
}

impl<R: Read, W: Write> ByteStream<R, W> {
    pub(super) fn new(reader: R, writer: W, len: usize) -> Self {
        let whole = PREFIX + len;
        let incoming = vec![0; whole * (READ_MAX / whole).max(1)];
        Self { reader, writer, outgoing: vec![0; whole], incoming, taken: 0, filled: 0 }
    }

    pub(super) fn reader(&self) -> &R {
        &self.reader
    }

    /// Whether a whole message has come.
    #[inline]
    pub(super) fn has_message(&self) -> bool {
        self.filled - self.taken >= self.outgoing.len()
    }

    /// Has `read` take more bytes from the stream; says how many came, or none if it would have slept.
    #[inline]
    pub(super) fn fill_by(
        &mut self,
        read: impl FnOnce(&mut R, &mut [u8]) -> std::io::Result<usize>,
    ) -> Result<Option<usize>> {
        if self.taken == self.filled {
            (self.taken, self.filled) = (0, 0);
        }
        let came = tried(read(&mut self.reader, &mut self.incoming[self.filled..]))?;
        self.filled += came.unwrap_or(0);
        Ok(came)
    }

    /// Hands the next message to `read`, which has come.
    #[inline]
    pub(super) fn take<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        let (prefix, payload) = self.incoming[self.taken..][..self.outgoing.len()].split_at(PREFIX);
        if prefix != (payload.len() as u64).to_le_bytes() {
            return Err(format!("a message of {prefix:?} bytes, expected {}", payload.len()).into());
        }
        self.taken += self.outgoing.len();
        Ok(read(payload))
    }
}

impl<R: Read, W: Write> Duplex for ByteStream<R, W> {
    #[inline]
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let (prefix, payload) = self.outgoing.split_at_mut(PREFIX);
        assert_eq!(len, payload.len());
        prefix.copy_from_slice(&(len as u64).to_le_bytes());
        fill(payload);
        let mut left = &self.outgoing[..];
        while !left.is_empty() {
            match tried(self.writer.write(left))? {
                Some(len) => left = &left[len..],
                None => std::hint::spin_loop(),
            }
        }
        Ok(())
    }

    #[inline]
    fn receive<T>(&mut self, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
        while !self.has_message() {
            match self.fill_by(R::read)? {
                Some(0) => return Err("the other end has gone".into()),
                Some(_) => {}
                None => std::hint::spin_loop(),
            }
        }
        self.take(read)
    }
}

/// What a call came to; none if it would have slept.
#[inline]
fn tried(call: std::io::Result<usize>) -> Result<Option<usize>> {
    match call {
        Ok(len) => Ok(Some(len)),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
