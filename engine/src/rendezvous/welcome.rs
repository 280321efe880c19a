//! Main's answer to a [`Hello`](super::hello): a session, or why there is none. Its bytes are
//! drawn there, beside the hello's.

use smallvec::SmallVec;

use super::packet::{
    Places, at_least, at_most, capacity, corrupt, exactly, expect, get_u32, get_u64, get_u128,
    preamble, put_u32, put_u64, put_u128, zero,
};
use super::terms::{Capacities, Terms, feature};
use crate::limits::MESSAGE_LIMIT_MAX;
use crate::segment::name::{Creator, Names};
use crate::{Corrupt, Error};

const MAGIC: u64 = u64::from_le_bytes(*b"RINGWELC");
const PLACES: Places = Places { len: "welcome length", magic: "welcome magic" };
const ACCEPTED: u32 = 0;
const NAMED: u32 = 1;

/// Bytes of the names, behind those that every welcome has.
const NAMES_LEN: usize = 56;

/// An encoded welcome.
pub(crate) type Packet = SmallVec<[u8; Welcome::MAX]>;

/// Why main makes no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Refusal {
    /// The versions differ.
    VersionMismatch = 1,
    /// The layouts differ.
    LayoutMismatch = 2,
    /// The renderer's user may not.
    PermissionDenied = 3,
    /// Main has run out of descriptors or memory.
    Exhausted = 4,
    /// The hello made no sense.
    Corrupt = 5,
    /// Main's segments have names, and the renderer opens none.
    SegmentsRefused = 6,
    /// Too many come at once. The same one may come again.
    Busy = 7,
    /// The renderer's process has as many sessions as main gives one.
    ProcessSessions = 8,
    /// Main has as many sessions as it may.
    Sessions = 9,
}

/// What a main that refuses renderers has run out of, to these.
pub(crate) mod lacks {
    pub(crate) const ROOM: &str = "main's descriptors or memory";
    pub(crate) const HANDSHAKES: &str = "main's handshakes";
    pub(crate) const PROCESS_SESSIONS: &str = "sessions that main gives one process";
    pub(crate) const SESSIONS: &str = "main's sessions";
}

impl Refusal {
    /// The refusal that tells a renderer of `error`.
    #[must_use]
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::VersionMismatch { .. } => Self::VersionMismatch,
            Error::LayoutMismatch { .. } => Self::LayoutMismatch,
            Error::PermissionDenied { .. } => Self::PermissionDenied,
            Error::Corrupt(_) => Self::Corrupt,
            Error::SegmentsRefused => Self::SegmentsRefused,
            Error::Exhausted { what: lacks::PROCESS_SESSIONS } => Self::ProcessSessions,
            Error::Exhausted { what: lacks::SESSIONS } => Self::Sessions,
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
            Self::SegmentsRefused,
            Self::Busy,
            Self::ProcessSessions,
            Self::Sessions,
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
            Self::Exhausted => Error::Exhausted { what: lacks::ROOM },
            Self::Busy => Error::Exhausted { what: lacks::HANDSHAKES },
            Self::ProcessSessions => Error::Exhausted { what: lacks::PROCESS_SESSIONS },
            Self::Sessions => Error::Exhausted { what: lacks::SESSIONS },
            Self::SegmentsRefused => Error::SegmentsRefused,
            // A refusal for a reason that the terms in it belie.
            Self::VersionMismatch | Self::LayoutMismatch | Self::Corrupt => {
                corrupt("welcome status", self as u64, ACCEPTED.into()).into()
            }
        }
    }
}

/// What a session is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grant {
    /// Id of the renderer's `WebContents`, from 1.
    pub web_contents: u32,
    /// Bytes of the segment that main writes.
    pub main_segment: u64,
    /// Bytes of the segment that the renderer writes.
    pub renderer_segment: u64,
    /// The rings in them.
    pub capacities: Capacities,
    /// The largest message, in bytes of its payload.
    pub message_limit: u64,
    /// What the segments are opened by, if they have names.
    pub names: Option<Names>,
}

/// What main answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Welcome {
    /// What main speaks.
    pub terms: Terms,
    /// The session, or why there is none.
    pub verdict: Result<Grant, Refusal>,
}

