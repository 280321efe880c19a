//! Tests of listeners and handlers: a rule of Electron's each.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier};

use parking_lot::Mutex;

use super::{Emitted, Emitter, Handlers};
use crate::Error;

type Listener = dyn Fn() -> Result<(), &'static str> + Send + Sync;

/// Writes down what was called.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn listener(&self, name: &'static str) -> Arc<Listener> {
        let log = self.clone();
        Arc::new(move || {
            log.0.lock().push(name);
            Ok(())
        })
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock())
    }
}

fn emit(emitter: &Emitter<Listener>, channel: &str) -> Emitted<&'static str> {
    emitter.emit(channel, |listener| listener())
}

fn ran(ran: usize) -> Emitted<&'static str> {
    Emitted { ran, failed: None }
}

#[test]
fn listeners_run_in_the_order_of_registration() {
    let (emitter, log) = (Emitter::default(), Log::default());
    emitter.on("channel", log.listener("first"));
    emitter.once("channel", log.listener("second"));
    emitter.on("channel", log.listener("third"));
    emitter.on("other", log.listener("never"));
    assert_eq!(emit(&emitter, "channel"), ran(3));
    assert_eq!(log.take(), ["first", "second", "third"]);
}

#[test]
fn a_channel_without_listeners_runs_nothing_and_is_not_stored() {
    let emitter = Emitter::<Listener>::default();
    assert_eq!(emit(&emitter, "whatever a renderer makes up"), ran(0));
    assert_eq!(format!("{emitter:?}"), "{}");
}

#[test]
fn a_listener_added_twice_is_called_twice_and_removed_once() {
    let (emitter, log) = (Emitter::default(), Log::default());
    let listener = log.listener("it");
    let first = emitter.on("channel", Arc::clone(&listener));
    emitter.on("channel", listener);
    assert_eq!(emit(&emitter, "channel"), ran(2));
    assert!(emitter.remove_listener("channel", first));
    assert!(!emitter.remove_listener("channel", first));
    assert_eq!(emitter.listener_count("channel"), 1);
}

#[test]
fn once_is_once() {
    let (emitter, log) = (Emitter::default(), Log::default());
    emitter.once("channel", log.listener("it"));
    assert_eq!(emit(&emitter, "channel"), ran(1));
    assert_eq!(emit(&emitter, "channel"), ran(0));
    assert_eq!(emitter.listener_count("channel"), 0);
}

