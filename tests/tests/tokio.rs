//! Endpoints inside tokio: `run_async`.

use ringmain::{Args, Error, IpcMain, args, object};
use ringmain_tests::{Log, UniqueEndpoint, Watchdog, lone_main, renderer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A main that stops when so many renderers have gone.
fn main_of(renderers: usize) -> (IpcMain, Log<&'static str>) {
    let main = IpcMain::new().unwrap();
    let gone = Log::new();
    main.on_render_process_gone({
        let (main, gone) = (main.clone(), gone.clone());
        move |_page, details| {
            gone.push(details.reason.as_str());
            if gone.len() == renderers {
                main.stop();
            }
        }
    });
    (main, gone)
}

#[test]
fn a_main_answers_many_threads_of_several_renderers() {
    let _watchdog = Watchdog::new();
    let (main, gone) = main_of(2);
    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    for _ in 0..2 {
        main.spawn(renderer!("threads")).unwrap();
    }
    runtime().block_on(main.run_async()).unwrap();
    assert_eq!(gone.take(), ["clean-exit"; 2]);
    main.close();
}

#[test]
fn a_handler_awaits_what_tokio_offers_and_holds_up_nobody() {
    let _watchdog = Watchdog::new();
    let (main, gone) = main_of(1);
    let (most, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    main.handle("twice", {
        let (most, now) = (Arc::clone(&most), Arc::clone(&now));
        move |_event, args: Args| {
            let (most, now) = (Arc::clone(&most), Arc::clone(&now));
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(20)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(args.get(0).to::<i32>()? * 2)
            }
        }
    })
    .unwrap();
    main.spawn(renderer!("async")).unwrap();
    runtime().block_on(main.run_async()).unwrap();
    assert_eq!(gone.take(), ["clean-exit"]);
    assert!(most.load(Ordering::SeqCst) > 1, "one after the other");
    main.close();
}

#[test]
fn a_flood_leaves_time_for_other_tasks_of_the_thread() {
    let _watchdog = Watchdog::new();
    let (main, gone) = main_of(1);
    let flooded = Arc::new(AtomicUsize::new(0));
    main.on("flood", {
        let flooded = Arc::clone(&flooded);
        move |_event, _args| {
            flooded.fetch_add(1, Ordering::SeqCst);
        }
    });
    let page = main.spawn(renderer!("flood")).unwrap();
    runtime().block_on(async {
        let task = tokio::spawn({
            let main = main.clone();
            async move { main.run_async().await }
        });
        let mut turns = 0;
        while flooded.load(Ordering::SeqCst) < 10_000 {
            tokio::task::yield_now().await;
            turns += 1;
        }
        assert!(turns >= 10_000 / 64, "{turns} turns");
        page.close();
        task.await.unwrap().unwrap();
    });
    assert_eq!(gone.len(), 1);
    main.close();
}

#[test]
fn an_idle_main_lets_its_thread_sleep_and_is_stopped_by_another() {
    let _watchdog = Watchdog::new();
    let main = IpcMain::new().unwrap();
    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    let is_over = Arc::new(AtomicBool::new(false));
    main.on_render_process_gone({
        let is_over = Arc::clone(&is_over);
        move |_page, _details| is_over.store(true, Ordering::SeqCst)
    });
    let (parked, parks) = std::sync::mpsc::channel();
    let runtime = Builder::new_current_thread()
        .enable_io()
        .on_thread_park(move || {
            if is_over.load(Ordering::SeqCst) {
                // Nobody listens any more once it was heard.
                let _ = parked.send(());
            }
        })
        .build()
        .unwrap();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| runtime.block_on(main.run_async()));
        main.spawn(renderer!("threads")).unwrap();
        parks.recv().unwrap();
        main.stop();
        assert_eq!(running.join().unwrap(), Ok(()));
    });
}

#[test]
fn a_renderer_hears_of_its_mains_end() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let mut main = lone_main!(endpoint);
    let renderer = ringmain::IpcRenderer::connect(endpoint.name()).unwrap();
    runtime().block_on(async {
        let driver = tokio::spawn({
            let renderer = renderer.clone();
            async move { renderer.run_async().await }
        });
        assert_eq!(renderer.invoke("echo", args!["there"]).await.unwrap(), "there");
        let pending = renderer.invoke("die", args![]);
        assert_eq!(pending.await, Err(Error::MainGone));
        assert_eq!(driver.await.unwrap(), Err(Error::MainGone));
    });
    main.until_killed();
}

#[test]
fn a_task_that_may_change_threads_awaits_calls() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let _main = lone_main!(endpoint);
    let renderer = ringmain::IpcRenderer::connect(endpoint.name()).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let answers = runtime.block_on(async {
        let driver = tokio::spawn({
            let renderer = renderer.clone();
            async move { renderer.run_async().await }
        });
        // `spawn` wants futures that are `Send`: nothing that `args!` has borrowed may outlive it.
        let calls: Vec<_> = (0..4)
            .map(|number| {
                let renderer = renderer.clone();
                let call = async move {
                    renderer.invoke("echo", args![number, object! { "number": number }]).await
                };
                tokio::spawn(call)
            })
            .collect();
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await.unwrap().unwrap().to_string());
        }
        renderer.stop();
        driver.await.unwrap().unwrap();
        answers
    });
    assert_eq!(answers, ["0", "1", "2", "3"]);
}

#[test]
fn a_driver_that_is_dropped_can_be_followed_by_another() {
    let _watchdog = Watchdog::new();
    let (main, gone) = main_of(1);
    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    main.spawn(renderer!("threads")).unwrap();
    runtime().block_on(async {
        for _ in 0..50 {
            let _ = tokio::time::timeout(Duration::from_micros(50), main.run_async()).await;
        }
        if gone.is_empty() {
            main.run_async().await.unwrap();
        }
    });
    assert_eq!(gone.take(), ["clean-exit"]);
    main.close();
}
