//! A renderer that dies, in every state: main learns how, and nobody else notices.

use ringmain::{Error, GoneDetails, GoneReason, ReturnValue, WebContents, args};
use ringmain_tests::{Log, Stage, is_a_child, kill, renderer, until_dead};
use std::process::Command;
use std::sync::{Arc, Mutex};

const KILLED: GoneDetails = GoneDetails { reason: GoneReason::Killed, exit_code: -9 };

/// How a renderer of this scenario went.
fn ended(stage: &Stage, renderer: Command) -> (WebContents, GoneDetails) {
    let page = stage.start(renderer);
    let departure = stage.run_until_gone(1)[0];
    assert_eq!(departure.id, page.id());
    (page, departure.details)
}

/// Kills the renderer at its first message on this channel.
fn kill_at(stage: &Stage, channel: &str) {
    stage.once(channel, |event, _args| kill(event.sender().process_id()));
}

fn is_forgotten(stage: &Stage, page: &WebContents) {
    let gone = Error::RendererGone { id: page.id() };
    assert!(page.is_destroyed());
    assert_eq!(page.send("late", args![]), Err(gone.clone()));
    assert_eq!(gone.to_string(), format!("renderer {} is gone", page.id()));
    assert_eq!(stage.web_contents(page.id()), None);
    assert!(stage.all_web_contents().is_empty());
}

#[test]
fn killed_while_idle() {
    let stage = Stage::new();
    kill_at(&stage, "ready");
    let (page, details) = ended(&stage, renderer!("idle"));
    assert_eq!(details, KILLED);
    is_forgotten(&stage, &page);
}

#[test]
fn killed_while_it_waits_for_a_return_value() {
    let stage = Stage::new();
    let kept = Arc::new(Mutex::new(None::<ReturnValue>));
    stage.on("ready", {
        let kept = Arc::clone(&kept);
        move |event, _args| {
            *kept.lock().unwrap() = event.keep_return_value();
            kill(event.sender().process_id());
        }
    });
    let (page, details) = ended(&stage, renderer!("wait", "sync"));
    assert_eq!(details, KILLED);
    is_forgotten(&stage, &page);
    let kept = kept.lock().unwrap().take().expect("a call");
    assert_eq!(kept.set("too late"), Err(Error::RendererGone { id: page.id() }));
}

#[test]
fn killed_while_it_waits_for_a_handler() {
    let stage = Stage::new();
    stage
        .handle("ready", |event, _args| async move {
            kill(event.sender().process_id());
            std::future::pending::<()>().await;
            Ok(())
        })
        .unwrap();
    let (page, details) = ended(&stage, renderer!("wait", "invoke"));
    assert_eq!(details, KILLED);
    is_forgotten(&stage, &page);
}

#[test]
fn killed_while_it_floods_main() {
    let stage = Stage::new();
    let received = Log::new();
    stage.on("flood", {
        let received = received.clone();
        move |event, args| {
            if received.len() == 10_000 {
                kill(event.sender().process_id());
            }
            received.push(args.get(0).as_i32());
        }
    });
    let (page, details) = ended(&stage, renderer!("flood"));
    assert_eq!(details, KILLED);
    is_forgotten(&stage, &page);
    let received = received.take();
    assert!(received.len() > 10_000);
    assert!(received.iter().zip(0..).all(|(number, place)| *number == Some(place)));
}

#[test]
fn killed_while_it_sleeps_in_run() {
    let stage = Stage::new();
    stage.on("ready", |event, _args| event.reply("ping", args![]));
    kill_at(&stage, "pong");
    let (page, details) = ended(&stage, renderer!("serve"));
    assert_eq!(details, KILLED);
    is_forgotten(&stage, &page);
}

#[test]
fn killed_before_it_attached() {
    let stage = Stage::new();
    let page = stage.start(renderer!("idle"));
    page.send("early", args![]).unwrap();
    kill(page.process_id());
    let departure = stage.run_until_gone(1)[0];
    assert_eq!(departure.id, page.id());
    assert_eq!(departure.details, KILLED);
    is_forgotten(&stage, &page);
}

#[test]
fn what_it_had_sent_is_delivered_before_its_end() {
    let stage = Stage::new();
    let events = Log::new();
    stage.on("numbered", {
        let events = events.clone();
        move |_event, args| events.push(args.get(0).as_i32())
    });
    stage.on_render_process_gone({
        let (main, events) = (stage.clone(), events.clone());
        move |_page, details| {
            assert_eq!(*details, KILLED);
            events.push(None);
            main.stop();
        }
    });
    let page = stage.start(renderer!("send-and-die", 1000));
    stage.run_until_attached(1);
    until_dead(page.process_id());
    stage.run_until(|| events.len() > 1000);
    assert!(events.take().into_iter().eq((0..1000).map(Some).chain([None])));
}

