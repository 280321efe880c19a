//! Ringmain's ring: records from main to a renderer that reads them in place, and back to a main that
//! copies them before it looks. What an engine could be built on; no names, no arguments, no listeners.

use ringmain::Geometry;
use ringmain::lanes::{MainLanes, RendererLanes};
use ringmain::ring::CopyBuffer;

use crate::lab::{Abilities, Contender, Duplex, End, Kind, Sample, Wait, workload};
use crate::{Result, lanes};

/// The longest record is half as long as the ring.
const LEN_MAX: usize = 1 << 20;

pub(crate) struct Ring;

impl Contender for Ring {
    fn name(&self) -> &'static str {
        "ringmain ring"
    }

    fn kind(&self) -> Kind {
        Kind::Ringmain
    }

    fn abilities(&self) -> Abilities {
        Abilities { lens: 0..=LEN_MAX, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        let geometry = geometry(case.len);
        let parks = case.wait == Wait::Parked;
        workload::run(
            end,
            |_| {
                let lanes = lanes::create(end, &geometry)?;
                Ok(Main { lanes, parks, buffer: CopyBuffer::default() })
            },
            |_| Ok(Renderer { lanes: lanes::open(end, &geometry)?, parks }),
        )
    }
}

/// Room for four of the larger records.
fn geometry(len: usize) -> Geometry {
    let ring = (4 * len).clamp(ringmain::limits::RING_CAPACITY, 4 * LEN_MAX);
    Geometry { to_main: ring, to_renderer: ring, ..Geometry::default() }
}

struct Main {
    lanes: MainLanes,
    parks: bool,
    buffer: CopyBuffer,
}

impl Duplex for Main {
    #[inline]
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        lanes::put(&mut self.lanes.messages, len, fill)?;
        if self.parks {
            lanes::wake_sleeper(&mut self.lanes.messages);
        }
        Ok(())
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        if self.parks {
            lanes::sleep_until_ready(&mut self.lanes.incoming)?;
        }
        self.lanes.messages.prepare();
        lanes::copy(&mut self.lanes.incoming, &mut self.buffer, read)
    }
}

struct Renderer {
    lanes: RendererLanes,
    parks: bool,
}

impl Duplex for Renderer {
    #[inline]
    fn send(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        lanes::put(&mut self.lanes.messages, len, fill)?;
        if self.parks {
            lanes::wake_sleeper(&mut self.lanes.messages);
        }
        Ok(())
    }

    #[inline]
    fn receive<R>(&mut self, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
        if self.parks {
            lanes::sleep_until_ready(&mut self.lanes.incoming)?;
        }
        self.lanes.messages.prepare();
        lanes::read(&mut self.lanes.incoming, read)
    }
}
