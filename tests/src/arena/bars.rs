//! What has to hold, attack by attack.

use super::attacks::Class;
use super::delays::Summary;
use super::hosting::CHANGED;
use super::report::Report;
use super::{ATTACK, BURNER};
use ringmain::limits::MESSAGE_LIMIT;
use std::fmt;
use std::time::Duration;

/// Something that has to hold.
#[derive(Debug)]
pub struct Bar {
    /// What.
    pub name: String,
    /// Whether it does.
    pub holds: bool,
    /// Whether it depends on how fast the machine is, and what else runs there.
    pub timed: bool,
    /// What was seen.
    pub found: String,
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.holds { "ok" } else { "MISSED" };
        write!(f, "{verdict:6} {}: {}", self.name, self.found)
    }
}

impl Bar {
    pub(super) fn fact(name: &str, holds: bool, found: impl Into<String>) -> Self {
        Self { name: name.to_owned(), holds, timed: false, found: found.into() }
    }

    fn time(name: &str, holds: bool, found: impl Into<String>) -> Self {
        Self { timed: true, ..Self::fact(name, holds, found) }
    }
}

const MIB: u64 = 1 << 20;
/// What main may have beside one attacking process.
const MEMORY: u64 = 2 * MESSAGE_LIMIT as u64 + 512 * MIB;
/// And keep ten seconds later.
const KEPT: u64 = 64 * MIB;

pub(super) fn judge(report: &Report) -> Vec<Bar> {
    let mut bars = vec![lives(report), Bar::fact("the attack ran", report.ran, "to its end")];
    if report.about.class == Class::Control {
        bars.push(shows(report));
        return bars;
    }
    bars.push(unchanged(report));
    bars.extend(complete(report));
    if report.about.class != Class::Lowered {
        bars.extend(throughput(report));
        bars.extend(delays("messages", report.pulses));
        bars.extend(delays("sendSync", report.asked));
        bars.extend(newcomers(report));
    }
    bars.extend(memory(report));
    bars.push(sleeps(report));
    bars
}

fn lives(report: &Report) -> Bar {
    let holds = report.ended.is_none() && report.answers && report.reported;
    let found = match report.ended {
        Some(status) => status.to_string(),
        None if holds => "it does".to_owned(),
        None => "it hangs".to_owned(),
    };
    Bar::fact("main lives", holds, found)
}

fn shows(report: &Report) -> Bar {
    let hits = changed(report);
    Bar::fact("the control shows a hit", hits > 0, format!("{hits} messages {CHANGED}"))
}

fn unchanged(report: &Report) -> Bar {
    let hits = changed(report);
    Bar::fact("nothing changes while main reads it", hits == 0, format!("{hits} messages"))
}

fn changed(report: &Report) -> u64 {
    let seen = report.seen.iter().filter(|(_, kind)| kind.contains(CHANGED));
    seen.map(|(count, _)| count).sum()
}

/// A main with less memory may end honest sessions as well, by name, as long as it lives; what it took is in order all
/// the same.
fn complete(report: &Report) -> Vec<Bar> {
    let honest = report.honest.iter().enumerate();
    let bars = honest.map(|(index, honest)| {
        let is_whole = honest.sent.is_some() && honest.sent == honest.received;
        let is_lowered = report.about.class == Class::Lowered && report.ended.is_none();
        let is_excused = is_lowered && honest.broken.is_some();
        let holds = honest.wrong == 0 && (is_whole && honest.broken.is_none() || is_excused);
        let found = match &honest.broken {
            Some(text) => text.clone(),
            None => format!("{:?} of {:?}, {} wrong", honest.received, honest.sent, honest.wrong),
        };
        Bar::fact(&format!("honest {index}: all arrive, in order"), holds, found)
    });
    bars.collect()
}

fn throughput(report: &Report) -> Option<Bar> {
    let least = match report.about.class {
        Class::Messages => 0.6,
        _ => 0.8,
    };
    let ratio = report.ratio();
    let found = format!("{ratio:.2}");
    // Several processes that flood have several shares.
    let holds =
        ratio >= least || report.about.processes > 1 && report.about.class == Class::Messages;
    let name = if report.about.processes > 1 && report.about.class == Class::Messages {
        "throughput (no bar for many processes)".to_owned()
    } else {
        format!("throughput at least {least}")
    };
    Some(Bar::time(&name, holds, found))
}

fn delays(name: &str, delays: [Summary; 3]) -> [Bar; 2] {
    let [burner, attack] = [delays[BURNER], delays[ATTACK]];
    let of = |what, most: Duration, attack: Duration, burner| {
        let beyond = attack.saturating_sub(burner);
        let name = format!("{name}: {what} at most {most:?} beyond");
        Bar::time(&name, beyond <= most, format!("{beyond:?}"))
    };
    [
        of("p99.9", Duration::from_millis(250), attack.p999, burner.p999),
        of("worst", Duration::from_secs(1), attack.worst, burner.worst),
    ]
}

fn newcomers(report: &Report) -> [Bar; 2] {
    let (failed, came) = (report.turned_away[ATTACK].count(), report.attached[ATTACK].count);
    let beyond = report.attached[ATTACK].p99.saturating_sub(report.attached[BURNER].p99);
    let most = Duration::from_millis(100);
    [
        Bar::time(
            "newcomers: all attach",
            failed == 0 && came > 0,
            format!("{came}, {failed} failed"),
        ),
        Bar::time("newcomers: p99 at most 100ms beyond", beyond <= most, format!("{beyond:?}")),
    ]
}

fn memory(report: &Report) -> [Bar; 3] {
    let most = if report.about.processes > 1 { 2 * MEMORY } else { MEMORY };
    let (before, peak, after) = (report.before, report.peak, report.after);
    let mib = |bytes: u64| format!("{} MiB", bytes / MIB);
    let name = format!("memory at most {}", mib(most));
    let kept = after.memory.saturating_sub(before.memory);
    [
        Bar::fact(&name, peak.memory <= most, mib(peak.memory)),
        Bar::fact("memory 10 s after at most 64 MiB more", kept <= KEPT, mib(kept)),
        Bar::fact(
            "descriptors 10 s after",
            after.descriptors <= before.descriptors,
            format!("{}, {} before", after.descriptors, before.descriptors),
        ),
    ]
}

fn sleeps(report: &Report) -> Bar {
    let (wakes, ticks) = (report.wakes.unwrap_or(u64::MAX), report.idle_ticks.unwrap_or(u64::MAX));
    let found = format!("{wakes} in 5 s, {ticks} ticks of processor time");
    Bar::fact("idle wake-ups", wakes == 0 && ticks == 0, found)
}
