//! What was seen of one attack.

use super::attacks::Attack;
use super::bars::{Bar, judge};
use super::delays::Summary;
use super::kernel::Holdings;
use super::{ATTACK, BURNER, PHASES};
use std::fmt;
use std::process::ExitStatus;
use std::time::Duration;

/// Kinds of diagnostics that are printed.
const KINDS: usize = 20;

/// What was seen of one attack.
#[derive(Debug)]
pub struct Report {
    pub(super) about: Attack,
    pub(super) burner: Vec<Window>,
    pub(super) attack: Vec<Window>,
    /// What main had beside the burner, at most beside the attack, and when all had gone.
    pub(super) before: Holdings,
    pub(super) peak: Holdings,
    pub(super) after: Holdings,
    /// Whether the attack went on to the end of each window.
    pub(super) ran: bool,
    /// Whether main's other thread answered whenever it was asked.
    pub(super) answers: bool,
    pub(super) ended: Option<ExitStatus>,
    pub(super) honest: [Honest; 2],
    /// Delays of pulses, of calls, and of newcomers until they are attached.
    pub(super) pulses: [Summary; PHASES.len()],
    pub(super) asked: [Summary; PHASES.len()],
    pub(super) attached: [Summary; PHASES.len()],
    pub(super) turned_away: [Failures; PHASES.len()],
    /// Whether main said what it had seen.
    pub(super) reported: bool,
    /// Diagnostics and the like, with their number.
    pub(super) seen: Vec<(u64, String)>,
    pub(super) wakes: Option<u64>,
    pub(super) idle_ticks: Option<u64>,
    pub(super) load: String,
}

/// An honest renderer's messages.
#[derive(Debug, Default)]
pub(super) struct Honest {
    pub(super) sent: Option<u64>,
    pub(super) received: Option<u64>,
    pub(super) wrong: u64,
    pub(super) bytes: u64,
    /// Why it could not go on.
    pub(super) broken: Option<String>,
}

/// What failed in a phase, with how often.
#[derive(Debug, Default)]
pub(super) struct Failures(pub(super) Vec<(u64, String)>);

/// One stretch of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Honest messages a second.
    pub(super) rate: f64,
    /// The attack's.
    pub(super) others: f64,
    /// The share of a processor that main had.
    pub(super) busy: f64,
}

impl Report {
    pub(super) fn new(about: &Attack) -> Self {
        Self {
            about: about.clone(),
            burner: Vec::new(),
            attack: Vec::new(),
            before: Holdings::default(),
            peak: Holdings::default(),
            after: Holdings::default(),
            ran: true,
            answers: true,
            ended: None,
            honest: Default::default(),
            pulses: Default::default(),
            asked: Default::default(),
            attached: Default::default(),
            turned_away: Default::default(),
            reported: false,
            seen: Vec::new(),
            wakes: None,
            idle_ticks: None,
            load: String::new(),
        }
    }

    /// Takes an honest renderer's report, if there is one.
    pub(super) fn hear_honest(&mut self, index: usize, lines: Option<Vec<String>>) {
        let honest = &mut self.honest[index];
        let Some(lines) = lines else {
            honest.broken = Some("it hangs".to_owned());
            return;
        };
        let after = |start| lines.iter().find_map(|line| line.strip_prefix(start));
        honest.sent = after("sent ").and_then(|count| count.parse().ok());
        honest.broken = after("broken ").map(str::to_owned);
        for phase in [BURNER, ATTACK] {
            let summary = Summary::hear(&lines, "ask", phase).unwrap_or_default();
            self.asked[phase] = self.asked[phase].or_worse(summary);
        }
    }

    /// Takes main's report, if there is one.
    pub(super) fn hear_main(&mut self, lines: Option<Vec<String>>) {
        let Some(lines) = lines else { return };
        self.reported = true;
        let received = lines.iter().filter_map(|line| line.strip_prefix("received "));
        for (honest, line) in self.honest.iter_mut().zip(received) {
            let mut numbers = line.split(' ').filter_map(|word| word.parse().ok());
            honest.received = numbers.next();
            honest.wrong = numbers.next().unwrap_or(0);
            honest.bytes = numbers.next().unwrap_or(0);
        }
        for phase in [BURNER, ATTACK] {
            self.pulses[phase] = Summary::hear(&lines, "pulse", phase).unwrap_or_default();
        }
        self.seen = counted(&lines, "seen ");
    }

    /// The attack's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.about.name
    }

    /// Everything that has a bar.
    #[must_use]
    pub fn bars(&self) -> Vec<Bar> {
        judge(self)
    }

    /// Honest throughput beside the attack, in burner runs'.
    pub(super) fn ratio(&self) -> f64 {
        let pairs = self.attack.iter().zip(&self.burner);
        median(pairs.map(|(attack, burner)| attack.rate / burner.rate.max(1.0)))
    }
}

