//! Messages to listeners, at any level, either way. Answers are messages of the same kind.

use std::sync::Arc;

use parking_lot::Mutex;
use ringmain::{Error, IpcMain, IpcRenderer, WebContents};

use super::{attached_main_of, main_of, renderer_of};
use crate::Result;
use crate::lab::{
    Abilities, Case, Client, Contender, End, Flow, Kind, Sample, Server, Traffic, workload,
};

/// How a level sends and listens.
pub(crate) trait Level: Copy + std::marker::Send + Sync + 'static {
    /// Sends the next message to main, waiting for room.
    fn to_main(self, renderer: &IpcRenderer, traffic: &Traffic) -> Result<(), Error>;

    /// Sends the next message to a renderer, calling `make_room` until there is some.
    fn to_renderer(
        self,
        page: &WebContents,
        traffic: &Traffic,
        make_room: impl Fn() -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// Hands main's messages to `heard`.
    fn at_main(
        self,
        main: &IpcMain,
        heard: impl Fn(&WebContents, &[u8]) -> Result<(), Error> + std::marker::Send + Sync + 'static,
    );

    /// Hands the renderer's messages to `heard`.
    fn at_renderer(
        self,
        renderer: &IpcRenderer,
        heard: impl Fn(&IpcRenderer, &[u8]) -> Result<(), Error> + std::marker::Send + Sync + 'static,
    );
}

/// Which way the first message goes; the end that sends it takes the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    Main,
    Renderer,
}

/// A level in one direction.
pub(crate) struct Messages<L> {
    pub(crate) name: &'static str,
    pub(crate) level: L,
    pub(crate) to: To,
    pub(crate) abilities: Abilities,
}

impl<L: Level> Contender for Messages<L> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Ringmain
    }

    fn abilities(&self) -> Abilities {
        self.abilities.clone()
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        run(end, self.level, self.to)
    }
}

/// The same for a level that depends on the case.
pub(super) fn run<L: Level>(end: &End, level: L, to: To) -> Result<Option<Sample>> {
    let case = end.case()?;
    match to {
        To::Main => workload::run(
            end,
            |traffic| Renderer::calling(end, &case, level, traffic),
            |_| Ok(MainServer { main: attached_main_of(end, &case)?, level }),
        ),
        To::Renderer => workload::run(
            end,
            |traffic| Main::calling(end, &case, level, traffic),
            |_| Ok(RendererServer { renderer: renderer_of(end, &case)?, level }),
        ),
    }
}

/// A renderer that sends, and gets answers.
struct Renderer<L> {
    renderer: IpcRenderer,
    level: L,
}

impl<L: Level> Renderer<L> {
    fn calling(end: &End, case: &Case, level: L, traffic: &Arc<Traffic>) -> Result<Self> {
        let renderer = renderer_of(end, case)?;
        let answers = Arc::clone(traffic);
        level.at_renderer(&renderer, move |renderer, bytes| {
            let _ = answers.read(bytes); // which answer is the last is known here
            renderer.stop();
            Ok(())
        });
        Ok(Self { renderer, level })
    }
}

impl<L: Level> Client for Renderer<L> {
    #[inline]
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        Ok(self.level.to_main(&self.renderer, traffic)?)
    }

    #[inline]
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        self.level.to_main(&self.renderer, traffic)?;
        Ok(self.renderer.run()?)
    }
}

/// A main that sends, and gets answers.
struct Main<L> {
    main: IpcMain,
    page: WebContents,
    level: L,
}

impl<L: Level> Main<L> {
    fn calling(end: &End, case: &Case, level: L, traffic: &Arc<Traffic>) -> Result<Self> {
        let main = main_of(end, case)?;
        let page = first_page(&main)?;
        let (answers, stopping) = (Arc::clone(traffic), main.clone());
        level.at_main(&main, move |_, bytes| {
            let _ = answers.read(bytes); // which answer is the last is known here
            stopping.stop();
            Ok(())
        });
        Ok(Self { main, page, level })
    }
}

impl<L: Level> Client for Main<L> {
    #[inline]
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let make_room = || self.main.dispatch(usize::MAX).map(drop);
        Ok(self.level.to_renderer(&self.page, traffic, make_room)?)
    }

    #[inline]
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        self.send(traffic)?;
        Ok(self.main.run()?)
    }

    fn flush(&mut self) -> Result<()> {
        flush(&self.main, &self.page)
    }
}

/// The first renderer to attach.
pub(super) fn first_page(main: &IpcMain) -> Result<WebContents> {
    let attached = Arc::new(Mutex::new(None));
    main.on_attached({
        let (attached, main) = (Arc::clone(&attached), main.clone());
        move |page| {
            *attached.lock() = Some(page.clone());
            main.stop();
        }
    });
    main.run()?;
    let page = attached.lock().take();
    page.ok_or_else(|| "main stopped before a renderer attached".into())
}

/// Moves what waits in main, because the ring was full, into the ring.
pub(super) fn flush(main: &IpcMain, page: &WebContents) -> Result<()> {
    while page.queued_bytes() > 0 {
        main.dispatch(usize::MAX)?;
    }
    Ok(())
}

pub(super) struct MainServer<L> {
    pub(super) main: IpcMain,
    pub(super) level: L,
}

impl<L: Level> Server for MainServer<L> {
    fn sink(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        serve_main(&self.main, traffic, self.level, |_, _, _| Ok(()))
    }

    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        serve_main(&self.main, traffic, self.level, |level, page, traffic| {
            // An answer waits for nothing: whoever asked sends one message at a time.
            level.to_renderer(page, traffic, || Err(Error::NotCloneable))
        })
    }
}

fn serve_main<L: Level>(
    main: &IpcMain,
    traffic: &Arc<Traffic>,
    level: L,
    answer: impl Fn(L, &WebContents, &Traffic) -> Result<(), Error> + std::marker::Send + Sync + 'static,
) -> Result<()> {
    let (stopping, traffic) = (main.clone(), Arc::clone(traffic));
    main.on_diagnostic({
        let traffic = Arc::clone(&traffic);
        move |diagnostic| traffic.fail(diagnostic)
    });
    level.at_main(main, move |page, bytes| {
        let flow = traffic.read(bytes);
        answer(level, page, &traffic)?;
        if flow == Flow::Last {
            stopping.stop();
        }
        Ok(())
    });
    Ok(main.run()?)
}

pub(super) struct RendererServer<L> {
    pub(super) renderer: IpcRenderer,
    pub(super) level: L,
}

impl<L: Level> Server for RendererServer<L> {
    fn sink(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        serve_renderer(&self.renderer, traffic, self.level, |_, _, _| Ok(()))
    }

    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        serve_renderer(&self.renderer, traffic, self.level, L::to_main)
    }
}

fn serve_renderer<L: Level>(
    renderer: &IpcRenderer,
    traffic: &Arc<Traffic>,
    level: L,
    answer: impl Fn(L, &IpcRenderer, &Traffic) -> Result<(), Error> + std::marker::Send + Sync + 'static,
) -> Result<()> {
    let traffic = Arc::clone(traffic);
    renderer.on_uncaught({
        let traffic = Arc::clone(&traffic);
        move |_, error| traffic.fail(error)
    });
    level.at_renderer(renderer, move |renderer, bytes| {
        let flow = traffic.read(bytes);
        answer(level, renderer, &traffic)?;
        if flow == Flow::Last {
            renderer.stop();
        }
        Ok(())
    });
    Ok(renderer.run()?)
}
