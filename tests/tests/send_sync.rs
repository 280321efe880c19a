//! `sendSync`: one call, one answer, and what the caller is told when there is none.

use ringmain::{Error, ReturnValue, args};
use ringmain_tests::{Log, Stage, renderer};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

const NO_REPLY: &str = "failed: reply was never sent";

/// Calls on the channel "question" and gives back what that brought.
fn ask(stage: &Stage) -> Vec<String> {
    stage.results(renderer!("script", "sync:question"))
}

#[test]
fn the_listeners_value_is_returned() {
    let stage = Stage::new();
    stage.on("question", |event, args| {
        assert!(event.is_sync());
        assert_eq!(args.get(0), "called");
        event.set_return_value(42)
    });
    assert_eq!(ask(&stage), ["42"]);
}

#[test]
fn without_listeners_no_reply_comes_and_main_is_warned_in_electrons_words() {
    let stage = Stage::new();
    let warnings = Log::new();
    stage.on_diagnostic({
        let warnings = warnings.clone();
        move |diagnostic| warnings.push(diagnostic.to_string())
    });
    assert_eq!(ask(&stage), [NO_REPLY]);
    let warning =
        "WebContents #1 called ipcRenderer.sendSync() with 'question' channel without listeners.";
    assert_eq!(warnings.take(), [warning]);
}

#[test]
fn no_reply_comes_from_a_listener_that_returns_an_error() {
    let stage = Stage::new();
    stage.on("question", |_event, _args| Err("it failed"));
    assert_eq!(ask(&stage), [NO_REPLY]);
}

#[test]
fn no_reply_comes_from_a_listener_that_panics() {
    let stage = Stage::new();
    stage.on("question", |_event, _args| assert!(std::hint::black_box(false), "it panicked"));
    assert_eq!(ask(&stage), [NO_REPLY]);
}

#[test]
fn no_reply_comes_from_a_listener_that_returns_without_a_value() {
    let stage = Stage::new();
    stage.on("question", |_event, _args| {});
    assert_eq!(ask(&stage), [NO_REPLY]);
}

#[test]
fn no_reply_comes_when_the_kept_right_to_answer_is_dropped() {
    let stage = Stage::new();
    stage.on("question", |event, _args| {
        let kept = event.keep_return_value().expect("a call");
        let clone = kept.clone();
        drop(kept);
        std::thread::spawn(move || drop(clone));
    });
    assert_eq!(ask(&stage), [NO_REPLY]);
}

#[test]
fn a_value_that_was_set_before_the_listener_failed_counts() {
    let stage = Stage::new();
    stage.on("question", |event, _args| {
        event.set_return_value("early")?;
        Err::<(), ringmain::BoxError>("it failed".into())
    });
    assert_eq!(ask(&stage), ["early"]);
}

#[test]
fn another_thread_may_answer_after_the_listener_has_returned() {
    let stage = Stage::new();
    let (hand_over, kept) = channel::<ReturnValue>();
    stage.on("question", move |event, _args| {
        hand_over.send(event.keep_return_value().expect("a call")).unwrap();
    });
    let answering = std::thread::spawn(move || {
        for (number, kept) in kept.iter().enumerate() {
            assert_eq!(kept.sender().id(), 1);
            kept.set(number).unwrap();
        }
    });
    let script = renderer!("script", "sync:question", "sync:question", "sync:question");
    assert_eq!(stage.results(script), ["0", "1", "2"]);
    drop(stage);
    answering.join().unwrap();
}

#[test]
fn the_first_value_wins() {
    let stage = Stage::new();
    stage.on("question", |event, _args| {
        event.set_return_value(1).unwrap();
        event.set_return_value(2).unwrap();
        assert!(event.keep_return_value().is_none());
    });
    stage.on("question", |event, _args| event.set_return_value(3));
    assert_eq!(ask(&stage), ["1"]);
}

