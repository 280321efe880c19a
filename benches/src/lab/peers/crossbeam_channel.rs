//! For reference: the bounded channel of the crate `crossbeam`, between two threads of one process.
//! Who waits in it looks around for a moment before it sleeps, which nobody can tell it not to.

use crossbeam::channel::{Receiver, Sender, TryRecvError, TrySendError, bounded};

use super::in_process::{self, Put, SMALL_MAX, Take};
use super::room;
use crate::Result;
use crate::lab::{Abilities, Contender, End, Kind, Sample, Wait, workload};

pub(super) struct CrossbeamChannel;

impl Contender for CrossbeamChannel {
    fn name(&self) -> &'static str {
        "crossbeam channel"
    }

    fn kind(&self) -> Kind {
        Kind::InProcess
    }

    fn abilities(&self) -> Abilities {
        Abilities::PAIR
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        let (len, room) = (case.len, room::messages(case.len.max(SMALL_MAX)));
        let polls = case.wait == Wait::Polling;
        if len <= SMALL_MAX {
            workload::in_process(end, || {
                Ok(in_process::values(len, room, |room| channel(room, polls)).into())
            })
        } else {
            workload::in_process(end, || {
                Ok(in_process::boxes(len, room, |room| channel(room, polls))?.into())
            })
        }
    }
}

/// An end of a channel.
struct Half<H> {
    half: H,
    polls: bool,
}

fn channel<T>(room: usize, polls: bool) -> (Half<Sender<T>>, Half<Receiver<T>>) {
    let (sender, receiver) = bounded(room);
    (Half { half: sender, polls }, Half { half: receiver, polls })
}

impl<T> Put<T> for Half<Sender<T>> {
    #[inline]
    fn put(&mut self, mut value: T) -> Result<()> {
        if !self.polls {
            return self.half.send(value).map_err(|_| gone());
        }
        loop {
            match self.half.try_send(value) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(back)) => value = back,
                Err(TrySendError::Disconnected(_)) => return Err(gone()),
            }
            std::hint::spin_loop();
        }
    }
}

impl<T> Take<T> for Half<Receiver<T>> {
    #[inline]
    fn take(&mut self) -> Result<T> {
        if !self.polls {
            return Ok(self.half.recv()?);
        }
        loop {
            match self.half.try_recv() {
                Err(TryRecvError::Empty) => std::hint::spin_loop(),
                found => return Ok(found?),
            }
        }
    }
}

#[cold]
fn gone() -> Box<dyn std::error::Error> {
    "the other thread has gone".into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Duplex;

    #[test]
    fn the_last_message_of_an_end_that_has_gone_is_received() {
        let ends = in_process::boxes(128, 2, |room| channel(room, true));
        let [mut one, mut other] = ends.expect("boxes");
        other.send(128, |bytes| bytes.fill(7)).expect("room");
        drop(other);
        assert!(one.receive(|bytes| bytes == [7; 128]).expect("a message"));
    }
}
