//! The table's bars: what Ringmain has to reach beside its peers, in one run.

use serde::{Deserialize, Serialize};

use super::cases::{one_cpu, parked, polling};
use super::record::{CellRecord, Record};
use super::{Case, Kind, Mode, Sample};
use crate::stats::Spread;

const RING: &str = "ringmain ring";
const CLAIM: &str = "ringmain claim to renderer";
const SEND_SYNC: &str = "ringmain send_sync";
const CLAIM_TO_MAIN: &str = "ringmain claim to main";
const C_SEND_SYNC: &str = "ringmain send_sync from C";
const C_CLAIM: &str = "ringmain claim to main from C";
const AERON: &str = "aeron";
const ICEORYX2: &str = "iceoryx2 publish-subscribe";
const ICEORYX2_CALLS: &str = "iceoryx2 request-response";
const SHMEM_IPC: &str = "shmem-ipc";
const LINE: &str = "a line each way";

/// What a figure is compared with.
#[derive(Debug, Clone, Copy)]
enum Against {
    One(&'static str),
    /// Whichever peer has the best median.
    BestPeer,
}

/// How the figure has to compare.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// The time is so many times theirs at most.
    Times(f64),
    /// The rate is so many times theirs at least.
    Rate(f64),
    /// The time is longer than theirs by so many nanoseconds at most.
    Longer(f64),
}

struct Bar {
    case: Case,
    ours: &'static str,
    theirs: Against,
    /// The time that is compared; of a stream, the time a message takes.
    stat: (&'static str, fn(&Sample) -> f64),
    rule: Rule,
    /// A harder limit of the same rule, shown and not enforced.
    stretch: Option<f64>,
}

/// What came of a bar.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Judged {
    pub(crate) what: String,
    pub(crate) rule: String,
    /// Times or nanoseconds, as the rule has it: the median over cycles, and the extremes.
    pub(crate) found: Option<Spread>,
    /// It is nanoseconds.
    #[serde(default)]
    pub(crate) found_is_a_time: bool,
    /// In nanoseconds a message.
    pub(crate) ours: Option<f64>,
    pub(crate) theirs: Option<f64>,
    /// What the best floor of the case comes to by the same rule, where it is a ratio: if that is
    /// better.
    #[serde(default)]
    pub(crate) floor: Option<f64>,
    pub(crate) verdict: Verdict,
    /// Of a stretch goal, if there is one.
    pub(crate) stretch: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Kept,
    Missed,
    /// The run had no such cell.
    NotMeasured,
    /// The peer's program is not there.
    NotBuilt,
    /// A cell failed.
    Failed,
}

impl Judged {
    /// Whether nothing speaks against it.
    pub(crate) fn is_kept(&self) -> bool {
        !matches!(self.verdict, Verdict::Missed | Verdict::Failed)
    }
}

const P50: (&str, fn(&Sample) -> f64) = ("p50", |sample| sample.p50);
const P99_OF_PARTS: (&str, fn(&Sample) -> f64) =
    ("p99 of the middle part", |sample| sample.p99_of_parts.unwrap_or(sample.p99));

fn bars() -> Vec<Bar> {
    let bar = |case, ours, theirs, rule| Bar { case, ours, theirs, stat: P50, rule, stretch: None };
    let trip = |len| polling(Mode::RoundTrip, len);
    let stream = |len| polling(Mode::OneWay, len);
    let (k64, m1) = (stream(64 << 10), stream(1 << 20));
    vec![
        bar(trip(48), RING, Against::One(AERON), Rule::Times(0.85)),
        bar(trip(64), RING, Against::One(AERON), Rule::Times(1.0)),
        bar(trip(48), RING, Against::One(ICEORYX2), Rule::Times(0.3)),
        bar(trip(64), RING, Against::One(ICEORYX2), Rule::Times(0.3)),
        bar(stream(64), RING, Against::One(AERON), Rule::Rate(2.0)),
        bar(stream(64), RING, Against::One(ICEORYX2), Rule::Rate(20.0)),
        Bar { stretch: Some(1.0), ..bar(k64, CLAIM, Against::One(SHMEM_IPC), Rule::Rate(0.85)) },
        bar(k64, CLAIM, Against::One(ICEORYX2), Rule::Rate(1.5)),
        bar(m1, CLAIM, Against::One(SHMEM_IPC), Rule::Rate(1.0)),
        bar(m1, CLAIM, Against::One(ICEORYX2), Rule::Rate(1.1)),
        bar(trip(64), SEND_SYNC, Against::One(ICEORYX2_CALLS), Rule::Times(0.5)),
        bar(trip(64), C_SEND_SYNC, Against::One(SEND_SYNC), Rule::Times(1.15)),
        bar(stream(64), C_CLAIM, Against::One(CLAIM_TO_MAIN), Rule::Rate(0.9)),
        bar(parked(Mode::RoundTrip, 64), RING, Against::BestPeer, Rule::Times(1.15)),
        bar(one_cpu(Mode::RoundTrip, 64), RING, Against::BestPeer, Rule::Times(1.15)),
        Bar {
            stat: P99_OF_PARTS,
            ..bar(
                polling(Mode::OpenLoop { per_second: 1_000_000 }, 64),
                RING,
                Against::One(LINE),
                Rule::Longer(2_000.0),
            )
        },
    ]
}