#[test]
fn the_first_value_wins_when_the_right_to_answer_was_kept() {
    let stage = Stage::new();
    stage.on("question", |event, _args| {
        let kept = event.keep_return_value().expect("a call");
        let same = event.keep_return_value().expect("not answered yet");
        kept.set(1).unwrap();
        event.set_return_value(2).unwrap();
        same.set(3).unwrap();
    });
    assert_eq!(ask(&stage), ["1"]);
}

#[test]
fn a_message_that_is_no_call_takes_no_value() {
    let stage = Stage::new();
    stage.on("message", |event, _args| {
        assert!(!event.is_sync());
        assert!(event.keep_return_value().is_none());
        event.set_return_value(1).unwrap();
    });
    stage.on("question", |event, _args| event.set_return_value(2));
    let script = renderer!("script", "send:message", "sync:question");
    assert_eq!(stage.results(script), ["2"]);
}

/// Keeps the call on "late" until the next one, on "question", which answers both.
fn answers_late(stage: &Stage) {
    let late = Arc::new(Mutex::new(None));
    stage.on("late", {
        let late = Arc::clone(&late);
        move |event, _args| *late.lock().unwrap() = event.keep_return_value()
    });
    stage.on("question", move |event, _args| {
        if let Some(late) = late.lock().unwrap().take() {
            late.set("too late").unwrap();
        }
        event.set_return_value("in time")
    });
}

#[test]
fn a_deadline_ends_the_call() {
    let stage = Stage::new();
    answers_late(&stage);
    let results = stage.results(renderer!("script", "sync-soon:late"));
    assert_eq!(results, [format!("failed: {}", Error::Deadline)]);
}

#[test]
fn a_late_answer_is_counted_and_the_next_call_gets_its_own() {
    let stage = Stage::new();
    answers_late(&stage);
    let script = renderer!(
        "script",
        "sync-soon:late",
        "sync:question",
        "late-answers",
        "sync-soon:late",
        "sync:question",
        "late-answers",
    );
    let results = stage.results(script);
    assert_eq!(results[1..3], ["in time", "1"]);
    assert_eq!(results[4..], ["in time", "2"]);
}

#[test]
fn threads_that_call_at_once_get_their_own_answers() {
    let stage = Stage::new();
    stage.on("echo", |event, args| event.set_return_value(args.get(0)));
    stage.start(renderer!("threads"));
    stage.run_to_the_end(1);
}

#[test]
fn threads_that_call_at_once_get_their_own_answers_in_any_order() {
    let stage = Stage::new();
    let kept = Arc::new(Mutex::new(Vec::new()));
    stage.on("echo", move |event, args| {
        let mut kept = kept.lock().unwrap();
        kept.push((event.keep_return_value(), args.to_owned()));
        // Eight threads have one call each under way: all eight come, and the last is first.
        if kept.len() == 8 {
            for (value, args) in kept.drain(..).rev() {
                value.expect("a call").set(args.get(0)).unwrap();
            }
        }
    });
    stage.start(renderer!("threads"));
    stage.run_to_the_end(1);
}

#[test]
fn every_answer_is_returned_or_counted_as_late() {
    let stage = Stage::new();
    let calls = Log::new();
    stage.on("echo", {
        let calls = calls.clone();
        move |event, args| {
            calls.push(());
            event.set_return_value(args.get(0))
        }
    });
    let results = stage.results(renderer!("threads-in-a-hurry"));
    let [answered, late] = results[0].split(", ").collect::<Vec<_>>()[..] else { panic!() };
    let number = |text: &str| text.split(' ').next().unwrap().parse::<usize>().unwrap();
    // The last call had no deadline.
    assert_eq!(number(answered) + number(late) + 1, calls.len(), "{results:?}");
}

#[test]
fn messages_sent_inside_a_call_arrive_after_it_has_returned() {
    let stage = Stage::new();
    stage.on("question", |event, _args| {
        event.reply("replied", args![1]).unwrap();
        event.sender().send("sent", args![2]).unwrap();
        event.set_return_value("answer").unwrap();
        event.reply("replied", args![3]).unwrap();
    });
    stage.handle("flush", |_event, _args| async { Ok(()) }).unwrap();
    stage.start(renderer!("inside"));
    stage.run_to_the_end(1);
}
