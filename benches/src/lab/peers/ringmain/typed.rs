//! Structs on typed channels: their archive is the message. A call each, or in bursts.

use std::sync::Arc;

use ringmain::rkyv::{Archive, Serialize};
use ringmain::{
    Channel, Error, IpcMain, IpcRenderer, RendererBurst, WebContents, WebContentsBurst, WhenFull,
};

use super::messages::{self, Level, MainServer, RendererServer, To, await_renderers, flush};
use super::{main_of, renderer_of};
use crate::Result;
use crate::lab::{Abilities, Client, Contender, End, Kind, Sample, Traffic, workload};

/// A struct of so many bytes.
#[derive(Debug, Clone, Copy, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv)]
struct Block<const LEN: usize> {
    bytes: [u8; LEN],
}

static OF_48: Channel<Block<48>> = Channel::new("block of 48", 1);
static OF_64: Channel<Block<64>> = Channel::new("block of 64", 1);

/// Messages of a burst.
const BURST: u32 = 1_000;

/// A channel of structs of one size.
#[derive(Debug)]
struct On<const LEN: usize>(&'static Channel<Block<LEN>>);

impl<const LEN: usize> Clone for On<LEN> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<const LEN: usize> Copy for On<LEN> {}

impl<const LEN: usize> Level for On<LEN> {
    #[inline]
    fn to_main(self, renderer: &IpcRenderer, traffic: &Traffic) -> Result<(), Error> {
        renderer.send_typed(self.0, &next(traffic))
    }

    #[inline]
    fn to_renderer(
        self,
        page: &WebContents,
        traffic: &Traffic,
        make_room: impl Fn() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let block = next(traffic);
        loop {
            match page.send_typed(self.0, &block) {
                Err(Error::Backpressure { .. }) => make_room()?,
                sent => return sent,
            }
        }
    }

    fn at_main(
        self,
        main: &IpcMain,
        heard: impl Fn(&WebContents, &[u8]) -> Result<(), Error> + Send + Sync + 'static,
    ) {
        main.on_typed(self.0, move |event, block| heard(event.sender(), &block.bytes));
    }

    fn at_renderer(
        self,
        renderer: &IpcRenderer,
        heard: impl Fn(&IpcRenderer, &[u8]) -> Result<(), Error> + Send + Sync + 'static,
    ) {
        renderer.on_typed(self.0, move |event, block| heard(event.sender(), &block.bytes));
    }
}

#[inline]
fn next<const LEN: usize>(traffic: &Traffic) -> Block<LEN> {
    let mut block = Block { bytes: [0; LEN] };
    traffic.write(&mut block.bytes);
    block
}

/// A call a message.
pub(crate) struct Typed {
    pub(crate) name: &'static str,
    pub(crate) to: To,
}

impl Contender for Typed {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Ringmain
    }

    fn abilities(&self) -> Abilities {
        Abilities { lens: 48..=64, ..self.to.abilities() }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        match end.case()?.len {
            48 => messages::run(end, On(&OF_48), self.to),
            64 => messages::run(end, On(&OF_64), self.to),
            len => Err(format!("no channel of {len} bytes").into()),
        }
    }
}

/// Messages of one burst leave together.
pub(crate) struct Bursts {
    pub(crate) name: &'static str,
    pub(crate) to: To,
}

impl Contender for Bursts {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kind(&self) -> Kind {
        Kind::Ringmain
    }

    fn abilities(&self) -> Abilities {
        Abilities { lens: 48..=64, round_trip: false, parks: false, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        match end.case()?.len {
            48 => bursts(end, On(&OF_48), self.to),
            64 => bursts(end, On(&OF_64), self.to),
            len => Err(format!("no channel of {len} bytes").into()),
        }
    }
}

fn bursts<const LEN: usize>(end: &End, level: On<LEN>, to: To) -> Result<Option<Sample>> {
    let case = end.case()?;
    match to {
        To::Main => workload::run(
            end,
            |_| {
                // For ever, as its bursts borrow it.
                let renderer: &'static _ = Box::leak(Box::new(renderer_of(end, &case)?));
                Ok(RendererBursts { renderer, level, burst: None, left: 0 })
            },
            |traffic| MainServer::open(end, &case, level, traffic),
        ),
        To::Renderer => workload::run(
            end,
            |_| {
                let main = main_of(end, &case)?;
                let page = await_renderers(&main, &case)?.pop().ok_or("no renderer attached")?;
                let page: &'static _ = Box::leak(Box::new(page));
                Ok(MainBursts { main, page, level, burst: None, left: 0 })
            },
            |traffic| RendererServer::open(end, &case, level, traffic),
        ),
    }
}

struct RendererBursts<const LEN: usize> {
    renderer: &'static IpcRenderer,
    level: On<LEN>,
    burst: Option<RendererBurst<'static>>,
    /// Messages until it ends.
    left: u32,
}

impl<const LEN: usize> Client for RendererBursts<LEN> {
    #[inline]
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        if self.left == 0 {
            self.flush()?;
            self.burst = Some(self.renderer.burst(WhenFull::Wait)?);
            self.left = BURST;
        }
        self.left -= 1;
        let burst = self.burst.as_mut().ok_or("a burst begins with its first message")?;
        Ok(burst.send_typed(self.level.0, &next(traffic))?)
    }

    fn call(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("a burst has no answer".into())
    }

    fn flush(&mut self) -> Result<()> {
        self.left = 0;
        self.burst.take().map_or(Ok(()), |burst| Ok(burst.end()?))
    }
}

struct MainBursts<const LEN: usize> {
    main: IpcMain,
    page: &'static WebContents,
    level: On<LEN>,
    burst: Option<WebContentsBurst<'static>>,
    /// Messages until it ends.
    left: u32,
}

impl<const LEN: usize> Client for MainBursts<LEN> {
    #[inline]
    fn send(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let block = next(traffic);
        loop {
            if self.left == 0 {
                self.burst = None; // ends before the next begins
                self.burst = Some(self.page.burst()?);
                self.left = BURST;
            }
            let burst = self.burst.as_mut().ok_or("a burst begins with its first message")?;
            match burst.send_typed(self.level.0, &block) {
                // Only dispatching makes room, and only between two bursts.
                Err(Error::Backpressure { .. }) => self.flush()?,
                sent => {
                    self.left -= 1;
                    return Ok(sent?);
                }
            }
        }
    }

    fn call(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("a burst has no answer".into())
    }

    fn flush(&mut self) -> Result<()> {
        self.left = 0;
        self.burst = None;
        flush(&self.main, self.page)
    }
}
