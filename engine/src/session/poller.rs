//! One pollable descriptor for everything that can wake an endpoint: an epoll instance, and an
//! eventfd for the process's own threads.

use crate::error::Error;
use crate::fork::Generation;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec};
use rustix::io::Errno;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Which descriptor an event is about, in the owner's numbering.
pub(crate) type Token = u64;

/// The token of [`Poller::wake`]. It is cleared before it is reported.
pub(crate) const WOKEN: Token = u64::MAX;

/// Events that one look takes.
const BATCH: usize = 64;

#[derive(Debug)]
pub(crate) struct Poller {
    epoll: OwnedFd,
    wake: OwnedFd,
    generation: Generation,
}

impl Poller {
    pub(crate) fn new() -> Result<Self, Error> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)
            .map_err(|errno| Error::system("epoll_create1", errno))?;
        let wake = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(|errno| Error::system("eventfd", errno))?;
        let poller = Self { epoll, wake, generation: Generation::current()? };
        poller.add(&poller.wake, WOKEN)?;
        Ok(poller)
    }

    /// Watches a descriptor for something to read and for the other side's end.
    pub(crate) fn add(&self, fd: impl AsFd, token: Token) -> Result<(), Error> {
        let flags = EventFlags::IN | EventFlags::RDHUP;
        epoll::add(&self.epoll, fd, EventData::new_u64(token), flags)
            .map_err(|errno| Error::system("epoll_ctl", errno))
    }

    /// Stops watching. A descriptor that is not watched is no error.
    ///
    /// In a forked child it does nothing: what is watched is shared with the parent, which goes on.
    pub(crate) fn remove(&self, fd: impl AsFd) {
        if self.generation.is_this_process() {
            let _ = epoll::delete(&self.epoll, fd);
        }
    }

    /// Makes the descriptor readable until the next look. From any thread.
    pub(crate) fn wake(&self) {
        // Fails only when the counter is full, and then it is readable already.
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
    }

    /// Waits until something happens or `timeout` passes, and hands the tokens to `each`.
    pub(crate) fn wait(
        &self,
        timeout: Option<Timespec>,
        mut each: impl FnMut(Token),
    ) -> Result<(), Error> {
        let mut events = [const { std::mem::MaybeUninit::<epoll::Event>::uninit() }; BATCH];
        let (events, _) = match epoll::wait(&self.epoll, &mut events, timeout.as_ref()) {
            Err(Errno::INTR) => return Ok(()),
            result => result.map_err(|errno| Error::system("epoll_wait", errno))?,
        };
        for event in events {
            let token = event.data.u64();
            if token == WOKEN {
                let _ = rustix::io::read(&self.wake, &mut [0; 8]);
            }
            each(token);
        }
        Ok(())
    }
}

impl AsFd for Poller {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}
