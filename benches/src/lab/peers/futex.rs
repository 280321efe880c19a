//! A floor: a word each way that its reader sleeps on, in the kernel, until the other end changes it.

use std::sync::atomic::Ordering::{Acquire, Release};

use rustix::io::Errno;
use rustix::thread::futex::{self, Flags};

use crate::Result;
use crate::lab::{Abilities, Contender, Duplex, End, Kind, Sample, Side, workload};
use crate::shared::Shared;

/// From one way's payload to the other's.
const PAYLOAD_STRIDE: usize = 4096;

pub(super) struct Futex;

impl Contender for Futex {
    fn name(&self) -> &'static str {
        "futex"
    }

    fn kind(&self) -> Kind {
        Kind::Floor
    }

    fn abilities(&self) -> Abilities {
        Abilities { one_way: false, polls: false, lens: 0..=1024, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        workload::run(end, |_| Ends::of(end), |_| Ends::of(end))
    }
}

/// A word and a payload each way.
struct Ends {
    shared: &'static Shared,
    way: usize,
    len: usize,
    sent: u32,
    received: u32,
}

impl Ends {
    fn of(end: &End) -> Result<Self> {
        let way = usize::from(end.plan.side == Side::Answering);
        Ok(Self { shared: end.shared, way, len: end.case()?.len, sent: 0, received: 0 })
    }

    fn payload(&self, way: usize) -> *mut u8 {
        self.shared.area_bytes(way * PAYLOAD_STRIDE, self.len)
    }
}

impl Duplex for Ends {
    #[inline]
    #[expect(unsafe_code, reason = "payloads lie in memory shared with the other process")]
    fn send(&mut self, _len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        // SAFETY: `area_bytes` checked that the payload lies in the area, which is mapped for ever and
        // initialised, as the kernel's zeroes at least. The other end, which is this program, reads
        // it only between our store below and its own message, which we had before we send again.
        fill(unsafe { std::slice::from_raw_parts_mut(self.payload(self.way), self.len) });
        self.sent += 1;
        let word = self.shared.word32(self.way);
        word.store(self.sent, Release); // pairs with the load in `receive`
        futex::wake(word, Flags::empty(), 1)?; // shared, not private: the other end is a process
        Ok(())
    }

    #[inline]
    #[expect(unsafe_code, reason = "payloads lie in memory shared with the other process")]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        let way = 1 - self.way;
        let word = self.shared.word32(way);
        // Pairs with the store in `send`.
        while word.load(Acquire) == self.received {
            match futex::wait(word, Flags::empty(), self.received, None) {
                Ok(()) | Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.received += 1;
        // SAFETY: as in `send`; the other end does not write it before it had our next message.
        Ok(read(unsafe { std::slice::from_raw_parts(self.payload(way), self.len) }))
    }
}