#[test]
fn a_listener_that_cannot_answer_a_dead_renderer_keeps_no_other_from_running() {
    let stage = Stage::new();
    let (refused, received, diagnostics) = (Log::new(), Log::new(), Log::new());
    stage.on_diagnostic({
        let diagnostics = diagnostics.clone();
        move |diagnostic| diagnostics.push(diagnostic.to_string())
    });
    stage.on("numbered", {
        let refused = refused.clone();
        move |event, args| {
            let replied = event.reply("numbered", args);
            refused.push(replied.is_err());
            replied
        }
    });
    stage.on("numbered", {
        let received = received.clone();
        move |_event, args| received.push(args.get(0).as_i32())
    });
    let page = stage.start(renderer!("send-and-die", 100));
    stage.run_until_attached(1);
    until_dead(page.process_id());
    assert_eq!(stage.run_until_gone(1).len(), 1);
    assert!(received.take().into_iter().eq((0..100).map(Some)));
    // The last ones at least were answered when main had heard of the death.
    assert_eq!(refused.take().last(), Some(&true));
    assert_eq!(diagnostics.take(), Vec::<String>::new());
}

#[test]
fn other_renderers_go_on() {
    let stage = Stage::new();
    stage.on("flood", |_event, _args| {});
    let dying = stage.start(renderer!("flood"));
    let living = stage.start(renderer!("serve"));
    let pongs = Log::new();
    stage.on("ready", |event, _args| event.reply("ping", args![0]));
    stage.on("pong", {
        let pongs = pongs.clone();
        let dying = dying.clone();
        move |event, args| {
            let number = args.get(0).as_i32().unwrap();
            pongs.push(number);
            match number {
                50 => kill(dying.process_id()),
                100 => return event.reply("stop", args![]),
                _ => {}
            }
            event.reply("ping", args![number + 1])
        }
    });
    let departures = stage.run_until_gone(2);
    let how = |page: &WebContents| {
        departures.iter().find(|departure| departure.id == page.id()).unwrap().details.reason
    };
    assert_eq!(how(&dying), GoneReason::Killed);
    assert_eq!(how(&living), GoneReason::CleanExit);
    assert!(pongs.take().into_iter().eq(0..=100));
}

#[test]
fn a_child_that_it_forked_does_not_hide_its_death() {
    let stage = Stage::new();
    let (page, details) = ended(&stage, renderer!("fork-and-die"));
    assert_eq!(details, KILLED);
    is_forgotten(&stage, &page);
}

#[test]
fn a_clean_exit_is_told_from_an_abnormal_one() {
    let stage = Stage::new();
    let (_, clean) = ended(&stage, renderer!("exit", 0));
    assert_eq!(clean, GoneDetails { reason: GoneReason::CleanExit, exit_code: 0 });
    let (_, abnormal) = ended(&stage, renderer!("exit", 3));
    assert_eq!(abnormal, GoneDetails { reason: GoneReason::AbnormalExit, exit_code: 3 });
}

#[test]
fn an_abort_is_a_crash() {
    let stage = Stage::new();
    let (_, details) = ended(&stage, renderer!("abort"));
    assert_eq!(details, GoneDetails { reason: GoneReason::Crashed, exit_code: -6 });
}

#[test]
fn electron_has_words_for_each_reason() {
    let reasons = [
        (GoneReason::CleanExit, "clean-exit"),
        (GoneReason::AbnormalExit, "abnormal-exit"),
        (GoneReason::Killed, "killed"),
        (GoneReason::Crashed, "crashed"),
        (GoneReason::Disconnected, "disconnected"),
    ];
    for (reason, text) in reasons {
        assert_eq!(reason.as_str(), text);
    }
}

#[test]
fn a_renderer_that_closes_its_session_and_lives_on_is_disconnected() {
    let stage = Stage::new();
    let (page, details) = ended(&stage, renderer!("close"));
    assert_eq!(details, GoneDetails { reason: GoneReason::Disconnected, exit_code: 0 });
    is_forgotten(&stage, &page);
}

#[test]
fn a_renderer_whose_session_main_closes_finds_main_gone() {
    let stage = Stage::new();
    let (lines, stdout) = std::io::pipe().unwrap();
    let mut command = renderer!("until-main-gone");
    command.stdout(stdout);
    stage.on("ready", |event, _args| event.sender().close());
    let page = stage.start(command);
    stage.run_to_the_end(1);
    let no_next = Error::NotSpawned { variable: "RINGMAIN_FD" };
    let said = std::io::read_to_string(lines).unwrap();
    assert_eq!(said, format!("Err(MainGone)\n{no_next}\n"));
    is_forgotten(&stage, &page);
}

#[test]
fn a_child_that_outlives_its_session_is_waited_for_when_it_exits() {
    let stage = Stage::new();
    let (stdin, release) = std::io::pipe().unwrap();
    let mut command = renderer!("close");
    command.stdin(stdin);
    let (page, details) = ended(&stage, command);
    assert_eq!(details.reason, GoneReason::Disconnected);
    drop(release);
    until_dead(page.process_id());
    assert!(is_a_child(page.process_id()));
    stage.dispatch(usize::MAX).unwrap();
    assert!(!is_a_child(page.process_id()));
}

#[test]
fn a_renderer_is_announced_before_its_first_message() {
    let stage = Stage::new();
    let log = Log::new();
    stage.on_attached({
        let log = log.clone();
        move |page| log.push(("attached", page.id()))
    });
    stage.on("ready", {
        let log = log.clone();
        move |event, _args| log.push(("ready", event.sender().id()))
    });
    let page = stage.start(renderer!("exit", 0));
    stage.run_to_the_end(1);
    assert_eq!(log.take(), [("attached", page.id()), ("ready", page.id())]);
}
