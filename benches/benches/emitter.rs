//! An emit by name: what finding and calling a channel's listeners costs.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use ringmain::emitter::Emitter;
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;

type Listener = dyn Fn(usize) -> usize + Send + Sync;

/// Emits 1, and gives back how many listeners ran and the sum of what they returned.
fn emit(emitter: &Emitter<Listener>, channel: &str) -> (usize, usize) {
    let mut sum = 0;
    let emitted = emitter.emit(black_box(channel), |listener| {
        sum += listener(1);
        Ok::<_, Infallible>(())
    });
    (emitted.ran, sum)
}

/// An emitter whose "channel" has so many listeners, each of which adds 1.
fn listening(listeners: usize) -> Emitter<Listener> {
    let emitter = Emitter::<Listener>::default();
    for _ in 0..listeners {
        emitter.on("channel", Arc::new(|number| number + 1));
    }
    emitter
}

fn one_channel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("emitter");
    for (name, listeners) in [("one listener", 1), ("8 listeners", 8), ("no listener", 0)] {
        let emitter = listening(listeners);
        let expected = (listeners, 2 * listeners);
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(emit(&emitter, "channel"), expected));
        });
    }
    group.finish();
}

/// Registered anew for each emit, which takes it out again.
fn once(criterion: &mut Criterion) {
    let emitter = listening(0);
    let listener: Arc<Listener> = Arc::new(|number| number + 1);
    criterion.bench_function("emitter/once, registered and called", |bencher| {
        bencher.iter(|| {
            emitter.once("channel", Arc::clone(&listener));
            assert_eq!(emit(&emitter, "channel"), (1, 2));
        });
    });
    assert_eq!(emitter.listener_count("channel"), 0);
}

/// Another channel each time, each with a listener that returns its channel's number.
fn many_channels(criterion: &mut Criterion) {
    const CHANNELS: usize = 1000;
    let emitter = Emitter::<Listener>::default();
    let names: Vec<String> = (0..CHANNELS).map(|number| format!("channel-{number}")).collect();
    for (number, name) in (0..).zip(&names) {
        emitter.on(name, Arc::new(move |one| one + number));
    }
    let mut next = (1..=CHANNELS).zip(&names).cycle();
    criterion.bench_function("emitter/1000 channels in turn", |bencher| {
        bencher.iter(|| {
            let (expected, name) = next.next().expect("a cycle has no end");
            assert_eq!(emit(&emitter, name), (1, expected));
        });
    });
}

criterion_group! {
    name = suite;
    config = common::settings();
    targets = one_channel, once, many_channels
}
criterion_main!(suite);
