//! Waiting for descriptors, up to a point in time.

use std::time::Instant;

use rustix::event::{PollFd, Timespec};
use rustix::io::Errno;

use crate::Error;

/// Waits until one of `fds` is ready, and says whether one is; without a deadline for ever.
///
/// Signals do not end the wait, and a deadline that has passed still looks once.
///
/// # Errors
/// [`Error::Exhausted`] if the kernel lacks memory.
pub(crate) fn poll_until(fds: &mut [PollFd<'_>], deadline: Option<Instant>) -> Result<bool, Error> {
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // A wait too long for the clock's type is a wait without end.
        let timeout = left.and_then(|left| Timespec::try_from(left).ok());
        match rustix::event::poll(fds, timeout.as_ref()) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(Error::system("poll", errno)),
        }
    }
}

/// Whether one of `fds` is ready now. A kernel without memory to look counts as no.
pub(crate) fn poll_now(fds: &mut [PollFd<'_>]) -> bool {
    poll_until(fds, Some(Instant::now())).unwrap_or(false)
}
