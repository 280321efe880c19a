//! `sendSync` with bytes, answered by `event.returnValue` with as many.

use std::sync::Arc;

use ringmain::value::Bytes;
use ringmain::{IpcMain, IpcRenderer, args};

use super::claim::bytes;
use super::send::with_payload;
use super::{CHANNEL, attached_main_of, renderer_of};
use crate::Result;
use crate::lab::{
    Abilities, Client, Contender, End, Flow, Kind, Sample, Server, Traffic, workload,
};

pub(crate) struct SendSync;

impl Contender for SendSync {
    fn name(&self) -> &'static str {
        "ringmain send_sync"
    }

    fn kind(&self) -> Kind {
        Kind::Ringmain
    }

    fn abilities(&self) -> Abilities {
        Abilities { one_way: false, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        workload::run(
            end,
            |_| Ok(Renderer { renderer: renderer_of(end, &case)? }),
            |_| Ok(Main { main: attached_main_of(end, &case)? }),
        )
    }
}

struct Renderer {
    renderer: IpcRenderer,
}

impl Client for Renderer {
    fn send(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("a call has an answer".into())
    }

    #[inline]
    fn call(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let answer =
            with_payload(traffic, |bytes| self.renderer.send_sync(CHANNEL, args![Bytes(bytes)]))?;
        let _ = traffic.read(answer.as_bytes().unwrap_or_default()); // the last is known here
        Ok(())
    }
}

struct Main {
    main: IpcMain,
}

impl Server for Main {
    fn sink(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("a call has an answer".into())
    }

    fn echo(&mut self, traffic: &Arc<Traffic>) -> Result<()> {
        let (stopping, traffic) = (self.main.clone(), Arc::clone(traffic));
        self.main.on_diagnostic({
            let traffic = Arc::clone(&traffic);
            move |diagnostic| traffic.fail(diagnostic)
        });
        self.main.on(CHANNEL, move |event, args| {
            let flow = traffic.read(bytes(args));
            if flow == Flow::Last {
                stopping.stop();
            }
            with_payload(&traffic, |bytes| event.set_return_value(Bytes(bytes)))
        });
        Ok(self.main.run()?)
    }
}
