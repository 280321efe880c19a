//! `ipc-message`, `frame.ipc`, `webContents.ipc` and `ipcMain`: who gets a message, and in which order.

use ringmain::{ArgsRef, Event, GoneReason, IpcMain, IpcRenderer, WebContents, args};
use ringmain_tests::{Log, Stage, UniqueEndpoint, Watchdog, renderer};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

type Entries = Log<&'static str>;

/// A listener that notes its call.
fn noting(
    log: &Entries,
    entry: &'static str,
) -> impl Fn(&Event<'_>, ArgsRef<'_>) + Send + Sync + 'static {
    let log = log.clone();
    move |_event, _args| log.push(entry)
}

/// A renderer that plays these steps, as soon as main dispatches.
fn script(stage: &Stage, steps: &[&str]) -> WebContents {
    let mut script = renderer!("script");
    script.args(steps);
    stage.start(script)
}

/// A listener at each level of a page, added last level first.
fn listen_everywhere(stage: &Stage, page: &WebContents, log: &Entries) {
    stage.on("channel", noting(log, "ipcMain"));
    page.ipc().on("channel", noting(log, "webContents.ipc"));
    page.main_frame().ipc().on("channel", noting(log, "frame.ipc"));
    page.on_ipc_message(noting(log, "ipc-message"));
    page.on_ipc_message_sync(noting(log, "ipc-message-sync"));
}

#[test]
fn a_message_goes_to_the_hook_the_frame_the_renderer_and_main() {
    let (stage, log) = (Stage::new(), Log::new());
    let page = script(&stage, &["send:channel", "send:channel"]);
    listen_everywhere(&stage, &page, &log);
    stage.run_to_the_end(1);
    let once = ["ipc-message", "frame.ipc", "webContents.ipc", "ipcMain"];
    assert_eq!(log.take(), [once, once].concat());
}

#[test]
fn a_sendsync_goes_the_same_way_behind_its_own_hook() {
    let (stage, log) = (Stage::new(), Log::new());
    let page = script(&stage, &["sync:channel"]);
    let results = stage.collect();
    listen_everywhere(&stage, &page, &log);
    stage.run_to_the_end(1);
    // The last one is the report of the outcome.
    let way = ["ipc-message-sync", "frame.ipc", "webContents.ipc", "ipcMain", "ipc-message"];
    assert_eq!(log.take(), way);
    assert_eq!(results.take(), ["failed: reply was never sent"]);
}

#[test]
fn another_renderer_is_none_of_their_business() {
    let (stage, log) = (Stage::new(), Log::new());
    let page = script(&stage, &[]);
    listen_everywhere(&stage, &page, &log);
    script(&stage, &["send:channel"]);
    stage.run_to_the_end(2);
    assert_eq!(log.take(), ["ipcMain"]);
}

#[test]
fn the_first_return_value_of_the_whole_way_wins() {
    for (first, expected) in [(0, "hook"), (1, "frame"), (2, "page"), (3, "main")] {
        let stage = Stage::new();
        let page = script(&stage, &["sync:channel"]);
        let results = stage.collect();
        if first == 0 {
            page.on_ipc_message_sync(|event, _| event.set_return_value("hook"));
        }
        if first <= 1 {
            page.main_frame().ipc().on("channel", |event, _| event.set_return_value("frame"));
        }
        if first <= 2 {
            page.ipc().on("channel", |event, _| event.set_return_value("page"));
        }
        stage.on("channel", |event, _| event.set_return_value("main"));
        stage.run_to_the_end(1);
        assert_eq!(results.take(), [expected]);
    }
}

#[test]
fn who_fails_keeps_the_message_from_those_behind_it() {
    let (stage, log) = (Stage::new(), Log::new());
    let page = script(&stage, &["send:channel", "send:channel"]);
    let said = Log::new();
    stage.on_diagnostic({
        let said = said.clone();
        move |diagnostic| said.push(diagnostic.to_string())
    });
    listen_everywhere(&stage, &page, &log);
    page.main_frame().ipc().once("channel", |_event, _args| Err("no further"));
    stage.run_to_the_end(1);
    let all = ["ipc-message", "frame.ipc", "webContents.ipc", "ipcMain"];
    assert_eq!(log.take(), [&all[..2], &all[..]].concat());
    let said = said.take();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("no further"), "{said:?}");
}

