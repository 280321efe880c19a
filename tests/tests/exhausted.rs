//! A main, or a renderer, with little memory: what others send ends their calls or sessions, by name, and
//! never the process.

use ringmain::value::Bytes;
use ringmain::{Args, Builder, Error, IpcRenderer, args};
use ringmain_tests::{MainProcess, UniqueEndpoint, Watchdog, program};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// Some gigabytes at once are enough for one machine.
static ALONE: Mutex<()> = Mutex::new(());

const MIB: usize = 1 << 20;

/// What a main that is cut short has on top of what it began with, in MiB.
const SLACK: usize = 320;

/// An honest renderer, whose calls are answered while `attack` is made and afterwards; and what main said.
fn survives(attack: impl FnOnce(&str) + Send) -> Vec<String> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let words = ["main", endpoint.name(), &SLACK.to_string()];
    let mut main = MainProcess::start(program(env!("CARGO_BIN_EXE_tight"), &words));
    let honest = IpcRenderer::connect(endpoint.name()).unwrap();
    let ping = |number: i32| {
        assert_eq!(honest.send_sync("ping", args![number]).unwrap().as_i32(), Some(number));
    };
    ping(0);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _done = Done(&done);
            attack(endpoint.name());
        });
        for number in 1.. {
            ping(number);
            if done.load(Ordering::Relaxed) {
                break;
            }
        }
    });
    // What the attackers had has come back, sooner or later after they are gone.
    let large = args![Bytes(&vec![7; 64 * MIB])];
    let len = honest.send_sync("len", &large).unwrap();
    assert_eq!(len.as_f64(), Some((64 * MIB) as f64));
    ping(-1);
    main.kill();
    std::iter::from_fn(|| Some(main.line()).filter(|line| !line.is_empty())).collect()
}

