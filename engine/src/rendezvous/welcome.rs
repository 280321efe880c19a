//! Main's answer to a [`Hello`](super::hello): a session, or why there is none. Its bytes are
//! drawn there, beside the hello's.

use super::packet::{
    Places, at_least, at_most, capacity, corrupt, exactly, get_u32, get_u64, preamble, put_u32,
    put_u64, zero,
};
use super::terms::{Capacities, Terms};
use crate::limits::MESSAGE_LIMIT_MAX;
use crate::{Corrupt, Error};

const MAGIC: u64 = u64::from_le_bytes(*b"RINGWELC");
const PLACES: Places = Places { len: "welcome length", magic: "welcome magic" };
const ACCEPTED: u32 = 0;

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
    /// Main has run out of descriptors, memory or handshakes.
    Exhausted = 4,
    /// The hello made no sense.
    Corrupt = 5,
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
    /// Size of the packet.
    pub(crate) const LEN: usize = 96;

    /// The packet.
    #[must_use]
    pub(crate) fn encode(&self) -> [u8; Self::LEN] {
        let mut packet = [0; Self::LEN];
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
        let packet: &[u8; Self::LEN] = exactly(packet, PLACES)?;
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
        zero("welcome reserved bytes", &packet[88..])?;
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
        })
    }

    /// The session that was granted to a side with the terms `ours`.
    ///
    /// # Errors
    /// [`Error::VersionMismatch`] and [`Error::LayoutMismatch`] with both sides' values,
    /// [`Error::PermissionDenied`], [`Error::Exhausted`], and [`Error::Corrupt`] for a refusal
    /// that contradicts itself.
    pub(crate) fn granted(&self, ours: &Terms) -> Result<Grant, Error> {
        let grant = self.verdict.map_err(|refusal| refusal.as_error(ours, &self.terms))?;
        ours.check(&self.terms)?;
        Ok(grant)
    }
}
