//! Drives an endpoint inside tokio (feature `tokio`).
//!
//! The endpoint's one descriptor is watched by tokio's own poller, and messages are dispatched by the
//! task that awaits. tokio learns of changes only (edge-triggered), while the descriptor says what is
//! (level-triggered): it is told to wait for the next change only after a dispatch that found nothing
//! and a look that agrees. A change after that look comes as one of its own, which tokio counts.

use crate::error::Error;
use crate::{IpcMain, IpcRenderer};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::os::fd::{AsFd, BorrowedFd};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Messages between two moments at which other tasks of the runtime's thread get theirs.
const BUDGET: usize = 64;

impl IpcMain {
    /// Delivers messages until [`stop`](Self::stop), as [`run`](Self::run) does, inside tokio: other tasks
    /// run on the same thread, and handlers may await what tokio offers. Listeners and handlers run in
    /// the task that awaits this, 64 messages at most between two of its yields. It never spins, so a
    /// message to an idle main costs a wake-up.
    ///
    /// Cancel-safe: dropped, it delivers nothing more, and nothing is lost. One driver at a time.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`Error::System`] if tokio cannot watch the descriptor, which it can once.
    ///
    /// # Panics
    /// Outside a tokio runtime, and in one whose I/O driver is not enabled.
    pub async fn run_async(&self) -> Result<(), Error> {
        drive(self.as_fd(), || self.take_stop(), || self.dispatch(BUDGET)).await
    }
}

impl IpcRenderer {
    /// Delivers messages until [`stop`](Self::stop), as [`run`](Self::run) does, inside tokio: what
    /// [`Invoke`](crate::Invoke)s that are awaited need. For the rest as [`IpcMain::run_async`].
    ///
    /// # Errors
    /// As [`run`](Self::run): a main that is gone ends it. [`Error::System`] if tokio cannot watch the
    /// descriptor, which it can once.
    ///
    /// # Panics
    /// Outside a tokio runtime, and in one whose I/O driver is not enabled.
    pub async fn run_async(&self) -> Result<(), Error> {
        drive(self.as_fd(), || self.take_stop(), || self.dispatch(BUDGET)).await
    }
}

async fn drive(
    fd: BorrowedFd<'_>,
    stopped: impl Fn() -> bool,
    dispatch: impl Fn() -> Result<usize, Error>,
) -> Result<(), Error> {
    // SAFETY: `fd` is borrowed from the endpoint for as long as this future lives, and `watched` is
    // dropped with it; the endpoint never exchanges its poller.
    #[expect(unsafe_code, reason = "tokio has to be promised that the descriptor stays open")]
    let watched = unsafe { AsyncFd::register_with_interest(fd, Interest::READABLE) };
    let watched = watched.map_err(|refused| failed(&refused.into_parts().1))?;
    while !stopped() {
        let mut ready = watched.readable().await.map_err(|e| failed(&e))?;
        if dispatch()? == 0 && !is_readable(fd)? {
            ready.clear_ready();
        } else {
            drop(ready);
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}

fn is_readable(fd: BorrowedFd<'_>) -> Result<bool, Error> {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let fds = &mut [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
    poll(fds, Some(&now)).map(|ready| ready > 0).map_err(|errno| Error::system("poll", errno))
}

#[cold]
fn failed(error: &std::io::Error) -> Error {
    let errno = rustix::io::Errno::from_io_error(error);
    Error::system("epoll_ctl", errno.unwrap_or(rustix::io::Errno::INVAL))
}
