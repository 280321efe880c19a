//! Payloads copied into a ring of slots, and every byte read by the other end: what moving bytes
//! between two processes takes. Two sequence numbers a slot, one written by each end, are all that
//! there is besides.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::Result;
use crate::bars::bar::Unit;
use crate::bars::contender::Contender;
use crate::bars::rounds::Rounds;
use crate::end::End;
use crate::payload::Payloads;
use crate::shared::Shared;
use crate::stats::Sample;

/// Slots of payloads of one length; all of them are the ring.
pub(super) struct Copy {
    pub(super) name: &'static str,
    pub(super) len: usize,
    pub(super) slots: usize,
    pub(super) rounds: Rounds,
}

impl Contender for Copy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn unit(&self) -> Unit {
        Unit::GigabytesPerSecond
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let payloads = Payloads::new(self.len);
        let ring = Ring::new(end.shared, self);
        end.meet()?;
        let sample = self.rounds.time(&end, |numbers| {
            let last = numbers.end;
            for number in numbers {
                ring.write(number, payloads.of(number));
            }
            ring.slot(last - 1).wait_until_read(last);
            Ok(())
        })?;
        Ok(sample.per_ns(self.len as f64))
    }

    fn answer(&self, end: End) -> Result<()> {
        let payloads = Payloads::new(self.len);
        let ring = Ring::new(end.shared, self);
        end.meet()?;
        self.rounds
            .all(&end)
            .try_for_each(|number| ring.read(number, |payload| payloads.check(payload, number)))
    }
}

/// The most slots that have words of their own.
const SLOTS_MAX: usize = 16;

struct Ring<'s> {
    shared: &'s Shared,
    len: usize,
    slots: usize,
}

/// The words of a slot: how many messages were there when its last one was written, and read.
struct Slot<'s> {
    written: &'s AtomicU64,
    read: &'s AtomicU64,
    payload: *mut u8,
}

impl<'s> Ring<'s> {
    fn new(shared: &'s Shared, copy: &Copy) -> Self {
        assert!(copy.slots <= SLOTS_MAX && copy.slots * copy.len <= Shared::AREA_LEN);
        Self { shared, len: copy.len, slots: copy.slots }
    }

    fn slot(&self, number: u64) -> Slot<'s> {
        #[expect(clippy::cast_possible_truncation, reason = "less than the slots, a usize")]
        let place = (number % self.slots as u64) as usize;
        Slot {
            written: self.shared.word64(place),
            read: self.shared.word64(SLOTS_MAX + place),
            payload: self.shared.area().wrapping_add(place * self.len),
        }
    }

    /// Copies message `number` in, once the message that was there has been read.
    #[expect(unsafe_code, reason = "payloads lie in memory shared with the other process")]
    fn write(&self, number: u64, payload: &[u8]) {
        assert_eq!(payload.len(), self.len);
        let slot = self.slot(number);
        slot.wait_until_read((number + 1).saturating_sub(self.slots as u64));
        // SAFETY: both are `len` bytes: `payload` was just checked, and `new` checked that all slots
        // lie in the area, which is mapped while `shared` lives. Neither is part of the other, as
        // `payload` is private. The other end, which is this program, reads the slot only between
        // our store of `written` below and its own store of `read`, which was waited for.
        unsafe { std::ptr::copy_nonoverlapping(payload.as_ptr(), slot.payload, self.len) };
        slot.written.store(number + 1, Release); // pairs with the load in `read`
    }

    /// Reads message `number` where it lies, once it is there.
    #[expect(unsafe_code, reason = "payloads lie in memory shared with the other process")]
    fn read(&self, number: u64, read: impl FnOnce(&[u8]) -> Result<()>) -> Result<()> {
        let slot = self.slot(number);
        // Pairs with the store in `write`.
        while slot.written.load(Acquire) != number + 1 {
            std::hint::spin_loop();
        }
        // SAFETY: `new` checked that the slot's `len` bytes lie in the area, which is mapped while
        // `shared` lives. They are initialised, as the kernel's zeroes at least, and the other end,
        // which is this program, does not write them before our store of `read` below.
        read(unsafe { std::slice::from_raw_parts(slot.payload, self.len) })?;
        slot.read.store(number + 1, Release); // pairs with the load in `wait_until_read`
        Ok(())
    }
}

impl Slot<'_> {
    /// Waits for the word of the other end that so many messages were read when it left this slot.
    fn wait_until_read(&self, messages: u64) {
        // Pairs with the store in `Ring::read`.
        while self.read.load(Acquire) != messages {
            std::hint::spin_loop();
        }
    }
}
