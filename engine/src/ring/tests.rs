//! The ring against a queue, and against hostile words.

use super::{ClaimError, Consumer, CopyBuffer, Producer, RingData};
use crate::error::Corrupt;
use crate::layout::{HeadWord, LINE};
use crate::sync::{Ordering, Shared};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

const CAPACITY: usize = 16 * LINE;

struct Ring {
    producer: Producer,
    consumer: Consumer,
    data: RingData,
    head: Shared<HeadWord>,
}

fn ring() -> Ring {
    let (data, head) = (RingData::private(CAPACITY), HeadWord::private());
    Ring {
        producer: Producer::new(data.clone(), head.clone()),
        consumer: Consumer::new(data.clone(), head.clone()),
        data,
        head,
    }
}

fn put(producer: &mut Producer, content: &[u8]) -> Result<(), ClaimError> {
    let mut claim = producer.claim(content.len())?;
    claim.bytes().copy_from_slice(content);
    claim.commit(content.len());
    Ok(())
}

fn take(consumer: &mut Consumer) -> Result<Option<Vec<u8>>, Corrupt> {
    let record = consumer.peek()?;
    Ok(record.map(|record| record.copy_into(&mut CopyBuffer::default()).to_vec()))
}

#[test]
fn a_record_is_read_once() {
    let mut ring = ring();
    put(&mut ring.producer, b"one").unwrap();
    assert_eq!(take(&mut ring.consumer), Ok(Some(b"one".to_vec())));
    assert_eq!(take(&mut ring.consumer), Ok(None));
}

#[test]
fn a_dropped_claim_is_never_seen() {
    let mut ring = ring();
    drop(ring.producer.claim(8).unwrap());
    assert_eq!(take(&mut ring.consumer), Ok(None));
}

#[test]
fn less_may_be_committed_than_was_claimed() {
    let mut ring = ring();
    let mut claim = ring.producer.claim(200).unwrap();
    claim.bytes()[..3].copy_from_slice(b"abc");
    claim.commit(3);
    put(&mut ring.producer, b"next").unwrap();
    assert_eq!(take(&mut ring.consumer), Ok(Some(b"abc".to_vec())));
    assert_eq!(take(&mut ring.consumer), Ok(Some(b"next".to_vec())));
}

#[test]
#[should_panic(expected = "committed more than was claimed")]
fn more_may_not_be_committed() {
    ring().producer.claim(8).unwrap().commit(9);
}

/// Where the sum of both is less than the record has, because it has gone round.
#[test]
fn a_part_that_is_not_in_the_record_is_not_copied() {
    let mut ring = ring();
    put(&mut ring.producer, &[7; 100]).unwrap();
    for (skip, len) in
        [(usize::MAX - 7, 8), (usize::MAX - 50, 51), (usize::MAX, 1), (101, 0), (99, 2)]
    {
        let record = ring.consumer.peek().unwrap().unwrap();
        let copied = catch_unwind(AssertUnwindSafe(|| {
            record.copy_part(skip, &mut vec![MaybeUninit::uninit(); len]).to_vec()
        }));
        let refused = copied.expect_err("a part beyond the record");
        assert_eq!(refused.downcast_ref(), Some(&"beyond the record"), "{skip} and {len}");
        record.leave();
    }
}

#[test]
fn nothing_was_copied_last_into_a_buffer_that_is_new() {
    assert_eq!(CopyBuffer::default().last(), b"");
}

#[test]
fn a_record_of_more_than_half_the_ring_is_too_long() {
    let max = CAPACITY / 2 - 8;
    let mut ring = ring();
    assert_eq!(ring.producer.claim(max + 1).unwrap_err(), ClaimError::TooLong { max });
    for _ in 0..9 {
        put(&mut ring.producer, &vec![1; max]).unwrap();
        assert_eq!(take(&mut ring.consumer), Ok(Some(vec![1; max])));
        ring.consumer.publish_head();
        put(&mut ring.producer, b"odd").unwrap();
        assert_eq!(take(&mut ring.consumer), Ok(Some(b"odd".to_vec())));
        ring.consumer.publish_head();
    }
}

#[test]
fn a_full_ring_says_how_much_is_free() {
    let mut ring = ring();
    for _ in 0..CAPACITY / LINE - 1 {
        put(&mut ring.producer, b"x").unwrap();
    }
    assert_eq!(ring.producer.claim(0).unwrap_err(), ClaimError::Full { free: LINE });
    take(&mut ring.consumer).unwrap();
    ring.consumer.publish_head();
    assert!(ring.producer.claim(0).is_ok());
}

#[test]
fn a_record_that_is_left_is_the_next_one_again() {
    let mut ring = ring();
    put(&mut ring.producer, b"left").unwrap();
    ring.consumer.peek().unwrap().unwrap().leave();
    assert_eq!(take(&mut ring.consumer), Ok(Some(b"left".to_vec())));
    assert_eq!(take(&mut ring.consumer), Ok(None));
}

