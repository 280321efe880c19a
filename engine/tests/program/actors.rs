//! Processes beside the tests: this program again, in a role that its environment names.

use ringmain::value::Bytes;
use ringmain::{BoxError, Error, IpcMain, IpcRenderer, args};
use rustix::process::{ioctl_tiocsctty, setsid};
use std::io::BufRead;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What the process is to do. Without it, it is a test.
pub(crate) const ROLE: &str = "RINGMAIN_TEST_ROLE";

/// What it needs for that.
pub(crate) const DETAIL: &str = "RINGMAIN_TEST_DETAIL";

/// A command that makes this program play a role.
pub(crate) fn actor(role: &str, detail: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program's path"));
    command.args(["--exact", "actors::play", "--ignored", "--nocapture", "--quiet"]);
    command.env(ROLE, role).env(DETAIL, detail);
    command
}

#[test]
#[ignore = "not a test: what the actors of the other tests do"]
fn play() {
    let of = |variable| std::env::var(variable).unwrap_or_default();
    let detail = of(DETAIL);
    match of(ROLE).as_str() {
        "main" => main(&detail).expect("main plays its role"),
        "renderer" => renderer().expect("a renderer plays its role"),
        "on a terminal" => on_a_terminal(&detail),
        _ => {}
    }
}

/// `NAME RENDERERS`: is bound to the name, with so many renderers. Ends when its stdin does; a line there
/// makes a listener block for ever.
fn main(detail: &str) -> Result<(), BoxError> {
    let (name, renderers) = detail.split_once(' ').ok_or("name and renderers")?;
    let main = IpcMain::bind(name)?;
    main.on("tick", |_event, _args| ());
    main.on("frame", |event, args| {
        let bytes = args.get(0).as_bytes().map_or(0, <[u8]>::len);
        event.reply("drawn", args![bytes as f64])
    });
    main.on("ask", |event, _args| event.set_return_value("answer"));
    main.on("hold", |_event, _args| -> () {
        println!("holding");
        loop {
            std::thread::park();
        }
    });
    main.handle("save", |_event, args| async move { Ok(args.get(0).as_str().map(str::len)) })?;
    let pages = (0..renderers.parse::<u32>()?)
        .map(|_| {
            let mut command = actor("renderer", "");
            command.stdout(Stdio::null()); // main's is a pipe to the test
            main.spawn(command)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let remote = main.clone();
    std::thread::spawn(move || {
        for _line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ = pages.first().map(|page| page.send("hold", args![]));
        }
        remote.stop();
    });
    println!("ready"); // whoever connects now is answered
    Ok(main.run()?)
}

/// Sends at a pace that leaves the machine to the tests: the more, the higher its id.
fn renderer() -> Result<(), BoxError> {
    let renderer = IpcRenderer::from_env()?;
    let is_to_hold = std::sync::Arc::new(AtomicBool::new(false));
    let order = is_to_hold.clone();
    renderer.on("hold", move |_event, _args| order.store(true, Ordering::Relaxed));
    renderer.on("drawn", |_event, _args| ());
    let pixels = vec![7; 4096];
    match work(&renderer, &is_to_hold, &pixels) {
        Err(Error::MainGone | Error::Disconnected) => Ok(()),
        other => Ok(other?),
    }
}

fn work(renderer: &IpcRenderer, is_to_hold: &AtomicBool, pixels: &[u8]) -> Result<(), Error> {
    loop {
        for step in 0..20 * renderer.id() {
            renderer.send("tick", args![step, "of a clock"])?;
        }
        renderer.send("frame", args![Bytes(pixels)])?;
        renderer.send_sync("ask", args!["question"])?;
        let _ = renderer.invoke("save", args!["a text"]).wait()?;
        renderer.dispatch(100)?;
        if is_to_hold.load(Ordering::Relaxed) {
            renderer.send("hold", args![])?;
        }
        std::thread::sleep(Duration::from_millis(5)); // the pace
    }
}

/// Makes its stdin the terminal of a session of its own, and becomes the program with these arguments.
fn on_a_terminal(arguments: &str) {
    setsid().expect("a session");
    ioctl_tiocsctty(std::io::stdin()).expect("a terminal");
    let program = env!("CARGO_BIN_EXE_ringmain");
    panic!("{}", Command::new(program).args(arguments.split(' ')).exec());
}
