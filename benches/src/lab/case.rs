//! Cases: the questions that the table asks of every contender.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the ends do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A message there, one back, at once another: time from sending to having read the answer.
    RoundTrip,
    /// The same, each trip after so many milliseconds in which both ends slept.
    AfterGap {
        /// The milliseconds.
        gap_ms: u32,
    },
    /// As many messages as fit, one way; timed until the last of a batch was read.
    OneWay,
    /// Messages one way, each at its appointed time, whatever became of the one before: time from
    /// the appointment to having been read. A sender that falls behind does not hide it.
    OpenLoop {
        /// Messages offered a second.
        per_second: u64,
    },
    /// One main sends to so many renderers in turn; a rate over all.
    FanOut {
        /// How many, a power of two.
        renderers: usize,
    },
    /// So many renderers send to one main, all at once; a rate over all.
    FanIn {
        /// How many.
        renderers: usize,
    },
    /// A round trip of one renderer, while so many are attached and so many of those, itself
    /// included, do the same.
    Attached {
        /// How many are attached.
        renderers: usize,
        /// How many of them are active.
        active: usize,
    },
    /// From nothing to the first answer of a peer that waits to be found, and the end of it again.
    Connect,
}

impl Mode {
    /// Whether each message is answered by another.
    #[must_use]
    pub fn is_answered(self) -> bool {
        match self {
            Self::RoundTrip | Self::AfterGap { .. } | Self::Attached { .. } | Self::Connect => true,
            Self::OneWay | Self::OpenLoop { .. } | Self::FanOut { .. } | Self::FanIn { .. } => {
                false
            }
        }
    }

    /// Whether the ends are two that know each other.
    #[must_use]
    pub fn is_of_a_pair(self) -> bool {
        match self {
            Self::RoundTrip | Self::AfterGap { .. } | Self::OneWay | Self::OpenLoop { .. } => true,
            Self::FanOut { .. } | Self::FanIn { .. } | Self::Attached { .. } | Self::Connect => {
                false
            }
        }
    }

    /// The place of the end that takes the messages of many others, if there is one.
    #[must_use]
    pub fn hub(self) -> Option<usize> {
        match self {
            Self::FanIn { .. } => Some(0),
            Self::Attached { .. } => Some(1),
            _ => None,
        }
    }
}

/// How ends wait for each other, the same for every contender of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// Look, pause, look again; never sleep.
    Polling,
    /// Sleep in the kernel at once; never poll.
    Parked,
}

/// Where the ends run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// The measuring end on one CPU, all others on another core.
    TwoCpus,
    /// All on one CPU.
    OneCpu,
}

/// One cell's question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Case {
    /// What the ends do.
    pub mode: Mode,
    /// How they wait.
    pub wait: Wait,
    /// Where they run.
    pub placement: Placement,
    /// Bytes of a message's payload: none, or a multiple of eight.
    pub len: usize,
    /// How long the timed part lasts.
    pub budget_ms: u32,
}

impl Case {
    /// How long the timed part lasts.
    #[must_use]
    pub fn budget(&self) -> Duration {
        Duration::from_millis(self.budget_ms.into())
    }

    /// How many processes take part.
    #[must_use]
    pub fn ends(&self) -> usize {
        match self.mode {
            Mode::FanOut { renderers }
            | Mode::FanIn { renderers }
            | Mode::Attached { renderers, .. } => 1 + renderers,
            _ => 2,
        }
    }

    /// The same question, asked for another time.
    #[must_use]
    pub fn for_ms(self, budget_ms: u32) -> Self {
        Self { budget_ms, ..self }
    }

    /// The same question, however long it is asked.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.for_ms(0) == other.for_ms(0)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoundTrip => write!(f, "round trip"),
            Self::AfterGap { gap_ms } => write!(f, "round trip after {gap_ms} ms idle"),
            Self::OneWay => write!(f, "one way"),
            Self::OpenLoop { per_second } => write!(f, "open loop, {} msg/s", count(*per_second)),
            Self::FanOut { renderers } => write!(f, "fan-out to {renderers}"),
            Self::FanIn { renderers } => write!(f, "fan-in from {renderers}"),
            Self::Attached { renderers, active } => {
                write!(f, "round trip, {renderers} attached, {active} active")
            }
            Self::Connect => write!(f, "connect"),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wait = match self.wait {
            Wait::Polling => "polling",
            Wait::Parked => "parked",
        };
        let placement = match self.placement {
            Placement::TwoCpus => "",
            Placement::OneCpu => ", one CPU",
        };
        write!(f, "{}, {}, {wait}{placement}", self.mode, Bytes(self.len))
    }
}

/// A number of bytes, for people.
pub(super) struct Bytes(pub(super) usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 && bytes % (1 << 20) == 0 => {
                write!(f, "{} MiB", bytes >> 20)
            }
            bytes if bytes >= 1 << 10 && bytes % (1 << 10) == 0 => {
                write!(f, "{} KiB", bytes >> 10)
            }
            bytes => write!(f, "{bytes} B"),
        }
    }
}

/// A round number, for people.
fn count(number: u64) -> String {
    match number {
        number if number >= 1_000_000 => format!("{} M", number as f64 / 1e6),
        number if number >= 1_000 => format!("{} k", number as f64 / 1e3),
        number => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_reads_as_a_title() {
        let case = Case {
            mode: Mode::OpenLoop { per_second: 1_500_000 },
            wait: Wait::Polling,
            placement: Placement::TwoCpus,
            len: 64 << 10,
            budget_ms: 100,
        };
        assert_eq!(case.to_string(), "open loop, 1.5 M msg/s, 64 KiB, polling");
        let alone = Case { mode: Mode::RoundTrip, placement: Placement::OneCpu, len: 48, ..case };
        assert_eq!(alone.to_string(), "round trip, 48 B, polling, one CPU");
    }
}
