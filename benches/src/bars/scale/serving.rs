//! A main that echoes 64 bytes until it is told that all is over, and its caller.

use std::time::Instant;

use ringmain::{Bytes, IpcMain, IpcRenderer, args};

use crate::Result;
use crate::bars::failed::Failed;
use crate::bars::send_sync::connect;
use crate::end::End;

const LEN: usize = 64;

/// Runs a main until a renderer says `over`. All ends meet once it runs.
pub(super) fn serve(end: &End) -> Result<()> {
    let main = IpcMain::bind(&end.plan.token)?;
    let failed = Failed::of_main(&main);
    answer_echoes(&main);
    end.meet()?;
    main.run()?;
    failed.check()
}

/// The listeners of such a main.
pub(super) fn answer_echoes(main: &IpcMain) {
    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    main.on("over", {
        let main = main.clone();
        move |event, _| {
            main.stop();
            event.set_return_value(true)
        }
    });
}

/// A renderer of it.
pub(super) fn attach(end: &End) -> Result<IpcRenderer> {
    connect(end, ringmain::WaitPolicy::default())
}

/// One echo, whose every byte is compared.
#[inline(always)]
pub(super) fn echo(renderer: &IpcRenderer, number: u32) -> Result<()> {
    let mut bytes = [0; LEN];
    for word in bytes.chunks_exact_mut(4) {
        word.copy_from_slice(&number.to_le_bytes());
    }
    let answer = renderer.send_sync("echo", args![Bytes(&bytes)])?;
    if answer.as_bytes() == Some(bytes.as_slice()) {
        Ok(())
    } else {
        Err(format!("echo {number} came back as {answer}").into())
    }
}

/// What an echo took, in the median of so many, in nanoseconds.
pub(super) fn median_echo(renderer: &IpcRenderer, echoes: u32) -> Result<f64> {
    let mut laps = Vec::with_capacity(echoes as usize);
    for number in 0..echoes {
        let started = Instant::now();
        echo(renderer, number)?;
        laps.push(started.elapsed().as_nanos() as f64);
    }
    Ok(super::median(laps))
}

/// Ends main.
pub(super) fn finish(renderer: &IpcRenderer) -> Result<()> {
    renderer.send_sync("over", args![])?;
    Ok(())
}
