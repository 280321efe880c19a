//! The report of one run, as it is recorded.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;

use crate::Result;
use crate::bars::bar::{Bar, Unit, Verdict};
use crate::bars::catalogue::Listed;
use crate::bars::floors::Floor;
use crate::interleave::Series;
use crate::machine::{Load, Machine};
use crate::stats::{Sample, Spread, Stat};

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) load_before: Load,
    pub(crate) load_after: Load,
    /// Whether every end ran in its own session with raised priority.
    pub(crate) priority_raised: bool,
    pub(crate) quick: bool,
    pub(crate) cycles: usize,
    pub(crate) bars: Vec<BarLine>,
    pub(crate) floors: Vec<FloorLine>,
    /// Every sample behind the figures, in the order taken.
    pub(crate) runs: Vec<RunLine>,
}

/// A bar and what came of it.
#[derive(Debug, Serialize)]
pub(crate) struct BarLine {
    pub(crate) name: &'static str,
    pub(crate) stat: Stat,
    pub(crate) unit: Unit,
    pub(crate) figure: Option<Spread>,
    pub(crate) floor: Option<f64>,
    pub(crate) floor_name: Option<&'static str>,
    pub(crate) ratio: Option<f64>,
    pub(crate) limit: String,
    pub(crate) stretch: Option<String>,
    pub(crate) stretch_reached: Option<bool>,
    pub(crate) verdict: Verdict,
    /// Why there is no figure.
    pub(crate) failure: Option<String>,
}

/// A floor: its best variant's figures.
#[derive(Debug, Serialize)]
pub(crate) struct FloorLine {
    #[serde(skip)]
    pub(crate) floor: Floor,
    pub(crate) name: &'static str,
    pub(crate) variant: Option<&'static str>,
    pub(crate) unit: Unit,
    pub(crate) p50: Option<Spread>,
    pub(crate) p99: Option<Spread>,
    pub(crate) p999: Option<Spread>,
    pub(crate) mean: Option<Spread>,
    pub(crate) failure: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RunLine {
    pub(crate) contender: &'static str,
    pub(crate) unit: Unit,
    pub(crate) samples: Vec<Sample>,
    pub(crate) failure: Option<String>,
}

impl Report {
    /// Every bar has its figure and keeps its rule; every floor was measured.
    pub(crate) fn passed(&self) -> bool {
        self.bars.iter().all(|bar| bar.verdict == Verdict::Pass)
            && self.floors.iter().all(|floor| floor.failure.is_none())
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, json + "\n")
            .map_err(|error| format!("cannot write {}: {error}", path.display()).into())
    }
}

impl BarLine {
    pub(crate) fn of(bar: &Bar, unit: Unit, series: &Series<Sample>, floors: &[FloorLine]) -> Self {
        let figure = figure(series, bar.stat);
        let against = bar.floor().and_then(|floor| floors.iter().find(|line| line.floor == floor));
        let floor = against.and_then(|line| line.get(bar.stat)).map(|spread| spread.median);
        let median = figure.map(|spread| spread.median);
        Self {
            name: bar.name,
            stat: bar.stat,
            unit,
            figure,
            floor,
            floor_name: against.map(|line| line.name),
            ratio: median.zip(floor).map(|(figure, floor)| figure / floor),
            limit: bar.rule_text(bar.limit(), unit),
            stretch: bar.stretch.map(|stretch| bar.rule_text(stretch, unit)),
            stretch_reached: bar.stretched(median, floor),
            verdict: bar.verdict(median, floor),
            failure: series.failure.clone(),
        }
    }
}

impl FloorLine {
    /// The variant with the best median counts, for its other figures too: a floor's tail is the
    /// tail of what ran fastest, not the best of several machines that never were.
    pub(crate) fn of(floor: Floor, by_name: &HashMap<&str, &Series<Sample>>) -> Self {
        let variants =
            floor.variants().iter().map(|variant| (variant.name(), by_name[variant.name()]));
        let unit = floor.unit();
        let median =
            |series: &Series<Sample>| figure(series, Stat::P50).map(|spread| spread.median);
        let best = variants
            .clone()
            .filter_map(|(name, series)| Some((name, series, median(series)?)))
            .min_by(|one, other| {
                if unit.is_rate() { other.2.total_cmp(&one.2) } else { one.2.total_cmp(&other.2) }
            });
        let of_best = |stat| best.and_then(|(_, series, _)| figure(series, stat));
        Self {
            floor,
            name: floor.name(),
            variant: best.map(|(name, ..)| name),
            unit,
            p50: of_best(Stat::P50),
            p99: of_best(Stat::P99),
            p999: of_best(Stat::P999),
            mean: of_best(Stat::Mean),
            failure: variants.filter_map(|(_, series)| series.failure.clone()).next(),
        }
    }

    fn get(&self, stat: Stat) -> Option<Spread> {
        match stat {
            Stat::P50 => self.p50,
            Stat::P99 => self.p99,
            Stat::P999 => self.p999,
            Stat::Mean => self.mean,
        }
    }
}

impl RunLine {
    pub(crate) fn of(contender: Listed, series: &Series<Sample>) -> Self {
        Self {
            contender: contender.name(),
            unit: contender.unit(),
            samples: series.samples.clone(),
            failure: series.failure.clone(),
        }
    }
}

/// A contender that failed once has no figure: what it measured before may be as wrong.
fn figure(series: &Series<Sample>, stat: Stat) -> Option<Spread> {
    if series.failure.is_some() { None } else { Spread::of(&series.samples, stat) }
}
