//! Messages of any size, both ways, of every kind: every byte, in order.

use ringmain::value::Bytes;
use ringmain::{Args, Error, MainOptions, Value, args};
use ringmain_tests::{
    Log, Stage, archive_len, bytes_within, contents, download, is_numbered, is_of, listed,
    numbered, renderer, upload,
};

const CAPACITY: usize = 64 << 10;
/// Content of a fragment: an eighth of the ring, less the header word.
const FRAGMENT: usize = CAPACITY / 8 - 8;

fn small_ring() -> Stage {
    Stage::with(&MainOptions::new().ring_capacity(CAPACITY))
}

/// Lengths around every size at which something changes, a small message between any two: the longest
/// record, runs of whole fragments, the ring, and eight of it.
fn boundary_lens() -> Vec<usize> {
    // Besides the envelopes, the first fragment holds the total.
    let whole = |fragments: usize| fragments * (FRAGMENT - 8) - 8;
    let mut boundaries = vec![CAPACITY / 2 - 16, CAPACITY, 2 * CAPACITY, 8 * CAPACITY];
    boundaries.extend((4..10).map(whole));
    let around = |limit| bytes_within(limit) - 1..=bytes_within(limit) + 2;
    boundaries.into_iter().flat_map(around).flat_map(|len| [len, len % 100]).collect()
}

/// Echoes what it is sent, and notes the numbers.
fn echo(stage: &Stage) -> Log<i32> {
    let log = Log::new();
    let noting = |log: &Log<i32>| {
        let log = log.clone();
        move |args: ringmain::ArgsRef<'_>| {
            let number = args.get(0).as_i32().expect("a number");
            assert!(is_numbered(args, number), "message {number} is not what was sent");
            log.push(number);
        }
    };
    let note = noting(&log);
    stage.on("numbered", move |_event, args| note(args));
    let note = noting(&log);
    stage.on("echo", move |event, args| {
        note(args);
        event.set_return_value(args.get(1))
    });
    let note = noting(&log);
    let echo = move |_event, args: Args| {
        note(args.view());
        async move { Ok(Value::from(args.get(1))) }
    };
    stage.handle("echo", echo).expect("the first handler");
    log
}

/// Plays `round-trips` with these lengths.
fn round_trips(stage: &Stage, lens: &[usize]) {
    let log = echo(stage);
    stage.start(listed(renderer!("round-trips"), lens));
    stage.run_to_the_end(1);
    let calls = 4 * i32::try_from(lens.len()).unwrap();
    assert!(log.take().into_iter().eq(0..calls), "in the order of the calls");
}

#[test]
fn a_message_of_any_size_reaches_main() {
    let lens = boundary_lens();
    upload(&small_ring(), listed(renderer!("upload"), &lens), &lens);
}

#[test]
fn a_message_of_any_size_reaches_the_renderer() {
    let lens = boundary_lens();
    download(&small_ring(), listed(renderer!("download"), &lens), &lens, 1);
}

#[test]
fn messages_of_any_size_that_wait_in_main_reach_the_renderer() {
    let lens = boundary_lens();
    download(&small_ring(), listed(renderer!("download"), &lens), &lens, 20);
}

#[test]
fn requests_and_answers_of_any_size_come_back() {
    let lens: Vec<_> = boundary_lens().into_iter().step_by(2).collect();
    round_trips(&small_ring(), &lens);
}

#[test]
fn eight_mebibytes_are_answered_with_the_default_options() {
    round_trips(&Stage::new(), &[8 << 20]);
}

#[test]
fn three_hundred_mebibytes_reach_main() {
    upload(&Stage::new(), renderer!("upload", 300 << 20), &[300 << 20]);
}

#[test]
fn three_hundred_mebibytes_reach_the_renderer() {
    download(&Stage::new(), renderer!("download", 300 << 20), &[300 << 20], 1);
}

#[test]
fn three_hundred_mebibytes_are_echoed_in_one_call() {
    let stage = Stage::new();
    stage.on("echo", |event, args| event.set_return_value(args.get(0)));
    stage.on("check", |event, args| event.set_return_value(is_of(args.get(0), 5)));
    stage.start(renderer!("huge-call", 300 << 20));
    stage.run_to_the_end(1);
}

#[test]
fn a_message_of_exactly_the_limit_passes_and_one_byte_more_does_not() {
    for limit in [CAPACITY / 4, 3 * CAPACITY] {
        let options = MainOptions::new().ring_capacity(CAPACITY).message_limit(limit);
        let stage = Stage::with(&options);
        let bytes = bytes_within(limit);
        assert!(archive_len(bytes + 1) > limit);
        let log = echo(&stage);
        stage.start(renderer!("limits", limit, bytes));
        stage.run_to_the_end(1);
        assert_eq!(log.take(), [0, 1, 2, 3]);
    }
}

#[test]
fn main_sends_exactly_the_limit_and_not_a_byte_more() {
    for limit in [CAPACITY / 4, 3 * CAPACITY] {
        let options = MainOptions::new().ring_capacity(CAPACITY).message_limit(limit);
        let stage = Stage::with(&options);
        let bytes = bytes_within(limit);
        let error = Error::TooLarge { found: archive_len(bytes + 1), limit };
        stage.on("ready", move |event, _args| {
            assert_eq!(event.reply("numbered", numbered(0, bytes + 1)), Err(error.clone()));
            event.reply("numbered", numbered(0, bytes))
        });
        let received = Log::new();
        stage.on("received", {
            let received = received.clone();
            move |_event, args| received.push(args.get(0).as_i32())
        });
        stage.start(renderer!("download", bytes));
        stage.run_to_the_end(1);
        assert_eq!(received.take(), [Some(0)]);
    }
}

#[test]
fn a_renderers_claim_past_a_gigabyte_is_refused_at_no_cost() {
    let stage = Stage::new();
    let log = echo(&stage);
    stage.start(renderer!("claims-too-much"));
    stage.run_to_the_end(1);
    assert_eq!(log.take(), [0]);
}

#[test]
fn values_of_any_size_are_sent_on_as_they_came() {
    let stage = small_ring();
    let len = 5 * CAPACITY;
    stage.on("ready", move |event, _args| event.reply("ping", args![Bytes(&contents(3, len)), 3]));
    let pong = Log::new();
    stage.on("pong", {
        let pong = pong.clone();
        move |event, args| {
            pong.push(args.get(0).len() == len && is_of(args.get(0), 3) && args.get(1) == 3);
            event.reply("stop", args![])
        }
    });
    stage.start(renderer!("serve"));
    stage.run_to_the_end(1);
    assert_eq!(pong.take(), [true]);
}
