//! Electron's classic example, in two real processes: `cargo run --release --example hello`.
//!
//! The main spawns this very program as its renderer. It ends by itself, with both sides' counters
//! and what a round trip cost.

use ringmain::{Args, BoxError, GoneReason, IpcMain, IpcRenderer, Value, args};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

const ROUND_TRIPS: u32 = 100_000;

fn main() -> ExitCode {
    let ended = match IpcRenderer::from_env() {
        Ok(renderer) => run_renderer(&renderer),
        Err(ringmain::Error::NotSpawned { .. }) => run_main(),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hello: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run_main() -> Result<(), BoxError> {
    let main = IpcMain::new()?;
    println!("main      pid {}", std::process::id());

    main.on("asynchronous-message", |event, args| {
        println!("main      received {}", args.get(0)); // ping
        event.sender().send("asynchronous-reply", args!["pong"])
    });
    main.on("synchronous-message", |event, args| {
        println!("main      received {}, and the renderer waits", args.get(0)); // ping
        event.set_return_value("pong")
    });
    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    main.handle("sum", |_event, args: Args| async move { total(&args) })?;
    main.on_diagnostic(|diagnostic| println!("main      {diagnostic}"));

    let clean = Arc::new(AtomicBool::new(false));
    main.on_render_process_gone({
        let (main, clean) = (main.clone(), Arc::clone(&clean));
        move |page, details| {
            println!("main      renderer {} is gone: {}", page.id(), details.reason.as_str());
            clean.store(details.reason == GoneReason::CleanExit, Ordering::Relaxed);
            main.stop();
        }
    });

    let page = main.spawn(Command::new(std::env::current_exe()?))?;
    page.send("greeting", args!["hello from main"])?;
    main.run()?;

    let counters = page.counters();
    println!("main      sent {} and received {} messages", counters.sent, counters.received);
    main.close();
    if clean.load(Ordering::Relaxed) { Ok(()) } else { Err("the renderer failed".into()) }
}

fn total(args: &Args) -> Result<f64, BoxError> {
    args.iter().map(|arg| arg.as_f64().ok_or_else(|| format!("{arg} is no number").into())).sum()
}

fn run_renderer(renderer: &IpcRenderer) -> Result<(), BoxError> {
    println!("renderer  pid {}, main is {}", std::process::id(), renderer.main_process_id());

    renderer.on("greeting", |_event, args| println!("renderer  received {}", args.get(0)));
    renderer.on("asynchronous-reply", |_event, args| {
        println!("renderer  received {}", args.get(0)); // pong
    });

    let answer = renderer.send_sync("synchronous-message", args!["ping"])?;
    println!("renderer  sendSync returned {answer}");
    assert_eq!(answer, "pong");

    renderer.send("asynchronous-message", args!["ping"])?;
    let sum = renderer.invoke("sum", args![1, 2, 39]).wait()?; // delivers what came before it
    println!("renderer  invoke returned {sum}");
    assert_eq!(sum, 42);
    let refused = renderer.invoke("sum", args!["one"]).wait().unwrap_err();
    println!("renderer  invoke failed as it should: {refused}");

    measure(renderer)?;
    let counters = renderer.counters();
    println!("renderer  sent {} and received {} messages", counters.sent, counters.received);
    Ok(())
}

/// What a `sendSync` costs, from the call to the checked answer.
fn measure(renderer: &IpcRenderer) -> Result<(), BoxError> {
    let mut trips = Vec::with_capacity(ROUND_TRIPS as usize);
    for number in 0..ROUND_TRIPS {
        let started = Instant::now();
        let answer = renderer.send_sync("echo", args![number])?;
        trips.push(started.elapsed());
        assert_eq!(answer, Value::from(number));
    }
    trips.sort_unstable();
    let (p50, p99) = (trips[trips.len() / 2], trips[trips.len() / 100 * 99]);
    println!("renderer  {ROUND_TRIPS} x sendSync: p50 {p50:?}, p99 {p99:?}");
    Ok(())
}
