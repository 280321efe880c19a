//! Messages at their appointed times. What a message needed counts from its appointment, not from when
//! a sender that had fallen behind came to send it: a stall is charged to every message it held up,
//! not to one (the error of closed loops that is known as coordinated omission).

use std::sync::Arc;
use std::time::Duration;

use super::end_after;
use crate::Result;
use crate::clock::ticks;
use crate::lab::section::Section;
use crate::lab::{Case, Client, End, Mode, Sample, Server, Traffic};

/// Messages before those that count, for each of those.
const WARMING: usize = 4;
/// Parts of a run whose tails are looked at one by one.
const PARTS: usize = 12;
/// From having met to the first appointment.
const HEAD_START: Duration = Duration::from_micros(200);

/// Messages of a case, those that warm up included.
pub(crate) fn appointments(case: &Case) -> usize {
    let timed = timed(case);
    timed + timed / WARMING
}

fn timed(case: &Case) -> usize {
    let per_second = match case.mode {
        Mode::OpenLoop { per_second } => per_second,
        _ => 0,
    };
    usize::try_from(per_second * u64::from(case.budget_ms) / 1000).unwrap_or(usize::MAX).max(1)
}

pub(super) fn send<C: Client>(
    end: &End,
    case: &Case,
    per_second: u64,
    client: &mut C,
    traffic: &Arc<Traffic>,
) -> Result<()> {
    let messages = appointments(case) as u64;
    let ticks_per_second = 1e9 / end.clock.ns_per_tick();
    let interval = ticks_per_second / per_second as f64;
    end_after(end, traffic, messages);
    let first = ticks() + end.clock.ticks_of(HEAD_START);
    for number in 0..messages {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ticks")]
        let due = first + (number as f64 * interval) as u64;
        while ticks() < due {
            std::hint::spin_loop();
        }
        traffic.stamp(due);
        client.send(traffic)?;
        client.flush()?;
    }
    Ok(())
}

pub(super) fn receive<S: Server>(
    end: &End,
    case: &Case,
    server: &mut S,
    traffic: &Arc<Traffic>,
) -> Result<Sample> {
    let section = Section::begin(end)?;
    server.sink(traffic)?;
    traffic.verdict()?;
    let all = appointments(case);
    let warming = all - timed(case);
    let sample = Sample::of_parts(&traffic.took(warming), end.clock.ns_per_tick(), PARTS)?;
    // The section had the warming messages in it as well.
    let spent = section.finish(Sample { messages: traffic.received(), ..sample })?;
    Ok(Sample { messages: spent.laps, ..spent })
}
