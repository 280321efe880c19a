//! Dynamic arguments: one value, of bytes, built for each message from a buffer of the sender's.

use std::cell::RefCell;

use ringmain::value::Bytes;
use ringmain::{Error, IpcMain, IpcRenderer, WebContents, args};

use super::CHANNEL;
use super::claim::Claim;
use super::messages::Level;
use crate::lab::Traffic;

/// `send(channel, [bytes])`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Send;

impl Level for Send {
    #[inline]
    fn to_main(self, renderer: &IpcRenderer, traffic: &Traffic) -> Result<(), Error> {
        with_payload(traffic, |bytes| renderer.send(CHANNEL, args![Bytes(bytes)]))
    }

    #[inline]
    fn to_renderer(
        self,
        page: &WebContents,
        traffic: &Traffic,
        make_room: impl Fn() -> Result<(), Error>,
    ) -> Result<(), Error> {
        with_payload(traffic, |bytes| {
            loop {
                match page.send(CHANNEL, args![Bytes(bytes)]) {
                    Err(Error::Backpressure { .. }) => make_room()?,
                    sent => return sent,
                }
            }
        })
    }

    fn at_main(
        self,
        main: &IpcMain,
        heard: impl Fn(&WebContents, &[u8]) -> Result<(), Error> + std::marker::Send + Sync + 'static,
    ) {
        Claim.at_main(main, heard);
    }

    fn at_renderer(
        self,
        renderer: &IpcRenderer,
        heard: impl Fn(&IpcRenderer, &[u8]) -> Result<(), Error> + std::marker::Send + Sync + 'static,
    ) {
        Claim.at_renderer(renderer, heard);
    }
}

/// Writes the next message in this thread's buffer.
#[inline]
pub(super) fn with_payload<R>(traffic: &Traffic, use_it: impl FnOnce(&[u8]) -> R) -> R {
    thread_local! {
        static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    BUFFER.with_borrow_mut(|buffer| {
        buffer.resize(traffic.len(), 0);
        traffic.write(buffer);
        use_it(buffer)
    })
}
