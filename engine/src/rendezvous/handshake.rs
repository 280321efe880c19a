//! The two packets of [`hello`](super::hello) on a [`Stream`], with main's two descriptors.
//!
//! Where segments have names there are no descriptors, and no `sendmsg` or `recvmsg` either: a
//! sandbox may forbid these. So the renderer looks at the welcome before it takes it.
//!
//! Main's half never blocks. The renderer's half waits for the welcome up to a deadline, and no
//! longer than main lives.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

use rustix::cmsg_space;
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, RecvMsg, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use smallvec::SmallVec;

use super::deadline::poll_until;
use super::hello::{Hello, Role};
use super::stream::Stream;
use super::terms::Terms;
use super::welcome::{Grant, Welcome};
use crate::segment::name::Names;
use crate::{Corrupt, Error};

/// Descriptors of a welcome.
const DESCRIPTORS: usize = 2;

/// Descriptors that there is room for, so that a surplus can be counted before it is closed.
const ROOM: usize = 4;

/// What main found on the socket of a renderer that did not say hello yet.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// Nothing so far. Look again when the socket is readable.
    NotYet,
    /// The renderer went away.
    HungUp,
    /// A renderer's hello in terms that are ours.
    Hello,
    /// A monitor's.
    Monitor,
}

/// A session as the renderer gets it.
#[derive(Debug)]
pub(crate) struct Welcomed {
    /// Its numbers. Nothing was compared with the segments yet.
    pub grant: Grant,
    /// Where its segments are.
    pub segments: Handover,
}

/// How a renderer comes by its segments.
#[derive(Debug)]
pub(crate) enum Handover {
    /// Descriptors of main's segment, then the renderer's.
    Descriptors([OwnedFd; DESCRIPTORS]),
    /// Names of both.
    Names(Names),
}

impl Stream {
    /// Sends the renderer's hello.
    ///
    /// A main that hung up first is no error here: it may have left a refusal behind, which
    /// [`recv_welcome`](Self::recv_welcome) reads.
    ///
    /// # Errors
    /// [`Error::Exhausted`] or [`Error::System`].
    pub(crate) fn send_hello(&self, hello: &Hello) -> Result<(), Error> {
        match send_packet(self.as_fd(), &hello.encode(), &[]) {
            Ok(()) | Err(Errno::PIPE | Errno::CONNRESET) => Ok(()),
            Err(errno) => Err(Error::system("send", errno)),
        }
    }

    /// Takes a renderer's hello, if it is there. Main's half; reads one packet and never waits.
    /// The renderer has to have all features in `needed`.
    ///
    /// # Errors
    /// As [`Hello::decode`] and [`Hello::has`]; [`Refusal::of`](super::welcome::Refusal::of) makes the
    /// answer of it.
    pub(crate) fn recv_hello(&self, ours: &Terms, needed: u64) -> Result<Arrival, Error> {
        let mut packet = [0; Hello::LEN];
        match self.recv(&mut packet) {
            Ok(None) | Err(Errno::CONNRESET) => Ok(Arrival::HungUp),
            Ok(Some(len)) if len > Hello::LEN => Err(too_long("hello length", len, Hello::LEN)),
            Ok(Some(len)) => {
                let hello = Hello::decode(&packet[..len], ours)?;
                match hello.role {
                    Role::Renderer => hello.has(needed).map(|()| Arrival::Hello),
                    Role::Monitor => Ok(Arrival::Monitor),
                }
            }
            Err(Errno::AGAIN) => Ok(Arrival::NotYet),
            Err(errno) => Err(Error::system("recv", errno)),
        }
    }

