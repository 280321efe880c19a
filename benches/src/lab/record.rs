//! The record of one run: every sample, for tables, reports and comparisons.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cases::Extent;
use super::judge::Judged;
use super::programs::Absent;
use super::{Case, Kind, Mode, Placement, Sample};
use crate::Result;
use crate::conditions::Conditions;
use crate::machine::{Load, Machine};
use crate::stats::Spread;

/// Runs in which an end waited for a CPU longer than this share of the time are marked.
const DISTURBED: f64 = 0.02;
/// The share of what an open loop offers that counts as all of it.
const KEPT_UP: f64 = 0.9;

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

    /// Of an open loop that delivered less than was offered: what it delivered, a second.
    pub(crate) fn fell_behind(&self) -> Option<f64> {
        let Mode::OpenLoop { per_second } = self.case.mode else { return None };
        let delivered = self.figure(|sample| sample.per_second)?.median;
        (delivered < KEPT_UP * per_second as f64).then_some(delivered)
    }

    /// In how many samples an end waited for a CPU that should have been its own.
    pub(crate) fn disturbed(&self) -> usize {
        let alone = self.case.placement == Placement::TwoCpus && self.case.ends() == 2;
        self.samples.iter().filter(|sample| alone && sample.waited > DISTURBED).count()
    }

    /// The sample whose median is the median of all.
    pub(crate) fn middle(&self) -> Option<&Sample> {
        self.samples.get(self.middle_place()?)
    }

    /// Forgets the distributions of all other samples, which take most of a record.
    pub(crate) fn keep_one_curve(&mut self) {
        let middle = self.middle_place();
        let others =
            self.samples.iter_mut().enumerate().filter(|(place, _)| Some(*place) != middle);
        others.for_each(|(_, sample)| sample.curve = Vec::new());
    }

    fn middle_place(&self) -> Option<usize> {
        let mut places: Vec<usize> = (0..self.samples.len()).collect();
        places.sort_by(|&one, &other| self.samples[one].p50.total_cmp(&self.samples[other].p50));
        places.get(places.len() / 2).copied()
    }
}

impl Record {
    pub(crate) fn conditions(&self) -> Conditions<'_> {
        Conditions {
            machine: &self.machine,
            before: &self.load_before,
            after: &self.load_after,
            priority_raised: self.priority_raised,
        }
    }

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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::lab::cases::polling;

    /// A cell whose cycles had these medians.
    pub(crate) fn cell(contender: &str, p50s: &[f64]) -> CellRecord {
        let sample = |&p50| Sample {
            p50,
            curve: vec![(0.0, p50), (0.9, 2.0 * p50), (1.0, 3.0 * p50)],
            laps: 1000,
            ..Sample::default()
        };
        CellRecord {
            contender: contender.to_owned(),
            kind: Kind::Peer,
            case: polling(Mode::RoundTrip, 64),
            samples: p50s.iter().map(sample).collect(),
            failure: None,
        }
    }

    /// A record of these cells, of an idle machine.
    pub(crate) fn record(cells: Vec<CellRecord>) -> Record {
        let load = || Load { averages: String::new(), busy_percent: 0.0, stolen_percent: 0.0 };
        Record {
            date: "2026-01-01T00:00:00Z".to_owned(),
            machine: Machine { steady_clock: true, ..Machine::describe() },
            load_before: load(),
            load_after: load(),
            priority_raised: true,
            extent: Extent::Quick,
            cycles: 3,
            absent: Vec::new(),
            bars: Vec::new(),
            cells,
        }
    }

    fn open_loop(per_second: f64) -> CellRecord {
        let sample = Sample { per_second, waited: 0.5, ..Sample::default() };
        let case = polling(Mode::OpenLoop { per_second: 1000 }, 64);
        CellRecord { case, samples: vec![sample], ..cell("", &[]) }
    }

    #[test]
    fn an_open_loop_that_delivers_nine_of_ten_keeps_up() {
        assert_eq!(open_loop(900.0).fell_behind(), None);
        assert_eq!(open_loop(899.0).fell_behind(), Some(899.0));
    }

    #[test]
    fn where_ends_share_a_cpu_they_do_not_disturb_each_other() {
        let mut cell = open_loop(1000.0);
        assert_eq!(cell.disturbed(), 1);
        cell.case.placement = Placement::OneCpu;
        assert_eq!(cell.disturbed(), 0);
    }

    #[test]
    fn the_middle_sample_has_the_median() {
        let cell = cell("", &[3.0, 1.0, 2.0]);
        assert_eq!(cell.middle().map(|sample| sample.p50), Some(2.0));
    }
}
