//! Bytes that are written where they will be read.

use super::RendererBurst;
use crate::error::Error;
use crate::session::sender::Reserved;
use crate::value::raw::Place;
use crate::wire::{Buffer, Signature};

/// A message of bytes that is being written in place: [`bytes`](Self::bytes), then
/// [`commit`](Self::commit). Dropped without a commit, it is never sent.
///
/// It holds the session's sending end as a [`RendererBurst`] does.
///
/// # Examples
/// ```no_run
/// use ringmain::IpcRenderer;
///
/// let renderer = IpcRenderer::connect("demo")?;
/// let mut claim = renderer.claim("samples", 4096)?;
/// claim.bytes().fill(7);
/// claim.commit(4096)?;
/// # Ok::<(), ringmain::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a dropped claim is never sent"]
pub struct RendererClaim<'r> {
    burst: RendererBurst<'r>,
    channel: &'r str,
    place: Place,
    written: Written,
}

/// Where the archive is written.
#[derive(Debug)]
enum Written {
    InRing(Reserved),
    /// The ring cannot hold it at once.
    InBuffer(Buffer),
}

impl<'r> RendererClaim<'r> {
    pub(super) fn new(
        mut burst: RendererBurst<'r>,
        channel: &'r str,
        len: usize,
    ) -> Result<Self, Error> {
        let (renderer, when_full) = (burst.renderer(), burst.when_full());
        let (end, outbound) = burst.parts();
        let place = Place::of(len);
        let archive = end.raw_archive_len(place)?;
        let written = if archive <= outbound.payload_max() {
            let reserved = end.reserve(outbound, Signature::dynamic(channel), archive, when_full);
            Written::InRing(reserved.map_err(|error| renderer.explain(error))?)
        } else {
            Written::InBuffer(end.pool.take_zeroed(archive)?)
        };
        Ok(Self { burst, channel, place, written })
    }

    /// How many bytes were claimed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.place.contents().len()
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where to write. What is in it now is left from earlier messages; it lies at a multiple of
    /// 16, and from 4 KiB on of 64 if the ring holds it at once.
    ///
    /// # Panics
    /// Never: the place was reserved and stays so.
    pub fn bytes(&mut self) -> &mut [u8] {
        let archive = match &mut self.written {
            Written::InRing(reserved) => self.burst.outbound().reserved(reserved),
            Written::InBuffer(buffer) => buffer,
        };
        &mut archive[self.place.contents()]
    }

    /// Sends the first `len` bytes.
    ///
    /// # Errors
    /// As [`IpcRenderer::send`](super::IpcRenderer::send). The message may have arrived in spite of an
    /// error if the session ends just now, as [`RendererBurst::end`] says.
    ///
    /// # Panics
    /// If `len` is more than was claimed.
    pub fn commit(self, len: usize) -> Result<(), Error> {
        assert!(len <= self.len(), "committed more than was claimed");
        let Self { mut burst, channel, place, written } = self;
        let place = place.shortened(len);
        let archive = burst.end_of().raw_archive_len(place)?;
        burst.check()?;
        match written {
            Written::InRing(reserved) => {
                let (end, outbound) = burst.parts();
                end.commit(outbound, reserved, archive, |archive| place.finish(archive));
            }
            Written::InBuffer(mut buffer) => {
                buffer.resize(archive)?;
                place.finish(&mut buffer);
                let sent = burst.put(Signature::dynamic(channel), &buffer);
                burst.end_of().pool.give(buffer);
                sent?;
            }
        }
        burst.end()
    }
}
