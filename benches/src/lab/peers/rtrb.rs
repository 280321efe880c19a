//! For reference: the ring of the crate `rtrb`, between two threads of one process. Small messages are
//! its items; larger ones are written and read in the ring itself. It has nothing to wait with.

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use super::in_process::{self, Put, SMALL_MAX, Small, Take};
use super::room;
use crate::Result;
use crate::lab::{Abilities, Contender, Duplex, End, Kind, Sample, workload};

pub(super) struct Rtrb;

impl Contender for Rtrb {
    fn name(&self) -> &'static str {
        "rtrb"
    }

    fn kind(&self) -> Kind {
        Kind::InProcess
    }

    fn abilities(&self) -> Abilities {
        Abilities { parks: false, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let len = end.case()?.len;
        let room = room::messages(len.max(SMALL_MAX));
        if len <= SMALL_MAX {
            let ring = RingBuffer::<Small>::new;
            workload::in_process(end, || Ok(in_process::values(len, room, ring).into()))
        } else {
            workload::in_process(end, || Ok(Bytes::pair(len, room)?.into()))
        }
    }
}

impl Put<Small> for Producer<Small> {
    #[inline]
    fn put(&mut self, mut value: Small) -> Result<()> {
        while let Err(PushError::Full(back)) = self.push(value) {
            value = back;
            std::hint::spin_loop();
        }
        Ok(())
    }
}

impl Take<Small> for Consumer<Small> {
    #[inline]
    fn take(&mut self) -> Result<Small> {
        loop {
            match self.pop() {
                Ok(value) => return Ok(value),
                Err(_) => std::hint::spin_loop(),
            }
        }
    }
}

/// An end of two rings of bytes, with room for a whole number of messages, so that none wraps.
struct Bytes {
    out: Producer<u8>,
    incoming: Consumer<u8>,
    len: usize,
}

impl Bytes {
    fn pair(len: usize, room: usize) -> Result<[Self; 2]> {
        let (there, arrived) = written_ring(room * len)?;
        let (back, returned) = written_ring(room * len)?;
        Ok([
            Self { out: there, incoming: returned, len },
            Self { out: back, incoming: arrived, len },
        ])
    }
}

/// A ring all of whose bytes were written once.
fn written_ring(bytes: usize) -> Result<(Producer<u8>, Consumer<u8>)> {
    let (mut producer, mut consumer) = RingBuffer::new(bytes);
    producer.write_chunk(bytes)?.commit_all(); // as zeroes
    consumer.read_chunk(bytes)?.commit_all();
    Ok((producer, consumer))
}

impl Duplex for Bytes {
    #[inline]
    #[expect(unsafe_code, reason = "to write in the ring's memory as it is")]
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        assert_eq!(len, self.len);
        loop {
            let Ok(mut chunk) = self.out.write_chunk_uninit(len) else {
                std::hint::spin_loop();
                continue;
            };
            let (message, wrapped) = chunk.as_mut_slices();
            assert!(wrapped.is_empty(), "a message in two parts");
            // SAFETY: `written_ring` wrote each byte of the ring, and reading a byte leaves it as it is.
            fill(unsafe { message.assume_init_mut() });
            // SAFETY: as above: all bytes of the chunk are initialised.
            unsafe { chunk.commit_all() };
            return Ok(());
        }
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        loop {
            let Ok(chunk) = self.incoming.read_chunk(self.len) else {
                std::hint::spin_loop();
                continue;
            };
            let (message, wrapped) = chunk.as_slices();
            assert!(wrapped.is_empty(), "a message in two parts");
            let result = read(message);
            chunk.commit_all();
            return Ok(result);
        }
    }
}
