//! The two packets that make a session: [`Hello`] from the renderer, [`Welcome`] from main.
//!
//! Each is one packet of a fixed size, little endian, every byte accounted for. Nothing here
//! touches a socket, and no input panics: what is wrong with a packet is named.
//!
//! ```text
//! hello, 64 bytes                            welcome, 96 bytes
//!  0  magic "RINGHELO"                        0  magic "RINGWELC"
//!  8  version                u32              8  version                       u32
//! 12  role, 1 = renderer     u32             12  status, 0 = a session         u32
//! 16  features               u64             16  features                      u64
//! 24  layout fingerprint     u64             24  layout fingerprint            u64
//! 32  wanted: to main        u32             32  id of the web contents        u32
//! 36  wanted: to renderer    u32             36  zero
//! 40  wanted: replies        u32             40  bytes of main's segment       u64
//! 44  zero                                   48  bytes of the renderer's       u64
//! 64                                         56  ring to main                  u64
//!                                            64  ring to the renderer          u64
//!                                            72  ring of replies               u64
//!                                            80  zero
//!                                            96
//! ```
//!
//! Magic and version keep their places for ever, and a packet whose version is not ours is looked
//! at no further, not even its length: two versions can always tell each other what they are.
//! Feature bits are what a side can do; the session uses what both can. The role 2 is kept for
//! monitors. A welcome with a session comes with two descriptors, main's segment and then the
//! renderer's; a refusal comes with none, and with main's version and fingerprint, so that the
//! renderer can name both sides' values.

use crate::limits::{RING_CAPACITY_MAX, RING_CAPACITY_MIN};
use crate::{Corrupt, Error};

/// The version of the protocol. Counts up when old and new sides cannot talk.
pub const VERSION: u32 = 1;

const HELLO_MAGIC: u64 = u64::from_le_bytes(*b"RINGHELO");
const WELCOME_MAGIC: u64 = u64::from_le_bytes(*b"RINGWELC");
const RENDERER: u32 = 1;
const ACCEPTED: u32 = 0;

/// What a side speaks. Sides whose versions or fingerprints differ make no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// [`VERSION`], and another number only in tests.
    pub version: u32,
    /// What this side can do beyond the version.
    pub features: u64,
    /// Fingerprint of how this side lays out shared memory.
    pub fingerprint: u64,
}

impl Terms {
    /// The terms of this build.
    #[must_use]
    pub fn new(features: u64, fingerprint: u64) -> Self {
        Self { version: VERSION, features, fingerprint }
    }

    /// Whether a session between `self` and `theirs` is possible.
    ///
    /// # Errors
    /// [`Error::VersionMismatch`] or [`Error::LayoutMismatch`].
    pub fn check(&self, theirs: &Terms) -> Result<(), Error> {
        if self.version != theirs.version {
            return Err(Error::VersionMismatch { ours: self.version, theirs: theirs.version });
        }
        if self.fingerprint != theirs.fingerprint {
            let (ours, theirs) = (self.fingerprint, theirs.fingerprint);
            return Err(Error::LayoutMismatch { ours, theirs });
        }
        Ok(())
    }
}

/// Capacities of a session's three rings in bytes, each a power of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capacities {
    /// Messages from the renderer.
    pub to_main: u32,
    /// Messages from main.
    pub to_renderer: u32,
    /// Answers to `sendSync`.
    pub replies: u32,
}

/// What a renderer says first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    /// What the renderer speaks.
    pub terms: Terms,
    /// The rings it would like; zero leaves one to main, which decides in any case.
    pub wanted: Capacities,
}

impl Hello {
    /// Size of the packet.
    pub const LEN: usize = 64;

    /// The packet.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut packet = [0; Self::LEN];
        put_u64(&mut packet, 0, HELLO_MAGIC);
        put_u32(&mut packet, 8, self.terms.version);
        put_u32(&mut packet, 12, RENDERER);
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
    pub fn decode(packet: &[u8], ours: &Terms) -> Result<Self, Error> {
        let version = preamble(packet, HELLO_MAGIC, HELLO)?;
        ours.check(&Terms { version, ..*ours })?;
        let packet: &[u8; Self::LEN] = exactly(packet, HELLO)?;
        expect("hello role", get_u32(packet, 12).into(), RENDERER.into())?;
        let terms =
            Terms { version, features: get_u64(packet, 16), fingerprint: get_u64(packet, 24) };
        ours.check(&terms)?;
        let wanted = Capacities {
            to_main: wish("hello ring to main", get_u32(packet, 32))?,
            to_renderer: wish("hello ring to the renderer", get_u32(packet, 36))?,
            replies: wish("hello ring of replies", get_u32(packet, 40))?,
        };
        zero("hello reserved bytes", &packet[44..])?;
        Ok(Self { terms, wanted })
    }
}

