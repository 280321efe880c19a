//! Places in a builder.

use std::ops::Range;

/// A place for one value in a [`Builder`](super::Builder).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot(pub(super) u32);

/// Fresh slots, in order.
#[derive(Debug, Clone)]
pub struct Slots(pub(super) Range<u32>);

impl Slot {
    pub(in crate::value) fn numbered(number: u32) -> Slot {
        Slot(number)
    }

    pub(in crate::value) fn number(self) -> u32 {
        self.0
    }

    #[cold]
    #[inline(never)]
    pub(super) fn is_foreign(self) -> ! {
        panic!("{self:?} is another builder's")
    }

    #[cold]
    #[inline(never)]
    pub(super) fn is_buffer(self) -> ! {
        panic!("{self:?} is a buffer, which stays one")
    }
}

impl Iterator for Slots {
    type Item = Slot;

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        self.0.next().map(Slot)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Slots {}
