//! Messages one way, in batches: each is timed until the other end says that it has read the last.
//! So a rate has what it takes to deliver in it, and percentiles.

use std::sync::Arc;
use std::sync::atomic::Ordering::Acquire;

use super::end_after;
use crate::Result;
use crate::clock::ticks;
use crate::lab::section::Section;
use crate::lab::{Case, Client, End, Mode, Sample, Traffic};

/// Bytes of a batch, if that is not too many messages.
const BATCH_BYTES: usize = 32 << 20;
const BATCH_MESSAGES: usize = 16 << 10;
/// Messages of a batch to or from each of many ends.
const FAN_BATCH: u64 = 1024;
/// Batches that a figure is worth, however long they take.
const BATCHES_MIN: usize = 3;
/// Batches before those that count last so long a part of the timed ones.
const WARMING: u32 = 4;

/// Messages after which an end acknowledges, a power of two; beyond any number where none is asked.
pub(crate) fn batch(case: &Case) -> u64 {
    match case.mode {
        Mode::FanOut { .. } | Mode::FanIn { .. } => FAN_BATCH,
        Mode::OneWay => 1 << (BATCH_BYTES / case.len.max(1)).clamp(1, BATCH_MESSAGES).ilog2(),
        _ => 1 << 63,
    }
}

pub(super) fn measure<C: Client>(
    end: &End,
    case: &Case,
    client: &mut C,
    traffic: &Arc<Traffic>,
) -> Result<Sample> {
    let batch = batch(case);
    let warm = ticks() + end.clock.ticks_of(case.budget() / WARMING);
    while {
        send(end, batch, client, traffic)?;
        ticks() < warm
    } {}
    let mut laps = Vec::new();
    let section = Section::begin(end)?;
    let over = ticks() + end.clock.ticks_of(case.budget());
    while laps.len() < BATCHES_MIN || ticks() < over {
        let started = ticks();
        send(end, batch, client, traffic)?;
        laps.push(ticks() - started);
    }
    let messages = batch * others(end);
    let sample = section.finish(Sample::of_laps(&laps, end.clock.ns_per_tick(), messages)?)?;
    end_after(end, traffic, batch);
    send(end, batch, client, traffic)?;
    Ok(sample)
}

#[inline(always)]
fn send<C: Client>(end: &End, batch: u64, client: &mut C, traffic: &Arc<Traffic>) -> Result<()> {
    for _ in 0..batch * others(end) {
        client.send(traffic)?;
    }
    client.flush()?;
    for place in 1..end.plan.ends {
        let acknowledged = end.shared.acknowledged(place);
        // Pairs with the store of `Traffic::read`. Should the other end fail, the group ends.
        while acknowledged.load(Acquire) != traffic.next_number() {
            std::hint::spin_loop();
        }
    }
    Ok(())
}

/// Ends that each get a batch.
fn others(end: &End) -> u64 {
    end.plan.ends as u64 - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Placement, Wait};

    #[test]
    fn a_batch_is_a_power_of_two() {
        let case = |len| Case {
            mode: Mode::OneWay,
            wait: Wait::Polling,
            placement: Placement::TwoCpus,
            len,
            budget_ms: 1,
        };
        let batches = [0, 64, 64 << 10, 100_000, 1 << 20, 64 << 20].map(|len| batch(&case(len)));
        assert_eq!(batches, [16_384, 16_384, 512, 256, 32, 1]);
    }
}
