//! What needs no second process to go wrong: main runs on a thread beside its renderer.

use ringmain::{Error, IpcMain, IpcRenderer, MainOptions, Value, WebContents, args};
use rustix::event::{PollFd, PollFlags, Timespec};
use std::future::pending;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A main that runs until it is told to stop, and a renderer of it.
struct Pair {
    main: IpcMain,
    renderer: IpcRenderer,
    running: JoinHandle<Result<(), Error>>,
}

fn name(test: &str) -> String {
    format!("one-process-{test}-{}", std::process::id())
}

impl Pair {
    fn new(test: &str) -> Self {
        let main = MainOptions::new().message_limit(1 << 20).bind(&name(test)).unwrap();
        main.handle("never", |_, _| pending::<Result<i32, _>>()).unwrap();
        main.handle("seven", |_, _| async { Ok(7) }).unwrap();
        main.handle("huge", |_, _| async { Ok("x".repeat(2 << 20)) }).unwrap();
        let running = std::thread::spawn({
            let main = main.clone();
            move || main.run()
        });
        let renderer = IpcRenderer::connect(&name(test)).unwrap();
        // The answer comes from a main that knows its renderer; the welcome comes a moment before.
        assert_eq!(renderer.send_sync("nobody", args![]), Err(Error::NoReply));
        Self { main, renderer, running }
    }

    fn stop(self) -> (IpcMain, IpcRenderer) {
        self.main.stop();
        self.running.join().unwrap().unwrap();
        (self.main, self.renderer)
    }
}

fn is_readable(renderer: &IpcRenderer, patience: Timespec) -> bool {
    rustix::event::poll(&mut [PollFd::new(renderer, PollFlags::IN)], Some(&patience)).unwrap() > 0
}

#[test]
fn an_invoke_that_failed_takes_no_other_along() {
    let pair = Pair::new("failed-invoke");
    let first = pair.renderer.invoke("seven", args![]);
    assert!(pair.renderer.invoke(&"x".repeat(300), args![]).wait().is_err());
    assert_eq!(first.wait(), Ok(Value::from(7)));
    pair.stop();
}

#[test]
fn a_wait_that_timed_out_leaves_the_descriptor_armed() {
    let pair = Pair::new("timed-out");
    assert!(!is_readable(&pair.renderer, Timespec { tv_sec: 0, tv_nsec: 0 }));
    let soon = Instant::now() + Duration::from_millis(1);
    let never = pair.renderer.invoke("never", args![]).wait_deadline(soon);
    assert_eq!(never, Err(Error::Deadline));
    pair.main.all_web_contents()[0].send("hello", args![1]).unwrap();
    assert!(is_readable(&pair.renderer, Timespec { tv_sec: 60, tv_nsec: 0 }));
    assert_eq!(pair.renderer.dispatch(10), Ok(1));
    pair.stop();
}

#[test]
fn a_result_larger_than_any_message_says_so() {
    let pair = Pair::new("huge");
    let answer = pair.renderer.invoke("huge", args![]).wait();
    assert!(matches!(answer, Err(Error::TooLarge { found, .. }) if found > 2 << 20), "{answer:?}");
    pair.stop();
}

#[test]
fn a_closed_main_is_dropped_though_a_listener_held_it() {
    let pair = Pair::new("cycle");
    pair.main.on("stop", {
        let main = pair.main.clone();
        move |_, _| main.stop()
    });
    pair.renderer.send("stop", args![]).unwrap();
    pair.running.join().unwrap().unwrap();
    pair.main.close();
    drop(pair.main);
    assert!(IpcMain::bind(&name("cycle")).is_ok());
}

#[test]
fn a_closed_renderer_is_dropped_though_a_listener_held_it() {
    let pair = Pair::new("renderer-cycle");
    let captured = Arc::new(());
    pair.renderer.on("message", {
        let (renderer, captured) = (pair.renderer.clone(), Arc::clone(&captured));
        move |_, _| drop((renderer.clone(), Arc::clone(&captured)))
    });
    pair.renderer.close();
    assert_eq!(pair.renderer.send("late", args![]), Err(Error::Disconnected));
    pair.stop();
    assert_eq!(Arc::strong_count(&captured), 1);
}

#[test]
fn a_hook_may_set_a_hook_when_it_is_dropped() {
    struct SetsAnother(IpcMain);
    impl Drop for SetsAnother {
        fn drop(&mut self) {
            self.0.on_attached(|_| ());
        }
    }
    let main = IpcMain::new().unwrap();
    let captured = SetsAnother(main.clone());
    main.on_attached(move |_| assert!(captured.0.all_web_contents().is_empty()));
    main.on_attached(|_| ());
    main.close();
}

/// A main with a message that waits for space behind padding. Not every time: a main that goes to rest
/// meanwhile begins its ring anew, and the message fits.
fn waiting_behind_padding(attempt: u32) -> Option<(Pair, WebContents)> {
    let pair = Pair::new(&format!("padding-{attempt}"));
    let page = pair.main.all_web_contents()[0].clone();
    let (half, small) = (ringmain::limits::RING_CAPACITY / 2, args![1]);
    let mut position = 64; // the channel's name
    while position < half {
        page.send("m", &small).unwrap();
        position += 64;
        while pair.renderer.dispatch(1).unwrap() > 0 {}
    }
    // Fits half the ring, but not behind one more line: padding comes between.
    let big = args!["y".repeat(half - 64)];
    page.send("m", &small).unwrap();
    page.send("m", &big).unwrap();
    if page.queued_bytes() > 0 {
        return Some((pair, page));
    }
    pair.stop();
    None
}

#[test]
fn main_is_told_of_space_though_only_padding_was_read() {
    let (pair, page) = (0..100).find_map(waiting_behind_padding).expect("one that waits for space");
    let mut delivered = 0;
    while delivered < 2 {
        delivered += pair.renderer.dispatch(1).unwrap();
        std::thread::yield_now();
    }
    assert_eq!(page.queued_bytes(), 0);
    pair.stop();
}
