//! Sizes of a session: what main decides, and each side keeps a private copy of.

use crate::error::{Corrupt, Error};
use crate::layout::DATA_OFFSET;
use crate::limits::{RING_CAPACITY, RING_CAPACITY_MAX, RING_CAPACITY_MIN};
use crate::rendezvous::terms::Capacities;
use crate::rendezvous::welcome::Grant;

/// Capacities of a session's three rings in bytes, each a power of two from
/// [`RING_CAPACITY_MIN`] to [`RING_CAPACITY_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Messages to main.
    pub to_main: usize,
    /// Messages to the renderer.
    pub to_renderer: usize,
    /// Answers to `sendSync`.
    pub replies: usize,
}

impl Default for Geometry {
    fn default() -> Self {
        Self { to_main: RING_CAPACITY, to_renderer: RING_CAPACITY, replies: RING_CAPACITY }
    }
}

impl Geometry {
    /// What rings can have, or a panic: the fields are anybody's to write, and everything below counts on
    /// capacities that are powers of two, and on sums of them that do not wrap.
    pub(super) fn assert_legal(&self) {
        for capacity in [self.to_main, self.to_renderer, self.replies] {
            assert!(
                is_legal(capacity),
                "a ring of {capacity} bytes is no power of two from {RING_CAPACITY_MIN} to \
                 {RING_CAPACITY_MAX}"
            );
        }
    }

    /// Bytes of main's segment.
    pub(crate) const fn main_segment(&self) -> usize {
        self.replies_offset() + self.replies
    }

    /// Bytes of the renderer's segment.
    pub(crate) const fn renderer_segment(&self) -> usize {
        DATA_OFFSET + self.to_main
    }

    /// Where the replies start in main's segment.
    pub(crate) const fn replies_offset(&self) -> usize {
        DATA_OFFSET + self.to_renderer
    }

    /// What main tells the renderer.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if a ring is larger than any may be.
    pub(crate) fn grant(&self, web_contents: u32, message_limit: usize) -> Result<Grant, Error> {
        let word = |capacity: usize| {
            u32::try_from(capacity)
                .map_err(|_| Error::TooLarge { found: capacity, limit: RING_CAPACITY_MAX })
        };
        Ok(Grant {
            web_contents,
            main_segment: self.main_segment() as u64,
            renderer_segment: self.renderer_segment() as u64,
            capacities: Capacities {
                to_main: word(self.to_main)?,
                to_renderer: word(self.to_renderer)?,
                replies: word(self.replies)?,
            },
            message_limit: message_limit as u64,
            names: None,
        })
    }

    /// What the renderer understands of it.
    ///
    /// # Errors
    /// [`Corrupt`] if the numbers are none that a main of ours grants.
    pub(crate) fn granted(grant: &Grant) -> Result<Self, Corrupt> {
        let Capacities { to_main, to_renderer, replies } = grant.capacities;
        let geometry = Self {
            to_main: capacity(to_main)?,
            to_renderer: capacity(to_renderer)?,
            replies: capacity(replies)?,
        };
        let sizes = [
            (grant.main_segment, geometry.main_segment()),
            (grant.renderer_segment, geometry.renderer_segment()),
        ];
        for (found, expected) in sizes {
            if found != expected as u64 {
                let expected = expected as u64;
                return Err(Corrupt { place: "granted segment size", found, expected });
            }
        }
        Ok(geometry)
    }
}

fn capacity(found: u32) -> Result<usize, Corrupt> {
    let capacity = found as usize;
    if is_legal(capacity) {
        return Ok(capacity);
    }
    let (found, expected) = (found.into(), RING_CAPACITY as u64);
    Err(Corrupt { place: "granted ring capacity", found, expected })
}

fn is_legal(capacity: usize) -> bool {
    capacity.is_power_of_two() && (RING_CAPACITY_MIN..=RING_CAPACITY_MAX).contains(&capacity)
}

/// A capacity that a host asked for, made one that a ring can have: a power of two within the
/// bounds, at least as large.
pub(crate) fn legal_capacity(wanted: usize) -> usize {
    wanted.clamp(RING_CAPACITY_MIN, RING_CAPACITY_MAX).next_power_of_two()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renderer_understands_what_main_grants() {
        let geometry = Geometry { to_main: 1 << 16, to_renderer: 1 << 20, replies: 1 << 17 };
        assert_eq!(Geometry::granted(&geometry.grant(3, 1 << 20).unwrap()), Ok(geometry));
    }

    #[test]
    fn a_grant_that_does_not_add_up_is_refused() {
        let grant = Geometry::default().grant(1, 1 << 20).unwrap();
        let sizes = Grant { main_segment: grant.main_segment - 4096, ..grant };
        assert_eq!(Geometry::granted(&sizes).unwrap_err().place, "granted segment size");
        let mut odd = grant;
        odd.capacities.replies = 3 << 16;
        assert_eq!(Geometry::granted(&odd).unwrap_err().place, "granted ring capacity");
    }

    #[test]
    fn any_wish_becomes_a_legal_capacity() {
        assert_eq!(legal_capacity(0), RING_CAPACITY_MIN);
        assert_eq!(legal_capacity(70_000), 1 << 17);
        assert_eq!(legal_capacity(usize::MAX), RING_CAPACITY_MAX);
    }
}
