//! Raw bytes, written where they lie in the ring.

use ringmain::{ArgsRef, Error, IpcMain, IpcRenderer, WebContents};

use super::CHANNEL;
use super::messages::Level;
use crate::lab::Traffic;

/// `claim`, written, committed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim;

impl Level for Claim {
    #[inline]
    fn to_main(self, renderer: &IpcRenderer, traffic: &Traffic) -> Result<(), Error> {
        let mut claim = renderer.claim(CHANNEL, traffic.len())?;
        traffic.write(claim.bytes());
        claim.commit(traffic.len())
    }

    #[inline]
    fn to_renderer(
        self,
        page: &WebContents,
        traffic: &Traffic,
        make_room: impl Fn() -> Result<(), Error>,
    ) -> Result<(), Error> {
        loop {
            match page.try_claim(CHANNEL, traffic.len()) {
                Ok(mut claim) => {
                    traffic.write(claim.bytes());
                    return claim.commit(traffic.len());
                }
                Err(Error::Backpressure { .. }) => make_room()?,
                Err(error) => return Err(error),
            }
        }
    }

    fn at_main(
        self,
        main: &IpcMain,
        heard: impl Fn(&WebContents, &[u8]) -> Result<(), Error> + Send + Sync + 'static,
    ) {
        main.on(CHANNEL, move |event, args| heard(event.sender(), bytes(args)));
    }

    fn at_renderer(
        self,
        renderer: &IpcRenderer,
        heard: impl Fn(&IpcRenderer, &[u8]) -> Result<(), Error> + Send + Sync + 'static,
    ) {
        renderer.on(CHANNEL, move |event, args| heard(event.sender(), bytes(args)));
    }
}

/// The one argument; what is not bytes is as wrong as no bytes.
pub(super) fn bytes(args: ArgsRef<'_>) -> &[u8] {
    args.get(0).as_bytes().unwrap_or_default()
}
