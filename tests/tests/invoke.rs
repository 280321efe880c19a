//! `invoke` and its handlers.

use ringmain::{Args, BoxError, Error, Value, args};
use ringmain_tests::{Log, Stage, renderer};
use std::future::poll_fn;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Invokes the channel "question" and gives back what that brought.
fn ask(stage: &Stage) -> Vec<String> {
    stage.results(renderer!("script", "invoke:question"))
}

fn diagnostics(stage: &Stage) -> Log<String> {
    let log = Log::new();
    stage.on_diagnostic({
        let log = log.clone();
        move |diagnostic| log.push(diagnostic.to_string())
    });
    log
}

#[test]
fn the_handlers_value_is_the_result() {
    let stage = Stage::new();
    let handler = |event: ringmain::InvokeEvent, args: Args| async move {
        assert_eq!((event.channel(), event.sender().id()), ("question", 1));
        assert_eq!(args.get(0), "invoked");
        Ok(42)
    };
    stage.handle("question", handler).unwrap();
    assert_eq!(ask(&stage), ["42"]);
}

#[test]
fn a_handlers_error_reaches_the_caller_as_text_and_main_in_electrons_words() {
    let stage = Stage::new();
    let diagnostics = diagnostics(&stage);
    stage.handle("question", |_, _| async { Err::<(), _>("Error: boom".into()) }).unwrap();
    assert_eq!(ask(&stage), ["failed: Error invoking remote method 'question': Error: boom"]);
    let text = "Error occurred in handler for 'question': Error: boom (for WebContents #1)";
    assert_eq!(diagnostics.take(), [text]);
}

#[test]
fn an_error_without_text_is_an_error_too() {
    let stage = Stage::new();
    stage.handle("question", |_, _| async { Err::<(), _>("".into()) }).unwrap();
    assert_eq!(ask(&stage), ["failed: Error invoking remote method 'question': "]);
}

#[test]
fn a_panic_in_the_handlers_future_is_its_error() {
    let stage = Stage::new();
    let handler = |_, _| async {
        assert!(std::hint::black_box(false), "it panicked");
        Ok(())
    };
    stage.handle("question", handler).unwrap();
    let failed = "failed: Error invoking remote method 'question': panicked: it panicked";
    assert_eq!(ask(&stage), [failed]);
}

#[test]
fn a_panic_in_the_handler_itself_is_its_error() {
    let stage = Stage::new();
    let handler = |_, _| {
        assert!(std::hint::black_box(false), "it panicked");
        async { Ok(()) }
    };
    stage.handle("question", handler).unwrap();
    let failed = "failed: Error invoking remote method 'question': panicked: it panicked";
    assert_eq!(ask(&stage), [failed]);
}

#[test]
fn no_handler_is_an_error_in_electrons_words() {
    let failed = "failed: Error invoking remote method 'question': Error: No handler registered \
                  for 'question'";
    assert_eq!(ask(&Stage::new()), [failed]);
}

#[test]
fn a_handler_once_answers_once() {
    let stage = Stage::new();
    stage.handle_once("question", |_, _| async { Ok(1) }).unwrap();
    let results = stage.results(renderer!("script", "invoke:question", "invoke:question"));
    let failed = "failed: Error invoking remote method 'question': Error: No handler registered \
                  for 'question'";
    assert_eq!(results, ["1", failed]);
}

#[test]
fn a_second_handler_is_refused_and_the_first_stays() {
    let stage = Stage::new();
    stage.handle("question", |_, _| async { Ok(1) }).unwrap();
    let refused = stage.handle("question", |_, _| async { Ok(2) }).unwrap_err();
    assert_eq!(refused, Error::DuplicateHandler { channel: "question".to_owned() });
    assert_eq!(refused.to_string(), "Attempted to register a second handler for 'question'");
    assert_eq!(ask(&stage), ["1"]);
}

#[test]
fn a_removed_handler_makes_room_for_another() {
    let stage = Stage::new();
    stage.handle("question", |_, _| async { Ok(1) }).unwrap();
    assert!(stage.remove_handler("question"));
    assert!(!stage.remove_handler("question"));
    stage.handle("question", |_, _| async { Ok(2) }).unwrap();
    assert_eq!(ask(&stage), ["2"]);
}

/// What a future waits for, and whom to tell.
#[derive(Default)]
struct Promise {
    value: Option<i32>,
    wakers: Vec<Waker>,
}

