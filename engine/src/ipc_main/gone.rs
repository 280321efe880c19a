//! How a renderer went: Electron's `render-process-gone`.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// Why a renderer is gone, in Electron's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GoneReason {
    /// Its process exited with status 0.
    CleanExit,
    /// Its process exited with another status.
    AbnormalExit,
    /// Its process was killed by a signal that others send.
    Killed,
    /// Its process was killed by a signal that faults raise.
    Crashed,
    /// It closed its session, was cut off, or is no child of main, of which no more can be known.
    Disconnected,
}

/// The details of a `render-process-gone`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoneDetails {
    /// Why.
    pub reason: GoneReason,
    /// The process's exit status, or the signal's number negated; 0 if neither is known.
    pub exit_code: i32,
}

impl GoneReason {
    /// Electron's text.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CleanExit => "clean-exit",
            Self::AbnormalExit => "abnormal-exit",
            Self::Killed => "killed",
            Self::Crashed => "crashed",
            Self::Disconnected => "disconnected",
        }
    }
}

impl GoneDetails {
    /// What is known of a session that ended while its process may live on.
    pub(super) const DISCONNECTED: Self = Self { reason: GoneReason::Disconnected, exit_code: 0 };
}

impl From<ExitStatus> for GoneDetails {
    fn from(status: ExitStatus) -> Self {
        if let Some(signal) = status.signal() {
            const FAULTS: [i32; 6] = [
                libc::SIGSEGV,
                libc::SIGBUS,
                libc::SIGILL,
                libc::SIGFPE,
                libc::SIGABRT,
                libc::SIGTRAP,
            ];
            let crashed = FAULTS.contains(&signal);
            let reason = if crashed { GoneReason::Crashed } else { GoneReason::Killed };
            return Self { reason, exit_code: -signal };
        }
        let exit_code = status.code().unwrap_or(0);
        let reason = if exit_code == 0 { GoneReason::CleanExit } else { GoneReason::AbnormalExit };
        Self { reason, exit_code }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_status_says_how_a_renderer_went() {
        let details = |wait_status| GoneDetails::from(ExitStatus::from_raw(wait_status));
        let expected = |reason, exit_code| GoneDetails { reason, exit_code };
        assert_eq!(details(0), expected(GoneReason::CleanExit, 0));
        assert_eq!(details(3 << 8), expected(GoneReason::AbnormalExit, 3));
        assert_eq!(details(libc::SIGKILL), expected(GoneReason::Killed, -9));
        assert_eq!(details(libc::SIGSEGV), expected(GoneReason::Crashed, -11));
    }
}
