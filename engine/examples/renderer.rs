//! A renderer that finds its main by name: `cargo run --release --example renderer -- [NAME]`.
//!
//! It waits up to ten seconds for a main to appear (see `main.rs`), talks to it for a second and
//! ends. Run several at once.

use ringmain::{BoxError, IpcRenderer, RendererOptions, args};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);
const PINGS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let endpoint = std::env::args().nth(1).unwrap_or_else(|| "demo".to_owned());
    match attach(&endpoint) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("renderer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn attach(endpoint: &str) -> Result<(), BoxError> {
    let renderer =
        RendererOptions::new().wait_until(Instant::now() + PATIENCE).connect(endpoint)?;
    println!("pid {}, main is {}", std::process::id(), renderer.main_process_id());

    renderer.on("greeting", |_event, args| {
        println!("received {} as renderer {}", args.get(0), args.get(1));
    });
    renderer.on("asynchronous-reply", |_event, args| {
        println!("received {} {}", args.get(0), args.get(1)); // pong
    });

    // One thread delivers what main sends, while this one talks.
    thread::scope(|scope| {
        let delivering = scope.spawn(|| renderer.run());
        let talked = talk(&renderer);
        renderer.stop();
        delivering.join().map_err(|_| "the delivering thread panicked")??;
        talked
    })?;

    let counters = renderer.counters();
    println!("{} sent, {} received", counters.sent, counters.received);
    Ok(())
}

fn talk(renderer: &IpcRenderer) -> Result<(), BoxError> {
    let answer = renderer.send_sync("synchronous-message", args!["ping"])?;
    println!("sendSync returned {answer}");
    for number in 1..=PINGS {
        renderer.send("asynchronous-message", args!["ping", number])?;
        thread::sleep(PAUSE);
    }
    // Main's answers keep the order of the calls: once this one is here, so is all before it.
    let sum = renderer.invoke("sum", args![1, 2, 39]).wait()?;
    println!("invoke returned {sum}");
    Ok(())
}
