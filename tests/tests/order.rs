//! Every message arrives once, whole and in order.

use ringmain::{Args, Error, MainOptions, Value, args};
use ringmain_tests::{
    Log, Stage, archive_len, bytes_within, download, is_numbered, listed, many_lens, numbered,
    renderer, upload,
};
use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, Mutex};

const CAPACITY: usize = 64 << 10;
/// Half the ring, less the record's header word and the envelope: the limit of these mains, so that no
/// message takes fragments.
const LARGEST: usize = CAPACITY / 2 - 16;

fn small_ring() -> Stage {
    Stage::with(&MainOptions::new().ring_capacity(CAPACITY).message_limit(LARGEST))
}

/// Lengths of which each makes a record on another side of a boundary: a line, a page, an eighth, a
/// quarter and a half of the ring.
fn boundary_lens() -> Vec<usize> {
    let mut lens: Vec<_> = (0..=200).collect();
    for boundary in [4 << 10, CAPACITY / 8, CAPACITY / 4] {
        lens.extend(boundary - 130..=boundary + 10);
    }
    let largest = bytes_within(LARGEST);
    lens.extend([largest - 1, largest, 0, largest, largest]);
    lens
}

/// A renderer of this scenario for so many bytes in [`many_lens`].
fn many(scenario: &str, total: usize) -> Command {
    renderer!(scenario, format!("many:{total}"))
}

#[test]
fn messages_of_every_length_around_every_boundary_reach_main() {
    let lens = boundary_lens();
    upload(&small_ring(), listed(renderer!("upload"), &lens), &lens);
}

#[test]
fn messages_of_every_length_around_every_boundary_reach_the_renderer() {
    let lens = boundary_lens();
    download(&small_ring(), listed(renderer!("download"), &lens), &lens, 4);
}

#[test]
fn a_ring_to_main_wraps_two_hundred_times() {
    let total = 200 * CAPACITY;
    upload(&small_ring(), many("upload", total), &many_lens(total));
}

#[test]
fn a_ring_to_the_renderer_wraps_two_hundred_times() {
    let total = 200 * CAPACITY;
    download(&small_ring(), many("download", total), &many_lens(total), 4);
}

#[test]
fn messages_that_went_through_the_overflow_stay_in_order() {
    let total = 20 * CAPACITY;
    download(&small_ring(), many("download", total), &many_lens(total), 1000);
}

#[test]
fn the_largest_message_fits_exactly() {
    let bytes = bytes_within(LARGEST);
    assert!(archive_len(bytes) > LARGEST - 16 && archive_len(bytes + 1) > LARGEST);
    let stage = small_ring();
    let lens = [bytes; 50];
    upload(&stage, listed(renderer!("upload"), &lens), &lens);
    download(&stage, listed(renderer!("download"), &lens), &lens, 10);
}

#[test]
fn the_renderer_is_told_by_how_much_a_message_is_too_large() {
    let stage = small_ring();
    let received = Log::new();
    stage.on("numbered", {
        let received = received.clone();
        move |_event, args| received.push(args.get(1).len())
    });
    let bytes = bytes_within(LARGEST) + 1;
    stage.start(renderer!("too-large", archive_len(bytes), LARGEST, bytes));
    stage.run_to_the_end(1);
    assert_eq!(received.take(), [1]);
}

#[test]
fn main_is_told_by_how_much_a_message_is_too_large() {
    let stage = small_ring();
    let page = stage.start(renderer!("serve"));
    let bytes = bytes_within(LARGEST) + 1;
    let error = Error::TooLarge { found: archive_len(bytes), limit: LARGEST };
    assert_eq!(page.send("numbered", numbered(0, bytes)), Err(error.clone()));
    // Also behind messages that wait.
    while page.queued_bytes() == 0 {
        page.send("filling", numbered(0, 10_000)).unwrap();
    }
    assert_eq!(page.send("numbered", numbered(0, bytes)), Err(error));
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

#[test]
fn a_return_value_that_is_too_large_can_be_replaced() {
    let stage = small_ring();
    let errors = Log::new();
    stage.on("question", {
        let errors = errors.clone();
        move |event, _args| {
            errors.push(event.set_return_value(Value::from(vec![0_u8; CAPACITY])).unwrap_err());
            event.set_return_value("a smaller one")
        }
    });
    assert_eq!(stage.results(renderer!("script", "sync:question")), ["a smaller one"]);
    let [Error::TooLarge { found, limit: LARGEST }] = errors.take()[..] else { panic!() };
    assert!(found > CAPACITY);
}

#[test]
fn a_thousand_calls_of_all_kinds_arrive_in_call_order() {
    let stage = Stage::new();
    let calls = Log::new();
    stage.on("send", {
        let calls = calls.clone();
        move |_event, args| calls.push(args.get(0).as_i32())
    });
    stage.on("sync", {
        let calls = calls.clone();
        move |event, args| {
            calls.push(args.get(0).as_i32());
            event.set_return_value(args.get(0))
        }
    });
    let handler_calls = calls.clone();
    let answer = move |_event, args: Args| {
        handler_calls.push(args.get(0).as_i32());
        async move { Ok(Value::from(args.get(0))) }
    };
    stage.handle("invoke", answer).unwrap();
    stage.start(renderer!("mixed"));
    stage.run_to_the_end(1);
    assert!(calls.take().into_iter().eq((0..1000).map(Some)));
}

#[test]
fn eight_renderers_at_once_keep_their_own_orders() {
    let stage = small_ring();
    let next = Arc::new(Mutex::new(HashMap::<u32, i32>::new()));
    stage.on("numbered", {
        let next = Arc::clone(&next);
        move |event, args| {
            let mut next = next.lock().unwrap();
            let number = next.entry(event.sender().id()).or_default();
            assert!(is_numbered(args, *number));
            *number += 1;
        }
    });
    let total = 5 * CAPACITY;
    for _ in 0..8 {
        stage.start(many("upload", total));
    }
    stage.run_to_the_end(8);
    let received: Vec<_> = next.lock().unwrap().values().copied().collect();
    assert_eq!(received, [i32::try_from(many_lens(total).len()).unwrap(); 8]);
}
