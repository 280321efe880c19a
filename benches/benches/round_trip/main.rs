//! Round trips between two processes, with the default options and a CPU for each side if there are
//! two: this one is the renderer, and starts itself once more as the main that answers. Each trip
//! asserts its answer.
//!
//! The clock starts after some trips that it does not count: main may have gone to sleep while this
//! side was busy with figures, and a wake-up costs more than many trips. What the trips cost beside
//! the machine's own floors, and main asleep, is the business of `ringmain-bench`.

#[path = "../common/mod.rs"]
mod common;

mod cpus;
mod main_process;
mod position;
mod relay;

use cpus::Side;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group};
use main_process::MainProcess;
use position::{POSITION, Position};
use relay::Relay;
use ringmain::{Bytes, IpcRenderer, RendererOptions, args};
use std::process::ExitCode;
use std::time::{Duration, Instant};

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// Trips before the clock starts.
const UNCOUNTED: u64 = 32;

/// How long main may take to be there.
const PATIENCE: Duration = Duration::from_secs(30);

fn round_trip(criterion: &mut Criterion) {
    let main = MainProcess::start();
    cpus::pin(Side::Renderer);
    let renderer = RendererOptions::new()
        .wait_until(Instant::now() + PATIENCE)
        .connect(main.endpoint())
        .expect("a session");
    let mut group = criterion.benchmark_group("round trip");
    send_sync(&mut group, &renderer);
    invoke(&mut group, &renderer);
    send_and_answer(&mut group, &renderer);
    typed(&mut group, &renderer);
    echo(&mut group, &renderer);
    group.finish();
}

/// Measures trips that are made one by one, each knowing its number.
fn one_by_one(group: &mut Group<'_>, name: &str, mut trip: impl FnMut(u64)) {
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|trips| {
            (0..UNCOUNTED).for_each(&mut trip);
            let started = Instant::now();
            (0..trips).for_each(&mut trip);
            started.elapsed()
        });
    });
}

/// Measures trips that listeners make, so many at once.
fn in_listeners(group: &mut Group<'_>, name: &str, trips: impl Fn(u64)) {
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|count| {
            trips(UNCOUNTED);
            let started = Instant::now();
            trips(count);
            started.elapsed()
        });
    });
}

fn send_sync(group: &mut Group<'_>, renderer: &IpcRenderer) {
    one_by_one(group, "send_sync ping", |_| {
        let answer = renderer.send_sync("synchronous-message", args!["ping"]).expect("an answer");
        assert_eq!(answer, "pong");
    });
}

fn invoke(group: &mut Group<'_>, renderer: &IpcRenderer) {
    one_by_one(group, "invoke", |number| {
        let answer = renderer.invoke("add one", args![number]).wait().expect("an answer");
        assert_eq!(answer.as_f64(), Some(number as f64 + 1.0));
    });
}

fn send_and_answer(group: &mut Group<'_>, renderer: &IpcRenderer) {
    let relay = Relay::default();
    let arrived = relay.clone();
    renderer.on("asynchronous-reply", move |event, args| {
        let answer = args.get(0).as_f64();
        let answers = |number| answer == Some(number as f64 + 1.0);
        let renderer = event.sender();
        arrived.arrived(renderer, answers, |next| {
            renderer.send("asynchronous-message", ringmain::args![next])
        });
    });
    in_listeners(group, "send, answered by event.sender().send", |trips| {
        let send = |number| renderer.send("asynchronous-message", args![number]);
        relay.run(renderer, trips, send);
    });
}

fn typed(group: &mut Group<'_>, renderer: &IpcRenderer) {
    let relay = Relay::default();
    let arrived = relay.clone();
    renderer.on_typed(&POSITION, move |event, position| {
        let renderer = event.sender();
        let answers = |number| position.answers(number);
        arrived
            .arrived(renderer, answers, |next| renderer.send_typed(&POSITION, &Position::of(next)));
    });
    in_listeners(group, "typed channel, there and back", |trips| {
        let send = |number| renderer.send_typed(&POSITION, &Position::of(number));
        relay.run(renderer, trips, send);
    });
}

/// The message is built anew for each trip, and its answer compared.
fn echo(group: &mut Group<'_>, renderer: &IpcRenderer) {
    const LEN: usize = 64 << 10;
    let mut content: Vec<u8> = (0..LEN).map(|at| at.to_le_bytes()[0]).collect();
    group.throughput(Throughput::Bytes(2 * LEN as u64));
    one_by_one(group, "send_sync echo of 64 KiB", |number| {
        content[..8].copy_from_slice(&number.to_le_bytes());
        let answer = renderer.send_sync("echo", args![Bytes(&content)]).expect("an answer");
        assert_eq!(answer.as_bytes(), Some(content.as_slice()));
    });
}

criterion_group!(name = suite; config = common::settings(); targets = round_trip);

fn main() -> ExitCode {
    if let Some(endpoint) = main_process::endpoint() {
        return main_process::serve(&endpoint);
    }
    suite();
    Criterion::default().configure_from_args().final_summary();
    ExitCode::SUCCESS
}
