//! loom models of waiting on a lane. The model has no time: a lost wake is a deadlock.

use super::{Incoming, Outgoing};
use crate::layout::{HeadWord, LINE, WaitWords};
use crate::ring::{ClaimError, RingData};
use crate::sync::{Site, without};
use crate::wait::{How, Sleeper, Wake, Waker};
use loom::thread;
use std::time::Duration;

const CAPACITY: usize = 4 * LINE;
const FOR_EVER: Option<Duration> = None;

fn lane() -> (Outgoing, Incoming) {
    let data = RingData::private(CAPACITY);
    let (head, producers, consumers) =
        (HeadWord::private(), WaitWords::private(), WaitWords::private());
    let outgoing = Outgoing::new(data.clone(), producers.clone(), head.clone(), consumers.clone());
    (outgoing, Incoming::new(data, head, consumers, producers))
}

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

fn put(lane: &mut Outgoing, value: u8) {
    loop {
        match lane.claim(8) {
            Ok(mut claim) => {
                claim.bytes().fill(value);
                claim.commit(8);
                break;
            }
            Err(ClaimError::Full { .. }) => {
                if let Some(armed) = lane.arm_for_space(8, How::Futex).unwrap() {
                    Sleeper::sleep(&lane.space_bell(), armed, FOR_EVER);
                    lane.disarm();
                }
            }
            Err(error) => panic!("{error}"),
        }
    }
    if lane.flush() == Some(Wake::Futex) {
        Waker::wake(&lane.data_bell());
    }
}

fn take(lane: &mut Incoming) -> u8 {
    loop {
        if let Some(record) = lane.peek().unwrap() {
            return record.copy_into(&mut Default::default())[0];
        }
        if lane.flush() == Some(Wake::Futex) {
            Waker::wake(&lane.space_bell());
        }
        if let Some(armed) = lane.arm_for_data(How::Futex) {
            Sleeper::sleep(&lane.data_bell(), armed, FOR_EVER);
            lane.disarm();
        }
    }
}

/// A consumer that sleeps for data while records come.
fn sleep_for_data() {
    explore(|| {
        let (mut outgoing, mut incoming) = lane();
        let writer = thread::spawn(move || (1..=2).for_each(|value| put(&mut outgoing, value)));
        assert_eq!([take(&mut incoming), take(&mut incoming)], [1, 2]);
        writer.join().unwrap();
    });
}

/// A producer that finds the ring full and sleeps for space.
fn sleep_for_space() {
    explore(|| {
        let (mut outgoing, mut incoming) = lane();
        (1..=3).for_each(|value| put(&mut outgoing, value));
        let writer = thread::spawn(move || put(&mut outgoing, 4));
        for value in 1..=4 {
            assert_eq!(take(&mut incoming), value);
        }
        writer.join().unwrap();
    });
}

/// Two threads of one process sleep on one lane: each arms under a lock, and a ring wakes both.
#[test]
fn a_publish_wakes_every_thread_that_sleeps_on_the_lane() {
    explore(|| {
        let (mut outgoing, incoming) = lane();
        let incoming = loom::sync::Arc::new(loom::sync::Mutex::new(incoming));
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let incoming = incoming.clone();
                thread::spawn(move || {
                    loop {
                        let mut lane = incoming.lock().unwrap();
                        if lane.is_ready() {
                            return;
                        }
                        if let Some(armed) = lane.arm_for_data(How::Futex) {
                            let bell = lane.data_bell();
                            drop(lane);
                            Sleeper::sleep(&bell, armed, FOR_EVER);
                            incoming.lock().unwrap().disarm();
                        }
                    }
                })
            })
            .collect();
        put(&mut outgoing, 1);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

#[test]
fn a_publish_always_wakes_the_sleeper() {
    sleep_for_data();
}

#[test]
fn a_release_always_wakes_the_sleeper() {
    sleep_for_space();
}

#[test]
#[should_panic(expected = "deadlock")]
fn without_the_sleepers_fence_a_wake_can_be_lost() {
    without(Site::Arm, sleep_for_data);
}

#[test]
#[should_panic(expected = "deadlock")]
fn without_the_wakers_fence_a_wake_can_be_lost() {
    without(Site::Ring, sleep_for_data);
}

#[test]
#[should_panic(expected = "deadlock")]
fn without_the_sleepers_fence_space_can_be_missed() {
    without(Site::Arm, sleep_for_space);
}

#[test]
#[should_panic(expected = "deadlock")]
fn without_the_wakers_fence_space_can_be_missed() {
    without(Site::Ring, sleep_for_space);
}
