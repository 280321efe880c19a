//! A main that renderers find by name: `cargo run --release --example main -- [NAME] [--renderers N]`.
//!
//! Start any number of renderers in other terminals, before or after it: see `renderer.rs`. Ctrl-C
//! ends it at once; no handler is needed, as a dead main leaves nothing behind that a next one
//! would trip over. With `--renderers N` it ends by itself once so many have come and gone.

use ringmain::{Args, BoxError, Event, IpcMain, args};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Options {
    endpoint: String,
    /// How many renderers come and go before it ends. Without it, it never does.
    renderers: Option<usize>,
}

fn main() -> ExitCode {
    match options().and_then(|options| serve(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("main: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &Options) -> Result<(), BoxError> {
    let main = IpcMain::bind(&options.endpoint)?;
    println!("pid {}, bound to '{}'", std::process::id(), options.endpoint);

    main.on("asynchronous-message", |event, args| {
        println!("{}: {}", name(event), args.get(0)); // ping
        event.reply("asynchronous-reply", args!["pong", args.get(1)])
    });
    main.on("synchronous-message", |event, args| {
        println!("{}: {}, and waits", name(event), args.get(0)); // ping
        event.set_return_value("pong")
    });
    main.handle("sum", |_event, args: Args| async move { total(&args) })?;
    main.on_diagnostic(|diagnostic| eprintln!("main: {diagnostic}"));

    main.on_attached({
        let main = main.clone();
        move |page| {
            let attached = main.all_web_contents().len();
            println!("renderer {} attached, pid {}: {attached} now", page.id(), page.process_id());
            if let Err(error) = page.send("greeting", args!["hello from main", page.id()]) {
                eprintln!("main: {error}");
            }
        }
    });
    main.on_render_process_gone({
        let (main, limit, gone) = (main.clone(), options.renderers, AtomicUsize::new(0));
        move |page, details| {
            let (id, reason, counters) = (page.id(), details.reason.as_str(), page.counters());
            println!(
                "renderer {id} left, {reason}: {} sent, {} received",
                counters.sent, counters.received
            );
            if Some(gone.fetch_add(1, Ordering::Relaxed) + 1) == limit {
                main.stop();
            }
        }
    });

    main.run()?;
    main.close(); // the hooks hold clones of main
    Ok(())
}

fn name(event: &Event<'_>) -> String {
    format!("renderer {}", event.sender().id())
}

fn total(args: &Args) -> Result<f64, BoxError> {
    args.iter().map(|arg| arg.as_f64().ok_or_else(|| format!("{arg} is no number").into())).sum()
}

fn options() -> Result<Options, BoxError> {
    let mut options = Options { endpoint: "demo".to_owned(), renderers: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if word == "--renderers" {
            options.renderers = Some(words.next().ok_or("--renderers needs a number")?.parse()?);
        } else {
            options.endpoint = word;
        }
    }
    Ok(options)
}
