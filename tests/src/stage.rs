//! A main in the test's own process.

use crate::{Log, Watchdog, of_origin};
use ringmain::{Error, GoneDetails, GoneReason, IpcMain, MainOptions, WebContents};
use std::ops::Deref;
use std::process::Command;

/// A main that notes which renderers went, and how. It is closed when this is dropped.
#[derive(Debug)]
pub struct Stage {
    main: IpcMain,
    attached: Log<u32>,
    gone: Log<Departure>,
    _watchdog: Watchdog,
}

/// A renderer that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// The id of its `WebContents`.
    pub id: u32,
    /// How it went.
    pub details: GoneDetails,
}

impl Stage {
    /// A main with default options.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "starts a watchdog")]
    pub fn new() -> Self {
        Self::with(&MainOptions::new())
    }

    /// A main without a name, whose segments are [this process's](of_origin).
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn with(options: &MainOptions) -> Self {
        Self::of(of_origin(options.clone()).build().expect("no main"))
    }

    /// What a test needs around a main.
    #[must_use]
    pub fn of(main: IpcMain) -> Self {
        let (attached, gone) = (Log::new(), Log::new());
        main.on_attached({
            let (main, attached) = (main.clone(), attached.clone());
            move |page| {
                attached.push(page.id());
                main.stop();
            }
        });
        main.on_render_process_gone({
            let (main, gone) = (main.clone(), gone.clone());
            move |page, details| {
                gone.push(Departure { id: page.id(), details: *details });
                main.stop();
            }
        });
        Self { main, attached, gone, _watchdog: Watchdog::new() }
    }

    /// Starts a renderer.
    ///
    /// # Panics
    /// If it cannot be started.
    #[expect(clippy::must_use_candidate, reason = "most tests start one and let it play")]
    pub fn start(&self, renderer: Command) -> WebContents {
        self.main.spawn(renderer).expect("no renderer")
    }

    /// Dispatches until `done`. Whatever makes it true has to call [`IpcMain::stop`].
    ///
    /// # Panics
    /// If `run` fails.
    pub fn run_until(&self, done: impl Fn() -> bool) {
        run_until(&self.main, done);
    }

    /// Dispatches until so many renderers have attached.
    pub fn run_until_attached(&self, renderers: usize) {
        self.run_until(|| self.attached.len() >= renderers);
    }

    /// Dispatches until so many renderers are gone since the last call.
    #[must_use]
    pub fn run_until_gone(&self, renderers: usize) -> Vec<Departure> {
        self.run_until(|| self.gone.len() >= renderers);
        self.gone.take()
    }

    /// How many renderers are gone since the last [`run_until_gone`](Self::run_until_gone).
    #[must_use]
    pub fn gone(&self) -> usize {
        self.gone.len()
    }

    /// Dispatches until so many renderers are gone, of which none failed.
    ///
    /// # Panics
    /// If one did.
    pub fn run_to_the_end(&self, renderers: usize) {
        for departure in self.run_until_gone(renderers) {
            assert_eq!(departure.details.reason, GoneReason::CleanExit, "{departure:?}");
        }
    }

    /// Plays a scenario to its end and gives back what its renderer reported.
    #[must_use]
    pub fn results(&self, renderer: Command) -> Vec<String> {
        let results = self.collect();
        self.start(renderer);
        self.run_to_the_end(1);
        results.take()
    }

    /// What renderers report from now on.
    #[must_use]
    pub fn collect(&self) -> Log<String> {
        let results = Log::new();
        self.main.on("result", {
            let results = results.clone();
            move |_event, args| results.push(args.get(0).as_str().unwrap_or("no text").to_owned())
        });
        results
    }
}

/// Dispatches until `done`. Whatever makes it true has to call [`IpcMain::stop`].
///
/// # Panics
/// If `run` fails.
pub fn run_until(main: &IpcMain, done: impl Fn() -> bool) {
    while !done() {
        assert_eq!(main.run(), Ok::<(), Error>(()));
    }
}

impl Deref for Stage {
    type Target = IpcMain;

    fn deref(&self) -> &IpcMain {
        &self.main
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.main.close();
    }
}
