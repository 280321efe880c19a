//! Messages that are larger than their rings, and nobody who reads them.

use ringmain::{Error, MainOptions, WebContents, args};
use ringmain_tests::{
    Log, Stage, contents, is_numbered, kill, numbered, program, renderer, resume, stop, until_dead,
};
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Write, pipe};
use std::process::Command;

const CAPACITY: usize = 64 << 10;
const LIMIT: usize = 1 << 20;

fn small() -> Stage {
    Stage::with(&MainOptions::new().ring_capacity(CAPACITY).overflow_limit(LIMIT))
}

/// A renderer that hears and speaks through pipes.
fn piped(mut command: Command) -> (Command, PipeWriter, BufReader<PipeReader>) {
    let (stdin, ear) = pipe().unwrap();
    let (voice, stdout) = pipe().unwrap();
    command.stdin(stdin).stdout(stdout);
    (command, ear, BufReader::new(voice))
}

/// Waits for the renderer of this main to say so; if it ends instead, the test says how.
fn says(stage: &Stage, voice: &mut BufReader<PipeReader>, expected: &str) {
    let mut line = String::new();
    voice.read_line(&mut line).unwrap();
    if line.is_empty() {
        panic!("{:?}", stage.run_until_gone(1));
    }
    assert_eq!(line.trim_end(), expected);
}

/// The numbers of the messages that come, each of which is what was sent.
fn numbers(stage: &Stage) -> Log<i32> {
    let log = Log::new();
    stage.on("numbered", {
        let log = log.clone();
        move |_event, args| {
            let number = args.get(0).as_i32().unwrap();
            log.push(if is_numbered(args, number) { number } else { -1 });
        }
    });
    log
}

/// The numbers that the renderer acknowledges.
fn acknowledged(stage: &Stage) -> Log<i32> {
    let log = Log::new();
    stage.on("received", {
        let (main, log) = (ringmain::IpcMain::clone(stage), log.clone());
        move |_event, args| {
            log.push(args.get(0).as_i32().unwrap());
            main.stop();
        }
    });
    log
}

/// Sends messages of these lengths, over and over, up to the first that is refused.
fn fill(page: &WebContents, lens: &[usize]) -> (i32, Error) {
    for (number, len) in (0..).zip(lens.iter().cycle()) {
        if let Err(error) = page.send("numbered", numbered(number, *len)) {
            return (number, error);
        }
    }
    unreachable!("for ever")
}

#[test]
fn what_was_given_up_in_the_middle_is_never_seen() {
    let stage = small();
    let numbers = numbers(&stage);
    let given_up = numbers.clone();
    stage.on("echo", move |_event, _args| given_up.push(-1));
    let (command, begin, mut voice) = piped(renderer!("gives-up", 8 * CAPACITY));
    stage.start(command);
    stage.run_until_attached(1);
    drop(begin);
    says(&stage, &mut voice, "gave up");
    stage.run_to_the_end(1);
    assert_eq!(numbers.take(), [0, 1, 2, 3]);
}

#[test]
fn a_renderer_that_gave_up_and_rests_keeps_no_memory_from_others() {
    let options = MainOptions::new().ring_capacity(CAPACITY).gather_limit(1);
    let stage = Stage::with(&options);
    let numbers = numbers(&stage);
    let ends = Log::new();
    stage.on("end", {
        let ends = ends.clone();
        move |event, _args| ends.push(event.sender().id())
    });
    let (command, mut ear, mut voice) = piped(renderer!("gives-up-and-rests", 8 * CAPACITY));
    let page = stage.start(command);
    stage.run_until_attached(1);
    writeln!(ear, "begin").unwrap();
    says(&stage, &mut voice, "gave up");
    stage.start(renderer!("upload", 8 * CAPACITY));
    stage.run_to_the_end(1);
    assert_eq!(numbers.take(), [0]);
    drop(ear);
    stage.run_to_the_end(1);
    assert_eq!(ends.take(), [page.id()]);
}

