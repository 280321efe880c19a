//! A main that forks while it has a renderer, the program in the first argument.

use ringmain::{BoxError, Error, IpcMain, IpcRenderer, args};
use ringmain_tests::{Log, UniqueEndpoint, Watchdog, in_a_child, options, run_until};
use std::process::Command;

fn main() -> Result<(), BoxError> {
    let _watchdog = Watchdog::new();
    let path = std::env::args().nth(1).ok_or("no renderer")?;
    let endpoint = UniqueEndpoint::new();
    let main = options().bind(endpoint.name())?;
    let log = Log::new();
    main.on("ready", noting(&main, &log));
    main.on("pong", noting(&main, &log));
    main.on_render_process_gone({
        let noting = (main.clone(), log.clone());
        move |_page, details| {
            noting.1.push(details.reason.as_str().to_owned());
            noting.0.stop();
        }
    });
    let mut renderer = Command::new(&path);
    renderer.arg("serve");
    let page = main.spawn(renderer)?;
    run_until(&main, || log.len() == 1);

    let (in_child, page_in_child) = (main.clone(), page.clone());
    let refused = in_a_child(true, move || {
        let refused = page_in_child.send("ping", args![]) == Err(Error::Forked)
            && in_child.run() == Err(Error::Forked)
            && in_child.dispatch(1) == Err(Error::Forked)
            && in_child.spawn(Command::new(&path)).err() == Some(Error::Forked);
        page_in_child.close();
        in_child.close();
        drop((page_in_child, in_child));
        refused
    });
    assert!(refused, "a call in the child was not answered with Forked");
    for len in [8, 1 << 20] {
        let claim = page.claim("ping", len)?;
        let refused = in_a_child(true, || claim.commit(len) == Err(Error::Forked));
        assert!(refused, "a claim of {len} bytes was committed by the child");
    }
    let mut burst = page.burst()?;
    let refused = in_a_child(true, || {
        burst.send("ping", args![]) == Err(Error::Forked) && burst.end() == Err(Error::Forked)
    });
    assert!(refused, "a burst went on in the child");

    page.send("ping", args![])?;
    run_until(&main, || log.len() == 2);
    // The endpoint is still main's.
    let attached = Log::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            attached.push(IpcRenderer::connect(endpoint.name()).is_ok());
            main.stop();
        });
        run_until(&main, || !attached.is_empty());
    });
    assert_eq!(attached.take(), [true]);
    page.send("stop", args![])?;
    run_until(&main, || log.len() == 4);
    let log = log.take();
    assert_eq!(log[..2], ["ready", "pong"]);
    assert!(log.contains(&"clean-exit".to_owned()) && log.contains(&"disconnected".to_owned()));
    main.close();
    Ok(())
}

/// A listener that notes its channel and ends `run`.
fn noting(
    main: &IpcMain,
    log: &Log<String>,
) -> impl Fn(&ringmain::Event<'_>, ringmain::ArgsRef<'_>) + Send + Sync + 'static {
    let (main, log) = (main.clone(), log.clone());
    move |event, _args| {
        log.push(event.channel().to_owned());
        main.stop();
    }
}
