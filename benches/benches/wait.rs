//! What a publisher pays for a peer that may sleep, while it does not.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use ringmain::lanes::{MainLanes, RendererLanes};
use ringmain::limits::RING_CAPACITY;
use ringmain::sync::Woken;
use ringmain::wait::{How, Sleeper, Wake, Waker};
use std::hint::black_box;
use std::thread;
use std::time::Duration;

/// Looking for a peer that does not sleep, with the fence and without; and the system call that a
/// look which finds a sleeper is followed by, with nobody there.
fn wait(criterion: &mut Criterion) {
    let (mut main, mut renderer) = common::lanes(RING_CAPACITY);
    a_sleeper_is_found_and_woken(&mut main, &mut renderer);
    let mut group = criterion.benchmark_group("wait");
    group.bench_function("look", |bencher| {
        bencher.iter(|| assert_eq!(black_box(&mut main.messages).flush(), None));
    });
    group.bench_function("hint", |bencher| {
        bencher.iter(|| assert_eq!(black_box(&mut main.messages).hint(), None));
    });
    let bell = main.messages.data_bell();
    group.bench_function("futex wake, nobody parked", |bencher| {
        bencher.iter(|| Waker::wake(black_box(&bell)));
    });
    group.finish();
    a_sleeper_is_found_and_woken(&mut main, &mut renderer);
}

/// Before the measurement and after it: the same look and the same wake, with somebody there.
fn a_sleeper_is_found_and_woken(main: &mut MainLanes, renderer: &mut RendererLanes) {
    const PATIENCE: Duration = Duration::from_secs(60);
    let armed = renderer.incoming.arm_for_data(How::Futex).expect("an empty ring");
    let bell = renderer.incoming.data_bell();
    thread::scope(|scope| {
        let sleeper = scope.spawn(|| Sleeper::sleep(&bell, armed, Some(PATIENCE)));
        main.messages.claim(0).expect("space").commit(0);
        assert_eq!(main.messages.flush(), Some(Wake::Futex));
        Waker::wake(&main.messages.data_bell());
        assert_eq!(sleeper.join().expect("no panic"), Woken::Rung);
    });
    renderer.incoming.disarm();
    assert!(renderer.incoming.peek().expect("sound").is_some());
    assert_eq!(main.messages.flush(), None);
}

criterion_group!(name = suite; config = common::settings(); targets = wait);
criterion_main!(suite);