#[test]
fn once_is_removed_before_its_call() {
    let (emitter, log) = (Arc::new(Emitter::<Listener>::default()), Log::default());
    let (inner, count) = (Arc::clone(&emitter), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    emitter.once(
        "channel",
        Arc::new(move || {
            assert_eq!(inner.listener_count("channel"), 1);
            assert!(counted.fetch_add(1, Relaxed) == 0);
            assert_eq!(emit(&inner, "channel"), ran(1)); // the other one only
            Ok(())
        }),
    );
    emitter.on("channel", log.listener("other"));
    assert_eq!(emit(&emitter, "channel"), ran(2));
    assert_eq!((count.load(Relaxed), log.take()), (1, vec!["other", "other"]));
}

#[test]
fn once_in_two_snapshots_runs_once() {
    let (emitter, log) = (Arc::new(Emitter::<Listener>::default()), Log::default());
    let inner = Arc::clone(&emitter);
    emitter.once(
        "channel",
        Arc::new(move || inner.emit("channel", |listener| listener()).failed.map_or(Ok(()), Err)),
    );
    emitter.once("channel", log.listener("it"));
    assert_eq!(emit(&emitter, "channel"), ran(1)); // the inner emit took the second one
    assert_eq!(log.take(), ["it"]);
}

#[test]
fn once_under_racing_emits_runs_once() {
    for _ in 0..100 {
        let (emitter, log) = (Emitter::default(), Log::default());
        emitter.once("channel", log.listener("it"));
        let start = Barrier::new(2);
        let total: usize = std::thread::scope(|scope| {
            let race = || {
                start.wait();
                emit(&emitter, "channel").ran
            };
            let threads = [scope.spawn(race), scope.spawn(race)];
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!((total, log.take()), (1, vec!["it"]));
    }
}

#[test]
fn changes_while_emitting_wait_for_the_next_emit() {
    let (emitter, log) = (Arc::new(Emitter::<Listener>::default()), Log::default());
    let (inner, inner_log) = (Arc::clone(&emitter), log.clone());
    emitter.on(
        "channel",
        Arc::new(move || {
            inner.remove_all_listeners(Some("channel"));
            inner.on("channel", inner_log.listener("new"));
            Ok(())
        }),
    );
    emitter.on("channel", log.listener("old"));
    assert_eq!(emit(&emitter, "channel"), ran(2));
    assert_eq!(log.take(), ["old"]);
    assert_eq!(emit(&emitter, "channel"), ran(1));
    assert_eq!(log.take(), ["new"]);
}

#[test]
fn a_failing_listener_ends_its_emit_and_no_other() {
    let (emitter, log) = (Emitter::<Listener>::default(), Log::default());
    emitter.on("channel", log.listener("first"));
    let failing = emitter.on("channel", Arc::new(|| Err("no")));
    emitter.once("channel", log.listener("last"));
    assert_eq!(emit(&emitter, "channel"), Emitted { ran: 2, failed: Some("no") });
    emitter.remove_listener("channel", failing);
    assert_eq!(emit(&emitter, "channel"), ran(2));
    assert_eq!(log.take(), ["first", "first", "last"]);
}

#[test]
fn a_panicking_listener_leaves_the_emitter_usable() {
    let (emitter, log) = (Emitter::<Listener>::default(), Log::default());
    emitter.once("channel", Arc::new(|| panic!("on purpose")));
    emitter.on("channel", log.listener("other"));
    assert!(catch_unwind(AssertUnwindSafe(|| emit(&emitter, "channel").ran)).is_err());
    assert_eq!(emit(&emitter, "channel"), ran(1));
}

#[test]
fn remove_all_listeners_takes_one_channel_or_all() {
    let (emitter, log) = (Emitter::default(), Log::default());
    for channel in ["one", "two", "three"] {
        emitter.on(channel, log.listener("it"));
    }
    emitter.remove_all_listeners(Some("one"));
    emitter.remove_all_listeners(Some("unknown"));
    assert_eq!(["one", "two", "three"].map(|channel| emitter.listener_count(channel)), [0, 1, 1]);
    emitter.remove_all_listeners(None);
    assert_eq!(format!("{emitter:?}"), "{}");
}

#[test]
fn a_listener_may_come_back_when_it_is_dropped() {
    struct Returning(Arc<Emitter<Returning>>);
    impl Drop for Returning {
        fn drop(&mut self) {
            assert_eq!(self.0.listener_count("channel"), 0);
        }
    }
    let emitter = Arc::new(Emitter::default());
    let id = emitter.on("channel", Arc::new(Returning(Arc::clone(&emitter))));
    assert!(emitter.remove_listener("channel", id));
    emitter.on("channel", Arc::new(Returning(Arc::clone(&emitter))));
    emitter.remove_all_listeners(None);
}

#[test]
fn no_channel_name_is_special() {
    let (emitter, log) = (Emitter::default(), Log::default());
    for channel in ["error", "newListener", "removeListener", "__proto__", "constructor", ""] {
        assert_eq!(emit(&emitter, channel), ran(0));
        emitter.on(channel, log.listener("it"));
        assert_eq!(emit(&emitter, channel), ran(1));
    }
}

#[test]
fn a_second_handler_is_refused_with_electrons_words() {
    let handlers = Handlers::default();
    handlers.handle("channel", Arc::new(1)).unwrap();
    let refused = handlers.handle("channel", Arc::new(2)).unwrap_err();
    assert_eq!(refused, Error::DuplicateHandler { channel: "channel".to_owned() });
    assert_eq!(refused.to_string(), "Attempted to register a second handler for 'channel'");
    assert!(handlers.handle_once("channel", Arc::new(3)).is_err());
    assert_eq!(handlers.take_or_get("channel").as_deref(), Some(&1));
}

#[test]
fn a_handler_stays_and_a_handler_once_is_gone_before_its_call() {
    let handlers = Handlers::default();
    handlers.handle("stays", Arc::new(1)).unwrap();
    handlers.handle_once("once", Arc::new(2)).unwrap();
    assert_eq!(handlers.take_or_get("stays").as_deref(), Some(&1));
    assert_eq!(handlers.take_or_get("stays").as_deref(), Some(&1));
    assert_eq!(handlers.take_or_get("once").as_deref(), Some(&2));
    assert_eq!(handlers.take_or_get("once"), None);
    handlers.handle("once", Arc::new(3)).unwrap();
}

#[test]
fn a_removed_handler_makes_room_for_the_next() {
    let handlers = Handlers::default();
    assert!(!handlers.remove_handler("channel"));
    handlers.handle("channel", Arc::new(1)).unwrap();
    assert!(handlers.has("channel") && handlers.remove_handler("channel"));
    assert!(!handlers.has("channel"));
    handlers.handle("channel", Arc::new(2)).unwrap();
}

#[test]
fn an_unknown_channel_has_no_handler() {
    let handlers = Handlers::<dyn Fn() -> Result<(), Infallible>>::default();
    assert!(handlers.take_or_get("__proto__").is_none());
    assert_eq!(format!("{handlers:?}"), "{}");
}
