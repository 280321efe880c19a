//! What a monitor gets from main: the board, or a refusal.
//!
//! A monitor says the [`Hello`] of its role, and main answers with one packet and the
//! descriptor of its board, or refuses as it does a renderer. There are no segments, no lanes and no
//! nudges; the socket then says nothing but that both are still there.
//!
//! ```text
//! view, 32 bytes
//!  0  magic "RINGVIEW"
//!  8  version           u32
//! 12  zero
//! 16  bytes of the board, u64
//! 24  zero
//! 32
//! ```

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Instant;

use rustix::event::PollFlags;

use super::deadline::poll_until;
use super::handshake::{send_packet, told};
use super::hello::{Hello, Role};
use super::packet::{Places, corrupt, exactly, get_u64, preamble, put_u32, put_u64, zero};
use super::stream::Stream;
use super::terms::{Capacities, Terms};
use super::welcome::Welcome;
use crate::Error;

const MAGIC: u64 = u64::from_le_bytes(*b"RINGVIEW");
const PLACES: Places = Places { len: "view length", magic: "view magic" };

/// Size of the packet.
const LEN: usize = 32;

fn encode(version: u32, board: u64) -> [u8; LEN] {
    let mut packet = [0; LEN];
    put_u64(&mut packet, 0, MAGIC);
    put_u32(&mut packet, 8, version);
    put_u64(&mut packet, 16, board);
    packet
}

/// The bytes of the board, from a packet of main's.
///
/// # Errors
/// [`Error::VersionMismatch`], [`Error::Corrupt`], and what a refusal says.
fn decode(packet: &[u8], ours: &Terms) -> Result<u64, Error> {
    if packet.len() == Welcome::LEN {
        // Granted or not, it is not what a monitor asked for.
        Welcome::decode(packet, ours)?.granted(ours)?;
        return Err(corrupt(PLACES.len, Welcome::LEN as u64, LEN as u64).into());
    }
    let version = preamble(packet, MAGIC, PLACES)?;
    ours.check(&Terms { version, ..*ours })?;
    let packet: &[u8; LEN] = exactly(packet, PLACES)?;
    zero("view reserved bytes", &packet[12..16])?;
    zero("view reserved bytes", &packet[24..])?;
    Ok(get_u64(packet, 16))
}

impl Stream {
    /// Asks for the board, as a monitor.
    ///
    /// # Errors
    /// As [`send_hello`](Self::send_hello).
    pub(crate) fn ask_for_view(&self, terms: Terms) -> Result<(), Error> {
        self.send_hello(&Hello { terms, role: Role::Monitor, wanted: Capacities::default() })
    }

    /// Gives a monitor the board, of so many bytes. Never waits.
    ///
    /// # Errors
    /// As [`send_welcome`](Self::send_welcome).
    pub(crate) fn send_view(
        &self,
        terms: &Terms,
        bytes: u64,
        board: BorrowedFd<'_>,
    ) -> Result<(), Error> {
        told(send_packet(self.as_fd(), &encode(terms.version, bytes), &[board]))
    }

    /// Waits for the board and its size. A refusal is an error, of the name that main gave it.
    ///
    /// # Errors
    /// [`Error::Deadline`], [`Error::MainGone`], what a refusal says, and [`Error::Corrupt`] for what no
    /// main of ours sends.
    pub(crate) fn recv_view(
        &self,
        ours: &Terms,
        deadline: Instant,
    ) -> Result<(u64, OwnedFd), Error> {
        loop {
            // In this order: a main that refuses and hangs up is read to its end.
            let gone = self.is_gone();
            if let Some(view) = self.take_view(ours)? {
                return Ok(view);
            }
            if gone {
                return Err(Error::MainGone);
            }
            let mut news = self.wake_ups(PollFlags::IN | PollFlags::RDHUP);
            if !poll_until(&mut news, Some(deadline))? {
                return Err(Error::Deadline);
            }
        }
    }

    fn take_view(&self, ours: &Terms) -> Result<Option<(u64, OwnedFd)>, Error> {
        // The longest packet that is read whole is a refusal.
        let mut packet = [0; Welcome::LEN];
        let Some((received, descriptors)) = self.recv_with_descriptors(&mut packet)? else {
            return Ok(None);
        };
        let len = received.bytes;
        if len == 0 && self.is_hung_up() {
            return Err(Error::MainGone);
        }
        if len > packet.len() {
            return Err(corrupt(PLACES.len, len as u64, LEN as u64).into());
        }
        let bytes = decode(&packet[..len], ours)?;
        let found = descriptors.len() as u64;
        let [board] = descriptors
            .into_vec()
            .try_into()
            .map_err(|_| corrupt("view number of descriptors", found, 1))?;
        Ok(Some((bytes, board)))
    }

    /// Whether anything but silence came from a monitor: it has left, or is none of ours.
    pub(crate) fn is_silent(&self) -> bool {
        let drained = self.drain();
        drained.nudges == 0 && drained.foreign == 0 && !drained.hung_up && !self.is_gone()
    }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
