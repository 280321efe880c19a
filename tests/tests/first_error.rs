//! What a renderer is told first when its main has died: `MainGone`, whatever it was doing.
//!
//! With `RINGMAIN_DEATHS=5000` in the environment so many mains die, instead of some.

use ringmain::{Channel, Error, IpcRenderer, WhenFull, args};
use ringmain_tests::types::Sample;
use ringmain_tests::{UniqueEndpoint, Watchdog, lone_main, numbered};
use std::sync::mpsc::channel;

static SAMPLE: Channel<Sample> = Channel::new("sample", 1);

/// Deaths in a run of the tests.
const SOME: u64 = 120;

/// One call of a program that never looks back. Its result, and not that of what it leaves behind, is what
/// the program sees.
fn call(renderer: &IpcRenderer, kind: u64) -> Result<(), Error> {
    let sample = Sample { number: kind, values: [0.5; 5] };
    match kind % 12 {
        0 => renderer.send("nobody", args![1]),
        1 => renderer.send_sync("echo", args![2]).map(drop),
        2 => renderer.invoke("echo", args![3]).wait().map(drop),
        3 => {
            // Nobody asks what became of it.
            drop(renderer.invoke("echo", args![4]));
            Ok(())
        }
        4 => renderer.claim("nobody", 1000)?.commit(10),
        5 => renderer.claim("nobody", 200_000)?.commit(100_000),
        6 => {
            let mut burst = renderer.burst(WhenFull::Wait)?;
            burst.send("nobody", args![6])
            // Dropped without a look at its end.
        }
        7 => renderer.send_typed(&SAMPLE, &sample),
        8 => renderer.try_send("nobody", args![8]).or_else(|error| match error {
            Error::Backpressure { .. } => Ok(()),
            error => Err(error),
        }),
        9 => {
            renderer.send_sync("send-me", args![100])?;
            // All of it, or so much that the end of main is seen before the last of it is read.
            renderer.dispatch(if kind % 24 < 12 { 150 } else { usize::MAX }).map(drop)
        }
        10 => renderer.dispatch(50).map(drop),
        _ => renderer.send("nobody", numbered(0, 300_000)),
    }
}

/// Numbers that look random, the same in every run.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// The first error of a renderer whose main is killed while it calls, and the one after it.
fn death(state: &mut u64) -> (u64, Error, Result<(), Error>) {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let mut main = lone_main!(endpoint);
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    let (calls, only) = (next(state) % 2000, next(state) % 24);
    std::thread::scope(|scope| {
        let (tx, rx) = channel();
        let killer = scope.spawn(move || {
            rx.recv().unwrap();
            main.kill();
        });
        for number in 0.. {
            if number == calls {
                tx.send(()).unwrap();
            }
            // Half of the programs make calls of one kind only. What nobody asks for tells nobody anything.
            let kind = if only < 12 && only != 3 { only } else { next(state) };
            if let Err(error) = call(&renderer, kind) {
                killer.join().unwrap();
                return (kind % 12, error, renderer.send("nobody", args![]));
            }
        }
        unreachable!("it ends with an error")
    })
}

#[test]
fn it_is_main_gone_and_disconnected_from_then_on() {
    let deaths = std::env::var("RINGMAIN_DEATHS").map_or(SOME, |deaths| deaths.parse().unwrap());
    let mut state = 7;
    for number in 0..deaths {
        let (kind, first, second) = death(&mut state);
        assert_eq!(first, Error::MainGone, "death {number}, call {kind}");
        assert_eq!(second, Err(Error::Disconnected), "death {number}, behind call {kind}");
    }
}