#[test]
fn a_quiet_ring_is_rewound_to_its_first_page() {
    let (data, head) = (RingData::private(1 << 14), HeadWord::private());
    let mut producer = Producer::new(data.clone(), head.clone());
    let mut consumer = Consumer::new(data.clone(), head);
    for _ in 0..4096 / LINE {
        put(&mut producer, b"x").unwrap();
        producer.rewind().unwrap();
    }
    while take(&mut consumer).unwrap().is_some() {}
    consumer.publish_head();
    producer.rewind().unwrap();
    put(&mut producer, b"first").unwrap();
    assert_eq!(take(&mut consumer), Ok(Some(b"first".to_vec())));
    assert_eq!(data.index(consumer.position()), LINE);
}

#[test]
fn a_ring_that_is_read_at_once_stays_in_its_first_pages() {
    let (data, head) = (RingData::private(1 << 16), HeadWord::private());
    let mut producer = Producer::new(data.clone(), head.clone());
    let mut consumer = Consumer::new(data.clone(), head);
    for number in 0..1000_u32 {
        put(&mut producer, &number.to_le_bytes()).unwrap();
        assert_eq!(take(&mut consumer), Ok(Some(number.to_le_bytes().to_vec())));
        assert_eq!(take(&mut consumer), Ok(None));
        assert!(data.index(consumer.position()) <= 2 * 4096, "at message {number}");
    }
}

#[test]
fn a_stream_that_becomes_a_dialogue_returns_to_the_first_pages() {
    let (data, head) = (RingData::private(1 << 16), HeadWord::private());
    let mut producer = Producer::new(data.clone(), head.clone());
    let mut consumer = Consumer::new(data.clone(), head);
    for _ in 0..100 {
        put(&mut producer, b"ahead").unwrap();
    }
    for _ in 0..3000 {
        put(&mut producer, b"x").unwrap();
        take(&mut consumer).unwrap();
    }
    assert!(data.index(consumer.position()) > 2 * 4096);
    while take(&mut consumer).unwrap().is_some() {}
    for _ in 0..2048 {
        put(&mut producer, b"y").unwrap();
        while take(&mut consumer).unwrap().is_some() {}
    }
    assert!(data.index(consumer.position()) <= 2 * 4096);
}

#[test]
fn a_ring_is_not_begun_anew_for_a_record_that_would_have_to_wait() {
    let (data, head) = (RingData::private(1 << 16), HeadWord::private());
    let mut producer = Producer::new(data.clone(), head.clone());
    let mut consumer = Consumer::new(data, head);
    put(&mut producer, &[1; 8000]).unwrap();
    while take(&mut consumer).unwrap().is_some() {}
    put(&mut producer, &[2; 30_000]).unwrap();
    assert_eq!(take(&mut consumer).unwrap().map(|content| content.len()), Some(30_000));
}

#[test]
fn who_goes_straight_has_the_whole_ring_however_the_consumer_was_before() {
    let (data, head) = (RingData::private(1 << 16), HeadWord::private());
    let mut producer = Producer::new(data.clone(), head.clone());
    let mut consumer = Consumer::new(data, head);
    put(&mut producer, &[1; 8000]).unwrap();
    while take(&mut consumer).unwrap().is_some() {}
    producer.go_straight(true);
    for _ in 0..55 {
        put(&mut producer, &[2; 1000]).unwrap();
    }
}

/// A renderer counts on it: what it keeps free behind its fragments is free behind padding, too.
#[test]
fn padding_leaves_a_line_behind_it_for_a_record() {
    for read in 1..8 {
        let mut ring = ring();
        for _ in 0..CAPACITY / LINE - 2 {
            put(&mut ring.producer, b"x").unwrap();
        }
        for _ in 0..read {
            take(&mut ring.consumer).unwrap();
        }
        ring.consumer.publish_head();
        // Two lines to the end, so that one of three needs padding.
        let before = ring.producer.look_for_space().unwrap();
        let large = put(&mut ring.producer, &[0; 3 * LINE - 8]);
        let padded = ring.producer.look_for_space().unwrap() < before;
        assert_eq!(padded, read >= 2, "{read}");
        assert_eq!(large.is_ok(), read >= 4, "{read}");
        if padded && large.is_err() {
            put(&mut ring.producer, b"x").unwrap();
        }
    }
}

#[test]
fn an_impossible_head_is_refused() {
    for (head, why) in
        [(LINE as u64 * 2, "beyond the tail"), (1, "off the lines"), (1 << 63, "far")]
    {
        let mut ring = ring();
        put(&mut ring.producer, b"x").unwrap();
        ring.head.head.store(head, Ordering::Relaxed);
        let refused = ring.producer.is_drained().unwrap_err();
        assert_eq!((refused.place, refused.found), ("ring head", head), "{why}");
    }
}

