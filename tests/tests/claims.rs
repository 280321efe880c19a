//! Claims and bursts between two processes.

use ringmain::{Error, MainOptions, args};
use ringmain_tests::{Log, Stage, contents, is_numbered, is_of, listed, numbered, renderer};
use std::io::{BufRead, BufReader, pipe};

const CAPACITY: usize = 64 << 10;

/// In one line, around half the ring, of the whole ring and of several.
const LENS: [usize; 14] = [
    0,
    1,
    20,
    1000,
    CAPACITY / 4 - 24,
    CAPACITY / 4 + 8,
    CAPACITY / 2 - 100,
    CAPACITY / 2 - 60,
    CAPACITY / 2 - 16,
    CAPACITY / 2,
    CAPACITY,
    10 * CAPACITY,
    7,
    3 << 20,
];

fn small() -> Stage {
    Stage::with(&MainOptions::new().ring_capacity(CAPACITY).overflow_limit(16 << 20))
}

/// The numbers of the messages that come, each of which is what was sent.
fn numbers(stage: &Stage) -> Log<i32> {
    let log = Log::new();
    stage.on("numbered", {
        let (main, log) = (ringmain::IpcMain::clone(stage), log.clone());
        move |_event, args| {
            let number = args.get(0).as_i32().unwrap();
            log.push(if is_numbered(args, number) { number } else { -1 });
            main.stop();
        }
    });
    log
}

#[test]
fn what_was_claimed_and_committed_reaches_main_and_nothing_else() {
    let stage = small();
    let received = Log::new();
    stage.on("raw", {
        let received = received.clone();
        move |_event, args| {
            let number = i32::try_from(received.len()).unwrap();
            assert!(args.len() == 1 && is_of(args.get(0), number), "claim {number}");
            received.push(args.get(0).len());
        }
    });
    stage.start(listed(renderer!("raw-upload"), &LENS));
    stage.run_to_the_end(1);
    assert_eq!(received.take(), LENS);
}

#[test]
fn what_main_claimed_and_committed_reaches_the_renderer_and_nothing_else() {
    let stage = small();
    stage.on("ready", |event, _args| {
        let page = event.sender();
        for (number, len) in (0..).zip(LENS) {
            page.claim("raw", len).unwrap().bytes().fill(0xdd);
            let mut claim = page.claim("raw", 2 * len).unwrap();
            assert_eq!(claim.bytes().len(), 2 * len);
            assert!(claim.bytes().as_ptr().addr().is_multiple_of(16));
            claim.bytes()[..len].copy_from_slice(&contents(number, len));
            claim.bytes()[len..].fill(0xee);
            claim.commit(len).unwrap();
        }
    });
    stage.start(listed(renderer!("raw-download"), &LENS));
    stage.run_to_the_end(1);
}

#[test]
fn bursts_and_ordinary_messages_arrive_in_the_order_of_the_calls() {
    let stage = small();
    let numbers = numbers(&stage);
    // Each burst is four times the ring, so the renderer waits inside it.
    stage.start(renderer!("bursts", 1000));
    stage.run_to_the_end(1);
    assert!(numbers.take().into_iter().eq(0..1000));
}

#[test]
fn main_reads_a_burst_that_is_still_open() {
    let stage = small();
    let numbers = numbers(&stage);
    let (stdin, release) = pipe().unwrap();
    let mut command = renderer!("open-burst");
    command.stdin(stdin);
    stage.start(command);
    stage.run_until(|| numbers.len() == 2);
    drop(release);
    stage.run_to_the_end(1);
    assert_eq!(numbers.take(), [0, 1, 2]);
}

#[test]
fn a_burst_that_does_not_wait_fails_and_one_that_waits_goes_on() {
    let stage = small();
    let numbers = numbers(&stage);
    let end = Log::new();
    stage.on("end", {
        let end = end.clone();
        move |_event, args| end.push(args.get(0).as_i32())
    });
    let (stdin, begin) = pipe().unwrap();
    let (voice, stdout) = pipe().unwrap();
    let mut command = renderer!("impatient-bursts");
    command.stdin(stdin).stdout(stdout);
    stage.start(command);
    stage.run_until_attached(1);
    drop(begin);
    let mut line = String::new();
    BufReader::new(voice).read_line(&mut line).unwrap();
    assert_eq!(line, "full\n");
    stage.run_to_the_end(1);
    let last = i32::try_from(numbers.len()).unwrap() - 1;
    assert!(numbers.take().into_iter().eq(0..=last));
    assert_eq!(end.take(), [Some(last)]);
}

#[test]
fn mains_burst_runs_into_the_bound_and_arrives_in_order() {
    let limit = 200_000;
    let stage = Stage::with(&MainOptions::new().ring_capacity(CAPACITY).overflow_limit(limit));
    let received = Log::new();
    stage.on("received", {
        let (main, received) = (stage.clone(), received.clone());
        move |_event, args| {
            received.push(args.get(0).as_i32().unwrap());
            main.stop();
        }
    });
    let (stdin, release) = pipe().unwrap();
    let mut command = renderer!("not-reading");
    command.stdin(stdin);
    let page = stage.start(command);
    stage.run_until_attached(1);
    let mut burst = page.burst().unwrap();
    let mut accepted = 0;
    let refused = loop {
        let len = if accepted % 10 == 0 { 40_000 } else { 1000 };
        match burst.send("numbered", numbered(accepted, len)) {
            Ok(()) => accepted += 1,
            Err(error) => break error,
        }
    };
    drop(burst);
    let Error::Backpressure { queued, limit: at } = refused else { panic!("{refused:?}") };
    assert!(at == limit && queued > limit && page.queued_bytes() <= limit);
    // In order with what follows, once there is room.
    drop(release);
    stage.run_until(|| received.len() == usize::try_from(accepted).unwrap());
    page.send("numbered", numbered(accepted, 1)).unwrap();
    stage.run_until(|| received.len() > usize::try_from(accepted).unwrap());
    assert!(received.take().into_iter().eq(0..=accepted));
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}
