//! The lanes of a session without a session, at both ends of a pair: what the ring's bars run on.

use super::words;
use ringmain::Geometry;
use ringmain::lane::{Incoming, Outgoing};
use ringmain::lanes::{self, Descriptors, MainLanes, RendererLanes};
use ringmain::ring::{ClaimError, CopyBuffer};
use ringmain::sync::pause;
use ringmain::wait::{How, Sleeper, Wake, Waker};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use crate::Result;
use crate::end::End;

const ID: u32 = 1;

/// Makes the lanes and hands the segments to the other end.
pub(super) fn create(end: &End) -> Result<MainLanes> {
    let (main, descriptors) = lanes::create(&Geometry::default(), ID)?;
    let fds = [descriptors.main.as_fd(), descriptors.renderer.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&fds));
    rustix::net::sendmsg(&end.link, &[IoSlice::new(b"s")], &mut control, SendFlags::empty())?;
    Ok(main)
}

/// Joins the lanes that the other end made.
pub(super) fn open(end: &End) -> Result<RendererLanes> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let mut parts = [IoSliceMut::new(&mut byte)];
    rustix::net::recvmsg(&end.link, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut fds: Vec<OwnedFd> = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            fds.extend(received);
        }
    }
    let [main, renderer] = fds.try_into().map_err(|_| "not two descriptors")?;
    Ok(lanes::open(&Descriptors { main, renderer }, &Geometry::default(), ID)?)
}

/// Puts record `number`, spinning for space.
#[inline(always)]
pub(super) fn put<const WORDS: usize>(lane: &mut Outgoing, number: u64) -> Result<()> {
    let len = 8 + WORDS * 8;
    loop {
        match lane.claim(len) {
            Ok(mut claim) => {
                words::write::<WORDS>(claim.bytes(), number);
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
    let rung = lane.flush();
    wake(rung, lane);
    pause();
}

/// Wakes a consumer that parked.
#[inline(always)]
pub(super) fn wake(rung: Option<Wake>, lane: &Outgoing) {
    if rung.is_some() {
        Waker::wake(&lane.data_bell());
    }
}

/// Puts record `number` and wakes a consumer that parked.
#[inline(always)]
pub(super) fn put_and_wake<const WORDS: usize>(lane: &mut Outgoing, number: u64) -> Result<()> {
    put::<WORDS>(lane, number)?;
    let rung = lane.flush();
    wake(rung, lane);
    Ok(())
}

/// Reads record `number` in place, spinning for it.
#[inline(always)]
#[expect(unsafe_code, reason = "zero-copy reading is what is measured")]
pub(super) fn read<const WORDS: usize>(lane: &mut Incoming, number: u64) -> Result<()> {
    loop {
        let Some(record) = lane.peek()? else {
            lane.publish_head();
            pause();
            continue;
        };
        // SAFETY: the other end is this program: it writes no record that it has published.
        return words::check::<WORDS>(unsafe { record.content() }, number);
    }
}

/// Reads record `number` through a private copy, spinning for it.
#[inline(always)]
pub(super) fn copy<const WORDS: usize>(
    lane: &mut Incoming,
    buffer: &mut CopyBuffer,
    number: u64,
) -> Result<()> {
    loop {
        let Some(record) = lane.peek()? else {
            pause();
            continue;
        };
        let content = record.copy_into(buffer);
        drop(record);
        lane.publish_head();
        return words::check::<WORDS>(content, number);
    }
}

/// Reads a record that is a number only.
pub(super) fn read_number(lane: &mut Incoming) -> Result<u64> {
    let mut buffer = CopyBuffer::default();
    loop {
        if let Some(record) = lane.peek()? {
            let content = record.copy_into(&mut buffer).try_into().map_err(|_| "not a number")?;
            return Ok(u64::from_le_bytes(content));
        }
        pause();
    }
}

/// Sleeps, never spins. Says whether it slept. A wake that is lost ends at the process's deadline,
/// which fails the run.
pub(super) fn sleep_until_ready(lane: &mut Incoming) -> Result<bool> {
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
pub(super) fn spin_or_sleep(lane: &mut Incoming) -> Result<u64> {
    lane.publish_head();
    for _ in 0..POLLS {
        if lane.is_ready() {
            return Ok(0);
        }
        pause();
    }
    Ok(sleep_until_ready(lane)?.into())
}

/// Some 20 us, less than the producer keeps still between two bursts.
const POLLS: u32 = 200;