/// Why main makes no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Refusal {
    /// The versions differ.
    VersionMismatch = 1,
    /// The layouts differ.
    LayoutMismatch = 2,
    /// The renderer's user may not.
    PermissionDenied = 3,
    /// Main has run out of descriptors, memory or handshakes.
    Exhausted = 4,
    /// The hello made no sense.
    Corrupt = 5,
}

impl Refusal {
    /// The refusal that tells a renderer of `error`.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        match error {
            Error::VersionMismatch { .. } => Self::VersionMismatch,
            Error::LayoutMismatch { .. } => Self::LayoutMismatch,
            Error::PermissionDenied { .. } => Self::PermissionDenied,
            Error::Corrupt(_) => Self::Corrupt,
            _ => Self::Exhausted,
        }
    }

    fn from_status(status: u32) -> Result<Self, Corrupt> {
        [
            Self::VersionMismatch,
            Self::LayoutMismatch,
            Self::PermissionDenied,
            Self::Exhausted,
            Self::Corrupt,
        ]
        .into_iter()
        .find(|refusal| *refusal as u32 == status)
        .ok_or(Corrupt { place: "welcome status", found: status.into(), expected: 0 })
    }

    /// What the refused renderer reports.
    fn as_error(self, ours: &Terms, theirs: &Terms) -> Error {
        if let Err(mismatch) = ours.check(theirs) {
            return mismatch;
        }
        match self {
            Self::PermissionDenied => {
                Error::PermissionDenied { what: "main accepts no renderer of this user".to_owned() }
            }
            Self::Exhausted => Error::Exhausted { what: "main's descriptors or memory" },
            // A refusal for a reason that the terms in it belie.
            Self::VersionMismatch | Self::LayoutMismatch | Self::Corrupt => {
                corrupt("welcome status", self as u64, ACCEPTED.into()).into()
            }
        }
    }
}

/// What a session is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Id of the renderer's `WebContents`, from 1.
    pub web_contents: u32,
    /// Bytes of the segment that main writes.
    pub main_segment: u64,
    /// Bytes of the segment that the renderer writes.
    pub renderer_segment: u64,
    /// The rings in them.
    pub capacities: Capacities,
}

/// What main answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welcome {
    /// What main speaks.
    pub terms: Terms,
    /// The session, or why there is none.
    pub verdict: Result<Grant, Refusal>,
}

impl Welcome {
    /// Size of the packet.
    pub const LEN: usize = 96;

    /// The packet.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut packet = [0; Self::LEN];
        put_u64(&mut packet, 0, WELCOME_MAGIC);
        put_u32(&mut packet, 8, self.terms.version);
        put_u64(&mut packet, 16, self.terms.features);
        put_u64(&mut packet, 24, self.terms.fingerprint);
        match &self.verdict {
            Err(refusal) => put_u32(&mut packet, 12, *refusal as u32),
            Ok(grant) => {
                put_u32(&mut packet, 12, ACCEPTED);
                put_u32(&mut packet, 32, grant.web_contents);
                put_u64(&mut packet, 40, grant.main_segment);
                put_u64(&mut packet, 48, grant.renderer_segment);
                put_u64(&mut packet, 56, grant.capacities.to_main.into());
                put_u64(&mut packet, 64, grant.capacities.to_renderer.into());
                put_u64(&mut packet, 72, grant.capacities.replies.into());
            }
        }
        packet
    }

    /// Reads a packet from main.
    ///
    /// A refusal is a value here, see [`granted`](Self::granted); only a version other than ours
    /// is an error at once, since nothing behind it can be read.
    ///
    /// # Errors
    /// [`Error::VersionMismatch`], and [`Error::Corrupt`] for what no main of ours sends.
    pub fn decode(packet: &[u8], ours: &Terms) -> Result<Self, Error> {
        let version = preamble(packet, WELCOME_MAGIC, WELCOME)?;
        ours.check(&Terms { version, ..*ours })?;
        let packet: &[u8; Self::LEN] = exactly(packet, WELCOME)?;
        let terms =
            Terms { version, features: get_u64(packet, 16), fingerprint: get_u64(packet, 24) };
        let verdict = match get_u32(packet, 12) {
            ACCEPTED => Ok(Self::decode_grant(packet)?),
            status => {
                zero("welcome refusal", &packet[32..])?;
                Err(Refusal::from_status(status)?)
            }
        };
        Ok(Self { terms, verdict })
    }

    fn decode_grant(packet: &[u8; Self::LEN]) -> Result<Grant, Corrupt> {
        zero("welcome reserved bytes", &packet[36..40])?;
        zero("welcome reserved bytes", &packet[80..])?;
        let web_contents = get_u32(packet, 32);
        if web_contents == 0 {
            return Err(corrupt("welcome id of the web contents", 0, 1));
        }
        let capacities = Capacities {
            to_main: capacity("welcome ring to main", get_u64(packet, 56))?,
            to_renderer: capacity("welcome ring to the renderer", get_u64(packet, 64))?,
            replies: capacity("welcome ring of replies", get_u64(packet, 72))?,
        };
        let mains = u64::from(capacities.to_renderer) + u64::from(capacities.replies);
        let renderers = u64::from(capacities.to_main);
        Ok(Grant {
            web_contents,
            main_segment: at_least("welcome main's segment", get_u64(packet, 40), mains)?,
            renderer_segment: at_least(
                "welcome renderer's segment",
                get_u64(packet, 48),
                renderers,
            )?,
            capacities,
        })
    }

    /// The session that was granted to a side with the terms `ours`.
    ///
    /// # Errors
    /// [`Error::VersionMismatch`] and [`Error::LayoutMismatch`] with both sides' values,
    /// [`Error::PermissionDenied`], [`Error::Exhausted`], and [`Error::Corrupt`] for a refusal
    /// that contradicts itself.
    pub fn granted(&self, ours: &Terms) -> Result<Grant, Error> {
        let grant = self.verdict.map_err(|refusal| refusal.as_error(ours, &self.terms))?;
        ours.check(&self.terms)?;
        Ok(grant)
    }
}

