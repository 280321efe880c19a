//! Bytes that are written where they will be read.

use super::RendererBurst;
use crate::error::Error;
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
    /// Where it is written if the ring cannot hold it at once.
    buffer: Option<Buffer>,
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
        let mut buffer = None;
        if archive <= outbound.payload_max() {
            end.reserve(outbound, Signature::dynamic(channel), archive, when_full)
                .map_err(|error| renderer.explain(error))?;
        } else {
            let mut zeroed = end.pool.take();
            zeroed.resize(archive, 0);
            buffer = Some(zeroed);
        }
        Ok(Self { burst, channel, place, buffer })
    }

    /// Where to write. What is in it now is left from earlier messages; it lies at a multiple of
    /// 16, and from 4 KiB on of 64 if the ring holds it at once.
    ///
    /// # Panics
    /// Never: the place was reserved and stays so.
    pub fn bytes(&mut self) -> &mut [u8] {
        let contents = self.place.contents();
        &mut self.archive(self.place)[contents]
    }

    /// Sends the first `len` bytes.
    ///
    /// # Errors
    /// As [`IpcRenderer::send`](super::IpcRenderer::send), if a message that the ring cannot hold at
    /// once has to wait for space.
    ///
    /// # Panics
    /// If `len` is more than was claimed.
    pub fn commit(mut self, len: usize) -> Result<(), Error> {
        assert!(len <= self.place.contents().len(), "committed more than was claimed");
        let place = self.place.shortened(len);
        place.finish(self.archive(place));
        let Self { mut burst, channel, buffer, .. } = self;
        let signature = Signature::dynamic(channel);
        let archive = burst.end_of().raw_archive_len(place)?;
        match buffer {
            None => {
                let (end, outbound) = burst.parts();
                let filled = end.fill(outbound, signature, archive, |_| Some(archive))?;
                assert!(filled, "reserved by `new`");
            }
            Some(mut buffer) => {
                buffer.resize(archive, 0);
                let sent = burst.put(signature, &buffer);
                burst.end_of().pool.give(buffer);
                sent?;
            }
        }
        burst.end()
    }

    /// Where the archive goes.
    fn archive(&mut self, place: Place) -> &mut [u8] {
        let archive = place.archive_len().unwrap_or(0);
        match &mut self.buffer {
            Some(buffer) => &mut buffer[..archive],
            None => {
                match self.burst.outbound().reserve(Signature::dynamic(self.channel), archive) {
                    Ok(Ok(place)) => place,
                    _ => unreachable!("reserved by `new`"),
                }
            }
        }
    }
}
