//! No `Ok` for what cannot arrive any more: claims, bursts, typed and dynamic messages of either side, when
//! a session is closed, exchanged or dies while they are held.

use ringmain::{Error, IpcMain, IpcRenderer, WebContents, args};
use ringmain_tests::held::Held::{Burst, Claim, TypedBurst};
use ringmain_tests::held::{ALL, LARGE, SAMPLE, SMALL, refused_with, sample};
use ringmain_tests::{
    Log, MainProcess, Stage, UniqueEndpoint, Watchdog, kill, lone_main, options, renderer,
    until_dead,
};
use std::thread::JoinHandle;

const RING: usize = 64 << 10;

/// A main that runs on a thread of this process, and a renderer of it.
struct Pair {
    main: IpcMain,
    renderer: IpcRenderer,
    running: JoinHandle<Result<(), Error>>,
    _endpoint: UniqueEndpoint,
    _watchdog: Watchdog,
}

impl Pair {
    fn new() -> Self {
        let (watchdog, endpoint) = (Watchdog::new(), UniqueEndpoint::new());
        let (main, running) = running(&endpoint);
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        assert_eq!(renderer.send_sync("nobody", args![]), Err(Error::NoReply));
        Self { main, renderer, running, _endpoint: endpoint, _watchdog: watchdog }
    }

    fn page(&self) -> WebContents {
        self.main.all_web_contents()[0].clone()
    }

    /// Main has seen the renderer's end, or not yet: nobody waits for that here.
    fn end(self) {
        self.main.close();
        self.running.join().unwrap().unwrap();
    }
}

fn running(endpoint: &UniqueEndpoint) -> (IpcMain, JoinHandle<Result<(), Error>>) {
    let main = options().ring_capacity(RING).bind(endpoint.name()).unwrap();
    let running = std::thread::spawn({
        let main = main.clone();
        move || main.run()
    });
    (main, running)
}

#[test]
fn a_renderer_that_is_closed_meanwhile() {
    for held in ALL {
        let pair = Pair::new();
        let results = held.of_renderer(&pair.renderer, || pair.renderer.close());
        refused_with(held, &results, &Error::Disconnected);
        pair.end();
    }
}

#[test]
fn a_renderer_that_is_reconnected_meanwhile() {
    for held in [Claim(SMALL), Claim(LARGE), Burst, TypedBurst] {
        let pair = Pair::new();
        let reconnect = || {
            std::thread::scope(|scope| {
                scope.spawn(|| pair.renderer.reconnect().unwrap()).join().unwrap();
            });
        };
        let results = held.of_renderer(&pair.renderer, reconnect);
        refused_with(held, &results, &Error::MainGone);
        pair.renderer.send("note", args!["the new session"]).unwrap();
        pair.end();
    }
}

#[test]
fn a_renderer_that_main_closes_meanwhile() {
    for held in ALL {
        let pair = Pair::new();
        let page = pair.page();
        let results = held.of_renderer(&pair.renderer, || page.close());
        refused_with(held, &results, &Error::MainGone);
        pair.end();
    }
}

#[test]
fn a_renderer_whose_main_is_killed_meanwhile() {
    let _watchdog = Watchdog::new();
    for held in ALL {
        let endpoint = UniqueEndpoint::new();
        let mut main: MainProcess = lone_main!(endpoint);
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        let results = held.of_renderer(&renderer, || main.kill());
        refused_with(held, &results, &Error::MainGone);
        assert_eq!(renderer.send("late", args![]), Err(Error::Disconnected));
    }
}

#[test]
fn web_contents_that_are_closed_meanwhile() {
    for held in ALL {
        let pair = Pair::new();
        let page = pair.page();
        let gone = Error::RendererGone { id: page.id() };
        refused_with(held, &held.of_main(&page, || page.close()), &gone);
        pair.end();
    }
}

#[test]
fn web_contents_whose_main_is_closed_meanwhile() {
    for held in ALL {
        let pair = Pair::new();
        let page = pair.page();
        let gone = Error::RendererGone { id: page.id() };
        refused_with(held, &held.of_main(&page, || pair.main.close()), &gone);
        pair.end();
    }
}

#[test]
fn web_contents_whose_renderer_closes_meanwhile() {
    for held in ALL {
        let pair = Pair::new();
        let page = pair.page();
        let gone = Error::RendererGone { id: page.id() };
        refused_with(held, &held.of_main(&page, || pair.renderer.close()), &gone);
        pair.end();
    }
}

#[test]
fn web_contents_whose_renderer_reconnects_meanwhile() {
    for held in ALL {
        let pair = Pair::new();
        let page = pair.page();
        let gone = Error::RendererGone { id: page.id() };
        let reconnect = || {
            std::thread::scope(|scope| {
                scope.spawn(|| pair.renderer.reconnect().unwrap()).join().unwrap();
            });
        };
        refused_with(held, &held.of_main(&page, reconnect), &gone);
        pair.end();
    }
}

#[test]
fn web_contents_whose_renderer_is_killed_though_nobody_dispatches() {
    for held in ALL {
        let stage = Stage::with(&options().ring_capacity(RING));
        let page = stage.start(renderer!("idle"));
        stage.run_until_attached(1);
        let gone = Error::RendererGone { id: page.id() };
        let end = || {
            kill(page.process_id());
            until_dead(page.process_id());
        };
        refused_with(held, &held.of_main(&page, end), &gone);
    }
}

#[test]
fn a_listener_that_outlives_its_renderer_is_told_when_it_answers() {
    let stage = Stage::with(&options().ring_capacity(RING));
    let told = Log::new();
    stage.on("ready", {
        let told = told.clone();
        move |event, _args| {
            let page = event.sender();
            kill(page.process_id());
            until_dead(page.process_id());
            told.push((event.reply("note", args![1]), page.send_typed(&SAMPLE, &sample())));
        }
    });
    let page = stage.start(renderer!("quiet"));
    let _ = stage.run_until_gone(1);
    let gone = Error::RendererGone { id: page.id() };
    assert_eq!(told.take(), [(Err(gone.clone()), Err(gone))]);
}

#[test]
fn what_goes_aside_to_a_dead_renderer_is_refused_too() {
    for held in ALL {
        let stage = Stage::with(&options().ring_capacity(RING));
        let page = &stage.start(renderer!("idle"));
        stage.run_until_attached(1);
        std::thread::scope(|scope| {
            let forget = || std::mem::forget(page.claim("note", 3).unwrap());
            scope.spawn(forget).join().unwrap();
        });
        let gone = Error::RendererGone { id: page.id() };
        let end = || {
            kill(page.process_id());
            until_dead(page.process_id());
        };
        refused_with(held, &held.of_main(page, end), &gone);
    }
}
