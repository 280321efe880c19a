//! Messages from many ends to one, in batches: all senders begin one when they are told to, and it is
//! timed until the one end has read the last of all of them.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};

use rustix::io::Errno;
use rustix::thread::futex::{self, Flags};

use super::batch;
use crate::Result;
use crate::clock::ticks;
use crate::lab::section::Section;
use crate::lab::{Case, Client, End, Sample, Server, Side, Traffic};
use crate::shared::Shared;

/// Batches before those that count last so long a part of the timed ones.
const WARMING: u32 = 4;
/// The round after the last.
pub(super) const OVER: u32 = u32::MAX;

pub(super) fn run<C: Client, S: Server>(
    end: &End,
    case: &Case,
    renderers: usize,
    traffic: &Arc<Traffic>,
    client: impl FnOnce(&Arc<Traffic>) -> Result<C>,
    server: impl FnOnce(&Arc<Traffic>) -> Result<S>,
) -> Result<Option<Sample>> {
    let sample = match end.plan.side {
        Side::Measuring => {
            let mut server = server(traffic)?;
            end.meet()?;
            let sample = measure(end, case, renderers, &mut server, traffic)?;
            end.meet()?; // before any end closes what others still use
            Some(sample)
        }
        Side::Answering => {
            let mut client = client(traffic)?;
            end.meet()?;
            send(end, case, &mut client, traffic)?;
            end.meet()?;
            None
        }
    };
    traffic.verdict()?;
    Ok(sample)
}

fn measure<S: Server>(
    end: &End,
    case: &Case,
    renderers: usize,
    server: &mut S,
    traffic: &Arc<Traffic>,
) -> Result<Sample> {
    let messages = batch(case) * renderers as u64;
    let mut take_batch = || {
        traffic.pause_after(messages);
        let started = ticks();
        begin(end.shared, end.shared.round().load(Acquire) + 1)?;
        server.sink(traffic)?;
        traffic.verdict()?;
        Ok::<_, Box<dyn std::error::Error>>(ticks() - started)
    };
    let warm = ticks() + end.clock.ticks_of(case.budget() / WARMING);
    while {
        take_batch()?;
        ticks() < warm
    } {}
    let mut laps = Vec::new();
    let section = Section::begin(end)?;
    let over = ticks() + end.clock.ticks_of(case.budget());
    while laps.is_empty() || ticks() < over {
        laps.push(take_batch()?);
    }
    let sample = Sample::of_laps(&laps, end.clock.ns_per_tick(), messages)?;
    let sample = section.finish(sample)?;
    begin(end.shared, OVER)?;
    Ok(sample)
}

fn send<C: Client>(end: &End, case: &Case, client: &mut C, traffic: &Arc<Traffic>) -> Result<()> {
    let mut round = 0;
    loop {
        round = await_round_after(end.shared, round)?;
        if round == OVER {
            return Ok(());
        }
        for _ in 0..batch(case) {
            client.send(traffic)?;
        }
        client.flush()?;
    }
}

/// Tells all ends that wait for it that this round has begun.
pub(super) fn begin(shared: &Shared, round: u32) -> Result<()> {
    shared.round().store(round, Release); // pairs with the load in `await_round_after`
    futex::wake(shared.round(), Flags::empty(), i32::MAX.cast_unsigned())?;
    Ok(())
}

/// Sleeps until a round other than this has begun, and says which.
pub(super) fn await_round_after(shared: &Shared, round: u32) -> Result<u32> {
    loop {
        let found = shared.round().load(Acquire); // pairs with the store in `begin`
        if found != round {
            return Ok(found);
        }
        match futex::wait(shared.round(), Flags::empty(), round, None) {
            Ok(()) | Err(Errno::AGAIN | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
