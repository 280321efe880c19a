//! What a subscriber of `tracing` is told: sessions as events, dispatch and calls as spans.

use parking_lot::Mutex;
use ringmain::{IpcMain, IpcRenderer, args};
use ringmain_tests::{Stage, UniqueEndpoint, Watchdog, renderer};
use std::sync::Arc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Keeps what it is told, of the target `ringmain`.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

/// A span or event as a line: its name or text, and its fields.
#[derive(Default)]
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "message" => self.0.insert_str(0, text.trim_matches('"')),
            name => self.0.push_str(&format!(" {name}={}", text.trim_matches('"'))),
        }
    }
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "ringmain"
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut line = Line(attributes.metadata().name().to_owned());
        attributes.record(&mut line);
        self.0.lock().push(format!("span {}", line.0));
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let level = *event.metadata().level();
        let level = if level == Level::WARN { "warning" } else { "event" };
        self.0.lock().push(format!("{level} {}", line.0));
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}

impl Told {
    fn has(&self, line: &str) -> bool {
        self.0.lock().iter().any(|told| told.starts_with(line))
    }

    /// What was told, with its lines where one is missing.
    fn assert_has(&self, lines: &[&str]) {
        for line in lines {
            assert!(self.has(line), "no {line:?} among {:#?}", self.0.lock());
        }
    }
}

#[test]
fn main_tells_of_its_renderers_their_messages_and_what_went_wrong() {
    let told = Told::default();
    tracing::subscriber::with_default(told.clone(), || {
        let stage = Stage::new();
        stage.on("sync", |_event, _args| Err::<(), _>("broken"));
        stage.handle("asked", |_event, _args| async { Ok(1) }).unwrap();
        let mut script = renderer!("script");
        script.args(["sync:sync", "invoke:asked"]);
        let page = stage.start(script);
        let pid = page.process_id();
        stage.run_to_the_end(1);
        told.assert_has(&[
            &format!("event attached renderer=1 pid={pid}"),
            "span turn renderer=1",
            "span listeners channel=sync renderer=1",
            "warning diagnostic text=Uncaught exception in a listener of 'sync': broken",
            "span handler channel=asked renderer=1",
            "event gone renderer=1 reason=clean-exit exit_code=0",
        ]);
    });
}

#[test]
fn a_renderer_tells_of_its_calls_its_listeners_and_its_mains() {
    let _watchdog = Watchdog::new();
    let endpoint = UniqueEndpoint::new();
    let bind = || {
        let main = IpcMain::bind(endpoint.name()).unwrap();
        main.on("echo", |event, args| {
            event.reply("note", args![1])?;
            event.set_return_value(args.get(0))
        });
        main.handle("asked", |_event, _args| async { Ok(1) }).unwrap();
        main
    };
    let told = Told::default();
    let main = bind();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| main.run());
        tracing::subscriber::with_default(told.clone(), || {
            let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
            renderer.on("note", |_event, _args| Err::<(), _>("broken"));
            renderer.send_sync("echo", args![1]).unwrap();
            renderer.invoke("asked", args![]).wait().unwrap();
            main.close();
            assert_eq!(renderer.run(), Err(ringmain::Error::MainGone));
            running.join().unwrap().unwrap(); // its thread gives the name up
            let next = bind();
            scope.spawn({
                let next = next.clone();
                move || next.run()
            });
            renderer.reconnect().unwrap();
            next.close();
        });
    });
    let pid = std::process::id();
    told.assert_has(&[
        &format!("event attached to main renderer=1 pid={pid}"),
        "span send_sync channel=echo",
        "span invoke channel=asked",
        "span listeners channel=note",
        "warning uncaught channel=note text=broken",
        "event session over renderer=1 reason=main process is gone",
        &format!("event reconnected renderer=1 pid={pid}"),
    ]);
}
