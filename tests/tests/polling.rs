//! `as_fd` and `dispatch` in an event loop, instead of `run`.

use ringmain::{Error, GoneReason, IpcMain, IpcRenderer, args};
use ringmain_tests::{
    Log, Stage, UniqueEndpoint, Watchdog, is_numbered, lone_main, numbered, renderer,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{BufRead, BufReader};
use std::os::fd::AsFd;

fn wait_for(endpoint: impl AsFd) {
    poll(&mut [PollFd::new(&endpoint, PollFlags::IN)], None).unwrap();
}

fn is_readable(endpoint: impl AsFd) -> bool {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut [PollFd::new(&endpoint, PollFlags::IN)], Some(&now)).unwrap() > 0
}

/// Polls and dispatches until `done`.
fn drive(main: &IpcMain, budget: usize, done: impl Fn() -> bool) {
    while !done() {
        wait_for(main);
        assert!(main.dispatch(budget).unwrap() <= budget);
    }
}

#[test]
fn a_main_in_an_event_loop_loses_nothing() {
    for budget in [1, 3, usize::MAX] {
        let stage = Stage::new();
        let received = Log::new();
        stage.on("numbered", {
            let received = received.clone();
            move |_event, args| {
                let number = i32::try_from(received.len()).unwrap();
                assert!(is_numbered(args, number));
                received.push(());
            }
        });
        let mut upload = renderer!("upload");
        upload.args((0..2000).map(|number| (number % 300).to_string()));
        stage.start(upload);
        drive(&stage, budget, || stage.gone() == 1);
        assert_eq!(received.len(), 2000);
        assert_eq!(stage.run_until_gone(1)[0].details.reason, GoneReason::CleanExit);
    }
}

#[test]
fn a_renderer_in_an_event_loop_loses_nothing() {
    let stage = Stage::new();
    let received = Log::new();
    stage.on("received", {
        let (main, received) = (stage.clone(), received.clone());
        move |_event, args| {
            received.push(args.get(0).as_i32());
            main.stop();
        }
    });
    stage.on("ready", |event, _args| {
        for number in 0..500 {
            event.reply("numbered", numbered(number, 100)).unwrap();
        }
    });
    let page = stage.start(renderer!("polling", 500));
    stage.run_until(|| received.len() == 500);
    assert!(received.take().into_iter().eq((0..500).map(Some)));
    page.close();
    stage.run_to_the_end(1);
}

#[test]
fn both_in_event_loops_answer_each_other() {
    let stage = Stage::new();
    let received = Log::new();
    stage.on("ready", |event, _args| event.reply("numbered", numbered(0, 10)));
    stage.on("received", {
        let received = received.clone();
        move |event, args| {
            let number = args.get(0).as_i32().unwrap();
            received.push(number);
            if number == 499 {
                event.sender().close();
                return Ok(());
            }
            event.reply("numbered", numbered(number + 1, 10))
        }
    });
    stage.start(renderer!("polling", 500));
    drive(&stage, 1, || stage.gone() == 1);
    assert!(received.take().into_iter().eq(0..500));
    stage.run_to_the_end(1);
}

#[test]
fn a_handler_that_another_thread_completes_makes_main_readable() {
    let stage = Stage::new();
    stage
        .handle("question", |_, _| {
            let mut thread = None;
            std::future::poll_fn(move |context| {
                if thread.is_some() {
                    return std::task::Poll::Ready(Ok("answer"));
                }
                let waker = context.waker().clone();
                // The engine's first poll may have a waker that is heard by nobody.
                if !waker.will_wake(std::task::Waker::noop()) {
                    thread = Some(std::thread::spawn(|| waker.wake()));
                }
                std::task::Poll::Pending
            })
        })
        .unwrap();
    let results = stage.collect();
    stage.start(renderer!("script", "invoke:question"));
    drive(&stage, usize::MAX, || stage.gone() == 1);
    assert_eq!(results.take(), ["answer"]);
}

