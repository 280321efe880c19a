//! Main's memory for messages that arrive in fragments, and who gets some when.

use ringmain::{MainOptions, args};
use ringmain_tests::{Log, Stage, is_numbered, kill, renderer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const CAPACITY: usize = 64 << 10;

/// A main that gathers one message at a time.
fn one_at_a_time() -> Stage {
    Stage::with(&MainOptions::new().ring_capacity(CAPACITY).gather_limit(1))
}

/// The renderers whose messages come, each of which is what was sent.
fn senders(stage: &Stage) -> Log<u32> {
    let log = Log::new();
    stage.on("numbered", {
        let log = log.clone();
        move |event, args| {
            let number = args.get(0).as_i32().unwrap();
            log.push(if is_numbered(args, number) { event.sender().id() } else { 0 });
        }
    });
    log
}

#[test]
fn several_renderers_with_large_messages_get_through_one_after_the_other() {
    let stage = one_at_a_time();
    let senders = senders(&stage);
    let len = 20 * CAPACITY;
    let pages: Vec<_> =
        (0..4).map(|_| stage.start(renderer!("upload", len, 3, len, len))).collect();
    stage.run_to_the_end(4);
    let senders = senders.take();
    for page in pages {
        assert_eq!(senders.iter().filter(|id| **id == page.id()).count(), 4);
    }
}

#[test]
fn a_renderer_with_large_messages_without_end_leaves_room_for_another() {
    let stage = one_at_a_time();
    let senders = senders(&stage);
    stage.on("flood", |_event, _args| {});
    let flooding = stage.start(renderer!("flood-large", 5 * CAPACITY));
    while flooding.counters().received < 3 {
        stage.dispatch(1).unwrap();
    }
    let page = stage.start(renderer!("upload", 20 * CAPACITY, 20 * CAPACITY));
    stage.run_to_the_end(1);
    assert_eq!(senders.take(), [page.id(); 2]);
    kill(flooding.process_id());
    assert_eq!(stage.run_until_gone(1)[0].id, flooding.id());
}

#[test]
fn what_waits_for_memory_is_sent_before_the_renderers_end() {
    let stage = one_at_a_time();
    let senders = senders(&stage);
    for _ in 0..10 {
        stage.start(renderer!("upload", 1, 10 * CAPACITY));
    }
    stage.run_to_the_end(10);
    let mut ids = senders.take();
    ids.sort_unstable();
    let expected: Vec<_> = (1..=10).flat_map(|id| [id, id]).collect();
    assert_eq!(ids, expected);
}

#[test]
fn small_messages_are_served_while_a_large_one_is_received() {
    let stage = Stage::new();
    let (begun, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let ticks = Arc::new(AtomicUsize::new(0));
    stage.on("tick", {
        let (main, begun, done, ticks) =
            (stage.clone(), Arc::clone(&begun), Arc::clone(&done), Arc::clone(&ticks));
        move |event, _args| {
            let (begun, done) = (begun.load(Ordering::Relaxed), done.load(Ordering::Relaxed));
            ticks.fetch_add(1, Ordering::Relaxed);
            if !begun {
                main.stop();
            }
            event.set_return_value(!done)
        }
    });
    let before = Log::new();
    stage.on("numbered", {
        let (begun, done, ticks) = (Arc::clone(&begun), Arc::clone(&done), Arc::clone(&ticks));
        let before = before.clone();
        move |_event, args| {
            before.push(ticks.load(Ordering::Relaxed));
            begun.store(true, Ordering::Relaxed);
            done.store(args.get(0) == 1, Ordering::Relaxed);
        }
    });
    stage.start(renderer!("ticks"));
    stage.run_until(|| ticks.load(Ordering::Relaxed) > 0);
    stage.start(renderer!("upload", 1, 300 << 20));
    stage.run_to_the_end(2);
    let [begun, done] = before.take()[..] else { panic!("two messages") };
    assert!(done - begun > 100, "{} round trips in the meantime", done - begun);
}

#[test]
fn arguments_of_unfinished_invokes_are_bounded_by_their_bytes() {
    let stage = Stage::new();
    let slow = Arc::new(parking_lot::Mutex::new(Vec::<std::task::Waker>::new()));
    let finished = Arc::new(AtomicUsize::new(0));
    stage.on("finish", {
        let (slow, finished) = (Arc::clone(&slow), Arc::clone(&finished));
        move |_event, _args| {
            finished.fetch_add(1, Ordering::Relaxed);
            slow.lock().drain(..).for_each(std::task::Waker::wake);
        }
    });
    let next = AtomicUsize::new(0);
    stage
        .handle("slow", move |_event, _args| {
            let (slow, finished) = (Arc::clone(&slow), Arc::clone(&finished));
            let mine = next.fetch_add(1, Ordering::Relaxed);
            std::future::poll_fn(move |context| {
                if finished.load(Ordering::Relaxed) > mine {
                    return std::task::Poll::Ready(Ok(2));
                }
                slow.lock().push(context.waker().clone());
                std::task::Poll::Pending
            })
        })
        .unwrap();
    stage.handle("fast", |_event, _args| async { Ok(1) }).unwrap();
    stage.start(renderer!("too-many-arguments", 100 << 20));
    stage.run_to_the_end(1);
}

#[test]
fn a_limit_of_nothing_takes_one_message_of_any_size() {
    let stage = one_at_a_time();
    let results = stage.collect();
    stage.on("echo", |event, args| event.set_return_value(args.get(0)));
    stage.on("check", |event, args| {
        event.reply("checked", args![]).unwrap();
        event.set_return_value(ringmain_tests::is_of(args.get(0), 5))
    });
    stage.start(renderer!("huge-call", 10 << 20));
    stage.run_to_the_end(1);
    assert!(results.is_empty());
}
