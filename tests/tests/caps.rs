//! What main keeps for the renderers of one process, and for all, is bounded, however many sessions they have.

use ringmain::{BoxError, Error, IpcMain, IpcRenderer, MainOptions, WebContents, args};
use ringmain_tests::{UniqueEndpoint, Watchdog};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;

/// A main that runs on a thread. Its renderers are this process's.
struct Stage {
    main: IpcMain,
    running: Option<JoinHandle<Result<(), Error>>>,
    endpoint: UniqueEndpoint,
    _watchdog: Watchdog,
}

impl Stage {
    fn new(options: &MainOptions) -> Self {
        let (watchdog, endpoint) = (Watchdog::new(), UniqueEndpoint::new());
        let main = options.bind(endpoint.name()).unwrap();
        main.on("echo", |event, args| event.set_return_value(args.get(0)));
        main.handle("never", |_event, _args| std::future::pending::<Result<i32, BoxError>>())
            .unwrap();
        let running = std::thread::spawn({
            let main = main.clone();
            move || main.run()
        });
        Self { main, running: Some(running), endpoint, _watchdog: watchdog }
    }

    fn connect(&self) -> Result<IpcRenderer, Error> {
        let renderer = IpcRenderer::connect(self.endpoint.name())?;
        // Main knows it by then.
        assert_eq!(renderer.send_sync("echo", args![1])?, 1);
        Ok(renderer)
    }

    fn page(&self, renderer: &IpcRenderer) -> WebContents {
        self.main.web_contents(renderer.id()).unwrap()
    }

    /// Another process comes and has an answer.
    fn is_open_to_others(&self) -> bool {
        let visitor = Command::new(env!("CARGO_BIN_EXE_visitor"))
            .arg(self.endpoint.name())
            .stdout(Stdio::null())
            .status();
        visitor.unwrap().success()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.main.close();
        let ran = self.running.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || matches!(ran, Some(Ok(Ok(())))));
    }
}

#[test]
fn a_process_has_no_more_sessions_than_main_gives_it_and_others_have_theirs() {
    let stage = Stage::new(&MainOptions::new().session_limit_of_process(3));
    let mut renderers: Vec<_> = (0..3).map(|_| stage.connect().unwrap()).collect();
    for _ in 0..2 {
        let refused = stage.connect().unwrap_err();
        assert_eq!(refused, Error::Exhausted { what: "sessions that main gives one process" });
    }
    assert!(stage.is_open_to_others());
    drop(renderers.pop());
    // Main hears of the end on its own time.
    while let Err(refused) = stage.connect() {
        assert!(matches!(refused, Error::Exhausted { .. }), "{refused:?}");
    }
}

#[test]
fn all_processes_together_have_no_more_sessions_than_main_has() {
    let stage = Stage::new(&MainOptions::new().session_limit(1));
    let renderer = stage.connect().unwrap();
    assert!(!stage.is_open_to_others());
    let refused = stage.connect().unwrap_err();
    assert_eq!(refused, Error::Exhausted { what: "main's sessions" });
    drop(renderer);
    while !stage.is_open_to_others() {}
}

#[test]
fn what_waits_for_the_renderers_of_a_process_is_bounded_for_all_of_them() {
    const LIMIT: usize = 1 << 20;
    let options = MainOptions::new().ring_capacity(64 << 10).kept_limit_of_process(LIMIT);
    let stage = Stage::new(&options);
    let renderers: Vec<_> = (0..4).map(|_| stage.connect().unwrap()).collect();
    let pages: Vec<_> = renderers.iter().map(|renderer| stage.page(renderer)).collect();
    let note = vec![7_u8; 1000];
    for page in &pages[1..] {
        // Each would take 8 MiB.
        let full = loop {
            if let Err(full) = page.send("note", args![ringmain::value::Bytes(&note)]) {
                break full;
            }
        };
        assert!(matches!(full, Error::Backpressure { limit: LIMIT, .. }), "{full:?}");
    }
    let queued: usize = pages.iter().map(WebContents::queued_bytes).sum();
    assert!((LIMIT - 2000..=LIMIT).contains(&queued), "{queued}");
    assert!(stage.is_open_to_others());
    // Who reads makes room.
    while pages.iter().any(|page| page.queued_bytes() > 0) {
        for renderer in &renderers {
            renderer.dispatch(usize::MAX).unwrap();
        }
    }
    pages[0].send("note", args![1]).unwrap();
}

#[test]
fn what_waited_for_a_renderer_that_has_gone_is_kept_no_longer() {
    const LIMIT: usize = 1 << 20;
    let options = MainOptions::new().ring_capacity(64 << 10).kept_limit(LIMIT);
    let stage = Stage::new(&options);
    let fill = |page: &WebContents| {
        let note = vec![7_u8; 1000];
        while page.send("note", args![ringmain::value::Bytes(&note)]).is_ok() {}
        page.queued_bytes()
    };
    let gone = stage.connect().unwrap();
    let held = stage.page(&gone);
    assert!(fill(&held) > LIMIT / 2);
    drop(gone);
    let next = stage.connect().unwrap();
    let page = stage.page(&next);
    // Main hears of the end on its own time. The handle lives on.
    while fill(&page) < LIMIT / 2 {}
    assert!(held.is_destroyed());
}

#[test]
fn invokes_of_a_process_are_bounded_in_all_its_sessions() {
    let stage = Stage::new(&MainOptions::new().pending_limit_of_process(3));
    let renderers: Vec<_> = (0..2).map(|_| stage.connect().unwrap()).collect();
    let mut kept = Vec::new();
    for number in 0..3 {
        kept.push(renderers[number % 2].invoke("never", args![]));
    }
    for renderer in &renderers {
        // Behind them, so that main has taken all.
        assert_eq!(renderer.send_sync("echo", args![1]).unwrap(), 1);
    }
    for renderer in &renderers {
        let refused = renderer.invoke("never", args![]).wait();
        assert_eq!(refused, Err(Error::TooManyPending { limit: 3 }));
    }
}

#[test]
fn arguments_of_invokes_and_what_waits_count_together() {
    const LIMIT: usize = 1 << 20;
    let options = MainOptions::new().ring_capacity(64 << 10).kept_limit(LIMIT);
    let stage = Stage::new(&options);
    let [first, second] = [(); 2].map(|()| stage.connect().unwrap());
    let page = stage.page(&first);
    let bytes = vec![7_u8; LIMIT / 2];
    let held = second.invoke("never", args![ringmain::value::Bytes(&bytes)]);
    assert_eq!(second.send_sync("echo", args![1]).unwrap(), 1);
    let full = loop {
        if let Err(full) = page.send("note", args![ringmain::value::Bytes(&bytes[..1000])]) {
            break full;
        }
    };
    assert!(matches!(full, Error::Backpressure { limit: LIMIT, .. }), "{full:?}");
    assert!(page.queued_bytes() < LIMIT / 2);
    let refused = second.invoke("never", args![ringmain::value::Bytes(&bytes)]).wait();
    assert!(matches!(refused, Err(Error::Backpressure { limit: LIMIT, .. })), "{refused:?}");
    drop(held);
}