#[test]
fn the_memory_of_a_renderer_that_is_killed_in_the_middle_is_given_back() {
    let options = MainOptions::new().ring_capacity(CAPACITY).gather_limit(1);
    let stage = Stage::with(&options);
    let numbers = numbers(&stage);
    let (command, begin, mut voice) = piped(renderer!("waits-in-a-run", 64 * CAPACITY));
    let page = stage.start(command);
    stage.run_until_attached(1);
    drop(begin);
    says(&stage, &mut voice, "waits");
    kill(page.process_id());
    until_dead(page.process_id());
    assert_eq!(stage.run_until_gone(1)[0].id, page.id());
    stage.start(renderer!("upload", 64 * CAPACITY, 1));
    stage.run_to_the_end(1);
    assert_eq!(numbers.take(), [0, 1]);
}

#[test]
fn a_renderer_that_is_killed_while_main_gathers_leaves_main_as_it_was() {
    let options = MainOptions::new().ring_capacity(CAPACITY).gather_limit(1);
    let stage = Stage::with(&options);
    let numbers = numbers(&stage);
    stage.on("flood", |_event, _args| {});
    for _ in 0..10 {
        let page = stage.start(renderer!("flood-large", 16 * CAPACITY));
        while page.counters().received < 3 {
            stage.dispatch(1).unwrap();
        }
        kill(page.process_id());
        assert_eq!(stage.run_until_gone(1)[0].id, page.id());
    }
    stage.start(renderer!("upload", 16 * CAPACITY));
    stage.run_to_the_end(1);
    assert_eq!(numbers.take(), [0]);
}

