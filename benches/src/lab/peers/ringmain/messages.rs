//! Messages to listeners, at any level, either way. Answers are messages of the same kind.

use std::sync::Arc;

use ringmain::{Error, IpcMain, IpcRenderer, WebContents};

use super::{main_of, renderer_of};
use crate::Result;
use crate::lab::{
    Abilities, Case, Client, Contender, End, Flow, Kind, Mode, Sample, Server, Traffic, workload,
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

impl To {
    /// What a level can be asked in this direction. Round trips are alike in both: they begin at the
    /// renderer, as calls do.
    pub(crate) fn abilities(self) -> Abilities {
        let to_main = self == Self::Main;
        Abilities {
            round_trip: to_main,
            fan_in: to_main,
            serves: to_main,
            connects: to_main,
            fan_out: !to_main,
            ..Abilities::PAIR
        }
    }
}

/// A level in one direction.
pub(crate) struct Messages<L> {
    pub(crate) name: &'static str,
    pub(crate) level: L,
    pub(crate) to: To,
    /// The longest message.
    pub(crate) len_max: usize,
}

impl<L: Level> Contender for Messages<L> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Ringmain
    }

    fn abilities(&self) -> Abilities {
        Abilities { lens: 0..=self.len_max, ..self.to.abilities() }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        run(end, self.level, self.to)
    }
}

/// The same for a level that depends on the case.
pub(super) fn run<L: Level>(end: &End, level: L, to: To) -> Result<Option<Sample>> {
    let case = end.case()?;
    let main_server = |traffic: &Arc<Traffic>| MainServer::open(end, &case, level, traffic);
    match (to, case.mode) {
        (To::Main, Mode::Connect) => workload::connect(
            end,
            |traffic| Renderer::calling(end, &case, level, traffic),
            main_server,
        ),
        (To::Main, _) => {
            workload::run(end, |traffic| Renderer::calling(end, &case, level, traffic), main_server)
        }
        (To::Renderer, _) => workload::run(
            end,
            |traffic| Main::calling(end, &case, level, traffic),
            |traffic| RendererServer::open(end, &case, level, traffic),
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

/// A main that sends to its renderers in turn, and gets answers.
struct Main<L> {
    main: IpcMain,
    pages: Vec<WebContents>,
    /// The renderer whose turn it is.
    next: usize,
    level: L,
}

impl<L: Level> Main<L> {
    fn calling(end: &End, case: &Case, level: L, traffic: &Arc<Traffic>) -> Result<Self> {
        let main = main_of(end, case)?;
        let pages = await_renderers(&main, case)?;
        let (answers, stopping) = (Arc::clone(traffic), main.clone());
        level.at_main(&main, move |_, bytes| {
            let _ = answers.read(bytes); // which answer is the last is known here
            stopping.stop();
            Ok(())
        });
        Ok(Self { main, pages, next: 0, level })
    }
}

impl<L: Level> Client for Main<L> {
    #[inline]
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let make_room = || self.main.dispatch(usize::MAX).map(drop);
        self.level.to_renderer(&self.pages[self.next], traffic, make_room)?;
        self.next += 1;
        if self.next == self.pages.len() {
            self.next = 0;
        }
        Ok(())
    }

    #[inline]
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        self.send(traffic)?;
        Ok(self.main.run()?)
    }

    fn flush(&mut self) -> Result<()> {
        self.pages.iter().try_for_each(|page| flush(&self.main, page))
    }
}

/// Runs until all renderers of the case have attached, but those that come and go.
pub(super) fn await_renderers(main: &IpcMain, case: &Case) -> Result<Vec<WebContents>> {
    let expected = if case.mode == Mode::Connect { 0 } else { case.ends() - 1 };
    while main.all_web_contents().len() < expected {
        main.on_attached({
            let main = main.clone();
            move |_| main.stop()
        });
        main.run()?;
    }
    Ok(main.all_web_contents())
}

/// Moves what waits in main, because the ring was full, into the ring.
pub(super) fn flush(main: &IpcMain, page: &WebContents) -> Result<()> {
    while page.queued_bytes() > 0 {
        main.dispatch(usize::MAX)?;
    }
    Ok(())
}

/// A main that listens, and answers if the case has answers.
pub(super) struct MainServer {
    main: IpcMain,
}

impl MainServer {
    pub(super) fn open<L: Level>(
        end: &End,
        case: &Case,
        level: L,
        traffic: &Arc<Traffic>,
    ) -> Result<Self> {
        let main = main_of(end, case)?;
        main.on_diagnostic({
            let (traffic, main) = (Arc::clone(traffic), main.clone());
            move |diagnostic| {
                traffic.fail(diagnostic);
                main.stop();
            }
        });
        let (stopping, traffic) = (main.clone(), Arc::clone(traffic));
        let answers = case.mode.is_answered();
        level.at_main(&main, move |page, bytes| {
            let flow = traffic.read(bytes);
            if answers {
                // For nothing: whoever asked sends one message at a time.
                level.to_renderer(page, &traffic, || Err(Error::WouldDeadlock))?;
            }
            if flow == Flow::Last {
                stopping.stop();
            }
            Ok(())
        });
        await_renderers(&main, case)?;
        Ok(Self { main })
    }
}

impl Server for MainServer {
    fn sink(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Ok(self.main.run()?)
    }

    fn echo(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        run_and_flush(&self.main)
    }
}

/// Runs until it is stopped, and then until the last answer is in a ring.
pub(super) fn run_and_flush(main: &IpcMain) -> Result<()> {
    main.run()?;
    main.all_web_contents().iter().try_for_each(|page| flush(main, page))
}

/// A renderer that listens, and answers if the case has answers.
pub(super) struct RendererServer {
    renderer: IpcRenderer,
}

impl RendererServer {
    pub(super) fn open<L: Level>(
        end: &End,
        case: &Case,
        level: L,
        traffic: &Arc<Traffic>,
    ) -> Result<Self> {
        let renderer = renderer_of(end, case)?;
        renderer.on_uncaught({
            let (traffic, renderer) = (Arc::clone(traffic), renderer.clone());
            move |_, error| {
                traffic.fail(error);
                renderer.stop();
            }
        });
        let traffic = Arc::clone(traffic);
        let answers = case.mode.is_answered();
        level.at_renderer(&renderer, move |renderer, bytes| {
            let flow = traffic.read(bytes);
            if answers {
                level.to_main(renderer, &traffic)?;
            }
            if flow == Flow::Last {
                renderer.stop();
            }
            Ok(())
        });
        Ok(Self { renderer })
    }
}

impl Server for RendererServer {
    fn sink(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Ok(self.renderer.run()?)
    }

    fn echo(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Ok(self.renderer.run()?)
    }
}
