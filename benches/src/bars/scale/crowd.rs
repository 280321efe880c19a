//! A thousand renderers that had one round trip each and then nothing to say: ten processes, each with a
//! hundred sessions, beside one that calls (place 0) and main (place 1).

use ringmain::IpcRenderer;

use super::serving::{attach, echo, serve};
use crate::Result;
use crate::end::End;

const PROCESSES: usize = 10;
const SESSIONS: u32 = 100;
const MAIN: usize = 1;

/// The caller and main on a CPU each, the crowd on both.
pub(super) fn cpus((one, other): (usize, usize)) -> Vec<Vec<usize>> {
    let mut cpus = vec![vec![one], vec![other]];
    cpus.resize(2 + PROCESSES, vec![one, other]);
    cpus
}

/// Main, or a process of the crowd, which comes and leaves when the caller says so.
pub(super) fn answer(end: &End) -> Result<()> {
    if end.plan.place == MAIN {
        return serve(end);
    }
    end.meet()?;
    come(end)?;
    let sessions = (0..SESSIONS).map(|number| {
        let renderer = attach(end)?;
        echo(&renderer, number)?;
        Ok(renderer)
    });
    let sessions = sessions.collect::<Result<Vec<IpcRenderer>>>()?;
    come(end)?;
    come(end)?;
    drop(sessions);
    come(end)
}

/// The caller and the crowd meet, without main, which serves.
pub(super) fn come(end: &End) -> Result<()> {
    end.shared.meet_apart(1 + PROCESSES)
}
