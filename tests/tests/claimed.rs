//! A claim or burst of a renderer that user code in main holds, ends late, or forgets: nobody else waits for it.

use ringmain::limits::PENDING_INVOKES;
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
fn names_of_channels_are_no_messages_beside_a_claim_either() {
    let (_watchdog, endpoint) = (Watchdog::new(), UniqueEndpoint::new());
    let main = options().message_limit(100).bind(endpoint.name()).unwrap();
    let running = std::thread::spawn({
        let main = main.clone();
        move || main.run()
    });
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    assert_eq!(renderer.send_sync("nobody", args![]), Err(Error::NoReply));
    let page = &main.all_web_contents()[0];
    let long = "n".repeat(150);
    let log = Log::new();
    for channel in ["note", &*long] {
        let log = log.clone();
        renderer.on(channel, move |_event, args| log.push(args.get(0).to_string()));
    }
    std::thread::scope(|scope| {
        let (release, holder) = holder(scope, page);
        let too_long = "n".repeat(256);
        let refused = Error::ChannelName { found: 256, limit: 255 };
        assert_eq!(page.send(&too_long, args![]), Err(refused.clone()));
        assert_eq!(page.claim(&too_long, 1).map(drop), Err(refused));
        let too_large = page.send("note", args![Bytes(&[7; 200])]);
        assert!(matches!(too_large, Err(Error::TooLarge { limit: 100, .. })), "{too_large:?}");
        for (channel, number) in [("note", 1), (&*long, 2), ("note", 3)] {
            page.send(channel, args![number]).unwrap();
        }
        release.send(()).unwrap();
        holder.join().unwrap().unwrap();
    });
    while log.len() < 4 {
        renderer.dispatch(usize::MAX).unwrap();
    }
    assert_eq!(log.take(), ["<3 bytes>", "1", "2", "3"]);
    assert_eq!((page.queued_bytes(), page.counters().sent), (0, renderer.counters().received));
    main.close();
    running.join().unwrap().unwrap();
}

#[test]
fn an_answer_that_is_too_large_is_counted_and_said_whatever_the_limits_are() {
    let (_watchdog, endpoint) = (Watchdog::new(), UniqueEndpoint::new());
    let options = options().message_limit(1000).overflow_limit(usize::MAX);
    let main = options.bind(endpoint.name()).unwrap();
    main.handle("large", |_event, _args| async { Ok("x".repeat(5000)) }).unwrap();
    let running = std::thread::spawn({
        let main = main.clone();
        move || main.run()
    });
    let renderer = IpcRenderer::connect(endpoint.name()).unwrap();
    let answer = renderer.invoke("large", args![]).wait();
    assert!(matches!(answer, Err(Error::TooLarge { limit: 1000, .. })), "{answer:?}");
    let page = &main.all_web_contents()[0];
    std::thread::scope(|scope| {
        let (release, holder) = holder(scope, page);
        let invoke = renderer.invoke("large", args![]);
        while page.queued_bytes() == 0 {
            std::thread::yield_now();
        }
        release.send(()).unwrap();
        holder.join().unwrap().unwrap();
        assert!(matches!(invoke.wait(), Err(Error::TooLarge { limit: 1000, .. })));
    });
    assert_eq!((page.counters().sent, renderer.counters().received), (3, 3));
    main.close();
    running.join().unwrap().unwrap();
}

#[test]
fn a_second_burst_of_a_session_that_is_closed_says_so_at_its_end() {
    let trio = Trio::new();
    let Trio { page, .. } = &trio;
    let gone = Err(Error::RendererGone { id: page.id() });
    std::thread::scope(|scope| {
        let (release, holder) = holder(scope, page);
        let mut burst = page.burst().unwrap();
        burst.send("note", args![1]).unwrap();
        page.close();
        assert_eq!(burst.end(), gone);
        release.send(()).unwrap();
        assert_eq!(holder.join().unwrap(), gone);
    });
    trio.end();
}

#[test]
fn a_session_ends_with_its_last_handle_though_a_claim_was_forgotten() {
    let mut trio = Trio::new();
    let id = trio.first.id();
    std::mem::forget(trio.first.claim("note", 3).unwrap());
    trio.first = trio.second.clone();
    while trio.main.web_contents(id).is_some() {
        std::thread::yield_now();
    }
    trio.end();
}

#[test]
fn a_renderer_that_is_owed_answers_by_a_forgotten_claim_is_never_called_corrupt() {
    let trio = Trio::new();
    let Trio { first, second, page, .. } = &trio;
    std::thread::scope(|scope| {
        let forget = || std::mem::forget(page.claim("note", 3).unwrap());
        scope.spawn(forget).join().unwrap();
    });
    let invokes: Vec<_> = (0..PENDING_INVOKES).map(|_| first.invoke("echo", args![1])).collect();
    assert_eq!(first.send_sync("echo", args![9]).unwrap(), 9);
    let refused = first.invoke("echo", args![1]).wait();
    assert_eq!(refused, Err(Error::TooManyPending { limit: PENDING_INVOKES }));
    assert_eq!(second.invoke("echo", args![8]).wait().unwrap(), 8);
    drop(invokes);
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
            // An answer may find the overflow full of the others' messages, and says so.
            let answer = loop {
                match first.invoke("echo", args![number]).wait() {
                    Err(Error::Backpressure { .. }) => std::thread::yield_now(),
                    answer => break answer.unwrap(),
                }
            };
            assert_eq!(answer, number);
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