/// The places that [`preamble`] and [`exactly`] name.
struct Places {
    len: &'static str,
    magic: &'static str,
}

const HELLO: Places = Places { len: "hello length", magic: "hello magic" };
const WELCOME: Places = Places { len: "welcome length", magic: "welcome magic" };

/// The version, from the bytes that keep their place in every version.
fn preamble(packet: &[u8], magic: u64, places: Places) -> Result<u32, Corrupt> {
    let Some(start) = packet.first_chunk::<12>() else {
        return Err(corrupt(places.len, packet.len() as u64, 12));
    };
    expect(places.magic, get_u64(start, 0), magic)?;
    Ok(get_u32(start, 8))
}

fn exactly<const LEN: usize>(packet: &[u8], places: Places) -> Result<&[u8; LEN], Corrupt> {
    packet.try_into().map_err(|_| corrupt(places.len, packet.len() as u64, LEN as u64))
}

/// A ring that a renderer asks for: zero or a legal capacity.
fn wish(place: &'static str, found: u32) -> Result<u32, Corrupt> {
    if found == 0 { Ok(0) } else { capacity(place, found.into()) }
}

fn capacity(place: &'static str, found: u64) -> Result<u32, Corrupt> {
    if found > RING_CAPACITY_MAX as u64 {
        return Err(corrupt(place, found, RING_CAPACITY_MAX as u64));
    }
    if found < RING_CAPACITY_MIN as u64 {
        return Err(corrupt(place, found, RING_CAPACITY_MIN as u64));
    }
    match u32::try_from(found) {
        Ok(capacity) if capacity.is_power_of_two() => Ok(capacity),
        _ => Err(corrupt(place, found, found.next_power_of_two())),
    }
}

fn at_least(place: &'static str, found: u64, least: u64) -> Result<u64, Corrupt> {
    if found < least { Err(corrupt(place, found, least)) } else { Ok(found) }
}

fn zero(place: &'static str, bytes: &[u8]) -> Result<(), Corrupt> {
    match bytes.iter().find(|byte| **byte != 0) {
        None => Ok(()),
        Some(byte) => Err(corrupt(place, u64::from(*byte), 0)),
    }
}

fn expect(place: &'static str, found: u64, expected: u64) -> Result<(), Corrupt> {
    if found == expected { Ok(()) } else { Err(corrupt(place, found, expected)) }
}

fn corrupt(place: &'static str, found: u64, expected: u64) -> Corrupt {
    Corrupt { place, found, expected }
}

// The four below are only given offsets that are constants inside a packet of constant size.

fn put_u32(packet: &mut [u8], at: usize, value: u32) {
    packet[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn put_u64(packet: &mut [u8], at: usize, value: u64) {
    packet[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

fn get_u32<const LEN: usize>(packet: &[u8; LEN], at: usize) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&packet[at..at + 4]);
    u32::from_le_bytes(bytes)
}

fn get_u64<const LEN: usize>(packet: &[u8; LEN], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&packet[at..at + 8]);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
#[path = "hello_tests.rs"]
mod tests;
