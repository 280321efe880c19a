//! Ringmain, level by level: the ring alone, raw claims, typed channels, dynamic arguments, calls; the
//! last two from C as well.
//!
//! But for the ring these are whole sessions: main is found by name, every message is checked and
//! dispatched by its channel to a listener, which reads it, in place in the renderer and from main's
//! copy in main.

mod c_abi;
mod claim;
mod messages;
mod ring;
mod send;
mod send_sync;
mod typed;

use std::time::{Duration, Instant};

use ringmain::{IpcMain, IpcRenderer, MainOptions, RendererOptions, WaitPolicy};

pub(super) use c_abi::CAbi;
pub(super) use claim::Claim;
pub(super) use messages::{Messages, To};
pub(super) use ring::Ring;
pub(super) use send::Send;
pub(super) use send_sync::SendSync;
pub(super) use typed::{Bursts, Typed};

use crate::Result;
use crate::lab::{Case, End, Wait};

/// Longer than any main takes to be there.
const PATIENCE: Duration = Duration::from_secs(10);
/// The channel of messages there, and of answers.
const CHANNEL: &str = "message";

/// A main that can be found, with room for four of the larger messages.
fn main_of(end: &End, case: &Case) -> Result<IpcMain> {
    let options = MainOptions::new().wait_policy(policy(case)).ring_capacity(ring_capacity(case));
    Ok(options.bind(&end.plan.token)?)
}

fn ring_capacity(case: &Case) -> usize {
    let ring = (4 * case.len).next_power_of_two();
    ring.clamp(ringmain::limits::RING_CAPACITY, ringmain::limits::RING_CAPACITY_MAX)
}

/// A renderer attached to the main of this group, which may not be there yet.
fn renderer_of(end: &End, case: &Case) -> Result<IpcRenderer> {
    let options =
        RendererOptions::new().wait_policy(policy(case)).wait_until(Instant::now() + PATIENCE);
    Ok(options.connect(&end.plan.token)?)
}

fn policy(case: &Case) -> WaitPolicy {
    match case.wait {
        Wait::Polling => WaitPolicy::Spin,
        Wait::Parked => WaitPolicy::Park,
    }
}
