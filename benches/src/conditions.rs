//! Under what conditions a run took its figures, for people: the machine, its load, the priority.

use std::fmt;

use crate::machine::{Load, Machine, Pair};

/// A machine this busy with other work, in percent, spoils figures.
pub(crate) const BUSY: f64 = 20.0;

/// What a reader has to know before the figures.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions<'r> {
    pub(crate) machine: &'r Machine,
    pub(crate) before: &'r Load,
    pub(crate) after: &'r Load,
    /// Whether every end ran in its own session with raised priority.
    pub(crate) priority_raised: bool,
}

impl Conditions<'_> {
    /// What there is to say, each with its name.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let machine = self.machine;
        let pair = machine.pair.map_or("unknown".to_owned(), pair);
        vec![
            ("CPU", format!("{}, {} CPUs", machine.cpu, machine.cpus)),
            ("CPUs used", pair),
            ("memory", machine.memory.map_or("unknown".to_owned(), gibibytes)),
            ("kernel", format!("Linux {}", machine.kernel)),
            ("frequency", frequency(machine)),
            ("virtualised", machine.virtualised.clone().unwrap_or("no".to_owned())),
            ("clock", clock(machine).to_owned()),
            ("priority", priority(self.priority_raised).to_owned()),
            ("load before", load(self.before)),
            ("load after", load(self.after)),
        ]
    }

    /// What casts doubt on the figures.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for (when, load) in [("before", self.before), ("after", self.after)] {
            if load.busy_percent > BUSY {
                let busy = load.busy_percent;
                warnings
                    .push(format!("other work kept the machine {busy:.0} % busy {when} the run"));
            }
        }
        if !self.machine.steady_clock {
            warnings.push("the time-stamp counter is not steady: times are doubtful".to_owned());
        }
        warnings
    }
}

/// A line each, warnings last.
impl fmt::Display for Conditions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, fact) in self.facts() {
            writeln!(f, "{name:<11}  {fact}")?;
        }
        for warning in self.warnings() {
            writeln!(f, "WARNING: {warning}")?;
        }
        Ok(())
    }
}

fn pair(pair: Pair) -> String {
    let (one, other) = pair.cpus;
    let cores = if pair.one_core { "two threads of one core" } else { "on two cores" };
    format!("{one} and {other}, {cores}")
}

fn gibibytes(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

fn frequency(machine: &Machine) -> String {
    let governor = machine.governor.as_deref().map(|name| format!("governor {name}"));
    let turbo = machine.turbo.map(|on| if on { "turbo on" } else { "turbo off" }.to_owned());
    let known: Vec<String> = governor.into_iter().chain(turbo).collect();
    if known.is_empty() { "not the kernel's to choose".to_owned() } else { known.join(", ") }
}

fn clock(machine: &Machine) -> &'static str {
    if machine.steady_clock {
        "time-stamp counter, steady"
    } else {
        "time-stamp counter, NOT STEADY"
    }
}

fn priority(raised: bool) -> &'static str {
    if raised {
        "raised"
    } else {
        "not raised: needs CAP_SYS_NICE or a nice limit, e.g. \"* - nice -20\" in limits.conf"
    }
}

fn load(load: &Load) -> String {
    format!(
        "{} (averages), {:.0} % busy, {:.1} % stolen since boot",
        load.averages, load.busy_percent, load.stolen_percent
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> Machine {
        Machine {
            cpu: "Some CPU".to_owned(),
            cpus: 4,
            kernel: "6.1".to_owned(),
            virtualised: None,
            steady_clock: true,
            governor: Some("performance".to_owned()),
            turbo: Some(false),
            memory: Some(16 << 30),
            pair: Some(Pair { cpus: (0, 2), one_core: false }),
        }
    }

    fn load(busy_percent: f64) -> Load {
        Load { averages: "0 0 0".to_owned(), busy_percent, stolen_percent: 0.0 }
    }

    #[test]
    fn every_fact_has_a_line() {
        let (machine, load) = (machine(), load(1.0));
        let conditions =
            Conditions { machine: &machine, before: &load, after: &load, priority_raised: false };
        let text = conditions.to_string();
        assert_eq!(text.lines().count(), conditions.facts().len());
        for fact in ["0 and 2, on two cores", "16.0 GiB", "performance, turbo off", "CAP_SYS_NICE"]
        {
            assert!(text.contains(fact), "{text}");
        }
    }

    #[test]
    fn a_busy_machine_is_warned_of() {
        let (machine, idle, busy) = (machine(), load(20.0), load(21.0));
        let conditions =
            Conditions { machine: &machine, before: &idle, after: &busy, priority_raised: true };
        assert_eq!(conditions.warnings(), ["other work kept the machine 21 % busy after the run"]);
    }
}