/// All bars, against what the run measured.
pub(crate) fn all(record: &Record) -> Vec<Judged> {
    bars().iter().map(|bar| bar.judge(record)).collect()
}

impl Bar {
    fn judge(&self, record: &Record) -> Judged {
        let cell = |name: &str| record.of_case(&self.case).find(|cell| cell.contender == name);
        let ours = cell(self.ours);
        let theirs = match self.theirs {
            Against::One(name) => cell(name),
            Against::BestPeer => best(record, &self.case, Kind::Peer),
        };
        let found = ours.zip(theirs).and_then(|(ours, theirs)| self.compare(ours, theirs));
        let verdict = match found {
            Some(found) if self.keeps(found.median, self.limit()) => Verdict::Kept,
            Some(_) => Verdict::Missed,
            None if ours.is_some() && theirs.is_some() => Verdict::Failed,
            None if self.is_absent(record) => Verdict::NotBuilt,
            None => Verdict::NotMeasured,
        };
        let median = |cell: Option<&CellRecord>| Some(cell?.figure(self.stat.1)?.median);
        Judged {
            what: format!("{}: {}, {}", self.ours, self.case, self.stat.0),
            rule: self.rule_text(theirs.map_or(self.theirs.name(), |cell| &cell.contender)),
            found,
            found_is_a_time: matches!(self.rule, Rule::Longer(_)),
            ours: median(ours),
            theirs: median(theirs),
            floor: theirs
                .and_then(|theirs| self.of_the_floor(record, theirs))
                .filter(|floor| found.is_some_and(|found| self.keeps(*floor, found.median))),
            verdict,
            stretch: self.stretch.map(|limit| {
                let reached = found.is_some_and(|found| self.keeps(found.median, limit));
                format!("{limit:?}x: {}", if reached { "reached" } else { "not reached" })
            }),
        }
    }

    /// Cycle by cycle: what disturbed both alike cancels out.
    fn compare(&self, ours: &CellRecord, theirs: &CellRecord) -> Option<Spread> {
        if ours.failure.is_some() || theirs.failure.is_some() {
            return None;
        }
        let cycles =
            ours.samples.iter().map(self.stat.1).zip(theirs.samples.iter().map(self.stat.1));
        Spread::of_figures(cycles.map(|(ours, theirs)| match self.rule {
            Rule::Times(_) => ours / theirs,
            Rule::Rate(_) => theirs / ours, // of times a message, so rates the other way
            Rule::Longer(_) => ours - theirs,
        }))
    }

    fn of_the_floor(&self, record: &Record, theirs: &CellRecord) -> Option<f64> {
        if matches!(self.rule, Rule::Longer(_)) {
            return None;
        }
        let floor = best(record, &self.case, Kind::Floor)?;
        self.compare(floor, theirs).map(|spread| spread.median)
    }

    fn limit(&self) -> f64 {
        match self.rule {
            Rule::Times(limit) | Rule::Rate(limit) | Rule::Longer(limit) => limit,
        }
    }

    fn keeps(&self, found: f64, limit: f64) -> bool {
        match self.rule {
            Rule::Times(_) | Rule::Longer(_) => found <= limit,
            Rule::Rate(_) => found >= limit,
        }
    }

    fn rule_text(&self, theirs: &str) -> String {
        match self.rule {
            Rule::Times(limit) => format!("<= {limit:?}x {theirs}"),
            Rule::Rate(limit) => format!(">= {limit:?}x the rate of {theirs}"),
            Rule::Longer(limit) => format!("<= {theirs} + {} us", limit / 1e3),
        }
    }

    fn is_absent(&self, record: &Record) -> bool {
        let name = self.theirs.name();
        record.absent.iter().any(|absent| absent.name == name)
    }
}

impl Against {
    fn name(self) -> &'static str {
        match self {
            Self::One(name) => name,
            Self::BestPeer => "the best peer",
        }
    }
}

/// Whichever contender of a kind has the best median.
fn best<'r>(record: &'r Record, case: &Case, kind: Kind) -> Option<&'r CellRecord> {
    let cells = record.of_case(case).filter(|cell| cell.kind == kind);
    let median = |cell: &&CellRecord| cell.figure(P50.1).map(|spread| spread.median);
    cells
        .filter_map(|cell| Some((median(&cell)?, cell)))
        .min_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, cell)| cell)
}
