//! The rules of main, a test each. They hold towards any renderer, so each is tried with one that
//! breaks what it can.
//!
//! That main reads each word of a peer once is the ring's and the wire's to show, word by word: their
//! tests flip bits, and `hostile_memory` changes payloads while they are read.

use ringmain::args;
use ringmain_tests::hostile::player::Player;
use ringmain_tests::hostile::stage::{Note, RING, Stage, serve};
use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile_peer");

/// A main in a process of its own that is killed for waiting on a shared futex.
fn main_under_a_filter() -> (Player, String) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("rules-{}-{number}", std::process::id());
    let mut main = Player::start(HOSTILE, &["main under a filter", &name]);
    main.says("runs");
    (main, name)
}

fn enter(script: &str, endpoint: &str) -> Player {
    Player::start(HOSTILE, &[script, endpoint])
}

fn good(endpoint: &str) -> Player {
    let mut good = enter("good", endpoint);
    good.says("attached");
    good
}

fn forget(endpoint: &str) {
    let socket = ringmain_tests::hostile::socket_path(endpoint);
    // Left behind by design, and by a main that ends without dropping anything.
    let _ = std::fs::remove_file(socket.with_extension("lock"));
    let _ = std::fs::remove_file(socket);
}

#[test]
fn main_never_waits_on_a_futex_that_a_renderer_can_reach() {
    let (mut main, name) = main_under_a_filter();
    let mut good = good(&name);
    serve(&mut good, 50);
    for (script, line) in [
        ("flips words", "done"),
        ("reads no messages", "asked"),
        ("calls and reads nothing", "cut off"),
        ("a full ring", "full"),
        ("stopped", "full"),
    ] {
        let mut hostile = enter(script, &name);
        while hostile.heard() != line {}
        if script == "stopped" {
            hostile.signal(Signal::STOP);
        }
        serve(&mut good, 20);
    }
    good.bows();
    let status = main.end().expect("our child");
    assert!(status.success(), "{status:?}");
    forget(&name);
}

/// The twin: the filter does kill.
#[test]
fn who_waits_on_a_shared_futex_under_the_filter_is_killed() {
    let mut waiter = Player::start(HOSTILE, &["waits under a filter", ""]);
    assert_eq!(waiter.heard(), "");
    let status = waiter.end().expect("our child");
    assert_eq!(status.signal(), Some(Signal::SYS.as_raw()), "{status:?}");
}

#[test]
fn main_accepts_no_descriptor_from_a_renderer() {
    let (mut main, name) = main_under_a_filter();
    let mut good = good(&name);
    serve(&mut good, 3);
    main.tell("descriptors");
    let before = main.heard();
    let mut hostile = enter("descriptors", &name);
    let _ = hostile.heard();
    hostile.bows();
    // The session's own descriptors are closed once it is gone.
    loop {
        serve(&mut good, 1);
        main.tell("descriptors");
        if main.heard() == before {
            break;
        }
    }
    good.bows();
    main.bows();
    forget(&name);
}

#[test]
fn main_maps_what_it_made_itself_one_segment_for_writing_and_one_for_reading() {
    let (mut main, name) = main_under_a_filter();
    let mut renderers = Vec::new();
    for sessions in 1..=4 {
        // One lies about its segments, one is good, and so on.
        let mut renderer = if sessions % 2 == 0 { good(&name) } else { enter("seals", &name) };
        if sessions % 2 == 1 {
            renderer.says("tried everything");
        }
        renderers.push(renderer);
        main.tell("maps");
        // Its own once more, the page with the sign of life; and the board, which is there before the first of them.
        let maps = [vec!["r--s"; sessions], vec!["rw-s"; 2 * sessions + 1]].concat().join(" ");
        assert_eq!(main.heard(), maps);
    }
    drop(renderers);
    main.bows();
    forget(&name);
}

/// Dispatches in small portions until `done`, and returns how many messages that took.
fn dispatch_until(stage: &Stage, done: impl Fn(&[Note]) -> bool) -> usize {
    let mut delivered = 0;
    while !done(&stage.log.notes()) {
        delivered += stage.main.dispatch(1).expect("a main that dispatches");
        std::thread::yield_now();
    }
    delivered
}

#[test]
fn main_does_bounded_work_per_renderer_and_round() {
    let stage = Stage::still(HOSTILE);
    let attached = |count| {
        move |notes: &[Note]| {
            notes.iter().filter(|note| matches!(note, Note::Attached(_))).count() == count
        }
    };
    let mut flooders = [stage.enter("a full ring"), stage.enter("a full ring")];
    dispatch_until(&stage, attached(2));
    for flooder in &mut flooders {
        flooder.says("full");
    }
    // Each has some 500 messages in its ring, and main takes 64 of one before it looks at the other.
    stage.main.dispatch(129).expect("a main that dispatches");
    let notes = stage.log.notes();
    let [one, other] = [1, 2].map(|id| {
        let is_from = |note: &&Note| matches!(note, Note::Received(of, _) if *of == id);
        notes.iter().filter(is_from).count()
    });
    assert!(one > 0 && other > 0, "{one} and {other}");
    assert!(one.abs_diff(other) <= 66, "{one} and {other}");
    for flooder in flooders {
        flooder.bows();
    }
}

#[test]
fn a_dispatch_with_any_budget_serves_who_comes_meanwhile() {
    let stage = Stage::still(HOSTILE);
    // Slower than the flood, which therefore never ends.
    stage.main.on("sum", |_event, _args| (0..2000).for_each(|_| std::hint::spin_loop()));
    let main = stage.main.clone();
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let runner = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            main.dispatch(usize::MAX).expect("a main that dispatches");
            std::thread::yield_now();
        }
    });
    let mut flooder = stage.enter("messages without end");
    flooder.says("floods");
    let mut newcomer = stage.another_good();
    serve(&mut newcomer, 5);
    newcomer.bows();
    stop.store(true, Ordering::Relaxed);
    flooder.bows();
    runner.join().expect("main did not panic");
}

#[test]
fn main_wakes_a_sleeper_once_per_sleep() {
    let stage = Stage::new(HOSTILE);
    let mut sleeper = stage.enter("arms once");
    for sleep in 1..=3 {
        sleeper.says("armed");
        let id = stage.newest(1);
        let page = stage.main.web_contents(id).expect("a renderer");
        for number in 0..100 {
            page.send("speech", args![number]).expect("a ring with space");
        }
        assert_eq!(page.counters().wakes, sleep);
        sleeper.tell("sleep again");
    }
    sleeper.bows();
    stage.curtain();
}

#[test]
fn main_never_blocks_on_a_renderer() {
    let mut stage = Stage::new(HOSTILE);
    let mut stopped = stage.enter("stopped");
    stopped.says("full");
    stopped.signal(Signal::STOP);
    let id = stage.newest(1);
    let page = stage.main.web_contents(id).expect("a renderer");
    // More than the ring and the overflow take, from this thread and from main's own.
    let large = args![vec![0_u8; RING / 4].as_slice()];
    let refused = (0..100).filter(|_| page.send("more", &large).is_err()).count();
    assert!(refused > 0);
    stage.good_is_served(50);
    stopped.signal(Signal::CONT);
    stopped.bows();
    stage.curtain();
}
