//! Descriptors, on their way from one end of a pair to the other.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags,
};

use crate::Result;
use crate::end::End;

/// The most at once.
const MAX: usize = 6;

/// Gives copies of them to the other end, which [takes](take) as many.
pub(crate) fn give(end: &End, descriptors: &[BorrowedFd<'_>]) -> Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(format!("{} descriptors, at most {MAX}", descriptors.len()).into());
    }
    rustix::net::sendmsg(end.link()?, &[IoSlice::new(b"d")], &mut control, SendFlags::empty())?;
    Ok(())
}

/// Waits for those that the other end gives.
pub(crate) fn take<const N: usize>(end: &End) -> Result<[OwnedFd; N]> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let mut parts = [IoSliceMut::new(&mut byte)];
    rustix::net::recvmsg(end.link()?, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let mut taken: Vec<OwnedFd> = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(descriptors) = message {
            taken.extend(descriptors);
        }
    }
    let found = taken.len();
    taken.try_into().map_err(|_| format!("{found} descriptors, expected {N}").into())
}