#[test]
fn an_idle_main_is_not_readable() {
    let stage = Stage::new();
    assert!(!is_readable(&*stage));
    let ready = Log::new();
    stage.on("ready", {
        let ready = ready.clone();
        move |_event, _args| ready.push(())
    });
    let (lines, stdout) = std::io::pipe().unwrap();
    let mut quiet = renderer!("quiet");
    quiet.stdout(stdout);
    let page = stage.start(quiet);
    drive(&stage, usize::MAX, || !ready.is_empty());
    // The nudge for a message that was read already may still be on its way until then.
    let mut line = String::new();
    BufReader::new(lines).read_line(&mut line).unwrap();
    assert_eq!(stage.dispatch(usize::MAX), Ok(0));
    assert!(!is_readable(&*stage));
    page.close();
    drive(&stage, usize::MAX, || stage.gone() == 1);
    stage.dispatch(usize::MAX).unwrap();
    assert!(!is_readable(&*stage));
}

/// A renderer in this process whose main has sent it so many messages.
fn renderer_with(messages: i32) -> (ringmain_tests::MainProcess, IpcRenderer, Log<i32>) {
    let endpoint = UniqueEndpoint::new();
    let main = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    let received = Log::new();
    renderer.on("numbered", {
        let received = received.clone();
        move |_event, args| received.push(args.get(0).as_i32().unwrap())
    });
    assert_eq!(renderer.send_sync("send-me", args![messages]).unwrap(), messages);
    (main, renderer, received)
}

#[test]
fn work_left_over_keeps_a_renderer_readable() {
    let _watchdog = Watchdog::new();
    // The channel's name comes first, as a message of its own.
    let (_main, renderer, received) = renderer_with(10);
    let mut dispatches = 0;
    while is_readable(&renderer) {
        assert!(renderer.dispatch(1).unwrap() <= 1);
        dispatches += 1;
    }
    assert!((10..=13).contains(&dispatches), "{dispatches}");
    assert!(received.take().into_iter().eq(0..10));
}

#[test]
fn work_left_over_keeps_a_main_readable() {
    let stage = Stage::new();
    let received = Log::new();
    stage.on("numbered", {
        let received = received.clone();
        move |_event, args| received.push(args.get(0).as_i32())
    });
    let page = stage.start(renderer!("send-and-die", 10));
    stage.run_until_attached(1);
    ringmain_tests::until_dead(page.process_id());
    while stage.gone() == 0 {
        assert!(is_readable(&*stage));
        assert!(stage.dispatch(1).unwrap() <= 1);
    }
    assert!(received.take().into_iter().eq((0..10).map(Some)));
}

#[test]
fn an_idle_renderer_is_not_readable() {
    let _watchdog = Watchdog::new();
    let (_main, renderer, _) = renderer_with(0);
    renderer.dispatch(usize::MAX).unwrap();
    assert!(!is_readable(&renderer));
    assert_eq!(renderer.dispatch(usize::MAX), Ok(0));
    assert!(!is_readable(&renderer));
}

#[test]
fn a_renderer_that_ran_before_is_readable_again_when_something_comes() {
    let _watchdog = Watchdog::new();
    let (_main, renderer, received) = renderer_with(1);
    assert_eq!(renderer.invoke("echo", args![1]).wait().unwrap(), 1);
    assert_eq!(received.take(), [0]);
    assert_eq!(renderer.send_sync("send-me", args![1]).unwrap(), 1);
    wait_for(&renderer);
    assert_eq!(renderer.dispatch(usize::MAX), Ok(1));
    assert_eq!(received.take(), [0]);
}

#[test]
fn the_end_of_main_reaches_a_renderer_that_dispatches_one_message_at_a_time() {
    for messages in 0..4 {
        let _watchdog = Watchdog::new();
        let (mut main, renderer, received) = renderer_with(messages);
        main.kill();
        let ended = loop {
            wait_for(&renderer);
            if let Err(error) = renderer.dispatch(1) {
                break error;
            }
        };
        assert_eq!(ended, Error::MainGone);
        assert!(received.take().into_iter().eq(0..messages));
    }
}
