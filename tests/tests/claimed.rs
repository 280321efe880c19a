//! A claim or burst of a renderer that user code in main holds, ends late, or forgets: nobody else waits for it.

use ringmain::value::Bytes;
use ringmain::{Channel, Error, IpcMain, IpcRenderer, Value, WebContents, args};
use ringmain_tests::types::Sample;
use ringmain_tests::{Log, UniqueEndpoint, Watchdog, options};
use std::sync::mpsc::{Sender, channel};
use std::thread::{JoinHandle, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

static SAMPLE: Channel<Sample> = Channel::new("sample", 1);
const OVERFLOW: usize = 100_000;

/// A main that runs on a thread, and two renderers of it.
struct Trio {
    main: IpcMain,
    first: IpcRenderer,
    second: IpcRenderer,
    page: WebContents,
    running: JoinHandle<Result<(), Error>>,
    _endpoint: UniqueEndpoint,
    _watchdog: Watchdog,
}

impl Trio {
    fn new() -> Self {
        let (watchdog, endpoint) = (Watchdog::new(), UniqueEndpoint::new());
        let options = options().ring_capacity(64 << 10).overflow_limit(OVERFLOW);
        let main = options.bind(endpoint.name()).unwrap();
        main.on("echo", |event, args| event.set_return_value(args.get(0)));
        main.handle("echo", |_event, args| async move { Ok(Value::from(args.get(0))) }).unwrap();
        let running = std::thread::spawn({
            let main = main.clone();
            move || main.run()
        });
        let attach = || {
            let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
            // Main knows it by then.
            assert_eq!(renderer.send_sync("echo", args![1]).unwrap(), 1);
            renderer
        };
        let (first, second) = (attach(), attach());
        let page = main.web_contents(first.id()).unwrap();
        Self { main, first, second, page, running, _endpoint: endpoint, _watchdog: watchdog }
    }

    /// What the first renderer gets on "note" from now on.
    fn notes(&self) -> Log<String> {
        let log = Log::new();
        self.first.on("note", {
            let log = log.clone();
            move |_event, args| log.push(args.to_string())
        });
        log
    }

    /// Delivers to the first renderer until it has so many notes.
    fn until(&self, log: &Log<String>, notes: usize) {
        while log.len() < notes {
            self.first.dispatch(usize::MAX).unwrap();
        }
    }

    /// `stop` is heard: nobody in main waits for anything.
    fn end(self) {
        self.main.stop();
        self.running.join().unwrap().unwrap();
    }
}

/// A thread that holds a claim of three bytes until it is told to commit it.
fn holder<'s>(
    scope: &'s Scope<'s, '_>,
    page: &'s WebContents,
) -> (Sender<()>, ScopedJoinHandle<'s, Result<(), Error>>) {
    let ((release, released), (held, is_held)) = (channel(), channel());
    let thread = scope.spawn(move || {
        let mut claim = page.claim("note", 3)?;
        held.send(()).unwrap();
        released.recv().unwrap();
        claim.bytes().copy_from_slice(&[1, 2, 3]);
        claim.commit(3)
    });
    is_held.recv().unwrap();
    (release, thread)
}

#[test]
fn answers_and_messages_wait_for_it_in_order_and_nobody_else_does() {
    let trio = Trio::new();
    let Trio { main, first, second, page, .. } = &trio;
    let log = trio.notes();
    std::thread::scope(|scope| {
        let (release, holder) = holder(scope, page);
        let invoke = first.invoke("echo", args![7]);
        // The handler has run, and other renderers, other calls and other threads go on.
        assert_eq!(second.invoke("echo", args![8]).wait().unwrap(), 8);
        assert_eq!(first.send_sync("echo", args![9]).unwrap(), 9);
        page.send("note", args!["behind"]).unwrap();
        page.send_typed(&SAMPLE, &Sample { number: 1, values: [0.5; 5] }).unwrap();
        page.claim("note", 2).unwrap().commit(1).unwrap();
        let mut burst = page.burst().unwrap();
        burst.send("note", args!["in a burst"]).unwrap();
        burst.end().unwrap();
        let refused = page.try_claim("note", 1).map(drop);
        assert!(matches!(refused, Err(Error::Backpressure { .. })), "{refused:?}");
        assert!(page.queued_bytes() > 0);
        first.dispatch(usize::MAX).unwrap();
        assert_eq!(log.len(), 0);
        release.send(()).unwrap();
        holder.join().unwrap().unwrap();
        page.send("note", args!["at last"]).unwrap();
        assert_eq!(invoke.wait().unwrap(), 7);
        assert_eq!(main.web_contents(first.id()).unwrap().queued_bytes(), 0);
    });
    trio.until(&log, 5);
    let expected = ["<3 bytes>", "behind", "<1 bytes>", "in a burst", "at last"];
    let quoted = expected.map(|note| match note.starts_with('<') {
        true => format!("[{note}]"),
        false => format!("[\"{note}\"]"),
    });
    assert_eq!(log.take(), quoted);
    trio.end();
}

