//! The process at the other end: this program again, as the main that answers.

use crate::common::Endpoint;
use crate::cpus::{self, Side};
use crate::position::POSITION;
use ringmain::{Args, ArgsRef, BoxError, Diagnostic, Event, IpcMain, args};
use std::env;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Tells a process of this program that it is main, and under which name.
const ENDPOINT: &str = "RINGMAIN_ROUND_TRIP_MAIN";

/// The endpoint that this process is started to be main of.
pub(crate) fn endpoint() -> Option<Endpoint> {
    env::var(ENDPOINT).ok().map(Endpoint::named)
}

/// Answers until the renderer is gone, or the process that started this one.
pub(crate) fn serve(endpoint: &Endpoint) -> ExitCode {
    cpus::pin(Side::Main);
    let main = IpcMain::bind(endpoint.name()).expect("an endpoint");
    let failed = Arc::new(AtomicBool::new(false));
    stop_on_failure(&main, &failed);
    stop_with_the_renderer(&main);
    stop_with_the_parent(&main);
    answer(&main);
    main.run().expect("main ran");
    main.close(); // the hooks hold clones of main
    if failed.load(Ordering::Relaxed) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn answer(main: &IpcMain) {
    main.on("synchronous-message", pong);
    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    main.handle("add one", |_, args: Args| async move {
        Ok(args.get(0).as_f64().ok_or("no number")? + 1.0)
    })
    .expect("the only handler");
    main.on("asynchronous-message", reply);
    main.on_typed(&POSITION, |event, position| {
        event.sender().send_typed(&POSITION, &position.answered())
    });
}

fn pong(event: &Event<'_>, args: ArgsRef<'_>) -> Result<(), BoxError> {
    if args.get(0) != "ping" {
        return Err(format!("{} is no ping", args.get(0)).into());
    }
    Ok(event.set_return_value("pong")?)
}

fn reply(event: &Event<'_>, args: ArgsRef<'_>) -> Result<(), BoxError> {
    let number = args.get(0).as_f64().ok_or("no number")?;
    Ok(event.sender().send("asynchronous-reply", args![number + 1.0])?)
}

/// What the renderer then gets is [`MainGone`](ringmain::Error::MainGone).
fn stop_on_failure(main: &IpcMain, failed: &Arc<AtomicBool>) {
    let (stopped, failed) = (main.clone(), Arc::clone(failed));
    main.on_diagnostic(move |diagnostic: &Diagnostic<'_>| {
        eprintln!("main: {diagnostic}");
        failed.store(true, Ordering::Relaxed);
        stopped.stop();
    });
}

fn stop_with_the_renderer(main: &IpcMain) {
    let stopped = main.clone();
    main.on_render_process_gone(move |_, _| stopped.stop());
}

/// Whoever started this process holds the other end of its standard input, and writes nothing.
fn stop_with_the_parent(main: &IpcMain) {
    let main = main.clone();
    thread::spawn(move || {
        // An error, too, means that nobody is there.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        main.stop();
    });
}

/// The other process, for the one that started it. Dropping it ends that process, waits for it,
/// and leaves none of its files.
#[derive(Debug)]
pub(crate) struct MainProcess {
    child: Child,
    endpoint: Endpoint,
}

impl MainProcess {
    /// Starts this program as main. Whoever connects has to wait until it is there.
    pub(crate) fn start() -> Self {
        let endpoint = Endpoint::of_this_process("round-trip");
        let program = env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.env(ENDPOINT, endpoint.name()).stdin(Stdio::piped());
        Self { child: command.spawn().expect("a process"), endpoint }
    }

    pub(crate) fn endpoint(&self) -> &str {
        self.endpoint.name()
    }
}

impl Drop for MainProcess {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let status = self.child.wait().expect("a status");
        if !thread::panicking() {
            assert!(status.success(), "main ended with {status}");
        }
    }
}
