//! Which cases a run asks.

use serde::{Deserialize, Serialize};

use super::{Case, Mode, Placement, Wait};

/// How much a run asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Extent {
    /// A look.
    Quick,
    /// What the bars need, and a bit around.
    Default,
    /// All there is.
    Full,
}

/// The timed part of a cell, unless its mode needs more.
const BUDGET_MS: u32 = 60;
/// Trips after a gap.
const GAPS: u32 = 8;

impl Extent {
    pub(crate) fn of(quick: bool, full: bool) -> Self {
        match (quick, full) {
            (true, _) => Self::Quick,
            (_, true) => Self::Full,
            _ => Self::Default,
        }
    }

    /// How often each cell is measured.
    pub(crate) fn cycles(self) -> u16 {
        if self == Self::Quick { 2 } else { 5 }
    }
}

/// The cases of a run, in the order of its table.
pub(crate) fn of(extent: Extent) -> Vec<Case> {
    let pick = |quick: &'static [usize], default: &'static [usize], full: &'static [usize]| {
        match extent {
            Extent::Quick => quick,
            Extent::Default => default,
            Extent::Full => full,
        }
        .iter()
        .copied()
    };
    let mut cases = Vec::new();
    cases.extend(pick(&[64], &[48, 64], ALL_LENS).map(|len| polling(Mode::RoundTrip, len)));
    cases.extend([parked(Mode::RoundTrip, 64), one_cpu(Mode::RoundTrip, 64)]);
    cases.extend(pick(&[], &[1, 10], &[1, 10, 100]).map(after_gap));
    cases.extend(
        pick(&[64, 64 << 10], &[64, 64 << 10, 1 << 20], ALL_LENS)
            .map(|len| polling(Mode::OneWay, len)),
    );
    cases.extend(
        pick(&[1_000_000], &[100_000, 1_000_000], ALL_RATES)
            .map(|rate| polling(Mode::OpenLoop { per_second: rate as u64 }, 64)),
    );
    let renderers = pick(&[], &[1, 8], &[1, 2, 4, 8, 16, 32, 64]);
    cases.extend(renderers.clone().map(|renderers| parked(Mode::FanOut { renderers }, 64)));
    cases.extend(renderers.map(|renderers| parked(Mode::FanIn { renderers }, 64)));
    let active = pick(&[], &[1, 4], &[1, 2, 4, 8, 16]);
    cases.extend(active.map(|active| parked(Mode::Attached { renderers: 16, active }, 64)));
    if extent != Extent::Quick {
        cases.push(parked(Mode::Connect, 64));
    }
    cases
}

const ALL_LENS: &[usize] = &[
    0,
    8,
    48,
    64,
    256,
    1 << 10,
    4 << 10,
    16 << 10,
    64 << 10,
    256 << 10,
    1 << 20,
    4 << 20,
    16 << 20,
    64 << 20,
];

const ALL_RATES: &[usize] =
    &[10_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000];

pub(crate) fn polling(mode: Mode, len: usize) -> Case {
    let placement = Placement::TwoCpus;
    Case { mode, wait: Wait::Polling, placement, len, budget_ms: BUDGET_MS }
}

pub(crate) fn parked(mode: Mode, len: usize) -> Case {
    Case { wait: Wait::Parked, ..polling(mode, len) }
}

pub(crate) fn one_cpu(mode: Mode, len: usize) -> Case {
    Case { placement: Placement::OneCpu, ..parked(mode, len) }
}

fn after_gap(gap_ms: usize) -> Case {
    let gap_ms = u32::try_from(gap_ms).unwrap_or(u32::MAX);
    parked(Mode::AfterGap { gap_ms }, 64).for_ms((GAPS * gap_ms).max(BUDGET_MS))
}
