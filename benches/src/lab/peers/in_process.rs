//! Messages between two threads of one process, over queues of values. Small ones are the values
//! themselves. Of larger ones the queues carry boxes, which come back to their sender over a
//! queue of their own: as many as there is room for, and none is made while messages are under way.

use crate::Result;
use crate::lab::Duplex;

/// The longest message that is a value.
pub(super) const SMALL_MAX: usize = 64;

/// A message by value, in a cache line of its own.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Small([u8; SMALL_MAX]);

impl Small {
    pub(super) const EMPTY: Self = Self([0; SMALL_MAX]);
}

/// Where values are put.
pub(super) trait Put<T> {
    /// Waits for room, as the case says.
    fn put(&mut self, value: T) -> Result<()>;
}

/// Where they come out.
pub(super) trait Take<T> {
    /// Waits for a value, as the case says.
    fn take(&mut self) -> Result<T>;
}

/// An end of two queues of small messages.
pub(super) struct Values<P, T> {
    pub(super) out: P,
    pub(super) incoming: T,
    pub(super) len: usize,
}

impl<P: Put<Small>, T: Take<Small>> Duplex for Values<P, T> {
    #[inline]
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let mut message = Small::EMPTY;
        fill(&mut message.0[..len]);
        self.out.put(message)
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        let message = self.incoming.take()?;
        Ok(read(&message.0[..self.len]))
    }
}

/// An end of two queues of boxes, and of the two that take them back.
pub(super) struct Boxes<P, T> {
    pub(super) out: P,
    /// Boxes to send in.
    pub(super) spare: T,
    pub(super) incoming: T,
    /// Boxes that were read.
    pub(super) spent: P,
}

impl<P: Put<Box<[u8]>>, T: Take<Box<[u8]>>> Duplex for Boxes<P, T> {
    #[inline]
    fn send(&mut self, _len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let mut message = self.spare.take()?;
        fill(&mut message);
        self.out.put(message)
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        let message = self.incoming.take()?;
        let result = read(&message);
        let _ = self.spent.put(message); // an end that has gone needs no box back
        Ok(result)
    }
}

/// Both ends of queues that `queue` makes, with room for so many values.
pub(super) fn values<P, T>(
    len: usize,
    room: usize,
    queue: impl Fn(usize) -> (P, T),
) -> [Values<P, T>; 2] {
    let ([there, back], [arrived, returned]) = two(|| queue(room));
    [Values { out: there, incoming: returned, len }, Values { out: back, incoming: arrived, len }]
}

/// As [`values`], with boxes of `len` bytes.
pub(super) fn boxes<P: Put<Box<[u8]>>, T>(
    len: usize,
    room: usize,
    queue: impl Fn(usize) -> (P, T),
) -> Result<[Boxes<P, T>; 2]> {
    let ([there, back], [arrived, returned]) = two(|| queue(room));
    let ([mut spent_there, mut spent_back], [spare_here, spare_there]) = two(|| queue(room));
    for _ in 0..room {
        spent_there.put(vec![0; len].into())?;
        spent_back.put(vec![0; len].into())?;
    }
    Ok([
        Boxes { out: there, spare: spare_here, incoming: returned, spent: spent_back },
        Boxes { out: back, spare: spare_there, incoming: arrived, spent: spent_there },
    ])
}

fn two<P, T>(queue: impl Fn() -> (P, T)) -> ([P; 2], [T; 2]) {
    let ((one_in, one_out), (other_in, other_out)) = (queue(), queue());
    ([one_in, other_in], [one_out, other_out])
}
