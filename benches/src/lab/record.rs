//! The record of one run: every sample, for tables, reports and comparisons.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cases::Extent;
use super::judge::Judged;
use super::programs::Absent;
use super::{Case, Kind, Sample};
use crate::Result;
use crate::machine::{Load, Machine};
use crate::stats::Spread;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// When the run ended.
    pub(crate) date: String,
    pub(crate) machine: Machine,
    pub(crate) load_before: Load,
    pub(crate) load_after: Load,
    /// Whether every end ran in its own session with raised priority.
    pub(crate) priority_raised: bool,
    pub(crate) extent: Extent,
    /// How often each cell was measured.
    pub(crate) cycles: usize,
    /// Contenders that were not built.
    pub(crate) absent: Vec<Absent>,
    pub(crate) bars: Vec<Judged>,
    /// Grouped by case.
    pub(crate) cells: Vec<CellRecord>,
}

/// A contender in a case.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CellRecord {
    pub(crate) contender: String,
    pub(crate) kind: Kind,
    pub(crate) case: Case,
    /// One of each cycle.
    pub(crate) samples: Vec<Sample>,
    /// Why there are no more.
    pub(crate) failure: Option<String>,
}

impl CellRecord {
    /// A figure of all cycles; none of a contender that failed once, as what it measured before may
    /// be as wrong.
    pub(crate) fn figure(&self, of: impl Fn(&Sample) -> f64) -> Option<Spread> {
        if self.failure.is_some() {
            return None;
        }
        Spread::of_figures(self.samples.iter().map(of))
    }

    /// The sample whose median is the median of all.
    pub(crate) fn middle(&self) -> Option<&Sample> {
        let mut samples: Vec<&Sample> = self.samples.iter().collect();
        samples.sort_by(|one, other| one.p50.total_cmp(&other.p50));
        samples.get(samples.len() / 2).copied()
    }
}

impl Record {
    /// All cells of one case, in the order of contenders.
    pub(crate) fn of_case(&self, case: &Case) -> impl Iterator<Item = &CellRecord> {
        self.cells.iter().filter(move |cell| cell.case.is(case))
    }

    /// Every case once, in order.
    pub(crate) fn cases(&self) -> Vec<Case> {
        let mut cases: Vec<Case> = self.cells.iter().map(|cell| cell.case).collect();
        cases.dedup();
        cases
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, serde_json::to_string(self)? + "\n")
            .map_err(|error| format!("cannot write {}: {error}", path.display()).into())
    }

    pub(crate) fn read(path: &Path) -> Result<Self> {
        let json = std::fs::read(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        serde_json::from_slice(&json)
            .map_err(|error| format!("{} is no record of a table: {error}", path.display()).into())
    }
}
