//! A main that dies while a renderer is in each state: every call ends, and says why.

use ringmain::{Error, IpcRenderer, args};
use ringmain_tests::{
    Log, MainProcess, UniqueEndpoint, Watchdog, is_numbered, lone_main, numbered,
};
use std::time::{Duration, Instant};

/// A renderer in this process, and its main in another.
struct Session {
    main: MainProcess,
    renderer: IpcRenderer,
    _endpoint: UniqueEndpoint,
    _watchdog: Watchdog,
}

impl Session {
    fn new() -> Self {
        let watchdog = Watchdog::new();
        let endpoint = UniqueEndpoint::new();
        let main = lone_main!(endpoint);
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        Self { main, renderer, _endpoint: endpoint, _watchdog: watchdog }
    }

    /// A session whose ring is full: main holds in a listener until it is released, and then dies.
    fn full() -> Self {
        let mut session = Self::new();
        session.renderer.send("hold", args![]).unwrap();
        assert_eq!(session.main.line(), "holding");
        while session.renderer.try_send("flood", numbered(0, 1000)).is_ok() {}
        session
    }

    /// Every later call says that the context was released, and none hangs.
    fn is_over(&mut self) {
        self.main.until_killed();
        let Self { renderer, .. } = self;
        assert_eq!(renderer.send("late", args![]), Err(Error::Disconnected));
        assert_eq!(renderer.try_send("late", args![]), Err(Error::Disconnected));
        assert_eq!(renderer.send_sync("late", args![]), Err(Error::Disconnected));
        assert_eq!(renderer.invoke("late", args![]).wait(), Err(Error::Disconnected));
        assert_eq!(renderer.run(), Err(Error::MainGone));
        assert_eq!(renderer.dispatch(1), Err(Error::MainGone));
        assert_eq!(Error::MainGone.to_string(), "main process is gone");
    }
}

#[test]
fn while_it_waits_for_a_return_value() {
    let mut session = Session::new();
    assert_eq!(session.renderer.send_sync("die", args![]), Err(Error::MainGone));
    session.is_over();
}

#[test]
fn an_answer_that_main_gave_before_its_end_is_had() {
    for number in 0..20 {
        let mut session = Session::new();
        let answer = session.renderer.send_sync("answer-and-die", args![number]);
        assert_eq!(answer.unwrap().as_i32(), Some(number));
        session.main.until_killed();
        assert_eq!(session.renderer.send_sync("echo", args![]), Err(Error::MainGone));
        session.is_over();
    }
}

#[test]
fn while_several_threads_wait_for_return_values() {
    let mut session = Session::new();
    session.renderer.send("hold", args![]).unwrap();
    assert_eq!(session.main.line(), "holding");
    std::thread::scope(|scope| {
        let renderer = &session.renderer;
        let callers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| renderer.send_sync("echo", args![]))).collect();
        // One that came after the end would be told of that instead.
        while renderer.counters().sent < 9 {
            std::thread::yield_now();
        }
        session.main.release();
        for caller in callers {
            assert_eq!(caller.join().unwrap(), Err(Error::MainGone));
        }
    });
    session.is_over();
}

#[test]
fn while_it_waits_for_a_handler() {
    let mut session = Session::new();
    assert_eq!(session.renderer.invoke("die", args![]).wait(), Err(Error::MainGone));
    session.is_over();
}

#[test]
fn while_a_future_is_awaited() {
    let mut session = Session::new();
    let invoke = session.renderer.invoke("die", args![]);
    assert_eq!(session.renderer.run(), Err(Error::MainGone));
    let far = Instant::now() + Duration::from_secs(600);
    assert_eq!(invoke.wait_deadline(far), Err(Error::MainGone));
    session.is_over();
}

#[test]
fn while_it_runs() {
    let mut session = Session::new();
    session.renderer.send("die", args![]).unwrap();
    assert_eq!(session.renderer.run(), Err(Error::MainGone));
    session.is_over();
}

#[test]
fn while_it_waits_for_space() {
    let mut session = Session::full();
    std::thread::scope(|scope| {
        let renderer = &session.renderer;
        let sender = scope.spawn(|| renderer.send("flood", numbered(0, 1000)));
        session.main.release();
        assert_eq!(sender.join().unwrap(), Err(Error::MainGone));
    });
    session.is_over();
}

#[test]
fn while_a_call_waits_for_space() {
    let mut session = Session::full();
    std::thread::scope(|scope| {
        let renderer = &session.renderer;
        let far = Instant::now() + Duration::from_secs(600);
        let caller =
            scope.spawn(move || renderer.send_sync_deadline("echo", numbered(0, 1000), far));
        session.main.release();
        assert_eq!(caller.join().unwrap(), Err(Error::MainGone));
    });
    session.is_over();
}

#[test]
fn while_it_is_idle_the_next_blocking_call_says_so() {
    let mut session = Session::new();
    session.main.kill();
    assert_eq!(session.renderer.send_sync("echo", args![]), Err(Error::MainGone));
    session.is_over();
}

#[test]
fn while_it_is_idle_sending_ends_within_a_ring() {
    let mut session = Session::new();
    session.main.kill();
    // A main that was awake when it died is looked for when there is something to wait for; one
    // that slept is found out by the send that would wake it.
    let rung = session.renderer.counters().wakes;
    let refused = loop {
        if let Err(error) = session.renderer.send("echo", numbered(0, 1000)) {
            break error;
        }
        assert_eq!(session.renderer.counters().wakes, rung, "main was rung, and found alive");
    };
    assert_eq!(refused, Error::MainGone);
    session.is_over();
}

#[test]
fn what_main_had_sent_is_delivered_before_its_end() {
    let mut session = Session::new();
    let received = Log::new();
    session.renderer.on("numbered", {
        let received = received.clone();
        move |_event, args| {
            let number = i32::try_from(received.len()).unwrap();
            assert!(is_numbered(args, number));
            received.push(number);
        }
    });
    session.renderer.send("farewell", args![200]).unwrap();
    session.main.until_killed();
    assert_eq!(session.renderer.run(), Err(Error::MainGone));
    assert_eq!(received.len(), 200);
    session.is_over();
}

#[test]
fn what_main_had_sent_is_delivered_before_an_invoke_fails() {
    let mut session = Session::new();
    let received = Log::new();
    session.renderer.on("numbered", {
        let received = received.clone();
        move |_event, _args| received.push(())
    });
    session.renderer.send("farewell", args![200]).unwrap();
    assert_eq!(session.renderer.invoke("echo", args![]).wait(), Err(Error::MainGone));
    assert_eq!(received.len(), 200);
    session.is_over();
}

#[test]
fn a_child_that_main_forked_does_not_hide_its_death() {
    let mut session = Session::new();
    assert!(session.renderer.send_sync("fork", args![]).is_ok());
    assert_eq!(session.renderer.send_sync("die", args![]), Err(Error::MainGone));
    session.is_over();

    let mut session = Session::new();
    assert!(session.renderer.send_sync("fork", args![]).is_ok());
    session.renderer.send("die", args![]).unwrap();
    assert_eq!(session.renderer.run(), Err(Error::MainGone));
    session.is_over();
}

#[test]
fn a_spawned_renderer_outlives_it_and_is_told() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let mut main = lone_main!(endpoint, env!("CARGO_BIN_EXE_renderer"), "until-main-gone");
    // The renderer inherits main's standard output, and says there how it ended.
    assert_eq!(main.line(), "Err(MainGone)");
    let why = "this process was not spawned by a main process, or has used its session already";
    assert_eq!(main.line(), format!("no session in RINGMAIN_FD: {why}"));
    main.until_killed();
}
