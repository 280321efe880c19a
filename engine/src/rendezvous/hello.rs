//! The two packets that make a session: [`Hello`] from the renderer,
//! [`Welcome`](super::welcome::Welcome) from main.
//!
//! Each is one packet of a fixed size, little endian, every byte accounted for. Nothing here
//! touches a socket, and no input panics: what is wrong with a packet is named.
//!
//! ```text
//! hello, 64 bytes                            welcome, 96 bytes, or 152
//!  0  magic "RINGHELO"                        0  magic "RINGWELC"
//!  8  version                u32              8  version                       u32
//! 12  role, 2 = monitor      u32             12  status, 0 = a session         u32
//! 16  features               u64             16  features                      u64
//! 24  layout fingerprint     u64             24  layout fingerprint            u64
//! 32  wanted: to main        u32             32  id of the web contents        u32
//! 36  wanted: to renderer    u32             36  origin, 1 = named segments    u32
//! 40  wanted: replies        u32             40  bytes of main's segment       u64
//! 44  zero                                   48  bytes of the renderer's       u64
//! 64                                         56  ring to main                  u64
//!                                            64  ring to the renderer          u64
//!                                            72  ring of replies               u64
//!                                            80  the largest message           u64
//!                                            88  nonce, 0 = sealed            u64
//!                                            96  name of main's segment       u128
//!                                           112  name of the renderer's       u128
//!                                           128  main's process id             u32
//!                                           132  zero
//!                                           136  when main started             u64
//!                                           144  main's namespaces             u64
//!                                           152
//! ```
//!
//! Magic and version keep their places for ever, and a packet whose version is not ours is looked
//! at no further, not even its length: two versions can always tell each other what they are.
//! Feature bits are what a side can do; the session uses what both can. The role is 1 for a renderer;
//! a monitor is 2, wants no rings, and gets a [`view`](super::view) instead of a welcome. A welcome with a session comes with two descriptors, main's segment and then the
//! renderer's; a refusal comes with none, and with main's version and fingerprint, so that the
//! renderer can name both sides' values.
//!
//! Feature bit 0 says that a renderer opens named segments. Only then can its welcome be the longer
//! one, which has origin 1 and comes without descriptors: the parts of two
//! [names](crate::segment::name) instead. The welcome of a sealed session ends at byte 96, with origin
//! and nonce zero.

use super::packet::{
    Places, exactly, expect, get_u32, get_u64, preamble, put_u32, put_u64, wish, zero,
};
use super::terms::{Capacities, Terms};
use crate::Error;

const MAGIC: u64 = u64::from_le_bytes(*b"RINGHELO");
const PLACES: Places = Places { len: "hello length", magic: "hello magic" };

/// Who says hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Role {
    /// A process that wants a session.
    Renderer = 1,
    /// A process that wants to see main's board.
    Monitor = 2,
}

/// What a renderer or monitor says first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hello {
    /// What the renderer speaks.
    pub terms: Terms,
    /// What the sender is.
    pub role: Role,
    /// The rings it would like; zero leaves one to main, which decides in any case.
    pub wanted: Capacities,
}

impl Hello {
    /// Size of the packet.
    pub(crate) const LEN: usize = 64;

    /// The packet.
    #[must_use]
    pub(crate) fn encode(&self) -> [u8; Self::LEN] {
        let mut packet = [0; Self::LEN];
        put_u64(&mut packet, 0, MAGIC);
        put_u32(&mut packet, 8, self.terms.version);
        put_u32(&mut packet, 12, self.role as u32);
        put_u64(&mut packet, 16, self.terms.features);
        put_u64(&mut packet, 24, self.terms.fingerprint);
        put_u32(&mut packet, 32, self.wanted.to_main);
        put_u32(&mut packet, 36, self.wanted.to_renderer);
        put_u32(&mut packet, 40, self.wanted.replies);
        packet
    }

    /// Reads a packet from a renderer that may be hostile.
    ///
    /// # Errors
    /// What [`Terms::check`] refuses, and [`Error::Corrupt`] for what no renderer of ours sends.
    pub(crate) fn decode(packet: &[u8], ours: &Terms) -> Result<Self, Error> {
        let version = preamble(packet, MAGIC, PLACES)?;
        ours.check(&Terms { version, ..*ours })?;
        let packet: &[u8; Self::LEN] = exactly(packet, PLACES)?;
        let role = match get_u32(packet, 12) {
            2 => Role::Monitor,
            other => {
                expect("hello role", other.into(), Role::Renderer as u64)?;
                Role::Renderer
            }
        };
        let terms =
            Terms { version, features: get_u64(packet, 16), fingerprint: get_u64(packet, 24) };
        ours.check(&terms)?;
        let wanted = Capacities {
            to_main: wish("hello ring to main", get_u32(packet, 32))?,
            to_renderer: wish("hello ring to the renderer", get_u32(packet, 36))?,
            replies: wish("hello ring of replies", get_u32(packet, 40))?,
        };
        zero("hello reserved bytes", &packet[44..])?;
        if role == Role::Monitor {
            zero("hello rings of a monitor", &packet[32..44])?;
        }
        Ok(Self { terms, role, wanted })
    }

    /// Whether the renderer can do what main's sessions need of it.
    ///
    /// # Errors
    /// [`Error::SegmentsRefused`] if it opens no named segments and has to.
    pub(crate) fn has(&self, needed: u64) -> Result<(), Error> {
        if self.terms.features & needed == needed { Ok(()) } else { Err(Error::SegmentsRefused) }
    }
}

#[cfg(test)]
#[path = "hello_tests.rs"]
mod tests;