impl Failures {
    pub(super) fn hear(lines: &[String], phase: usize) -> Self {
        Self(counted(lines, &format!("failed {phase} ")))
    }

    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|(count, _)| count).sum()
    }
}

/// What lines that begin so say: a number, and what there was that often.
fn counted(lines: &[String], start: &str) -> Vec<(u64, String)> {
    let words = lines.iter().filter_map(|line| line.strip_prefix(start)?.split_once(' '));
    words.filter_map(|(count, text)| Some((count.parse().ok()?, text.to_owned()))).collect()
}

impl Window {
    /// From one answer to `count` to the next.
    pub(super) fn between(began: &str, ended: &str) -> Option<Self> {
        let numbers = |line: &str| {
            let numbers: Vec<f64> = line
                .strip_prefix("count ")?
                .split(' ')
                .filter_map(|word| word.parse().ok())
                .collect();
            <[f64; 4]>::try_from(numbers).ok()
        };
        let ([at, first, second, others], [at_end, first_end, second_end, others_end]) =
            (numbers(began)?, numbers(ended)?);
        let seconds = (at_end - at) / 1e9;
        let rate = (first_end + second_end - first - second) / seconds;
        Some(Self { rate, others: (others_end - others) / seconds, busy: 0.0 })
    }

    pub(super) fn with_ticks(mut self, ticks: u64, time: Duration) -> Self {
        let hundredths = u32::try_from(ticks).unwrap_or(u32::MAX);
        self.busy = f64::from(hundredths) / 100.0 / time.as_secs_f64();
        self
    }
}

/// The middle one; of two, their mean.
pub(super) fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => 0.0,
        len => f64::midpoint(numbers[(len - 1) / 2], numbers[len / 2]),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.about.name, self.about.says)?;
        let state = match self.ended {
            None if self.reported => "alive".to_owned(),
            None => "alive, and does not answer".to_owned(),
            Some(status) => format!("ended: {status}"),
        };
        writeln!(f, "  main        {state}; machine's load {}", self.load)?;
        for (count, kind) in self.seen.iter().take(KINDS) {
            writeln!(f, "              {count} x {kind}")?;
        }
        if let Some(others @ 1..) = self.seen.len().checked_sub(KINDS) {
            writeln!(f, "              and {others} other kinds")?;
        }
        self.throughput(f)?;
        for (name, delays) in
            [("messages", self.pulses), ("sendSync", self.asked), ("newcomers", self.attached)]
        {
            for phase in [BURNER, ATTACK] {
                let Summary { count, p50, p99, p999, worst } = delays[phase];
                let phase = PHASES[phase];
                writeln!(
                    f,
                    "  {name:11} {phase:6} {count:>9}: p50 {p50:?}, p99 {p99:?}, p99.9 {p999:?}, worst {worst:?}"
                )?;
            }
        }
        for phase in [BURNER, ATTACK] {
            for (count, text) in &self.turned_away[phase].0 {
                writeln!(f, "  turned away {} {count} x {text}", PHASES[phase])?;
            }
        }
        self.possessions(f)?;
        for bar in self.bars() {
            writeln!(f, "  {bar}")?;
        }
        Ok(())
    }
}

impl Report {
    fn throughput(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, honest) in self.honest.iter().enumerate() {
            let Honest { sent, received, wrong, bytes, broken } = honest;
            let number =
                |count: &Option<u64>| count.map_or("?".to_owned(), |count| count.to_string());
            let (sent, received, mib) = (number(sent), number(received), bytes >> 20);
            let broken =
                broken.as_deref().map_or(String::new(), |text| format!(", broken: {text}"));
            writeln!(
                f,
                "  honest {index}    {sent} sent, {received} received, {wrong} of them wrong, {mib} MiB{broken}"
            )?;
        }
        for (name, windows) in [("burner", &self.burner), ("attack", &self.attack)] {
            write!(f, "  throughput  {name}")?;
            for Window { rate, others, busy } in windows {
                write!(f, " {rate:.0}/s ({others:.0}/s of others, main {busy:.2} CPU)")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn possessions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, holdings) in
            [("before", self.before), ("peak", self.peak), ("10 s after", self.after)]
        {
            let Holdings { memory, own, descriptors } = holdings;
            let (memory, own) = (memory >> 20, own >> 20);
            writeln!(
                f,
                "  {name:11} {memory} MiB, {own} MiB of its own, {descriptors} descriptors"
            )?;
        }
        Ok(())
    }
}
