//! What hostile processes can do to a main, and what others get of it meanwhile: `hostile --list`.

use clap::Parser;
use ringmain_tests::arena::attacks::{self, Attack};
use ringmain_tests::arena::{Bar, CASES, Campaign, Case, Pace, Report, play};
use std::process::ExitCode;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Attacks a main that serves honest renderers, compares what these get with what they get beside threads that only
/// burn processor time, and says which bars hold. Ends with status 1 if one is missed.
#[derive(Debug, Parser)]
#[command(name = "hostile")]
struct Words {
    /// The attack, or the case. Several times for several.
    #[arg(long, value_name = "NAME")]
    attack: Vec<String>,
    /// Lists all.
    #[arg(long)]
    list: bool,
    /// Runs all, one after the other.
    #[arg(long)]
    all: bool,
    /// The length of each window.
    #[arg(long, value_name = "N", default_value_t = 2)]
    seconds: u64,
    /// Windows beside the burner, and as many beside the attack, in turn.
    #[arg(long, value_name = "N", default_value_t = 2)]
    cycles: usize,
    /// Bars that depend on the machine's speed and load are printed, and miss nothing.
    #[arg(long)]
    no_times: bool,
    /// Attackers may complain on standard error.
    #[arg(long)]
    loud: bool,
}

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("role") => play(&words[1..]),
        Some("heir") => play(&words),
        _ => return command(&Words::parse()),
    }
    ExitCode::SUCCESS
}

fn command(words: &Words) -> ExitCode {
    let attacks = attacks::all();
    if words.list {
        attacks.iter().for_each(|attack| println!("{:24} {}", attack.name, attack.says));
        CASES.iter().for_each(|case| println!("{:24} {}", case.name, case.says));
        return ExitCode::SUCCESS;
    }
    let is_chosen = |name: &str| words.all || words.attack.iter().any(|chosen| chosen == name);
    let is_known = |name: &str| {
        attacks.iter().any(|attack| attack.name == name)
            || CASES.iter().any(|case| case.name == name)
    };
    if let Some(unknown) = words.attack.iter().find(|name| !is_known(name)) {
        eprintln!("no attack '{unknown}'; --list lists them");
        return ExitCode::from(2);
    }
    let attacks: Vec<_> = attacks.iter().filter(|attack| is_chosen(attack.name)).collect();
    let cases: Vec<_> = CASES.iter().filter(|case| is_chosen(case.name)).collect();
    if attacks.is_empty() && cases.is_empty() {
        eprintln!("--attack NAME runs one, --all runs all, --list lists them");
        return ExitCode::from(2);
    }
    let mut verdict = Verdict::new(words.no_times);
    run_attacks(&attacks, words, &mut verdict);
    run_cases(&cases, &mut verdict);
    verdict.print()
}

/// What was missed, and what was not tried.
struct Verdict {
    no_times: bool,
    started: Instant,
    bars: usize,
    missed: Vec<String>,
    skipped: Vec<String>,
}

fn run_attacks(attacks: &[&Attack], words: &Words, verdict: &mut Verdict) {
    let window = Duration::from_secs(words.seconds);
    let pace = Pace { window, cycles: words.cycles, loud: words.loud };
    // Main is looked at again 10 s after an attack; meanwhile the next one runs.
    let mut last: Option<JoinHandle<Report>> = None;
    for attack in attacks {
        if let Some(obstacle) = attack.obstacle() {
            verdict.skipped.push(format!("{}: {obstacle}", attack.name));
            continue;
        }
        let next = match Campaign::start(attack, pace) {
            Ok(campaign) => Some(campaign.run()),
            Err(error) => {
                verdict.missed.push(format!("{}: {error}", attack.name));
                None
            }
        };
        finish(std::mem::replace(&mut last, next), verdict);
    }
    finish(last, verdict);
}

/// Prints a report once it is complete.
fn finish(report: Option<JoinHandle<Report>>, verdict: &mut Verdict) {
    let Some(report) = report.map(|report| report.join().expect("no panic")) else { return };
    println!("{report}");
    verdict.judge(report.name(), &report.bars());
}

fn run_cases(cases: &[&Case], verdict: &mut Verdict) {
    for case in cases {
        println!("{}: {}", case.name, case.says);
        match (case.run)() {
            Ok(bars) => {
                bars.iter().for_each(|bar| println!("  {bar}"));
                verdict.judge(case.name, &bars);
            }
            Err(obstacle) => verdict.skipped.push(format!("{}: {obstacle}", case.name)),
        }
        println!();
    }
}

impl Verdict {
    fn new(no_times: bool) -> Self {
        Self { no_times, started: Instant::now(), bars: 0, missed: Vec::new(), skipped: Vec::new() }
    }

    fn judge(&mut self, name: &str, bars: &[Bar]) {
        self.bars += bars.len();
        let missed = bars.iter().filter(|bar| !(bar.holds || bar.timed && self.no_times));
        self.missed.extend(missed.map(|bar| format!("{name}: {}: {}", bar.name, bar.found)));
    }

    fn print(&self) -> ExitCode {
        let (bars, missed, took) = (self.bars, self.missed.len(), self.started.elapsed());
        println!("{missed} of {bars} bars missed, in {took:.0?}");
        self.missed.iter().for_each(|line| println!("  MISSED  {line}"));
        self.skipped.iter().for_each(|line| println!("  skipped {line}"));
        if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