impl Welcome {
    /// Size of the packet without names.
    pub(crate) const LEN: usize = 96;

    /// Size of the packet with names, the largest.
    pub(crate) const MAX: usize = Self::LEN + NAMES_LEN;

    /// The packet.
    #[must_use]
    pub(crate) fn encode(&self) -> Packet {
        let mut packet = Packet::from_elem(0, Self::LEN);
        put_u64(&mut packet, 0, MAGIC);
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
                put_u64(&mut packet, 80, grant.message_limit);
                if let Some(names) = &grant.names {
                    put_u32(&mut packet, 36, NAMED);
                    encode_names(&mut packet, names);
                }
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
    pub(crate) fn decode(packet: &[u8], ours: &Terms) -> Result<Self, Error> {
        let version = preamble(packet, MAGIC, PLACES)?;
        ours.check(&Terms { version, ..*ours })?;
        let (start, rest) = match packet.split_first_chunk() {
            Some((start, rest)) => (start, rest),
            None => (exactly(packet, PLACES)?, &[][..]),
        };
        let terms =
            Terms { version, features: get_u64(start, 16), fingerprint: get_u64(start, 24) };
        let verdict = match get_u32(start, 12) {
            ACCEPTED => Ok(Self::decode_grant(start, rest)?),
            status => {
                exactly::<{ Self::LEN }>(packet, PLACES)?;
                zero("welcome refusal", &start[32..])?;
                Err(Refusal::from_status(status)?)
            }
        };
        Ok(Self { terms, verdict })
    }

    fn decode_grant(packet: &[u8; Self::LEN], rest: &[u8]) -> Result<Grant, Corrupt> {
        let names = decode_names(packet, rest)?;
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
            message_limit: at_most(
                "welcome largest message",
                get_u64(packet, 80),
                MESSAGE_LIMIT_MAX as u64,
            )?,
            names,
        })
    }

    /// The session that was granted to a side with the terms `ours`.
    ///
    /// # Errors
    /// [`Error::VersionMismatch`] and [`Error::LayoutMismatch`] with both sides' values,
    /// [`Error::PermissionDenied`], [`Error::SegmentsRefused`], [`Error::Exhausted`], and
    /// [`Error::Corrupt`] for a refusal that contradicts itself, or names that we said we would not open.
    pub(crate) fn granted(&self, ours: &Terms) -> Result<Grant, Error> {
        let grant = self.verdict.map_err(|refusal| refusal.as_error(ours, &self.terms))?;
        ours.check(&self.terms)?;
        if grant.names.is_some() && ours.features & feature::NAMED_SEGMENTS == 0 {
            return Err(corrupt("welcome origin", NAMED.into(), 0).into());
        }
        Ok(grant)
    }
}

fn encode_names(packet: &mut Packet, names: &Names) {
    packet.resize(Welcome::MAX, 0);
    put_u64(packet, 88, names.nonce);
    put_u128(packet, 96, names.main);
    put_u128(packet, 112, names.renderer);
    put_u32(packet, 128, names.creator.process);
    put_u64(packet, 136, names.creator.started);
    put_u64(packet, 144, names.creator.namespaces);
}

fn decode_names(packet: &[u8; Welcome::LEN], rest: &[u8]) -> Result<Option<Names>, Corrupt> {
    let len =
        |expected: usize| expect(PLACES.len, (packet.len() + rest.len()) as u64, expected as u64);
    let (origin, nonce) = (get_u32(packet, 36), get_u64(packet, 88));
    if origin == 0 {
        len(Welcome::LEN)?;
        expect("welcome nonce", nonce, 0)?;
        return Ok(None);
    }
    expect("welcome origin", origin.into(), NAMED.into())?;
    len(Welcome::MAX)?;
    if nonce == 0 {
        return Err(corrupt("welcome nonce", 0, 1));
    }
    let rest: &[u8; NAMES_LEN] = exactly(rest, PLACES)?;
    zero("welcome reserved bytes", &rest[36..40])?;
    let creator = Creator {
        process: get_u32(rest, 32),
        started: get_u64(rest, 40),
        namespaces: get_u64(rest, 48),
    };
    Ok(Some(Names { creator, nonce, main: get_u128(rest, 0), renderer: get_u128(rest, 16) }))
}