    /// Grants a session: main's segment first, then the renderer's. Never waits.
    ///
    /// # Errors
    /// [`Error::Disconnected`] if the renderer is gone, [`Error::Exhausted`], [`Error::System`].
    pub(crate) fn send_welcome(
        &self,
        welcome: &Welcome,
        segments: [BorrowedFd<'_>; DESCRIPTORS],
    ) -> Result<(), Error> {
        told(send_packet(self.as_fd(), &welcome.encode(), &segments))
    }

    /// Grants a session whose segments have names, which are in `welcome`. Never waits.
    ///
    /// # Errors
    /// As [`send_welcome`](Self::send_welcome).
    pub(crate) fn send_names(&self, welcome: &Welcome) -> Result<(), Error> {
        told(send_packet(self.as_fd(), &welcome.encode(), &[]))
    }

    /// Refuses a session; the caller then drops the stream, which hangs up. Never waits.
    ///
    /// # Errors
    /// As [`send_welcome`](Self::send_welcome).
    pub(crate) fn send_refusal(&self, welcome: &Welcome) -> Result<(), Error> {
        told(send_packet(self.as_fd(), &welcome.encode(), &[]))
    }

    /// Waits for main's welcome. A refusal is an error, of the name that main gave it.
    ///
    /// # Errors
    /// [`Error::Deadline`], [`Error::MainGone`], what [`Welcome::granted`] names, and
    /// [`Error::Corrupt`] for another number of descriptors than two, all of which are closed.
    pub(crate) fn recv_welcome(
        &self,
        ours: &Terms,
        deadline: Option<Instant>,
    ) -> Result<Welcomed, Error> {
        loop {
            // In this order: a main that refuses and hangs up is read to its end.
            let gone = self.is_gone();
            if let Some(welcomed) = self.take_welcome(ours)? {
                return Ok(welcomed);
            }
            if gone {
                return Err(Error::MainGone);
            }
            if !poll_until(&mut self.wake_ups(PollFlags::IN | PollFlags::RDHUP), deadline)? {
                return Err(Error::Deadline);
            }
        }
    }

    /// Whether the peer has said something that was not read yet.
    pub(crate) fn has_word(&self) -> bool {
        self.peek(&mut [0; 1]).is_ok_and(|len| len.is_some_and(|len| len > 0))
    }

    fn take_welcome(&self, ours: &Terms) -> Result<Option<Welcomed>, Error> {
        let mut packet = [0; Welcome::MAX];
        let Some(len) = self.peek(&mut packet)? else { return Ok(None) };
        if len == 0 && self.is_hung_up() {
            return Err(Error::MainGone);
        }
        if len > packet.len() {
            return Err(too_long("welcome length", len, Welcome::LEN));
        }
        let grant = Welcome::decode(&packet[..len], ours)?.granted(ours)?;
        let segments = match grant.names {
            Some(names) => {
                self.recv(&mut packet).map_err(|errno| Error::system("recv", errno))?;
                Handover::Names(names)
            }
            None => Handover::Descriptors(self.take_descriptors(&mut packet)?),
        };
        Ok(Some(Welcomed { grant, segments }))
    }

    /// Length of the next packet, of which `packet` takes the start, and which stays where it is.
    fn peek(&self, packet: &mut [u8]) -> Result<Option<usize>, Error> {
        let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC | RecvFlags::PEEK;
        let mut was_reset = false;
        loop {
            match rustix::net::recv(self.as_fd(), &mut *packet, flags) {
                Ok((_, len)) => return Ok(Some(len)),
                Err(Errno::INTR) => {}
                // A main that closes with our hello unread resets the socket. The kernel says so
                // once, before it hands out what main had sent.
                Err(Errno::CONNRESET) if !was_reset => was_reset = true,
                Err(Errno::CONNRESET) => return Err(Error::MainGone),
                Err(Errno::AGAIN) => return Ok(None),
                Err(errno) => return Err(Error::system("recv", errno)),
            }
        }
    }

    /// The two descriptors of the packet that was looked at.
    fn take_descriptors(&self, packet: &mut [u8]) -> Result<[OwnedFd; DESCRIPTORS], Error> {
        let Some((received, segments)) = self.recv_with_descriptors(packet)? else {
            return Err(Error::MainGone);
        };
        exactly_two(segments, received.flags.contains(ReturnFlags::CTRUNC))
    }

    pub(super) fn recv_with_descriptors(
        &self,
        packet: &mut [u8],
    ) -> Result<Option<(RecvMsg, Segments)>, Error> {
        let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC | RecvFlags::CMSG_CLOEXEC;
        let mut was_reset = false;
        loop {
            let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(ROOM))];
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let mut parts = [IoSliceMut::new(packet)];
            match rustix::net::recvmsg(self.as_fd(), &mut parts, &mut control, flags) {
                Ok(received) => return Ok(Some((received, descriptors(&mut control)))),
                Err(Errno::INTR) => {}
                // A main that closes with our hello unread resets the socket. The kernel says so
                // once, before it hands out what main had sent.
                Err(Errno::CONNRESET) if !was_reset => was_reset = true,
                Err(Errno::CONNRESET) => return Err(Error::MainGone),
                Err(Errno::AGAIN) => return Ok(None),
                Err(errno) => return Err(Error::system("recvmsg", errno)),
            }
        }
    }
}

pub(super) type Segments = SmallVec<[OwnedFd; ROOM]>;

fn descriptors(control: &mut RecvAncillaryBuffer<'_>) -> Segments {
    let mut found = Segments::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(fds) = message {
            found.extend(fds);
        }
    }
    found
}

fn exactly_two(segments: Segments, cut_off: bool) -> Result<[OwnedFd; DESCRIPTORS], Error> {
    let found = segments.len();
    // Fewer than there is room for, and yet cut off: the kernel had no number to give them.
    if cut_off && found < DESCRIPTORS {
        return Err(Error::Exhausted { what: "descriptors" });
    }
    if cut_off {
        return Err(wrong_number(found));
    }
    segments.into_vec().try_into().map_err(|_| wrong_number(found))
}

fn wrong_number(found: usize) -> Error {
    let place = "welcome number of descriptors";
    Corrupt { place, found: found as u64, expected: DESCRIPTORS as u64 }.into()
}

fn too_long(place: &'static str, found: usize, expected: usize) -> Error {
    Corrupt { place, found: found as u64, expected: expected as u64 }.into()
}

/// What main makes of a welcome that could not be sent.
pub(super) fn told(sent: Result<(), Errno>) -> Result<(), Error> {
    match sent {
        Ok(()) => Ok(()),
        Err(Errno::PIPE | Errno::CONNRESET) => Err(Error::Disconnected),
        // Renderers that never read what they were sent hold descriptors in flight.
        Err(Errno::TOOMANYREFS) => Err(Error::Exhausted { what: "descriptors in flight" }),
        Err(errno) => Err(Error::system("sendmsg", errno)),
    }
}

/// Sends one packet with `fds`, or not at all.
pub(super) fn send_packet(
    socket: BorrowedFd<'_>,
    packet: &[u8],
    fds: &[BorrowedFd<'_>],
) -> Result<(), Errno> {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(ROOM))];
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    loop {
        let sent = if fds.is_empty() {
            rustix::net::send(socket, packet, flags)
        } else {
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !control.push(SendAncillaryMessage::ScmRights(fds)) {
                return Err(Errno::INVAL);
            }
            rustix::net::sendmsg(socket, &[IoSlice::new(packet)], &mut control, flags)
        };
        match sent {
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

#[cfg(test)]
#[path = "handshake_tests.rs"]
mod tests;
