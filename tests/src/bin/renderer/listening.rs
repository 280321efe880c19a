//! Scenario `listen`: a renderer's listeners, which main's messages try out.

use ringmain::{BoxError, IpcRenderer, args};

/// Reports every call of a listener until main says "stop".
pub(crate) fn listen(renderer: &IpcRenderer, _: &[String]) -> Result<(), BoxError> {
    let report = |renderer: &IpcRenderer, text: &str| renderer.send("result", args![text]);

    renderer.on("many", move |event, _| report(event.sender(), "first"));
    renderer.once("many", move |event, _| report(event.sender(), "once"));
    renderer.on("many", move |event, _| report(event.sender(), "last"));

    renderer.on("removing", move |event, _| {
        event.sender().remove_all_listeners(Some("removing"));
        report(event.sender(), "remover")
    });
    renderer.on("removing", move |event, _| report(event.sender(), "removed"));

    renderer.on("failing", |_, _| Err("it failed"));
    renderer.on("failing", move |event, _| report(event.sender(), "skipped"));
    renderer.on("panicking", |_, _| {
        assert!(std::hint::black_box(false), "it panicked");
    });
    renderer.on("panicking", move |event, _| report(event.sender(), "skipped"));

    let removed = renderer.on("fine", move |event, _| report(event.sender(), "removed"));
    renderer.on("fine", move |event, _| report(event.sender(), "fine"));
    assert!(renderer.remove_listener("fine", removed));
    assert!(!renderer.remove_listener("fine", removed));
    assert_eq!(renderer.listener_count("fine"), 1);

    renderer.on_uncaught({
        let renderer = renderer.clone();
        move |channel, error| {
            renderer.send("result", args![format!("{channel}: {error}")]).unwrap();
        }
    });
    renderer.on("stop", |event, _| event.sender().stop());
    renderer.send("ready", args![])?;
    renderer.run()?;
    Ok(())
}
