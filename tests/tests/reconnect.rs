//! A renderer whose main has ended attaches to the next one, with the listeners that it has.

use ringmain::{Error, IpcRenderer, WhenFull, args};
use ringmain_tests::{Log, MainProcess, UniqueEndpoint, Watchdog, lone_main, options};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A renderer in this process, and its first main in another.
struct Session {
    main: MainProcess,
    renderer: IpcRenderer,
    endpoint: UniqueEndpoint,
    _watchdog: Watchdog,
}

impl Session {
    fn new() -> Self {
        let watchdog = Watchdog::new();
        let endpoint = UniqueEndpoint::new();
        let main = lone_main!(endpoint);
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        Self { main, renderer, endpoint, _watchdog: watchdog }
    }

    /// The first main is dead and the second one there.
    fn succeeded() -> Self {
        let mut session = Self::new();
        session.main.kill();
        session.main = lone_main!(session.endpoint);
        session
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(600)
}

#[test]
fn every_clone_of_the_handle_works_again() {
    let session = Session::succeeded();
    let clone = session.renderer.clone();
    assert_eq!(clone.send_sync("echo", args![1]), Err(Error::MainGone));
    session.renderer.reconnect().unwrap();
    assert_eq!(clone.send_sync("echo", args![2]).unwrap(), 2);
    assert_eq!(clone.invoke("echo", args!["three"]).wait().unwrap(), "three");
    assert_eq!(clone.main_process_id(), session.main.id());
    assert_eq!(clone.counters().sent, 2, "the counters are the new session's");
}

#[test]
fn listeners_stay_and_hear_the_next_main() {
    let mut session = Session::new();
    let (heard, log) = (Log::default(), Log::default());
    session.renderer.on("numbered", {
        let (renderer, heard) = (session.renderer.clone(), heard.clone());
        // A listener that keeps a handle of its own sends to the main of now.
        move |_event, args| {
            heard.push(args.get(0).to_string());
            renderer
                .send_sync("echo", args![args.get(0)])
                .map(|answer| log.push(answer.to_string()))
        }
    });
    for _ in 0..2 {
        let from_main = session.renderer.send_sync("send-me", args![3]).unwrap();
        assert_eq!(from_main, 3);
        while session.renderer.dispatch(8).unwrap() < 3 {}
        session.main.kill();
        session.main = lone_main!(session.endpoint);
        session.renderer.reconnect().unwrap();
    }
    assert_eq!(heard.take(), ["0", "1", "2", "0", "1", "2"]);
}

#[test]
fn without_a_main_it_fails_at_once_and_can_be_tried_again() {
    let mut session = Session::new();
    session.main.kill();
    let no_main = Error::NoMain { endpoint: session.endpoint.name().to_owned() };
    assert_eq!(session.renderer.reconnect(), Err(no_main.clone()));
    assert_eq!(session.renderer.reconnect_until(Instant::now()), Err(no_main));
    session.main = lone_main!(session.endpoint);
    session.renderer.reconnect().unwrap();
    assert_eq!(session.renderer.send_sync("echo", args![1]).unwrap(), 1);
}

#[test]
fn a_loop_of_run_and_reconnect_outlives_its_mains() {
    let mut session = Session::new();
    let attached = AtomicUsize::new(0);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let renderer = &session.renderer;
        let (attached, over) = (&attached, &over);
        let looping = scope.spawn(move || {
            loop {
                match renderer.run() {
                    Err(Error::MainGone) => renderer.reconnect_until(far())?,
                    other => break other,
                }
                attached.fetch_add(1, Ordering::SeqCst);
                if over.load(Ordering::SeqCst) {
                    break Ok(());
                }
            }
        });
        for number in 1..=5 {
            session.main.kill();
            session.main = lone_main!(session.endpoint);
            while attached.load(Ordering::SeqCst) < number && !looping.is_finished() {
                std::thread::yield_now();
            }
            assert_eq!(renderer.send_sync("echo", args![1]).unwrap(), 1);
            assert_eq!(renderer.invoke("echo", args![2]).wait_deadline(far()).unwrap(), 2);
        }
        over.store(true, Ordering::SeqCst);
        session.main.kill();
        session.main = lone_main!(session.endpoint);
        assert_eq!(looping.join().unwrap(), Ok(()));
    });
}

#[test]
fn a_session_that_lives_is_ended_when_the_new_one_is_there() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = options().bind(endpoint.name()).unwrap();
    let log = Log::default();
    main.on_attached({
        let log = log.clone();
        move |page| log.push(format!("{} came", page.id()))
    });
    main.on_render_process_gone({
        let (main, log) = (main.clone(), log.clone());
        move |page, _details| {
            log.push(format!("{} went", page.id()));
            main.stop();
        }
    });
    std::thread::scope(|scope| {
        let running = scope.spawn(|| main.run());
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        assert_eq!(renderer.id(), 1);
        renderer.reconnect().unwrap();
        assert_eq!(renderer.id(), 2);
        running.join().unwrap().unwrap();
        main.close();
    });
    assert_eq!(log.take(), ["1 came", "2 came", "1 went"]);
}

#[test]
fn a_call_that_waits_ends_with_the_old_session() {
    let session = Session::new();
    session.renderer.send("hold", args![]).unwrap();
    let invoke = session.renderer.invoke("echo", args![1]);
    drop(session.main);
    let _main = lone_main!(session.endpoint);
    session.renderer.reconnect().unwrap();
    assert_eq!(invoke.wait(), Err(Error::MainGone));
}

#[test]
fn what_would_wait_for_itself_is_refused() {
    let session = Session::succeeded();
    let renderer = &session.renderer;
    let burst = renderer.burst(WhenFull::Wait).unwrap();
    assert_eq!(renderer.reconnect(), Err(Error::ClaimHeld));
    drop(burst);
    renderer.reconnect().unwrap();
    let log = Log::default();
    renderer.on("numbered", {
        let log = log.clone();
        move |event, _args| log.push(format!("{:?}", event.sender().reconnect()))
    });
    renderer.send_sync("send-me", args![1]).unwrap();
    while renderer.dispatch(8).unwrap() == 0 {}
    assert_eq!(log.take(), ["Err(WouldDeadlock)"]);
    renderer.close();
    assert_eq!(renderer.reconnect(), Err(Error::Disconnected));
}

#[test]
fn threads_that_send_meanwhile_get_an_answer_or_an_error() {
    let mut session = Session::new();
    let over = AtomicBool::new(false);
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (renderer, over, answered) = (&session.renderer, &over, &answered);
        let caller = |number: i32| {
            while !over.load(Ordering::SeqCst) {
                let answer = match number {
                    0 | 1 => renderer.send_sync("echo", args![number]),
                    2 => renderer.invoke("echo", args![number]).wait(),
                    _ => renderer.send("nobody", args![number]).map(|()| number.into()),
                };
                match answer {
                    Ok(answer) => {
                        assert_eq!(answer, number);
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(Error::MainGone | Error::Disconnected) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        };
        for number in 0..4 {
            scope.spawn(move || caller(number));
        }
        for _ in 0..30 {
            session.main.kill();
            session.main = lone_main!(session.endpoint);
            renderer.reconnect().unwrap();
            let before = answered.load(Ordering::SeqCst);
            while answered.load(Ordering::SeqCst) < before + 8 {
                std::thread::yield_now();
            }
        }
        over.store(true, Ordering::SeqCst);
    });
}
