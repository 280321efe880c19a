//! Main and a renderer in one process, taking turns on one thread: what messages cost without a
//! transfer between CPUs.

mod common;

use common::Endpoint;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ringmain::rkyv::{Archive, Serialize};
use ringmain::{Channel, IpcMain, IpcRenderer, WebContents, args};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Messages of a turn.
const BATCH: usize = 64;

static POSITION: Channel<Position> = Channel::new("position", 1);

#[derive(Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv)]
struct Position {
    x: f64,
    y: f64,
}

/// Messages that a listener has read and found right. A listener's panic would end nothing.
#[derive(Debug, Clone, Default)]
struct Tally(Arc<AtomicUsize>);

impl Tally {
    fn count(&self, right: bool) {
        self.0.fetch_add(usize::from(right), Ordering::Relaxed);
    }

    fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// Both ends, whose listeners count what is right.
struct Session {
    main: IpcMain,
    page: WebContents,
    renderer: IpcRenderer,
    tally: Tally,
    /// Dropped last.
    _endpoint: Endpoint,
}

impl Session {
    fn begin() -> Self {
        let endpoint = Endpoint::of_this_process("session");
        let main = IpcMain::bind(endpoint.name()).expect("an endpoint");
        let renderer = std::thread::scope(|scope| {
            let running = scope.spawn(|| main.run());
            let renderer = IpcRenderer::connect(endpoint.name()).expect("a session");
            main.stop();
            running.join().expect("no panic").expect("main ran");
            renderer
        });
        let page = main.all_web_contents().pop().expect("the renderer's");
        let session = Self { main, page, renderer, tally: Tally::default(), _endpoint: endpoint };
        session.listen();
        session
    }

    fn listen(&self) {
        let tally = self.tally.clone();
        self.main.on("message", move |_, args| tally.count(args.get(0) == "ping"));
        let tally = self.tally.clone();
        self.main.on_typed(&POSITION, move |_, it| tally.count(it.x == 0.5 && it.y == 2.0));
        let tally = self.tally.clone();
        self.renderer.on("message", move |_, args| tally.count(args.get(0) == "ping"));
    }

    /// Sends a batch, then dispatches until all of it was delivered.
    fn turn(&self, send: impl Fn(), dispatch: impl Fn() -> usize) {
        (0..BATCH).for_each(|_| send());
        let mut delivered = 0;
        while delivered < BATCH {
            delivered += dispatch();
        }
        assert_eq!((delivered, self.tally.take()), (BATCH, BATCH));
    }

    fn dispatch_main(&self) -> usize {
        self.main.dispatch(BATCH).expect("dispatched")
    }

    fn dispatch_renderer(&self) -> usize {
        self.renderer.dispatch(BATCH).expect("dispatched")
    }
}

fn session(criterion: &mut Criterion) {
    let session = Session::begin();
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(BATCH as u64));
    to_main(&mut group, &session);
    to_the_renderer(&mut group, &session);
    group.finish();
}

fn to_main(group: &mut BenchmarkGroup<'_, WallTime>, session: &Session) {
    let send = || session.renderer.send("message", args!["ping"]).expect("space");
    group.bench_function("send and dispatch a batch of 64", |bencher| {
        bencher.iter(|| session.turn(send, || session.dispatch_main()));
    });
    let position = Position { x: 0.5, y: 2.0 };
    let send = || session.renderer.send_typed(&POSITION, &position).expect("space");
    group.bench_function("send_typed and dispatch a batch of 64", |bencher| {
        bencher.iter(|| session.turn(send, || session.dispatch_main()));
    });
}

fn to_the_renderer(group: &mut BenchmarkGroup<'_, WallTime>, session: &Session) {
    let send = || session.page.send("message", args!["ping"]).expect("space");
    group.bench_function("webContents.send and dispatch a batch of 64", |bencher| {
        bencher.iter(|| session.turn(send, || session.dispatch_renderer()));
    });
}

criterion_group!(name = suite; config = common::settings(); targets = session);
criterion_main!(suite);