impl Promise {
    fn poll(&mut self, context: &Context<'_>) -> Poll<Result<i32, BoxError>> {
        self.wakers.push(context.waker().clone());
        self.value.map_or(Poll::Pending, |value| Poll::Ready(Ok(value)))
    }

    fn keep(&mut self, value: i32) {
        self.value = Some(value);
        self.wakers.drain(..).for_each(Waker::wake);
    }
}

#[test]
fn another_thread_may_complete_a_handler_that_has_returned() {
    let stage = Stage::new();
    let (hand_over, promises) = channel::<Arc<Mutex<Promise>>>();
    let handler = move |_, _| {
        let promise = Arc::new(Mutex::new(Promise::default()));
        hand_over.send(Arc::clone(&promise)).unwrap();
        poll_fn(move |context| promise.lock().unwrap().poll(context))
    };
    stage.handle("question", handler).unwrap();
    let completing = std::thread::spawn(move || {
        for (promise, value) in promises.iter().zip(0..) {
            promise.lock().unwrap().keep(value);
        }
    });
    let script = renderer!("script", "invoke:question", "invoke:question", "invoke:question");
    assert_eq!(stage.results(script), ["0", "1", "2"]);
    drop(stage);
    completing.join().unwrap();
}

#[test]
fn a_handler_that_waits_holds_up_nobody_else() {
    let stage = Stage::new();
    let promise = Arc::new(Mutex::new(Promise::default()));
    stage
        .handle("slow", {
            let promise = Arc::clone(&promise);
            move |_, _| {
                let promise = Arc::clone(&promise);
                poll_fn(move |context| promise.lock().unwrap().poll(context))
            }
        })
        .unwrap();
    stage.on("release", move |event, _args| {
        promise.lock().unwrap().keep(7);
        event.set_return_value("released")
    });
    let results = stage.collect();
    stage.start(renderer!("script", "invoke:slow"));
    stage.start(renderer!("script", "invoke-soon:slow", "sync:release"));
    stage.run_to_the_end(2);
    let mut results = results.take();
    results.sort();
    assert_eq!(results, ["7", "failed: the deadline passed", "released"]);
}

#[test]
fn an_invoke_can_be_awaited_while_another_thread_runs() {
    let stage = Stage::new();
    stage.handle("echo", echo).unwrap();
    stage.start(renderer!("await"));
    stage.run_to_the_end(1);
}

async fn echo(_event: ringmain::InvokeEvent, args: Args) -> Result<Value, BoxError> {
    Ok(Value::from(args.get(0)))
}

#[test]
fn waiting_inside_a_listener_of_the_renderer_would_deadlock() {
    let stage = Stage::new();
    stage.handle("echo", echo).unwrap();
    stage.on("echo-sync", |event, args| event.set_return_value(args.get(0)));
    stage.on("ready", |event, _args| event.reply("ask", args![]));
    stage.start(renderer!("wait-inside"));
    stage.run_to_the_end(1);
}

#[test]
fn dispatching_inside_a_listener_of_main_would_deadlock() {
    let stage = Stage::new();
    let log = Log::new();
    stage.on("question", {
        let (main, log) = (stage.clone(), log.clone());
        move |event, _args| {
            log.push((main.run(), main.dispatch(1)));
            event.set_return_value("answer")
        }
    });
    let results = stage.results(renderer!("script", "sync:question"));
    assert_eq!(results, ["answer"]);
    assert_eq!(log.take(), [(Err(Error::WouldDeadlock), Err(Error::WouldDeadlock))]);
}

#[test]
fn a_dropped_invoke_runs_its_handler_and_disturbs_no_other() {
    let stage = Stage::new();
    let calls = Log::new();
    let called = calls.clone();
    let handler = move |event, args: Args| {
        called.push(args.get(0).as_i32());
        echo(event, args)
    };
    stage.handle("echo", handler).unwrap();
    stage.start(renderer!("drop-invoke"));
    stage.run_to_the_end(1);
    assert_eq!(calls.take(), [Some(1), Some(2)]);
}

#[test]
fn answers_and_messages_arrive_in_the_order_of_mains_calls() {
    let stage = Stage::new();
    let handler = |event: ringmain::InvokeEvent, args: Args| async move {
        event.sender().send("message", &args)?;
        Ok(Value::from(args.get(0)))
    };
    stage.handle("numbered", handler).unwrap();
    stage.handle("last", |_, _| async { Ok(()) }).unwrap();
    stage.start(renderer!("one-order"));
    stage.run_to_the_end(1);
}
