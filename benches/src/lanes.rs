//! The lanes of a session without a session, at both ends of a pair: what figures of the ring run on.

use std::os::fd::AsFd;

use crate::end::End;
use crate::{Result, descriptors};
use ringmain::Geometry;
use ringmain::lane::{Incoming, Outgoing};
use ringmain::lanes::{self, Descriptors, MainLanes, RendererLanes};
use ringmain::ring::{ClaimError, CopyBuffer};
use ringmain::sync::pause;
use ringmain::wait::{How, Sleeper, Wake, Waker};

const ID: u32 = 1;

/// Makes the lanes and hands the segments to the other end.
pub(crate) fn create(end: &End, geometry: &Geometry) -> Result<MainLanes> {
    let (main, descriptors) = lanes::create(geometry, ID)?;
    descriptors::give(end, &[descriptors.main.as_fd(), descriptors.renderer.as_fd()])?;
    Ok(main)
}

/// Joins the lanes that the other end made.
#[expect(unsafe_code, reason = "both ends are programs of ours, which open their lanes once")]
pub(crate) fn open(end: &End, geometry: &Geometry) -> Result<RendererLanes> {
    let [main, renderer] = descriptors::take(end)?;
    // SAFETY: needs descriptors of one session that are opened this once, and a segment that nobody else
    // writes. The other end has them from `lanes::create` and gives each pair to this process only,
    // which makes no other use of them.
    Ok(unsafe { lanes::open(Descriptors { main, renderer }, geometry, ID) }?)
}

/// Puts a record of `len` bytes that `fill` writes, spinning for space.
#[inline(always)]
pub(crate) fn put(lane: &mut Outgoing, len: usize, fill: impl FnOnce(&mut [u8])) -> Result<()> {
    loop {
        match lane.claim(len) {
            Ok(mut claim) => {
                fill(claim.bytes());
                claim.commit(len);
                return Ok(());
            }
            Err(ClaimError::Full { .. }) => wake_and_pause(lane),
            Err(error) => return Err(error.into()),
        }
    }
}

/// A full ring with a consumer that sleeps would stay full.
#[cold]
fn wake_and_pause(lane: &mut Outgoing) {
    wake_sleeper(lane);
    pause();
}

/// Wakes a consumer that parked.
#[inline(always)]
pub(crate) fn wake(rung: Option<Wake>, lane: &Outgoing) {
    if rung.is_some() {
        Waker::wake(&lane.data_bell());
    }
}

/// Looks for a consumer that parked, with the fence, and wakes it.
#[inline(always)]
pub(crate) fn wake_sleeper(lane: &mut Outgoing) {
    let rung = lane.flush();
    wake(rung, lane);
}

/// Reads a record in place, spinning for it.
#[inline(always)]
#[expect(unsafe_code, reason = "zero-copy reading is what is measured")]
pub(crate) fn read<R>(lane: &mut Incoming, read: impl FnOnce(&[u8]) -> R) -> Result<R> {
    loop {
        let Some(record) = lane.peek()? else {
            lane.publish_head();
            while !lane.is_ready() {
                pause();
            }
            continue;
        };
        // SAFETY: the other end is this program: it writes no record that it has published.
        return Ok(read(unsafe { record.content() }));
    }
}

/// Reads a record through a private copy, spinning for it.
#[inline(always)]
pub(crate) fn copy<R>(
    lane: &mut Incoming,
    buffer: &mut CopyBuffer,
    read: impl FnOnce(&[u8]) -> R,
) -> Result<R> {
    loop {
        let Some(record) = lane.peek()? else {
            pause();
            continue;
        };
        let content = record.copy_into(buffer);
        drop(record);
        lane.publish_head();
        return Ok(read(content));
    }
}

/// Sleeps, never spins. Says whether it slept. A wake that is lost ends at the process's deadline,
/// which fails the run.
pub(crate) fn sleep_until_ready(lane: &mut Incoming) -> Result<bool> {
    let mut slept = false;
    while !lane.is_ready() {
        lane.publish_head();
        let Some(armed) = lane.arm_for_data(How::Futex) else { break };
        slept = true;
        Sleeper::sleep(&lane.data_bell(), armed, None);
        lane.disarm();
    }
    Ok(slept)
}

/// Polls for a moment, then sleeps. Says how often it slept.
#[cold]
pub(crate) fn spin_or_sleep(lane: &mut Incoming) -> Result<u64> {
    lane.publish_head();
    for _ in 0..POLLS {
        if lane.is_ready() {
            return Ok(0);
        }
        pause();
    }
    Ok(sleep_until_ready(lane)?.into())
}

/// Some 20 us, less than the producer of `ring one way` keeps still between two bursts.
const POLLS: u32 = 200;
