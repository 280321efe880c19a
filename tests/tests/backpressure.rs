//! Full rings: nothing is dropped in silence, and nobody waits who must not.

use ringmain::{Error, MainOptions, args};
use ringmain_tests::{Log, Stage, is_numbered, kill, numbered, renderer};
use std::io::{BufRead, BufReader, PipeWriter, pipe};
use std::process::Command;

const CAPACITY: usize = 64 << 10;
const LIMIT: usize = 256 << 10;

fn small() -> Stage {
    Stage::with(&MainOptions::new().ring_capacity(CAPACITY).overflow_limit(LIMIT))
}

/// A renderer that reads when the other end is dropped.
fn not_reading() -> (Command, PipeWriter) {
    let (stdin, release) = pipe().unwrap();
    let mut command = renderer!("not-reading");
    command.stdin(stdin);
    (command, release)
}

#[test]
fn a_renderer_that_floods_a_main_that_does_not_dispatch_fails_times_out_or_waits() {
    let stage = small();
    let received = Log::new();
    stage.on("numbered", {
        let received = received.clone();
        move |_event, args| {
            let number = i32::try_from(received.len()).unwrap();
            assert!(is_numbered(args, number));
            received.push(number);
        }
    });
    let end = Log::new();
    stage.on("end", {
        let end = end.clone();
        move |_event, args| end.push(args.get(0).as_i32())
    });
    let (lines, stdout) = pipe().unwrap();
    let (stdin, begin) = pipe().unwrap();
    let mut command = renderer!("fill");
    command.stdin(stdin).stdout(stdout);
    stage.start(command);
    stage.run_until_attached(1);
    drop(begin);
    // Nobody dispatches until the renderer has found the ring full in all three ways.
    let mut line = String::new();
    BufReader::new(lines).read_line(&mut line).unwrap();
    assert_eq!(line, "full\n");
    stage.run_to_the_end(1);
    let last = i32::try_from(received.len()).unwrap() - 1;
    assert!(last > 30, "a ring takes more than {last} messages");
    assert_eq!(end.take(), [Some(last)]);
}

#[test]
fn main_that_floods_a_renderer_that_does_not_read_is_told_what_waits() {
    let stage = small();
    let (command, release) = not_reading();
    let page = stage.start(command);
    stage.run_until_attached(1);
    let mut accepted = 0;
    let refused = loop {
        match page.send("numbered", numbered(accepted, 1000)) {
            Ok(()) => accepted += 1,
            Err(error) => break error,
        }
    };
    let Error::Backpressure { queued, limit: LIMIT } = refused else { panic!("{refused:?}") };
    assert!(queued > LIMIT && page.queued_bytes() <= LIMIT, "{queued}");
    assert!(page.queued_bytes() > LIMIT - 2000);

    let received = Log::new();
    stage.on("received", {
        let (main, received) = (stage.clone(), received.clone());
        move |_event, args| {
            received.push(args.get(0).as_i32());
            main.stop();
        }
    });
    drop(release);
    let expected = usize::try_from(accepted).unwrap();
    stage.run_until(|| received.len() == expected);
    assert!(received.take().into_iter().eq((0..accepted).map(Some)));
    assert_eq!(page.queued_bytes(), 0);
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

#[test]
fn an_empty_overflow_takes_one_message_of_any_legal_size() {
    let stage = Stage::with(&MainOptions::new().ring_capacity(CAPACITY).overflow_limit(0));
    let (command, release) = not_reading();
    let page = stage.start(command);
    stage.run_until_attached(1);
    let mut number = 0;
    while page.queued_bytes() == 0 {
        page.send("numbered", numbered(number, 30_000)).unwrap();
        number += 1;
    }
    let refused = page.send("numbered", numbered(number, 0)).unwrap_err();
    assert!(matches!(refused, Error::Backpressure { limit: 0, .. }), "{refused:?}");
    let received = Log::new();
    stage.on("received", {
        let (main, received) = (stage.clone(), received.clone());
        move |_event, args| {
            received.push(args.get(0).as_i32());
            main.stop();
        }
    });
    drop(release);
    stage.run_until(|| received.len() >= usize::try_from(number).unwrap());
    assert!(received.take().into_iter().eq((0..number).map(Some)));
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

#[test]
fn a_renderer_that_does_not_read_slows_no_other_down() {
    let stage = small();
    let (command, release) = not_reading();
    let page = stage.start(command);
    stage.run_until_attached(1);
    while page.send("numbered", numbered(0, 1000)).is_ok() {}
    stage.on("question", |event, _args| event.set_return_value("answer"));
    let results = stage.results(renderer!("script", "sync:question"));
    assert_eq!(results, ["answer"]);
    kill(page.process_id());
    assert_eq!(stage.run_until_gone(1)[0].id, page.id());
    drop(release);
}

#[test]
fn an_answer_that_finds_no_room_tells_the_caller_so() {
    let stage = small();
    // The renderer reads none of the answers before all have been given.
    stage
        .handle("question", |_, _| async { Ok(ringmain::Value::from(vec![7_u8; 30_000])) })
        .unwrap();
    stage.start(renderer!("unread-answers", 40));
    stage.run_to_the_end(1);
}