#[test]
fn a_hook_that_fails_ends_it_before_anybody_listens() {
    let (stage, log) = (Stage::new(), Log::new());
    let page = script(&stage, &["send:channel"]);
    listen_everywhere(&stage, &page, &log);
    page.on_ipc_message(|_event, _args| -> Result<(), String> { panic!("a hook") });
    stage.run_to_the_end(1);
    assert_eq!(log.take(), ["ipc-message"]);
}

#[test]
fn nobody_but_a_hook_counts_as_nobody() {
    let stage = Stage::new();
    let page = script(&stage, &["sync:channel"]);
    let said = Log::new();
    stage.on_diagnostic({
        let said = said.clone();
        move |diagnostic| said.push(diagnostic.to_string())
    });
    let results = stage.collect();
    page.on_ipc_message_sync(|event, _| event.set_return_value("answered"));
    stage.run_to_the_end(1);
    assert_eq!(results.take(), ["answered"]);
    let warning =
        "WebContents #1 called ipcRenderer.sendSync() with 'channel' channel without listeners.";
    assert_eq!(said.take(), [warning]);
}

#[test]
fn an_invoke_goes_to_the_first_that_has_a_handler() {
    let stage = Stage::new();
    let page =
        script(&stage, &["invoke:channel", "invoke:channel", "invoke:channel", "invoke:other"]);
    let results = stage.collect();
    stage.handle("channel", |_event, _args| async { Ok("main") }).unwrap();
    stage.handle("other", |_event, _args| async { Ok("main's other") }).unwrap();
    page.ipc().handle_once("channel", |_event, _args| async { Ok("page") }).unwrap();
    page.main_frame().ipc().handle_once("channel", |_event, _args| async { Ok("frame") }).unwrap();
    stage.run_to_the_end(1);
    assert_eq!(results.take(), ["frame", "page", "main", "main's other"]);
    let twice = page.ipc().handle("channel", |_event, _args| async { Ok(1) });
    assert_eq!(twice, Ok(()), "it was taken, and nothing is left");
}

#[test]
fn a_level_added_by_a_listener_counts_from_the_next_message() {
    let (stage, log) = (Stage::new(), Log::new());
    stage.on("channel", {
        let log = log.clone();
        move |event, _args| {
            log.push("ipcMain");
            if log.len() == 1 {
                event.sender_frame().ipc().on("channel", noting(&log, "frame.ipc"));
            }
        }
    });
    script(&stage, &["send:channel", "send:channel", "send:channel"]);
    stage.run_to_the_end(1);
    assert_eq!(log.take(), ["ipcMain", "frame.ipc", "ipcMain", "frame.ipc", "ipcMain"]);
}

#[test]
fn listeners_of_a_page_come_and_go_as_mains_do() {
    let (stage, log) = (Stage::new(), Log::new());
    let page = script(&stage, &["send:channel", "send:channel"]);
    page.ipc().once("channel", noting(&log, "once"));
    let removed = page.ipc().on("channel", noting(&log, "removed"));
    assert_eq!(page.ipc().listener_count("channel"), 2);
    assert!(page.ipc().remove_listener("channel", removed));
    let hook = page.on_ipc_message(noting(&log, "hook"));
    assert!(page.remove_ipc_message(hook));
    assert!(!page.remove_ipc_message_sync(hook));
    stage.run_to_the_end(1);
    assert_eq!(log.take(), ["once"]);
}