#[test]
fn a_forgotten_claim_costs_its_renderer_what_main_may_keep_and_nobody_else_anything() {
    let trio = Trio::new();
    let Trio { main, first, second, page, .. } = &trio;
    std::thread::scope(|scope| {
        let forget = || std::mem::forget(page.claim("note", 3).unwrap());
        scope.spawn(forget).join().unwrap();
    });
    // Of whatever thread: the one that forgot it has ended.
    let refused = (0..).find_map(|_| page.send("note", args![Bytes(&[7; 1000])]).err());
    assert!(matches!(refused, Some(Error::Backpressure { limit: OVERFLOW, .. })), "{refused:?}");
    assert!((OVERFLOW - 2000..=OVERFLOW).contains(&page.queued_bytes()));
    assert_eq!(second.invoke("echo", args![8]).wait().unwrap(), 8);
    assert_eq!(first.send_sync("echo", args![9]).unwrap(), 9);
    let soon = Instant::now() + Duration::from_millis(1);
    assert_eq!(first.invoke("echo", args![7]).wait_deadline(soon), Err(Error::Deadline));
    page.close();
    assert_eq!(page.send("note", args![]), Err(Error::RendererGone { id: first.id() }));
    assert_eq!(second.send_sync("echo", args![1]).unwrap(), 1);
    assert!(main.web_contents(second.id()).is_some());
    trio.end();
}

#[test]
fn a_claim_that_is_forgotten_in_a_listener_lets_the_others_go_on() {
    let trio = Trio::new();
    let Trio { main, first, second, page, .. } = &trio;
    main.on("forget", |event, _args| {
        let page: &'static WebContents = Box::leak(Box::new(event.sender().clone()));
        std::mem::forget(page.claim("note", 3).unwrap());
        event.set_return_value(page.send("note", args![]).unwrap_err().to_string())
    });
    let held = first.send_sync("forget", args![]).unwrap();
    assert_eq!(held.as_str(), Some(&*Error::ClaimHeld.to_string()));
    let soon = Instant::now() + Duration::from_millis(1);
    assert_eq!(first.invoke("echo", args![7]).wait_deadline(soon), Err(Error::Deadline));
    assert_eq!(first.send_sync("echo", args![9]).unwrap(), 9);
    assert_eq!(second.invoke("echo", args![8]).wait().unwrap(), 8);
    page.send("note", args!["from another thread"]).unwrap();
    trio.end();
}

#[test]
fn a_renderer_that_is_owed_more_answers_than_main_may_keep_is_cut_off() {
    let trio = Trio::new();
    let Trio { first, second, page, .. } = &trio;
    std::thread::scope(|scope| {
        let forget = || std::mem::forget(page.claim("note", 3).unwrap());
        scope.spawn(forget).join().unwrap();
    });
    let end = (0..).find_map(|_| {
        let soon = Instant::now();
        match first.invoke("echo", args![Bytes(&[7; 1000])]).wait_deadline(soon) {
            Err(Error::Deadline) => None,
            answer => Some(answer),
        }
    });
    assert_eq!(end, Some(Err(Error::MainGone)));
    assert_eq!(second.invoke("echo", args![8]).wait().unwrap(), 8);
    trio.end();
}

#[test]
fn main_may_be_closed_once_what_waits_for_a_claim_has_left() {
    let trio = Trio::new();
    let Trio { main, page, .. } = &trio;
    let log = trio.notes();
    std::thread::scope(|scope| {
        let (release, holder) = holder(scope, page);
        page.send("note", args!["behind"]).unwrap();
        let late = Instant::now() + Duration::from_secs(60);
        let closing = scope.spawn(move || main.close_until(late));
        release.send(()).unwrap();
        holder.join().unwrap().unwrap();
        assert_eq!(closing.join().unwrap(), Ok(true));
    });
    while trio.first.dispatch(usize::MAX).is_ok() {}
    assert_eq!(log.take(), ["[<3 bytes>]", r#"["behind"]"#]);
    trio.running.join().unwrap().unwrap();
}

/// Threads that send in every way at once: what each sends arrives in its order, and all of it.
#[test]
fn threads_that_claim_send_and_answer_at_once_lose_nothing_and_keep_their_order() {
    const THREADS: i32 = 4;
    const EACH: i32 = 3000;
    let trio = Trio::new();
    let Trio { first, page, .. } = &trio;
    let log = Log::new();
    first.on("numbered", {
        let log = log.clone();
        move |_event, args| log.push((args.get(0).as_i32(), args.get(1).as_i32()))
    });
    let send = |thread: i32, number: i32| match number % 4 {
        0 => page.send("numbered", args![thread, number]),
        1 => page.burst().and_then(|mut burst| {
            burst.send("numbered", args![thread, number])?;
            burst.end()
        }),
        2 => {
            let claim = page.claim("other", 1000)?;
            std::thread::yield_now();
            drop(claim);
            page.send("numbered", args![thread, number])
        }
        _ => page.burst().and_then(|mut burst| {
            std::thread::yield_now();
            burst.send("numbered", args![thread, number])
        }),
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for number in 0..EACH {
                    while let Err(error) = send(thread, number) {
                        assert!(matches!(error, Error::Backpressure { .. }), "{error:?}");
                        std::thread::yield_now();
                    }
                }
            });
        }
        for number in 0..EACH {
            assert_eq!(first.invoke("echo", args![number]).wait().unwrap(), number);
        }
        while log.len() < usize::try_from(THREADS * EACH).unwrap() {
            first.dispatch(usize::MAX).unwrap();
        }
    });
    let all = log.take();
    for thread in 0..THREADS {
        let own = all.iter().filter(|(of, _)| *of == Some(thread)).map(|(_, number)| *number);
        assert!(own.eq((0..EACH).map(Some)), "thread {thread}");
    }
    assert_eq!(page.queued_bytes(), 0);
    trio.end();
}
