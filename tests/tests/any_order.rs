//! Threads that send, stop, close and drop handles at once, in any order: every call ends, and main goes on.

use ringmain::{Error, IpcMain, IpcRenderer, args};
use ringmain_tests::{UniqueEndpoint, Watchdog};
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// What a thread does to a handle that others use.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Stop,
    Close,
    Drop,
    Calls,
    Runs,
}

use Deed::{Calls, Close, Drop, Runs, Stop};

/// Every order of three of them comes up in one of the rounds, as far as the machine lets them.
const ROUNDS: [[Deed; 4]; 8] = [
    [Calls, Close, Stop, Drop],
    [Calls, Calls, Close, Stop],
    [Runs, Stop, Close, Calls],
    [Runs, Close, Drop, Calls],
    [Stop, Stop, Close, Close],
    [Runs, Runs, Stop, Stop],
    [Calls, Drop, Drop, Close],
    [Runs, Calls, Close, Stop],
];

const TIMES: usize = 12;

/// Calls that a handle may be closed under.
fn is_an_end(error: &Error) -> bool {
    matches!(
        error,
        Error::Disconnected | Error::MainGone | Error::RendererGone { .. } | Error::NoReply
    )
}

fn do_to_renderer(renderer: IpcRenderer, deed: Deed) {
    match deed {
        Stop => renderer.stop(),
        Close => renderer.close(),
        Drop => drop(renderer),
        Calls => {
            for number in 0..50 {
                let answered = renderer.send_sync("echo", args![number]);
                let asked = renderer.invoke("echo", args![number]).wait();
                for result in [answered, asked] {
                    match result {
                        Ok(value) => assert_eq!(value, number),
                        Err(error) => assert!(is_an_end(&error), "{error:?}"),
                    }
                }
            }
        }
        Runs => {
            let ran = renderer.run();
            assert!(ran.as_ref().err().is_none_or(is_an_end), "{ran:?}");
        }
    }
}

/// Has a thread for each deed, on a handle of its own; and ends the runs that came behind their stop.
fn all_at_once<H: Send>(
    deeds: [Deed; 4],
    handle: impl Fn() -> H,
    act: impl Fn(H, Deed) + Sync,
    close: impl Fn(),
) {
    let start = Barrier::new(deeds.len());
    std::thread::scope(|scope| {
        let threads = deeds.map(|deed| {
            let (handle, start, act) = (handle(), &start, &act);
            let thread = scope.spawn(move || {
                start.wait();
                act(handle, deed);
            });
            (deed, thread)
        });
        for (deed, thread) in threads {
            // They end by themselves, or by the close of another; the runs by the last.
            if !matches!(deed, Runs) {
                thread.join().unwrap();
            }
        }
        close();
    });
}

#[test]
fn threads_of_a_renderer_end_its_session_in_any_order() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = IpcMain::bind(endpoint.name()).unwrap();
    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    main.handle("echo", |_event, args| async move { Ok(args.get(0).to_owned()) }).unwrap();
    std::thread::scope(|scope| {
        let serving = scope.spawn(|| main.run());
        for deeds in ROUNDS.iter().cycle().take(TIMES * ROUNDS.len()) {
            let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
            all_at_once(*deeds, || renderer.clone(), do_to_renderer, || renderer.close());
        }
        let last = IpcRenderer::connect(endpoint.name()).unwrap();
        assert_eq!(last.send_sync("echo", args!["still here"]).unwrap(), "still here");
        main.stop();
        serving.join().unwrap().unwrap();
    });
}

fn do_to_main(main: IpcMain, deed: Deed) {
    match deed {
        Stop => main.stop(),
        Close => main.close(),
        Drop => drop(main),
        Calls => {
            for number in 0..50 {
                for page in main.all_web_contents() {
                    let sent = page.send("note", args![number]);
                    assert!(sent.as_ref().err().is_none_or(is_an_end), "{sent:?}");
                }
            }
            let closed = main.close_until(Instant::now() + Duration::from_millis(50));
            assert!(closed.is_ok(), "{closed:?}");
        }
        Runs => main.run().unwrap(),
    }
}

#[test]
fn threads_of_a_main_end_it_in_any_order() {
    let _watchdog = Watchdog::new();
    for deeds in ROUNDS.iter().cycle().take(TIMES * ROUNDS.len()) {
        let endpoint = UniqueEndpoint::new();
        let main = IpcMain::bind(endpoint.name()).unwrap();
        main.on("echo", |event, args| event.set_return_value(args.get(0)));
        std::thread::scope(|scope| {
            let serving = scope.spawn(|| main.run());
            let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
            let talking = scope.spawn(move || {
                loop {
                    match renderer.send_sync("echo", args![1]) {
                        Ok(answer) => assert_eq!(answer, 1),
                        Err(error) => break error,
                    }
                }
            });
            all_at_once(*deeds, || main.clone(), do_to_main, || main.close());
            assert_eq!(serving.join().unwrap(), Ok(()));
            assert!(is_an_end(&talking.join().unwrap()));
        });
        drop(main);
        IpcMain::bind(endpoint.name()).unwrap().close();
    }
}