#[test]
fn a_life_ends_in_order_and_lets_go_of_all_that_listened() {
    let (stage, log) = (Stage::new(), Log::new());
    let page = script(&stage, &["send:channel"]);
    let kept = Arc::new(());
    page.ipc().on("channel", {
        // A cycle, unless it is cut: the page keeps the listener and this the page.
        let (log, kept, page) = (log.clone(), Arc::clone(&kept), page.clone());
        move |_event, _args| log.push((page.id(), "message", Arc::strong_count(&kept)).1)
    });
    page.on_destroyed({
        let (log, kept) = (log.clone(), Arc::clone(&kept));
        move |page| {
            assert!(page.is_destroyed() && Arc::strong_count(&kept) > 0);
            log.push("destroyed");
        }
    });
    page.on_render_process_gone({
        let log = log.clone();
        move |_page, details| {
            assert_eq!(details.reason, GoneReason::CleanExit);
            log.push("render-process-gone of the page");
        }
    });
    stage.on_attached({
        let log = log.clone();
        move |_page| log.push("attached")
    });
    stage.on_render_process_gone({
        let (main, log) = (stage.clone(), log.clone());
        move |_page, _details| {
            log.push("render-process-gone");
            main.stop();
        }
    });
    stage.run_until(|| log.len() >= 4);
    let life = [
        "attached",
        "message",
        "render-process-gone",
        "render-process-gone of the page",
        "destroyed",
    ];
    assert_eq!(log.take(), life);
    assert_eq!(Arc::strong_count(&kept), 1);
}

#[test]
fn close_lets_go_of_what_pages_listen_with() {
    let stage = Stage::new();
    let page = script(&stage, &[]);
    let kept = Arc::new(());
    page.main_frame().ipc().on("channel", {
        let (main, kept) = (stage.clone(), Arc::clone(&kept));
        move |_event, _args| drop((main.clone(), Arc::clone(&kept)))
    });
    stage.close();
    assert_eq!(Arc::strong_count(&kept), 1);
}

#[test]
fn a_closed_main_gives_its_name_up() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = IpcMain::bind(endpoint.name()).unwrap();
    assert!(IpcMain::bind(endpoint.name()).is_err());
    main.close();
    let next = IpcMain::bind(endpoint.name()).unwrap();
    drop(main);
    std::thread::scope(|scope| {
        let running = scope.spawn(|| next.run());
        let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
        // By another thread than the one that dispatches.
        next.close();
        assert_eq!(running.join().unwrap(), Ok(()));
        assert!(renderer.send_sync("channel", args![]).is_err());
        assert!(IpcMain::bind(endpoint.name()).is_ok());
    });
}

#[test]
fn close_until_waits_for_those_who_read_and_no_longer() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let main = IpcMain::bind(endpoint.name()).unwrap();
    let (attached, received) = (Log::new(), Log::new());
    let (begin, begun) = mpsc::channel();
    main.on_attached({
        let (main, attached) = (main.clone(), attached.clone());
        move |page| {
            attached.push(page.clone());
            main.stop();
        }
    });
    let (name, heard) = (endpoint.name(), received.clone());
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let renderer = IpcRenderer::connect(name).unwrap();
            renderer.on("bulk", move |_event, args| heard.push(args.get(0).as_i32()));
            begun.recv().unwrap();
            renderer.run()
        });
        main.run().unwrap();
        let page = attached.take().remove(0);
        for number in 0..40_000 {
            page.send("bulk", args![number, "text that fills the ring and more than that"])
                .unwrap();
        }
        assert!(page.queued_bytes() > 0, "all of it fitted the ring");
        begin.send(()).unwrap();
        let patience = Instant::now() + Duration::from_secs(600);
        assert_eq!(main.close_until(patience), Ok(true));
        assert_eq!(reading.join().unwrap(), Err(ringmain::Error::MainGone));
    });
    assert_eq!(received.take(), (0..40_000).map(Some).collect::<Vec<_>>());
}

#[test]
fn close_until_gives_up_on_one_that_does_not_read() {
    let stage = Stage::new();
    let page = stage.start(renderer!("idle"));
    stage.run_until_attached(1);
    while page.queued_bytes() == 0 {
        page.send("bulk", args!["text that fills the ring"]).unwrap();
    }
    assert_eq!(stage.close_until(Instant::now() + Duration::from_millis(1)), Ok(false));
    assert!(page.is_destroyed());
}
