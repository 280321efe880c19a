//! Round trips of one end with another that serves many, of which some make round trips as well and the
//! others are just there.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use super::fan_in::{OVER, await_round_after, begin};
use super::round_trip;
use crate::Result;
use crate::lab::{Case, Client, End, Sample, Server, Side, Traffic};

/// The end that serves.
const HUB: usize = 1;
/// What an active end acknowledges when it has stopped.
const STOPPED: u64 = u64::MAX;

pub(super) fn run<C: Client, S: Server>(
    end: &End,
    case: &Case,
    active: usize,
    traffic: &Arc<Traffic>,
    client: impl FnOnce(&Arc<Traffic>) -> Result<C>,
    server: impl FnOnce(&Arc<Traffic>) -> Result<S>,
) -> Result<Option<Sample>> {
    // Places of active ends: 0, and from behind the hub on.
    let last_active = active;
    let mut sample = None;
    if end.plan.place == HUB {
        let mut server = server(traffic)?;
        end.meet()?;
        server.echo(traffic)?;
        end.meet()?; // before any end closes what others still use
    } else {
        let mut client = client(traffic)?;
        end.meet()?;
        if end.plan.side == Side::Measuring {
            let stop = || stop(end, HUB + 1..=last_active);
            sample = Some(round_trip::measure(end, case, &mut client, traffic, stop)?);
        } else if end.plan.place <= last_active {
            call_until_over(end, &mut client, traffic)?;
        } else {
            while await_round_after(end.shared, 0)? != OVER {}
        }
        end.meet()?;
    }
    traffic.verdict()?;
    Ok(sample)
}

/// Ends the round, and returns once the active ends have taken note.
fn stop(end: &End, active: std::ops::RangeInclusive<usize>) -> Result<()> {
    begin(end.shared, OVER)?;
    for place in active {
        // Pairs with the store in `call_until_over`.
        while end.shared.acknowledged(place).load(Acquire) != STOPPED {
            std::thread::yield_now();
        }
    }
    Ok(())
}

fn call_until_over<C: Client>(end: &End, client: &mut C, traffic: &Arc<Traffic>) -> Result<()> {
    while end.shared.round().load(Relaxed) != OVER {
        client.call(traffic)?;
        traffic.verdict()?;
    }
    end.shared.acknowledged(end.plan.place).store(STOPPED, Release);
    Ok(())
}
