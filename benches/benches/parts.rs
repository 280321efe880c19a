//! The parts, each alone on one thread, for regressions: `cargo bench`. What a round trip between
//! two processes costs is the business of `ringmain-bench bars`.
//!
//! Each benchmark asserts what it measures, in the measured code or before it.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ringmain::emitter::Emitter;
use ringmain::lanes::{self, MainLanes, RendererLanes};
use ringmain::ring::CopyBuffer;
use ringmain::{Args, ArgsRef, Bytes, Geometry, IpcMain, IpcRenderer, ValueRef, args, object};
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;

fn lanes_of_one_process() -> (MainLanes, RendererLanes) {
    let (main, descriptors) = lanes::create(&Geometry::default(), 1).expect("segments");
    let renderer = lanes::open(&descriptors, &Geometry::default(), 1).expect("the same segments");
    (main, renderer)
}

/// A record into the ring and out again, in place and through a copy.
fn ring(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ring");
    for len in [56, 4096, 64 << 10] {
        let content: Vec<u8> = (0..len).map(|at: usize| at.to_le_bytes()[0]).collect();
        group.throughput(Throughput::Bytes(len as u64));
        let (mut main, mut renderer) = lanes_of_one_process();
        group.bench_function(BenchmarkId::new("in place", len), |bencher| {
            bencher.iter(|| {
                let mut claim = main.messages.claim(len).expect("space");
                claim.bytes().copy_from_slice(&content);
                claim.commit(len);
                let record = renderer.incoming.peek().expect("sound").expect("a record");
                // SAFETY: this thread is the producer, and writes no published record.
                #[expect(unsafe_code, reason = "zero-copy reading is what is measured")]
                let read = unsafe { record.content() };
                assert_eq!(read, content);
            });
        });
        let mut buffer = CopyBuffer::default();
        group.bench_function(BenchmarkId::new("copied", len), |bencher| {
            bencher.iter(|| {
                let mut claim = renderer.messages.claim(len).expect("space");
                claim.bytes().copy_from_slice(&content);
                claim.commit(len);
                let record = main.incoming.peek().expect("sound").expect("a record");
                assert_eq!(record.copy_into(&mut buffer), content);
            });
        });
    }
    group.finish();
}

/// Looking for a peer that does not sleep, with the fence and without.
fn wait(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wait");
    let (mut main, _renderer) = lanes_of_one_process();
    group.bench_function("look", |bencher| {
        bencher.iter(|| assert_eq!(black_box(&mut main.messages).flush(), None));
    });
    group.bench_function("hint", |bencher| {
        bencher.iter(|| assert_eq!(black_box(&mut main.messages).hint(), None));
    });
    group.finish();
}

/// Eight fields of mixed kinds, 90 bytes of contents.
fn object() -> Args {
    args![object! {
        "id": black_box(7),
        "name": "ringmain",
        "price": 0.5,
        "active": true,
        "tags": ["one", "two", "three"],
        "note": "a note that is longer than a short string",
        "count": 1_000_000,
        "parent": None::<i32>,
    }]
}

fn read(object: ValueRef<'_>) -> f64 {
    let number = |key| object.get(key).as_f64().unwrap_or(0.0);
    let len = |key| object.get(key).as_str().map_or(0, str::len) as f64;
    let truths = [object.get("active") == true, object.get("parent").is_null()];
    let tags = object.get("tags").len() as f64;
    let truths = truths.into_iter().map(f64::from).sum::<f64>();
    number("id") + number("price") + number("count") + len("name") + len("note") + tags + truths
}

/// Values: building, checking, reading.
fn value(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("value");
    group.bench_function("build [\"ping\"]", |bencher| {
        bencher.iter(|| args![black_box("ping")]);
    });
    group.bench_function("build [1, \"short\"]", |bencher| {
        bencher.iter(|| args![black_box(1), black_box("short")]);
    });
    let ping = args!["ping"];
    assert_eq!(ping.get(0), "ping");
    group.bench_function("check [\"ping\"]", |bencher| {
        bencher.iter(|| ArgsRef::check(black_box(ping.archive())).expect("our own"));
    });
    let eight = object();
    assert_eq!(eight.get(0).len(), 8);
    group.bench_function("build an object of 8", |bencher| bencher.iter(object));
    group.bench_function("check an object of 8", |bencher| {
        bencher.iter(|| ArgsRef::check(black_box(eight.archive())).expect("our own"));
    });
    group.bench_function("read an object of 8 by key", |bencher| {
        bencher.iter(|| assert_eq!(read(black_box(eight.get(0))), 1_000_061.5));
    });
    let two = args![eight.get(0), 1];
    group.bench_function("copy an object of 8 out of two", |bencher| {
        bencher.iter(|| black_box(two.get(0)).to_owned());
    });
    group.bench_function("compare two objects of 8", |bencher| {
        bencher.iter(|| assert!(black_box(eight.get(0)) == black_box(two.get(0))));
    });
    let large = vec![7_u8; 8 << 20];
    group.bench_function("build 8 MiB of bytes", |bencher| {
        bencher.iter(|| args![Bytes(black_box(&large))]);
    });
    group.finish();
}

/// An emit to one listener, by name.
fn emitter(criterion: &mut Criterion) {
    let emitter = Emitter::<dyn Fn(u32) -> u32 + Send + Sync>::default();
    emitter.on("channel", Arc::new(|number| number + 1));
    criterion.bench_function("emitter/one listener", |bencher| {
        bencher.iter(|| {
            let mut sum = 0;
            let emitted = emitter.emit(black_box("channel"), |listener| {
                sum += listener(1);
                Ok::<_, Infallible>(())
            });
            assert_eq!((emitted.ran, sum), (1, 2));
        });
    });
}

/// Main and a renderer in one process, taking turns on this thread: no transfer between CPUs.
fn session(criterion: &mut Criterion) {
    const BATCH: usize = 64;
    let name = format!("ringmain-parts-{}", std::process::id());
    let main = IpcMain::bind(&name).expect("an endpoint");
    main.on("message", |_, args| assert_eq!(args.get(0), "ping"));
    let renderer = std::thread::scope(|scope| {
        let running = scope.spawn(|| main.run());
        let renderer = IpcRenderer::connect(&name).expect("a session");
        main.stop();
        running.join().expect("no panic").expect("main ran");
        renderer
    });
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("send and dispatch a batch of 64", |bencher| {
        bencher.iter(|| {
            for _ in 0..BATCH {
                renderer.send("message", args!["ping"]).expect("space");
            }
            let mut delivered = 0;
            while delivered < BATCH {
                delivered += main.dispatch(BATCH).expect("dispatched");
            }
            assert_eq!(delivered, BATCH);
        });
    });
    group.finish();
}

criterion_group!(parts, ring, wait, value, emitter, session);
criterion_main!(parts);
