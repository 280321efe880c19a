//! A monitor beside a living main and its renderers, which notice nothing of it.

use ringmain::monitor::{Activity, RendererState, Snapshot, Turn};
use ringmain::{Error, IpcMain, IpcRenderer, MainOptions, Monitor, RendererOptions, args};
use ringmain_tests::hostile::stage::{Note, Stage};
use ringmain_tests::{Log, UniqueEndpoint, Watchdog, lone_main, renderer};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A main that runs in a thread of its own, under a name.
struct Scene {
    main: IpcMain,
    runner: Option<JoinHandle<Result<(), Error>>>,
    endpoint: UniqueEndpoint,
    _watchdog: Watchdog,
}

impl Scene {
    fn new(options: &MainOptions) -> Self {
        let (watchdog, endpoint) = (Watchdog::new(), UniqueEndpoint::new());
        let main = options.bind(endpoint.name()).unwrap();
        main.on("echo", |event, args| event.set_return_value(args.get(0)));
        main.on("ready", |_event, _args| ());
        let runner = std::thread::spawn({
            let main = main.clone();
            move || main.run()
        });
        Self { main, runner: Some(runner), endpoint, _watchdog: watchdog }
    }

    fn monitor(&self) -> Monitor {
        Monitor::connect(self.endpoint.name()).unwrap()
    }

    fn renderer(&self) -> IpcRenderer {
        IpcRenderer::connect(self.endpoint.name()).unwrap()
    }

    /// A listener on "hold" that returns when what this gives is dropped.
    fn hold(&self) -> Sender<()> {
        let (release, held) = channel::<()>();
        let held = std::sync::Mutex::new(held);
        self.main.on("hold", move |_event, _args| {
            let _ = held.lock().map(|held| held.recv());
        });
        release
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.main.close();
        self.main.stop();
        let ended = self.runner.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || matches!(ended, Some(Ok(Ok(())))));
    }
}

/// Looks until what is there is as it should be.
fn until(monitor: &Monitor, is_so: impl Fn(&Snapshot) -> bool) -> Snapshot {
    loop {
        let snapshot = monitor.snapshot();
        if is_so(&snapshot) {
            return snapshot;
        }
        std::thread::yield_now();
    }
}

#[test]
fn a_monitor_sees_the_renderers_of_a_living_main_and_what_each_has_done() {
    let scene = Scene::new(&MainOptions::new());
    let monitor = scene.monitor();
    let pages = [(); 2].map(|()| scene.main.spawn(renderer!("idle")).unwrap());
    let is_ready = |seen: &Snapshot| {
        seen.renderers.len() == 2 && seen.renderers.iter().all(|it| it.counters.received == 1)
    };
    let seen = until(&monitor, is_ready);
    for (page, renderer) in pages.iter().zip(&seen.renderers) {
        assert_eq!((renderer.id, renderer.pid), (page.id(), page.process_id()));
        assert_eq!(renderer.state, RendererState::Attached);
        assert_eq!(renderer.counters, page.counters());
    }
    assert_eq!((seen.main.pid, seen.main.sessions), (std::process::id(), 2));
    assert_eq!((seen.main.endpoint.as_str(), seen.main.received), (scene.endpoint.name(), 2));
    pages.iter().for_each(|page| page.close());
    let seen = until(&monitor, |seen| seen.main.sessions == 0 && seen.renderers.is_empty());
    assert_eq!((seen.main.made, seen.main.received_before.0), (2, 2));
}

#[test]
fn channels_and_the_time_that_their_listeners_take_are_counted_while_it_is_there() {
    let scene = Scene::new(&MainOptions::new());
    let renderer = scene.renderer();
    renderer.send_sync("echo", args!["before"]).unwrap();
    let monitor = scene.monitor();
    for number in 0..100 {
        renderer.send_sync("echo", args![number]).unwrap();
    }
    renderer.send("nobody-listens", args![vec![0; 100_000]]).unwrap();
    renderer.send_sync("echo", args![100]).unwrap();
    let seen = monitor.snapshot();
    let [echo, large] = &seen.channels[..] else { panic!("two channels") };
    // The answer is on its way before its call is counted.
    assert_eq!(echo.name, "echo");
    assert!((100..=101).contains(&echo.messages), "{echo:?}");
    assert_eq!((large.name.as_str(), large.messages), ("nobody-listens", 1));
    assert!(large.bytes > 100_000 && large.latency.count() == 1);
    assert!(seen.watched.is_some());
}

#[test]
fn a_main_that_sleeps_is_left_asleep() {
    let scene = Scene::new(&MainOptions::new());
    let renderer = scene.renderer();
    renderer.send_sync("echo", args![1]).unwrap();
    let monitor = scene.monitor();
    let asleep = until(&monitor, |seen| seen.main.activity == Activity::Asleep).main;
    for _ in 0..1000 {
        // What was on its way when it fell asleep may still wake it.
        assert!(monitor.snapshot().main.rounds < asleep.rounds + 10);
    }
}

#[test]
fn a_main_that_is_stuck_says_in_which_listener() {
    let scene = Scene::new(&MainOptions::new());
    let (monitor, release) = (scene.monitor(), scene.hold());
    let renderer = scene.renderer();
    renderer.send("hold", args![]).unwrap();
    let stuck = until(&monitor, |seen| seen.main.listening.is_some()).main;
    assert_eq!(stuck.listening.map(|it| it.channel), Some("hold".to_owned()));
    assert_eq!((stuck.activity, stuck.turn), (Activity::Busy, Some(Turn::Renderer(1))));
    let longer = until(&monitor, |seen| seen.main.stuck > 2 * stuck.stuck).main;
    assert!(longer.stuck > stuck.stuck);
    drop(release);
    until(&monitor, |seen| seen.main.listening.is_none());
}

