//! Workloads: what the ends of a case do, written once for all contenders.

mod attached;
mod connect;
mod fan_in;
mod one_way;
mod open_loop;
mod round_trip;

use std::sync::Arc;
use std::sync::atomic::Ordering::Release;

use super::{Case, Client, End, Mode, Sample, Server, Side, Traffic};
use crate::Result;
use crate::machine;

pub(crate) use one_way::batch;
pub(crate) use open_loop::appointments;

pub use connect::connect;

/// The end that answers a pair.
const ANSWERING: usize = 1;

/// Runs this end, once `client` or `server` has opened it. The client sends first; of many ends, those
/// that are alike are opened by the same. Either may use [`End::meet`], as often as all others do. What
/// they are handed is the traffic of their end.
///
/// # Errors
/// Whatever goes wrong, a wrong message first of all.
pub fn run<C: Client, S: Server>(
    end: &End,
    client: impl FnOnce(&Arc<Traffic>) -> Result<C>,
    server: impl FnOnce(&Arc<Traffic>) -> Result<S>,
) -> Result<Option<Sample>> {
    let case = end.case()?;
    let traffic = Arc::new(Traffic::new(end, &case, end.plan.place));
    match case.mode {
        Mode::FanIn { renderers } => {
            return fan_in::run(end, &case, renderers, &traffic, client, server);
        }
        Mode::Attached { active, .. } => {
            return attached::run(end, &case, active, &traffic, client, server);
        }
        _ => {}
    }
    match end.plan.side {
        Side::Measuring => {
            let mut client = client(&traffic)?;
            end.meet()?;
            let sample = measure(end, &case, &mut client, &traffic)?;
            end.meet()?; // before either end closes what the other still uses
            Ok(sample)
        }
        Side::Answering => {
            let mut server = server(&traffic)?;
            end.meet()?;
            let sample = answer(end, &case, &mut server, &traffic)?;
            end.meet()?;
            Ok(sample)
        }
    }
}

/// As [`run`], with both ends in the measuring process, on a thread each: for references that do not
/// leave it. `pair` makes them.
///
/// # Errors
/// Whatever goes wrong, a wrong message first of all.
///
/// # Panics
/// If the answering thread does.
pub fn in_process<C: Client, S: Server + Send>(
    end: &End,
    pair: impl FnOnce() -> Result<(C, S)>,
) -> Result<Option<Sample>> {
    end.meet()?;
    if end.plan.side == Side::Answering {
        return Ok(None);
    }
    let case = end.case()?;
    let (mut client, mut server) = pair()?;
    std::thread::scope(|scope| {
        let answering = scope.spawn(|| {
            let mut answer = || {
                machine::pin(&end.plan.cpus[ANSWERING])?;
                let traffic = Arc::new(Traffic::new(end, &case, ANSWERING));
                answer(end, &case, &mut server, &traffic)
            };
            answer().map_err(|error: Box<dyn std::error::Error>| error.to_string())
        });
        let traffic = Arc::new(Traffic::new(end, &case, end.plan.place));
        let measured = measure(end, &case, &mut client, &traffic)?;
        let answered = answering.join().expect("the answering thread");
        Ok(measured.or(answered?))
    })
}

fn measure<C: Client>(
    end: &End,
    case: &Case,
    client: &mut C,
    traffic: &Arc<Traffic>,
) -> Result<Option<Sample>> {
    let sample = match case.mode {
        Mode::RoundTrip | Mode::AfterGap { .. } => {
            round_trip::measure(end, case, client, traffic, || Ok(())).map(Some)
        }
        Mode::OneWay | Mode::FanOut { .. } => {
            one_way::measure(end, case, client, traffic).map(Some)
        }
        Mode::OpenLoop { per_second } => {
            open_loop::send(end, case, per_second, client, traffic).map(|()| None)
        }
        mode => Err(format!("{mode} is not for a pair").into()),
    };
    traffic.verdict()?;
    sample
}

fn answer<S: Server>(
    end: &End,
    case: &Case,
    server: &mut S,
    traffic: &Arc<Traffic>,
) -> Result<Option<Sample>> {
    let sample = match case.mode {
        Mode::OpenLoop { .. } => open_loop::receive(end, case, server, traffic).map(Some),
        Mode::OneWay | Mode::FanOut { .. } => server.sink(traffic).map(|()| None),
        _ => server.echo(traffic).map(|()| None),
    };
    traffic.verdict()?;
    sample
}

/// Says that the message after so many more is the last.
fn end_after(end: &End, traffic: &Traffic, messages: u64) {
    // Read with each message, which it is ordered before.
    end.shared.last().store(traffic.next_number() + messages, Release);
}
