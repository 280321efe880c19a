//! One flooding renderer delays another's message by at most one turn.

use ringmain::limits::ROUND_RECORDS;
use ringmain::{IpcMain, IpcRenderer, args};
use ringmain_tests::{Log, UniqueEndpoint, Watchdog, renderer};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// So many more renderers of `main`, attached.
fn attach(main: &IpcMain, endpoint: &UniqueEndpoint, renderers: usize) -> Vec<IpcRenderer> {
    let attached = main.all_web_contents().len();
    std::thread::scope(|scope| {
        let connect = || IpcRenderer::connect(endpoint.name()).unwrap();
        let connecting: Vec<_> = (0..renderers).map(|_| scope.spawn(connect)).collect();
        while main.all_web_contents().len() < attached + renderers {
            main.dispatch(1).unwrap();
        }
        connecting.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Who sent what main's listener got, in its order.
fn heard(main: &IpcMain) -> Log<u32> {
    let log = Log::new();
    main.on("message", {
        let log = log.clone();
        move |event, _args| log.push(event.sender().id())
    });
    log
}

#[test]
fn a_full_ring_delays_another_renderers_message_by_one_turn() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = IpcMain::bind(endpoint.name()).unwrap();
    let log = heard(&main);
    let renderers = attach(&main, &endpoint, 3);
    let (polite, flooders) = renderers.split_last().unwrap();
    for flooder in flooders {
        while flooder.try_send("message", args![1]).is_ok() {}
    }
    for _ in 0..3 {
        polite.send("message", args![1]).unwrap();
    }
    main.dispatch(usize::MAX).unwrap();
    let heard = log.take();
    let first = heard.iter().position(|id| *id == polite.id()).unwrap();
    assert!(first <= flooders.len() * ROUND_RECORDS, "behind {first} others");
}

#[test]
fn small_budgets_take_turns_as_well() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = IpcMain::bind(endpoint.name()).unwrap();
    let log = heard(&main);
    let renderers = attach(&main, &endpoint, 2);
    for number in 0..1000 {
        for renderer in &renderers {
            renderer.send("message", args![number]).unwrap();
        }
    }
    while log.len() < 2000 {
        assert!(main.dispatch(3).unwrap() <= 3);
    }
    let heard = log.take();
    let longest = heard.chunk_by(|one, next| one == next).map(<[u32]>::len).max();
    assert!(longest <= Some(2 * 3), "{longest:?} in a row of one renderer");
}

#[test]
fn a_process_with_many_sessions_has_no_more_of_main_than_one_with_a_single_session() {
    const CROWD: usize = 16;
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = IpcMain::bind(endpoint.name()).unwrap();
    let log = heard(&main);
    let mut crowd = renderer!("crowd", CROWD.to_string(), endpoint.name())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    while main.all_web_contents().len() < CROWD {
        main.dispatch(1).unwrap();
    }
    let polite = attach(&main, &endpoint, 1).remove(0);
    let mut lines = BufReader::new(crowd.stdout.take().unwrap()).lines();
    drop(crowd.stdin.take());
    assert_eq!(lines.nth(1).unwrap().unwrap(), "full");
    let mut sent = 0;
    while polite.try_send("message", args![1]).is_ok() {
        sent += 1;
    }
    let (mut politely, mut crowded) = (0, 0);
    while politely < sent {
        main.dispatch(100).unwrap();
        let heard = log.take();
        let polite = heard.iter().filter(|id| **id == polite.id()).count();
        (politely, crowded) = (politely + polite, crowded + heard.len() - polite);
    }
    // They cost main the same, and the crowd has sixteen times as many.
    assert!(crowded < 4 * politely, "{crowded} of the crowd beside {politely}");
    crowd.kill().unwrap();
    crowd.wait().unwrap();
}
