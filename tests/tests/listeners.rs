//! Listeners of both roles, as Node's `EventEmitter` has them.

use ringmain::args;
use ringmain_tests::{Log, Stage, renderer};

/// A listener that notes its call.
fn noting(
    log: &Log<&'static str>,
    entry: &'static str,
) -> impl Fn(&ringmain::Event<'_>, ringmain::ArgsRef<'_>) + Send + Sync + 'static {
    let log = log.clone();
    move |_event, _args| log.push(entry)
}

/// Has a renderer send on these channels, and delivers it all.
fn deliver(stage: &Stage, words: &[&str]) {
    let mut script = renderer!("script");
    script.args(words);
    stage.start(script);
    stage.run_to_the_end(1);
}

#[test]
fn listeners_are_called_in_the_order_in_which_they_were_added() {
    let (stage, log) = (Stage::new(), Log::new());
    for entry in ["first", "second", "third"] {
        stage.on("channel", noting(&log, entry));
    }
    deliver(&stage, &["send:channel"]);
    assert_eq!(log.take(), ["first", "second", "third"]);
}

#[test]
fn a_once_listener_of_main_is_called_once() {
    let (stage, log) = (Stage::new(), Log::new());
    stage.once("channel", noting(&log, "once"));
    stage.on("channel", noting(&log, "always"));
    deliver(&stage, &["send:channel", "send:channel"]);
    assert_eq!(log.take(), ["once", "always", "always"]);
    assert_eq!(stage.listener_count("channel"), 1);
}

#[test]
fn a_removed_listener_of_main_is_not_called() {
    let (stage, log) = (Stage::new(), Log::new());
    let removed = stage.on("channel", noting(&log, "removed"));
    stage.on("channel", noting(&log, "kept"));
    assert!(stage.remove_listener("channel", removed));
    assert!(!stage.remove_listener("channel", removed));
    deliver(&stage, &["send:channel"]);
    assert_eq!(log.take(), ["kept"]);
}

#[test]
fn removing_while_emitting_counts_from_the_next_message() {
    let (stage, log) = (Stage::new(), Log::new());
    stage.once("channel", {
        let main = stage.clone();
        move |_event, _args| main.remove_all_listeners(Some("channel"))
    });
    stage.on("channel", noting(&log, "removed"));
    deliver(&stage, &["send:channel", "send:channel"]);
    assert_eq!(log.take(), ["removed"]);
}

#[test]
fn adding_while_emitting_counts_from_the_next_message() {
    let (stage, log) = (Stage::new(), Log::new());
    stage.once("channel", {
        let (main, log) = (stage.clone(), log.clone());
        move |_event, _args| {
            main.on("channel", noting(&log, "added"));
        }
    });
    stage.on("channel", noting(&log, "known"));
    deliver(&stage, &["send:channel", "send:channel"]);
    assert_eq!(log.take(), ["known", "known", "added"]);
}

#[test]
fn a_failing_listener_of_main_skips_the_later_ones_of_its_message_only() {
    let (stage, log, uncaught) = (Stage::new(), Log::new(), Log::new());
    stage.on_diagnostic({
        let uncaught = uncaught.clone();
        move |diagnostic| uncaught.push(diagnostic.to_string())
    });
    stage.on("channel", noting(&log, "first"));
    stage.once("channel", |_event, _args| Err("it failed"));
    stage.once("channel", |_event, _args| assert!(std::hint::black_box(false), "it panicked"));
    stage.on("channel", noting(&log, "last"));
    deliver(&stage, &["send:channel", "send:channel", "send:channel"]);
    assert_eq!(log.take(), ["first", "first", "first", "last"]);
    assert_eq!(
        uncaught.take(),
        [
            "Uncaught exception in a listener of 'channel': it failed (from WebContents #1)",
            "Uncaught exception in a listener of 'channel': panicked: it panicked (from WebContents #1)",
        ]
    );
}

#[test]
fn a_message_without_listeners_is_dropped_in_silence() {
    let (stage, log) = (Stage::new(), Log::new());
    stage.on_diagnostic({
        let log = log.clone();
        move |diagnostic| log.push(diagnostic.to_string())
    });
    deliver(&stage, &["send:nobody", "send:error", "send:"]);
    assert!(log.is_empty());
}

#[test]
fn no_channel_name_is_special() {
    let (stage, log) = (Stage::new(), Log::new());
    for channel in ["error", "newListener", "__proto__", ""] {
        stage.on(channel, noting(&log, channel));
    }
    deliver(&stage, &["send:error", "send:newListener", "send:__proto__", "send:"]);
    assert_eq!(log.take(), ["error", "newListener", "__proto__", ""]);
}

/// What the renderer of scenario "listen" reports when main sends on these channels.
fn reported(channels: &[&'static str]) -> Vec<String> {
    let stage = Stage::new();
    let channels = channels.to_vec();
    stage.on("ready", move |event, _args| {
        for channel in &channels {
            event.reply(channel, args![]).unwrap();
        }
        event.reply("stop", args![])
    });
    stage.results(renderer!("listen"))
}

#[test]
fn a_once_listener_of_a_renderer_is_called_once() {
    assert_eq!(reported(&["many", "many"]), ["first", "once", "last", "first", "last"]);
}

#[test]
fn a_renderers_listeners_change_from_the_next_message_on() {
    assert_eq!(reported(&["removing", "removing"]), ["remover", "removed"]);
}

#[test]
fn a_renderers_removed_listener_is_not_called() {
    assert_eq!(reported(&["fine"]), ["fine"]);
}

#[test]
fn a_failing_listener_of_a_renderer_skips_the_later_ones_of_its_message_only() {
    let results = reported(&["failing", "fine", "panicking", "fine"]);
    assert_eq!(results, ["failing: it failed", "fine", "panicking: panicked: it panicked", "fine"]);
}
