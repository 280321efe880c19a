//! `sendSync` with bytes, answered by `event.returnValue` with as many.

use std::sync::Arc;

use ringmain::value::Bytes;
use ringmain::{IpcMain, IpcRenderer, args};

use super::claim::bytes;
use super::messages::{await_renderers, run_and_flush};
use super::send::with_payload;
use super::{CHANNEL, main_of, renderer_of};
use crate::Result;
use crate::lab::{
    Abilities, Case, Client, Contender, End, Flow, Kind, Mode, Sample, Server, Traffic, workload,
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
        Abilities { one_way: false, serves: true, connects: true, ..Abilities::PAIR }
    }

    fn run(&self, end: &End) -> Result<Option<Sample>> {
        let case = end.case()?;
        let client = || Ok(Renderer { renderer: renderer_of(end, &case)? });
        if case.mode == Mode::Connect {
            return workload::connect(end, |_| client(), |traffic| Main::open(end, &case, traffic));
        }
        workload::run(end, |_| client(), |traffic| Main::open(end, &case, traffic))
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

impl Main {
    fn open(end: &End, case: &Case, traffic: &Arc<Traffic>) -> Result<Self> {
        let main = main_of(end, case)?;
        main.on_diagnostic({
            let (traffic, main) = (Arc::clone(traffic), main.clone());
            move |diagnostic| {
                traffic.fail(diagnostic);
                main.stop();
            }
        });
        let (stopping, traffic) = (main.clone(), Arc::clone(traffic));
        main.on(CHANNEL, move |event, args| {
            if traffic.read(bytes(args)) == Flow::Last {
                stopping.stop();
            }
            with_payload(&traffic, |bytes| event.set_return_value(Bytes(bytes)))
        });
        await_renderers(&main, case)?;
        Ok(Self { main })
    }
}

impl Server for Main {
    fn sink(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        Err("a call has an answer".into())
    }

    fn echo(&mut self, _traffic: &Arc<Traffic>) -> Result<()> {
        run_and_flush(&self.main)
    }
}
