//! No `Ok` for what cannot arrive any more: claims, bursts, typed and dynamic messages of either side, when
//! a session is closed, exchanged or dies while they are held.

use ringmain::value::Bytes;
use ringmain::{Channel, Error, IpcMain, IpcRenderer, WebContents, WhenFull, args};
use ringmain_tests::types::Sample;
use ringmain_tests::{
    Log, MainProcess, Stage, UniqueEndpoint, Watchdog, kill, lone_main, options, renderer,
    until_dead,
};
use std::thread::JoinHandle;

static SAMPLE: Channel<Sample> = Channel::new("sample", 1);
const RING: usize = 64 << 10;
const MESSAGES: usize = 3;
const SMALL: usize = 40;
/// More than the ring: it is written in a buffer.
const LARGE: usize = 200_000;

fn sample() -> Sample {
    Sample { number: 7, values: [0.5; 5] }
}

/// What a renderer holds while its session ends, and what comes of it.
#[derive(Debug, Clone, Copy)]
enum Held {
    Claim(usize),
    Burst,
    TypedBurst,
    Nothing,
    NothingTyped,
}

use Held::{Burst, Claim, Nothing, NothingTyped, TypedBurst};

const ALL: [Held; 6] = [Claim(SMALL), Claim(LARGE), Burst, TypedBurst, Nothing, NothingTyped];

impl Held {
    /// What the renderer's calls answer if `end` ends the session meanwhile. One that says `Ok` is the bug.
    fn of_renderer(self, renderer: &IpcRenderer, end: impl FnOnce()) -> Vec<Result<(), Error>> {
        match self {
            Claim(len) => {
                let mut claim = renderer.claim("note", len).unwrap();
                claim.bytes().fill(7);
                end();
                vec![claim.commit(len)]
            }
            Burst | TypedBurst => {
                let mut burst = renderer.burst(WhenFull::Wait).unwrap();
                burst.send("note", args![1]).unwrap();
                end();
                let send = |number| match self {
                    Burst => burst.send("note", args![number]),
                    _ => burst.send_typed(&SAMPLE, &sample()),
                };
                let mut results: Vec<_> = (0..MESSAGES).map(send).collect();
                results.push(burst.end());
                results
            }
            Nothing => {
                end();
                vec![renderer.send("note", args![1])]
            }
            NothingTyped => {
                end();
                vec![renderer.send_typed(&SAMPLE, &sample())]
            }
        }
    }

    /// The same of main's.
    fn of_main(self, page: &WebContents, end: impl FnOnce()) -> Vec<Result<(), Error>> {
        match self {
            Claim(len) => {
                let mut claim = page.claim("note", len).unwrap();
                claim.bytes().fill(7);
                end();
                vec![claim.commit(len)]
            }
            Burst | TypedBurst => {
                let mut burst = page.burst().unwrap();
                burst.send("note", args![1]).unwrap();
                end();
                let send = |number| match self {
                    Burst => burst.send("note", args![number]),
                    _ => burst.send_typed(&SAMPLE, &sample()),
                };
                let mut results: Vec<_> = (0..MESSAGES).map(send).collect();
                results.push(burst.end());
                results
            }
            Nothing => {
                end();
                vec![page.send("note", args![Bytes(&[7; SMALL])])]
            }
            NothingTyped => {
                end();
                vec![page.send_typed(&SAMPLE, &sample())]
            }
        }
    }
}

/// Nothing is accepted, and the first error says why.
fn refused_with(held: Held, results: &[Result<(), Error>], why: &Error) {
    let errors: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(errors.len(), results.len(), "{held:?}: {results:?}");
    assert_eq!(errors.first(), Some(&why), "{held:?}: {results:?}");
    let known = |error: &&&Error| **error == why || **error == &Error::Disconnected;
    assert_eq!(errors.iter().filter(known).count(), errors.len(), "{held:?}: {results:?}");
}

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
