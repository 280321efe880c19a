//! For reference: the bounded queue of the crate `crossbeam`, between two threads of one process. It
//! has nothing to wait with.

use std::sync::Arc;

use crossbeam::queue::ArrayQueue as Queue;

use super::in_process::{self, Put, SMALL_MAX, Take};
use super::room;
use crate::Result;
use crate::lab::{Abilities, Contender, End, Kind, Sample, workload};

pub(super) struct ArrayQueue;

impl Contender for ArrayQueue {
    fn name(&self) -> &'static str {
        "crossbeam ArrayQueue"
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
            workload::in_process(end, || Ok(in_process::values(len, room, queue).into()))
        } else {
            workload::in_process(end, || Ok(in_process::boxes(len, room, queue)?.into()))
        }
    }
}

fn queue<T>(room: usize) -> (Arc<Queue<T>>, Arc<Queue<T>>) {
    let queue = Arc::new(Queue::new(room));
    (queue.clone(), queue)
}

impl<T> Put<T> for Arc<Queue<T>> {
    #[inline]
    fn put(&mut self, mut value: T) -> Result<()> {
        while let Err(back) = self.push(value) {
            value = back;
            std::hint::spin_loop();
        }
        Ok(())
    }
}

impl<T> Take<T> for Arc<Queue<T>> {
    #[inline]
    fn take(&mut self) -> Result<T> {
        loop {
            match self.pop() {
                Some(value) => return Ok(value),
                None => std::hint::spin_loop(),
            }
        }
    }
}