#[test]
fn an_overflow_of_small_and_large_messages_is_bounded_and_drained_in_order() {
    let stage = small();
    let (command, release, _voice) = piped(renderer!("not-reading"));
    let page = stage.start(command);
    stage.run_until_attached(1);
    let (accepted, refused) = fill(&page, &[10, 100_000, 0, 30_000, 200_000, 500]);
    let Error::Backpressure { queued, limit: LIMIT } = refused else { panic!("{refused:?}") };
    assert!(queued > LIMIT && page.queued_bytes() <= LIMIT, "{queued}");
    assert!(page.queued_bytes() + 200_100 > LIMIT);
    let acknowledged = acknowledged(&stage);
    drop(release);
    stage.run_until(|| acknowledged.len() == usize::try_from(accepted).unwrap());
    assert!(acknowledged.take().into_iter().eq(0..accepted));
    assert_eq!(page.queued_bytes(), 0);
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

#[test]
fn an_empty_overflow_takes_one_message_however_large_it_is() {
    let stage = small();
    let (command, release, _voice) = piped(renderer!("not-reading"));
    let page = stage.start(command);
    stage.run_until_attached(1);
    // The ring has room for a part of it.
    page.send("numbered", numbered(0, 10 * LIMIT)).unwrap();
    let refused = page.send("numbered", numbered(1, 0)).unwrap_err();
    assert!(matches!(refused, Error::Backpressure { limit: LIMIT, .. }), "{refused:?}");
    let acknowledged = acknowledged(&stage);
    drop(release);
    stage.run_until(|| acknowledged.len() == 1);
    page.send("numbered", numbered(1, 10 * LIMIT)).unwrap();
    stage.run_until(|| acknowledged.len() == 2);
    assert_eq!(acknowledged.take(), [0, 1]);
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

#[test]
fn an_empty_overflow_takes_the_first_message_of_a_channel_however_large_it_is() {
    let stage = small();
    let (command, release, _voice) = piped(renderer!("not-reading"));
    let page = stage.start(command);
    stage.run_until_attached(1);
    // All lines of the ring but one, the last of which is never used: a name, and messages of a line.
    for _ in 0..CAPACITY / 64 - 2 {
        page.send("filling", args![1]).unwrap();
    }
    assert_eq!(page.queued_bytes(), 0);
    page.send("numbered", numbered(0, 10 * LIMIT)).unwrap();
    let acknowledged = acknowledged(&stage);
    drop(release);
    stage.run_until(|| acknowledged.len() == 1);
    assert_eq!(acknowledged.take(), [0]);
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

#[test]
fn a_stopped_renderer_holds_up_nobody_and_gets_everything_when_it_goes_on() {
    let stage = small();
    let acknowledged = acknowledged(&stage);
    let mut command = renderer!("not-reading");
    command.stdin(std::process::Stdio::null());
    let page = stage.start(command);
    stage.run_until_attached(1);
    stop(page.process_id());
    let (accepted, refused) = fill(&page, &[100, 100_000, 1000]);
    assert!(matches!(refused, Error::Backpressure { limit: LIMIT, .. }), "{refused:?}");
    stage.on("question", |event, _args| event.set_return_value("answer"));
    assert_eq!(stage.results(renderer!("script", "sync:question")), ["answer"]);
    resume(page.process_id());
    stage.run_until(|| acknowledged.len() == usize::try_from(accepted).unwrap());
    assert!(acknowledged.take().into_iter().eq(0..accepted));
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

#[test]
fn replies_have_an_overflow_of_their_own() {
    let stage = small();
    let acknowledged = acknowledged(&stage);
    let accepted = Log::new();
    let len = 4 * LIMIT;
    stage.on("fill", {
        let accepted = accepted.clone();
        move |event, _args| {
            accepted.push(fill(event.sender(), &[1000, 200_000]).0);
            event.set_return_value(ringmain::Value::from(contents(1, len).into_owned()))
        }
    });
    let page = stage.start(renderer!("answered-past-the-overflow", len));
    stage.run_until(|| !acknowledged.is_empty());
    let accepted = accepted.take()[0];
    stage.run_until(|| acknowledged.len() == usize::try_from(accepted).unwrap());
    assert!(acknowledged.take().into_iter().eq(0..accepted));
    page.send("stop", args![]).unwrap();
    stage.run_to_the_end(1);
}

/// A renderer in this process whose main is killed in the middle of a run.
mod main_killed {
    use super::{Log, numbered, program};
    use ringmain::{Error, IpcRenderer, args};
    use ringmain_tests::{MainProcess, UniqueEndpoint, Watchdog};

    fn start(endpoint: &UniqueEndpoint) -> (MainProcess, IpcRenderer) {
        let path = env!("CARGO_BIN_EXE_lone_main");
        let main = MainProcess::start(program(path, &[endpoint.name()]));
        (main, IpcRenderer::connect(endpoint.name()).unwrap())
    }

    #[test]
    fn in_the_middle_of_a_run_to_it_the_sender_is_told() {
        let _watchdog = Watchdog::new();
        let endpoint = UniqueEndpoint::new();
        let (mut main, renderer) = start(&endpoint);
        renderer.send("hold", args![]).unwrap();
        assert_eq!(main.line(), "holding");
        let stalls = renderer.counters().stalls;
        std::thread::scope(|scope| {
            let sender = scope.spawn(|| renderer.send("flood", numbered(0, 4 << 20)));
            while renderer.counters().stalls == stalls {
                std::thread::yield_now();
            }
            main.kill();
            assert_eq!(sender.join().unwrap(), Err(Error::MainGone));
        });
        assert_eq!(renderer.send("late", args![]), Err(Error::Disconnected));
    }

    #[test]
    fn in_the_middle_of_a_run_from_it_the_reader_is_told() {
        let _watchdog = Watchdog::new();
        let endpoint = UniqueEndpoint::new();
        let (mut main, renderer) = start(&endpoint);
        let received = Log::new();
        renderer.on("numbered", {
            let received = received.clone();
            move |_event, args| received.push(args.get(0).as_i32())
        });
        // Its ring holds the first part, and what main keeps dies with it.
        renderer.send("large-farewell", args![4 << 20]).unwrap();
        main.until_killed();
        assert_eq!(renderer.run(), Err(Error::MainGone));
        assert_eq!(received.take(), [Some(0)]);
    }
}