/// Says that an attack has ended, also if its test fails.
struct Done<'d>(&'d AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs `attack` in so many renderers at once, and says what each of them made of it.
fn all_at_once<R: Send>(
    endpoint: &str,
    count: usize,
    attack: impl Fn(&IpcRenderer) -> R + Sync,
) -> Vec<R> {
    let renderers: Vec<_> = (0..count).map(|_| IpcRenderer::connect(endpoint).unwrap()).collect();
    let barrier = Barrier::new(count);
    let begin = |it: &IpcRenderer| {
        barrier.wait();
        attack(it)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = renderers.iter().map(|it| scope.spawn(|| begin(it))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn cut_off(said: &[String]) -> usize {
    said.iter().filter(|line| line.ends_with("was cut off: out of memory")).count()
}

#[test]
fn fragments_of_more_than_there_is_memory_for_end_their_sessions() {
    let said = survives(|endpoint| {
        let message = args![Bytes(&vec![7; 150 * MIB])];
        let sent = all_at_once(endpoint, 8, |it| it.send_sync("len", &message).map(drop));
        assert!(sent.contains(&Err(Error::MainGone)), "{sent:?}");
        assert!(sent.contains(&Ok(())), "{sent:?}");
    });
    assert!(cut_off(&said) > 0, "{said:?}");
}

#[test]
fn pending_invokes_with_more_than_there_is_memory_for_end_their_sessions() {
    let said = survives(|endpoint| {
        let message = args![Bytes(&vec![7; 8 * MIB])];
        let gone = all_at_once(endpoint, 12, |it| {
            let pending: Vec<_> = (0..8).map(|_| it.invoke("slow", &message)).collect();
            let gone = it.send_sync("ping", args![1]).err();
            drop(pending);
            gone
        });
        assert!(gone.contains(&Some(Error::MainGone)), "{gone:?}");
    });
    assert!(cut_off(&said) > 0, "{said:?}");
}

#[test]
fn pending_invokes_of_one_record_are_refused() {
    survives(|endpoint| {
        let message = args![Bytes(&vec![7; 200_000])];
        let refused = all_at_once(endpoint, 12, |it| {
            let pending: Vec<_> = (0..250).map(|_| it.invoke("slow", &message)).collect();
            // Where there is no memory even for a refusal, the session has ended.
            match it.send_sync("ping", args![1]) {
                Err(Error::MainGone) => return Err(Error::MainGone),
                answered => drop(answered.unwrap()),
            }
            it.dispatch(usize::MAX).unwrap();
            let refused = pending.into_iter().last().unwrap().wait_deadline(Instant::now());
            refused.map(drop)
        });
        assert!(refused.contains(&Err(Error::Exhausted { what: "main's memory" })), "{refused:?}");
    });
}

#[test]
fn unread_answers_are_refused_when_there_is_no_memory_for_them() {
    survives(|endpoint| {
        let len = i32::try_from(48 * MIB).unwrap();
        let answered = all_at_once(endpoint, 12, |it| {
            let call = it.invoke("make", args![len]);
            // Main has answered, and nobody has read.
            assert!(it.send_sync("ping", args![1]).is_ok());
            call.wait().map(drop)
        });
        assert!(
            answered.iter().all(|it| matches!(
                it,
                Ok(()) | Err(Error::Exhausted { .. } | Error::HandlerFailed { .. })
            )),
            "{answered:?}"
        );
        assert!(!answered.iter().all(Result::is_ok), "{answered:?}");
    });
}

#[test]
fn copies_that_there_is_no_memory_for_are_an_error_of_the_listener() {
    let said = survives(|endpoint| {
        let message = args![Bytes(&vec![7; 180 * MIB]), 1];
        let answered = all_at_once(endpoint, 1, |it| {
            ["copy", "owned"].map(|channel| it.send_sync(channel, &message).map(drop))
        });
        assert_eq!(answered, [[Err(Error::NoReply), Err(Error::NoReply)]]);
    });
    assert!(said.iter().all(|line| line.contains("out of memory")), "{said:?}");
    assert_eq!(said.len(), 2, "{said:?}");
}

#[test]
fn an_answer_that_there_is_no_memory_to_keep_is_refused_by_name() {
    survives(|endpoint| {
        let message = args![Bytes(&vec![7; 120 * MIB]), 1];
        let answered = all_at_once(endpoint, 1, |it| it.send_sync("copy", &message).map(drop));
        assert_eq!(answered, [Err(Error::Exhausted { what: "main's memory" })]);
    });
}

/// Arguments with one array, whose elements are all the same text.
fn shared(count: usize, len: usize) -> Args {
    let mut builder = Builder::args(1);
    let (root, text) = (builder.root(0), builder.reserve());
    builder.put(text, "x".repeat(len).as_str());
    builder.array_of(root, &vec![text; count]);
    builder.finish_args().unwrap()
}

#[test]
fn values_that_are_larger_as_rusts_own_are_refused_when_there_is_no_memory_for_them() {
    let said = survives(|endpoint| {
        let message = shared(100_000, MIB);
        let answered = all_at_once(endpoint, 1, |it| {
            ["texts", "serde"].map(|channel| it.send_sync(channel, &message).map(drop))
        });
        assert_eq!(answered, [[Err(Error::NoReply), Err(Error::NoReply)]]);
    });
    assert!(said.first().is_some_and(|line| line.contains("out of memory")), "{said:?}");
}

#[test]
fn many_channels_and_sessions_leave_main_alive() {
    survives(|endpoint| {
        let long = "n".repeat(250);
        all_at_once(endpoint, 24, |it| {
            for number in 0..1000 {
                it.send(&format!("{long}{number}"), args![1]).unwrap();
            }
            assert!(it.send_sync("ping", args![1]).is_ok());
        });
    });
}

/// What a renderer with little memory says when it is asked for so much.
fn told(how: &str, len: usize) -> Vec<String> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = ringmain_tests::options().bind(endpoint.name()).unwrap();
    main.on("ping", |event, args| event.set_return_value(args.get(0)));
    main.on("make", |event, args| {
        let len = args.get(0).as_i32().and_then(|len| usize::try_from(len).ok()).unwrap();
        event.set_return_value(Bytes(&vec![7; len]))
    });
    main.on("make-me", |event, args| {
        let len = args.get(0).as_i32().and_then(|len| usize::try_from(len).ok()).unwrap();
        event.reply("filling", args![Bytes(&vec![7; len])])
    });
    thread::scope(|scope| {
        scope.spawn(|| main.run().unwrap());
        let words = ["renderer", endpoint.name(), "64"];
        let mut command = program(env!("CARGO_BIN_EXE_tight"), &words);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert_eq!(lines.next().as_deref(), Some("ready"));
        write!(child.stdin.take().unwrap(), "{how} {len}").unwrap();
        let said = lines.collect();
        let status = child.wait().unwrap();
        main.stop();
        assert!(status.success(), "{status}, {said:?}");
        said
    })
}

#[test]
fn a_renderer_without_memory_for_what_main_sends_is_told_so_by_its_loop() {
    assert_eq!(
        told("run", 100 * MIB),
        [r#"Err(Exhausted { what: "memory" })"#, "Err(Disconnected)"]
    );
}

#[test]
fn a_renderer_without_memory_for_an_answer_is_told_so_by_its_call() {
    let said = told("sync", 100 * MIB);
    assert_eq!(said, [r#"Err(Exhausted { what: "memory" })"#, "Ok(Some(1))"]);
}
