//! A pollable timer for what may not wait for ever: handshakes and departures.

use crate::error::Error;
use rustix::event::Timespec;
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Ticks while there is something to time out, and not otherwise: an idle main never wakes.
#[derive(Debug)]
pub(super) struct Timer {
    fd: OwnedFd,
    running: AtomicBool,
}

impl Timer {
    pub(super) fn new() -> Result<Self, Error> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        let fd = rustix::time::timerfd_create(TimerfdClockId::Monotonic, flags)
            .map_err(|errno| Error::system("timerfd_create", errno))?;
        Ok(Self { fd, running: AtomicBool::new(false) })
    }

    /// Ticks from now on.
    pub(super) fn start(&self) {
        if !self.running.swap(true, Ordering::Relaxed) {
            self.set(TICK);
        }
    }

    /// After a tick: ticks on only if `needed`.
    pub(super) fn stop_unless(&self, needed: bool) {
        let _ = rustix::io::read(&self.fd, &mut [0; 8]);
        if !needed && self.running.swap(false, Ordering::Relaxed) {
            self.set(Duration::ZERO);
        }
    }

    fn set(&self, period: Duration) {
        let period = Timespec {
            tv_sec: i64::try_from(period.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: period.subsec_nanos().into(),
        };
        let timer = Itimerspec { it_interval: period, it_value: period };
        // Fails only for a descriptor that is no timer or a time that is none.
        let _ = rustix::time::timerfd_settime(&self.fd, TimerfdTimerFlags::empty(), &timer);
    }
}

/// How often it ticks a second: what it times takes seconds or does not matter that much.
pub(super) const TICKS: usize = 4;

const TICK: Duration = Duration::from_millis(1000 / TICKS as u64);

impl AsFd for Timer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
