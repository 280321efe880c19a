//! Scenarios that end badly, or wait to be killed.

use ringmain::{BoxError, Error, IpcRenderer, WhenFull, args};
use ringmain_tests::{die, in_a_child, until_eof};

/// Attached, and not inside any call.
pub(crate) fn idle(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.send("ready", args![])?;
    until_eof();
    Ok(())
}

/// Says on standard output when it has done all it will ever do.
pub(crate) fn quiet(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.send("ready", args![])?;
    println!("quiet");
    until_eof();
    Ok(())
}

/// In `run` until main says "stop".
pub(crate) fn serve(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.on("ping", |event, args| event.sender().send("pong", args));
    renderer.on("stop", |event, _| event.sender().stop());
    renderer.send("ready", args![])?;
    renderer.run()?;
    Ok(())
}

/// Sends without end.
pub(crate) fn flood(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    for number in 0.. {
        renderer.send("flood", args![number])?;
    }
    Ok(())
}

/// Waits in the call named by the first word for an answer that never comes.
pub(crate) fn wait_for_ever(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    match words[0].as_str() {
        "sync" => renderer.send_sync("ready", args![])?,
        _ => renderer.invoke("ready", args![]).wait()?,
    };
    Ok(())
}

/// Exits with the status in the first word.
pub(crate) fn exit(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    renderer.send("ready", args![])?;
    std::process::exit(words[0].parse()?);
}

/// Crashes.
pub(crate) fn abort(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.send("ready", args![])?;
    std::process::abort();
}

/// Ends its session, and its process only when main has heard of it.
pub(crate) fn close_and_live_on(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.send("ready", args![])?;
    renderer.close();
    assert_eq!(renderer.send("ready", args![]), Err(Error::Disconnected));
    assert_eq!(renderer.send_sync("ready", args![]), Err(Error::Disconnected));
    assert_eq!(renderer.invoke("ready", args![]).wait(), Err(Error::Disconnected));
    assert_eq!(renderer.run(), Err(Error::Disconnected));
    assert_eq!(renderer.dispatch(1), Err(Error::Disconnected));
    until_eof();
    Ok(())
}

/// Sends so many messages as the first word says once standard input has ended, and dies at once.
pub(crate) fn send_and_die(renderer: &IpcRenderer, words: &[String]) -> Result<(), BoxError> {
    for number in 0..words[0].parse()? {
        renderer.send("numbered", args![number])?;
    }
    die();
    Ok(())
}

/// Dies, while a child that it forked keeps all its descriptors open until standard input ends.
pub(crate) fn fork_and_die(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.send("ready", args![])?;
    in_a_child(false, || {
        until_eof();
        true
    });
    die();
    Ok(())
}

/// Tries everything in a forked child, drops its copy there, and goes on in the parent.
pub(crate) fn use_in_child(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    let handle = renderer.clone();
    assert_eq!(renderer.send_sync("echo", args![1])?, 1);
    let refused = in_a_child(true, move || {
        let refused = handle.send("numbered", args![0]) == Err(Error::Forked)
            && handle.try_send("numbered", args![0]) == Err(Error::Forked)
            && handle.send_sync("echo", args![0]) == Err(Error::Forked)
            && handle.invoke("echo", args![0]).wait() == Err(Error::Forked)
            && handle.run() == Err(Error::Forked)
            && handle.dispatch(1) == Err(Error::Forked);
        handle.close();
        drop(handle);
        refused
    });
    assert!(refused, "a call in the child was not answered with Forked");
    for len in [8, 1 << 20] {
        let claim = renderer.claim("numbered", len)?;
        let refused = in_a_child(true, move || claim.commit(len) == Err(Error::Forked));
        assert!(refused, "a claim of {len} bytes was committed by the child");
    }
    let mut burst = renderer.burst(WhenFull::Wait)?;
    let refused = in_a_child(true, move || {
        burst.send("numbered", args![0]) == Err(Error::Forked) && burst.end() == Err(Error::Forked)
    });
    assert!(refused, "a burst went on in the child");
    assert_eq!(renderer.send_sync("echo", args![2])?, 2);
    assert_eq!(renderer.counters().sent, 2);
    Ok(())
}

/// Says on standard output how `run` ended.
pub(crate) fn until_main_gone(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    renderer.send("ready", args![])?;
    let ended = renderer.run();
    println!("{ended:?}");
    // There is no next main for who has no name to look for.
    if let Err(error) = renderer.reconnect() {
        println!("{error}");
    }
    Ok(())
}
