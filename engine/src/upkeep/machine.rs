//! What this machine allows, tried and not guessed.

use super::probes;
use std::fmt;

/// One thing that the engine needs or uses, and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// Whether it is there.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What that means, where it means anything.
    pub meaning: String,
}

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Everything works, something of it less well.
    Degraded,
    /// There is no session without it.
    Missing,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fine => "fine",
            Self::Degraded => "degraded",
            Self::Missing => "missing",
        })
    }
}

/// Tries everything that the engine needs of the machine and of this process's limits. Leaves nothing
/// behind, and makes nothing that others see.
#[must_use]
pub fn examine() -> Vec<Finding> {
    vec![
        probes::kernel(),
        probes::sealing(),
        probes::pidfd(),
        probes::peer_pidfd(),
        probes::pass_rights(),
        probes::wipe_on_fork(),
        probes::futex_on_a_read_only_page(),
        probes::inotify(),
        probes::endpoints_directory(),
        probes::descriptors(),
        probes::cpus(),
        probes::memory(),
        probes::shm(),
    ]
}

impl Finding {
    pub(super) fn fine(what: &'static str, found: impl Into<String>) -> Self {
        let (found, meaning) = (found.into(), String::new());
        Self { what, verdict: Verdict::Fine, found, meaning }
    }

    pub(super) fn degraded(what: &'static str, found: impl fmt::Display, meaning: &str) -> Self {
        let (found, meaning) = (found.to_string(), meaning.to_owned());
        Self { what, verdict: Verdict::Degraded, found, meaning }
    }

    pub(super) fn missing(what: &'static str, found: impl fmt::Display, meaning: &str) -> Self {
        let (found, meaning) = (found.to_string(), meaning.to_owned());
        Self { what, verdict: Verdict::Missing, found, meaning }
    }

    pub(super) fn meaning(mut self, meaning: impl Into<String>) -> Self {
        self.meaning = meaning.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_on_which_these_tests_run_lacks_nothing() {
        for finding in examine() {
            assert_ne!(finding.verdict, Verdict::Missing, "{finding:?}");
            assert!(!finding.found.is_empty(), "{finding:?}");
            let explained = finding.verdict == Verdict::Fine || !finding.meaning.is_empty();
            assert!(explained, "{finding:?}");
        }
    }
}
