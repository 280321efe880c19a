//! loom models of the ring. Each ordering has a twin model without it, which must fail.

use super::{ClaimError, Consumer, Producer, RingData};
use crate::layout::{HeadWord, LINE};
use crate::sync::{Site, pause, without};
use loom::thread;

/// Four lines: three records of one line, and the zeroed header word behind them.
const CAPACITY: usize = 4 * LINE;

fn ring() -> (Producer, Consumer) {
    let data = RingData::private(CAPACITY);
    let head = HeadWord::private();
    (Producer::new(data.clone(), head.clone()), Consumer::new(data, head))
}

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

fn put(producer: &mut Producer, value: u8, len: usize) {
    loop {
        match producer.claim(len) {
            Ok(mut claim) => {
                claim.bytes().fill(value);
                claim.commit(len);
                return producer.prepare();
            }
            Err(ClaimError::Full { .. }) => pause(),
            Err(error) => panic!("{error}"),
        }
    }
}

#[expect(unsafe_code, reason = "the model's producer keeps its promise, or loom says so")]
fn take(consumer: &mut Consumer) -> Vec<u8> {
    loop {
        if let Some(record) = consumer.peek().unwrap() {
            // SAFETY: the producer is ours.
            return unsafe { record.content() }.to_vec();
        }
        consumer.publish_head();
        pause();
    }
}

/// The producer goes once around the ring while the consumer reads.
fn one_lap(lens: &'static [usize]) {
    explore(move || {
        let (mut producer, mut consumer) = ring();
        let writer = thread::spawn(move || {
            for (value, len) in (1..).zip(lens) {
                put(&mut producer, value, *len);
            }
        });
        for (value, len) in (1..).zip(lens) {
            assert_eq!(take(&mut consumer), vec![value; *len]);
        }
        writer.join().unwrap();
    });
}

/// Short records: every line is used again.
const SHORT: &[usize] = &[8, 8, 8, 8, 8];
/// A record of two lines does not fit behind three of one: padding comes between.
const PADDED: &[usize] = &[8, 8, 8, 64];

#[test]
fn every_record_arrives_whole_and_in_order() {
    one_lap(SHORT);
}

#[test]
fn a_record_behind_padding_arrives_whole() {
    one_lap(PADDED);
}

#[test]
fn a_dropped_claim_is_never_seen() {
    explore(|| {
        let (mut producer, mut consumer) = ring();
        let writer = thread::spawn(move || {
            producer.claim(8).unwrap().bytes().fill(9);
            put(&mut producer, 1, 8);
        });
        assert_eq!(take(&mut consumer), vec![1; 8]);
        writer.join().unwrap();
    });
}

#[test]
#[should_panic(expected = "Causality violation")]
fn without_release_on_the_header_word_content_races() {
    without(Site::Commit, || one_lap(SHORT));
}

#[test]
#[should_panic(expected = "Causality violation")]
fn without_acquire_behind_the_header_word_content_races() {
    without(Site::Peek, || one_lap(SHORT));
}

#[test]
#[should_panic(expected = "Causality violation")]
fn without_release_on_the_head_lines_are_reused_too_early() {
    without(Site::Release, || one_lap(SHORT));
}

#[test]
#[should_panic(expected = "Causality violation")]
fn without_acquire_behind_the_head_lines_are_reused_too_early() {
    without(Site::Reserve, || one_lap(SHORT));
}