#[test]
fn a_main_that_is_stuck_already_is_looked_into_without_its_help() {
    let (_watchdog, endpoint) = (Watchdog::new(), UniqueEndpoint::new());
    let mut main = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    renderer.send("hold", args![]).unwrap();
    assert_eq!(main.line(), "holding");
    let monitor = Monitor::connect(endpoint.name()).unwrap();
    let seen = monitor.snapshot();
    assert_eq!((seen.main.pid, seen.main.activity), (main.id(), Activity::Busy));
    assert_eq!((seen.main.turn, seen.watched), (Some(Turn::Renderer(1)), None));
    assert_eq!(seen.renderers[0].pid, std::process::id());
    assert!(!monitor.is_main_gone());
    main.kill();
    while !monitor.is_main_gone() {
        std::thread::yield_now();
    }
    assert_eq!(monitor.snapshot().main.pid, main.id());
}

#[test]
fn a_monitor_that_leaves_before_main_answers_is_nobodys_loss_and_a_renderer_gave_up() {
    let (_watchdog, endpoint, reports) = (Watchdog::new(), UniqueEndpoint::new(), Log::new());
    let main = IpcMain::bind(endpoint.name()).unwrap();
    main.on_diagnostic({
        let reports = reports.clone();
        move |diagnostic| reports.push(diagnostic.to_string())
    });
    // Nobody dispatches, so both look without main's help.
    let stays = std::thread::scope(|scope| {
        let [stays, leaves] = [(); 2].map(|()| scope.spawn(|| Monitor::connect(endpoint.name())));
        leaves.join().unwrap().unwrap();
        stays.join().unwrap().unwrap()
    });
    let hasty = RendererOptions::new().wait_until(Instant::now() + Duration::from_millis(1));
    assert_eq!(hasty.connect(endpoint.name()).err(), Some(Error::Deadline));
    main.dispatch(usize::MAX).unwrap();
    assert_eq!(reports.take(), ["A renderer had given up before main answered"]);
    let seen = stays.snapshot().main;
    assert_eq!((seen.monitors, seen.refused), (1, 1));
}

#[test]
fn sessions_without_an_entry_are_counted_and_not_shown() {
    let scene = Scene::new(&MainOptions::new().monitored_sessions(1));
    let (shown, hidden) = (scene.renderer(), scene.renderer());
    shown.send_sync("echo", args![1]).unwrap();
    hidden.send_sync("echo", args![2]).unwrap();
    let seen = scene.monitor().snapshot();
    assert_eq!(seen.renderers.iter().map(|it| it.id).collect::<Vec<_>>(), [1]);
    assert_eq!((seen.main.sessions, seen.main.hidden, seen.main.received), (2, 1, 2));
    let counters = scene.main.web_contents(2).unwrap().counters();
    assert_eq!((counters.received, counters.sent), (1, 1));
}

#[test]
fn an_entry_is_the_next_ones_when_its_renderer_is_gone() {
    let scene = Scene::new(&MainOptions::new().monitored_sessions(1));
    let monitor = scene.monitor();
    for id in 1..=5 {
        let renderer = scene.renderer();
        for _ in 0..id {
            renderer.send_sync("echo", args![id]).unwrap();
        }
        let seen = monitor.snapshot().renderers;
        assert_eq!((seen[0].id, seen[0].counters.received), (id, u64::from(id)));
        drop(renderer);
        until(&monitor, |seen| seen.main.sessions == 0);
    }
}

#[test]
fn there_is_a_bound_on_monitors_and_room_again_when_one_leaves() {
    let scene = Scene::new(&MainOptions::new());
    let mut monitors: Vec<_> = (0..ringmain::limits::MONITORS).map(|_| scene.monitor()).collect();
    let refused = Monitor::connect(scene.endpoint.name()).map(drop);
    assert!(matches!(refused, Err(Error::Exhausted { .. })), "{refused:?}");
    monitors.pop();
    let full = ringmain::limits::MONITORS as u64;
    until(&monitors[0], |seen| seen.main.monitors == full - 1);
    assert_eq!(scene.monitor().snapshot().main.refused, 1);
}

#[test]
fn a_name_that_nobody_is_bound_to_has_nothing_to_see() {
    let endpoint = UniqueEndpoint::new();
    let refused = Monitor::connect(endpoint.name()).map(drop);
    assert_eq!(refused, Err(Error::NoMain { endpoint: endpoint.name().to_owned() }));
}

#[test]
fn a_hostile_monitor_can_neither_change_the_page_nor_take_it_away() {
    let mut stage = Stage::new(env!("CARGO_BIN_EXE_hostile_peer"));
    let mut player = stage.enter("misuses the board");
    player.says("all refused");
    stage.good_is_served(20);
    player.bows();
    stage.curtain();
}

#[test]
fn a_monitor_that_speaks_is_let_go_and_nobody_else_suffers() {
    let mut stage = Stage::new(env!("CARGO_BIN_EXE_hostile_peer"));
    let mut player = stage.enter("speaks as a monitor");
    player.says("let go 100");
    stage.good_is_served(20);
    player.bows();
    stage.curtain();
}

#[test]
fn monitors_without_end_are_refused_and_nobody_else_suffers() {
    let mut stage = Stage::new(env!("CARGO_BIN_EXE_hostile_peer"));
    let mut player = stage.enter("monitors without end");
    player.says("refused 92");
    stage.good_is_served(20);
    let refused = Note::Refused(Error::Exhausted { what: "monitors" });
    stage.log.wait_for(&refused);
    player.bows();
    stage.curtain();
}
