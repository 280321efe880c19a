//! From nothing to the first answer, and to nothing again.

use std::sync::Arc;

use super::end_after;
use crate::Result;
use crate::clock::{Laps, ticks};
use crate::lab::section::Section;
use crate::lab::{Client, End, Sample, Server, Side, Traffic};

/// Connects before those that count.
const WARMING: u32 = 3;
/// The most that are timed.
const CONNECTS_MAX: u32 = 10_000;

/// Runs this end of a case of [`Mode::Connect`](crate::lab::Mode::Connect). The measuring end opens a
/// client, has one answer, and drops it, again and again; the server, which may be found from when it
/// was opened on, answers them all.
///
/// # Errors
/// Whatever goes wrong.
pub fn connect<C: Client, S: Server>(
    end: &End,
    client: impl FnMut(&Arc<Traffic>) -> Result<C>,
    server: impl FnOnce(&Arc<Traffic>) -> Result<S>,
) -> Result<Option<Sample>> {
    let case = end.case()?;
    let traffic = Arc::new(Traffic::new(end, &case, end.plan.place));
    let sample = match end.plan.side {
        Side::Measuring => {
            end.meet()?;
            Some(measure(end, &traffic, client)?)
        }
        Side::Answering => {
            let mut server = server(&traffic)?;
            end.meet()?;
            server.echo(&traffic)?;
            None
        }
    };
    end.meet()?;
    traffic.verdict()?;
    Ok(sample)
}

fn measure<C: Client>(
    end: &End,
    traffic: &Arc<Traffic>,
    mut client: impl FnMut(&Arc<Traffic>) -> Result<C>,
) -> Result<Sample> {
    let mut once = || client(traffic)?.call(traffic);
    for _ in 0..WARMING {
        once()?;
    }
    let mut laps = Laps::with_room(CONNECTS_MAX);
    let section = Section::begin(end)?;
    let over = ticks() + end.clock.ticks_of(end.case()?.budget());
    laps.start();
    loop {
        once()?;
        if laps.lap() >= over || laps.are_full() {
            break;
        }
    }
    let sample = Sample::of_laps(laps.ticks(), end.clock.ns_per_tick(), 1)?;
    let sample = section.finish(sample)?;
    end_after(end, traffic, 1);
    once()?;
    Ok(sample)
}