#[test]
fn a_head_that_goes_backwards_is_refused() {
    let mut ring = ring();
    put(&mut ring.producer, b"x").unwrap();
    ring.head.head.store(LINE as u64, Ordering::Relaxed);
    assert_eq!(ring.producer.is_drained(), Ok(true));
    ring.head.head.store(0, Ordering::Relaxed);
    assert_eq!(ring.producer.is_drained().unwrap_err().place, "ring head");
}

/// A claim is made once to see that there is room, and again to write: what was promised stays so, whatever
/// the consumer says meanwhile.
#[test]
fn a_claim_that_is_made_again_finds_its_place_though_the_head_is_impossible_by_then() {
    const LARGE: usize = 64 << 10;
    let lens = [8, 3000, 9000, 20_000, LARGE / 2 - 8];
    for (before, len) in (0..120).flat_map(|before| lens.map(|len| (before, len))) {
        let (data, head) = (RingData::private(LARGE), HeadWord::private());
        let mut producer = Producer::new(data.clone(), head.clone());
        let mut consumer = Consumer::new(data, head.clone());
        for _ in 0..before {
            put(&mut producer, &[7; 500]).unwrap();
        }
        while take(&mut consumer).unwrap().is_some() {}
        let start = producer.claim(len).unwrap().bytes().as_ptr();
        head.head.store(u64::MAX, Ordering::Relaxed);
        let again = producer.claim(len).map(|mut claim| claim.bytes().as_ptr());
        assert_eq!(again, Ok(start), "{len} bytes behind {before} records");
    }
}

#[test]
fn padding_behind_padding_is_refused() {
    let mut ring = ring();
    put(&mut ring.producer, b"x").unwrap();
    take(&mut ring.consumer).unwrap();
    let rest = (CAPACITY - LINE) as u64;
    ring.data.header(LINE as u64).store(2 << 32 | rest, Ordering::Relaxed);
    ring.data.header(0).store(2 << 32 | CAPACITY as u64, Ordering::Relaxed);
    assert_eq!(take(&mut ring.consumer).unwrap_err().place, "record header");
}

proptest! {
    #[test]
    fn a_ring_is_a_queue(steps in proptest::collection::vec((any::<bool>(), 0..600usize), 1..400)) {
        let mut ring = ring();
        let mut queue = VecDeque::new();
        for (number, (write, len)) in steps.into_iter().enumerate() {
            if write {
                let content: Vec<u8> = (0..len).map(|at| (at ^ number).to_le_bytes()[0]).collect();
                match put(&mut ring.producer, &content) {
                    Ok(()) => {
                        queue.push_back(content);
                        if number % 3 == 0 {
                            ring.producer.prepare();
                        }
                    }
                    Err(ClaimError::Full { .. }) => prop_assert!(!queue.is_empty()),
                    Err(ClaimError::TooLong { max }) => prop_assert!(len > max),
                    Err(error) => return Err(TestCaseError::fail(error.to_string())),
                }
            } else {
                prop_assert_eq!(take(&mut ring.consumer), Ok(queue.pop_front()));
                ring.consumer.publish_head();
            }
        }
    }

    #[test]
    fn what_claims_leave_behind_is_never_a_record(
        steps in proptest::collection::vec((0..4u8, 0..300usize, 0..300usize), 1..400),
    ) {
        let mut ring = ring();
        let mut queue = VecDeque::new();
        for (step, claimed, committed) in steps {
            match (step, ring.producer.claim(claimed)) {
                (0, _) => {
                    prop_assert_eq!(take(&mut ring.consumer), Ok(queue.pop_front()));
                    ring.consumer.publish_head();
                }
                (1, _) => ring.producer.prepare(),
                (_, Ok(mut claim)) => {
                    claim.bytes().fill(0xff);
                    if step == 2 {
                        let committed = committed.min(claimed);
                        claim.commit(committed);
                        queue.push_back(vec![0xff; committed]);
                    }
                }
                (_, Err(ClaimError::Full { .. })) => {}
                (_, Err(error)) => return Err(TestCaseError::fail(error.to_string())),
            }
        }
    }

    #[test]
    fn hostile_header_words_are_refused_or_within_the_ring(
        words in proptest::collection::vec(prop_oneof![any::<u64>(), 0..(3u64 << 32)], 1..64),
    ) {
        let mut ring = ring();
        for word in words {
            ring.data.header(ring.consumer.position()).store(word, Ordering::Relaxed);
            match take(&mut ring.consumer) {
                Ok(Some(content)) => prop_assert!(content.len() <= CAPACITY / 2 - 8),
                Ok(None) => {}
                Err(corrupt) => prop_assert_eq!(corrupt.place, "record header"),
            }
        }
    }
}
