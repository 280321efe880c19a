//! The machine: what it is, how busy it is, and where on it a process runs.

use std::fs;
use std::time::Duration;

use rustix::thread::CpuSet;
use serde::{Deserialize, Serialize};

use crate::Result;

/// How long one look at the CPUs' time takes.
const LOOK: Duration = Duration::from_millis(300);

/// What figures depend on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cpus: usize,
    pub(crate) kernel: String,
    /// The hypervisor's name as far as the firmware tells, if there is one.
    pub(crate) virtualised: Option<String>,
    /// The time-stamp counter ticks at one rate, in idle states too. Times are doubtful if not.
    pub(crate) steady_clock: bool,
    /// How the kernel chooses the CPUs' frequency, where it does.
    #[serde(default)]
    pub(crate) governor: Option<String>,
    /// Whether a CPU may exceed its nominal frequency, where the kernel tells.
    #[serde(default)]
    pub(crate) turbo: Option<bool>,
    /// Bytes.
    #[serde(default)]
    pub(crate) memory: Option<u64>,
    /// Where pairs run, if two CPUs are allowed.
    #[serde(default)]
    pub(crate) pair: Option<Pair>,
}

/// The CPUs of two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) cpus: (usize, usize),
    /// Whether they are threads of one core.
    pub(crate) one_core: bool,
}

impl Machine {
    pub(crate) fn describe() -> Self {
        let cpuinfo = read("/proc/cpuinfo");
        let field = |name: &str| {
            let line =
                cpuinfo.lines().find(|line| line.split(':').next().unwrap_or("").trim() == name);
            line.and_then(|line| line.split_once(':')).map_or("", |(_, value)| value.trim())
        };
        let flag = |name: &str| field("flags").split(' ').any(|flag| flag == name);
        Self {
            cpu: field("model name").to_owned(),
            cpus: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            virtualised: flag("hypervisor").then(vendor),
            steady_clock: flag("constant_tsc") && flag("nonstop_tsc"),
            governor: word("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            turbo: turbo(),
            memory: memory(),
            pair: Pair::chosen(),
        }
    }
}

impl Pair {
    fn chosen() -> Option<Self> {
        let (one, other) = two_cpus().ok()?;
        Some(Self { cpus: (one, other), one_core: siblings(one).contains(&other) })
    }
}

/// Intel's driver has a switch that turns it off, others one that turns it on.
fn turbo() -> Option<bool> {
    let off = word("/sys/devices/system/cpu/intel_pstate/no_turbo").map(|word| word == "0");
    off.or_else(|| word("/sys/devices/system/cpu/cpufreq/boost").map(|word| word == "1"))
}

fn memory() -> Option<u64> {
    let meminfo = read("/proc/meminfo");
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib << 10)
}

fn vendor() -> String {
    let vendor = read("/sys/class/dmi/id/sys_vendor").trim().to_owned();
    if vendor.is_empty() { "unknown hypervisor".to_owned() } else { vendor }
}

/// How busy the machine is with other work.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Load {
    /// The kernel's averages over 1, 5 and 15 minutes.
    pub(crate) averages: String,
    /// Share of all CPUs' time not idle, while this process slept for [`LOOK`].
    pub(crate) busy_percent: f64,
    /// Share of all CPUs' time since boot that the hypervisor gave to others.
    pub(crate) stolen_percent: f64,
}

impl Load {
    pub(crate) fn look() -> Self {
        let before = CpuTimes::read();
        std::thread::sleep(LOOK);
        let now = CpuTimes::read();
        let averages = read("/proc/loadavg").split(' ').take(3).collect::<Vec<_>>().join(" ");
        Self {
            averages,
            busy_percent: percent(now.busy - before.busy, now.all - before.all),
            stolen_percent: percent(now.stolen, now.all),
        }
    }
}

/// The first line of /proc/stat, in ticks since boot.
#[derive(Debug, Clone, Copy)]
struct CpuTimes {
    all: f64,
    busy: f64,
    stolen: f64,
}

impl CpuTimes {
    fn read() -> Self {
        let stat = read("/proc/stat");
        let line = stat.lines().next().unwrap_or("");
        // user nice system idle iowait irq softirq steal; guest times are part of user and nice
        let times: Vec<f64> =
            line.split_whitespace().skip(1).take(8).filter_map(|time| time.parse().ok()).collect();
        let all: f64 = times.iter().sum();
        let at = |place: usize| times.get(place).copied().unwrap_or(0.0);
        Self { all, busy: all - at(3) - at(4), stolen: at(7) }
    }
}

fn percent(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { 100.0 * part / whole } else { 0.0 }
}

/// A file of the kernel's, empty where this kernel has none.
fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// What such a file says, if there is one.
fn word(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

/// Keeps the calling thread, and those it starts, on these CPUs.
pub(crate) fn pin(cpus: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    for &cpu in cpus {
        set.set(cpu);
    }
    rustix::thread::sched_setaffinity(None, &set)
        .map_err(|error| format!("cannot run on CPU {cpus:?}: {error}").into())
}

/// Lets the calling thread, and those it starts, run wherever the kernel lets this process.
pub(crate) fn unpin() -> Result<()> {
    let all: Vec<usize> = (0..CpuSet::MAX_CPU).collect();
    pin(&all)
}

/// Two CPUs that this process may use, on different cores if it can have them: two threads of one
/// core share their first caches, and what passes between them never leaves the core.
///
/// # Errors
/// If there is only one.
pub(crate) fn two_cpus() -> Result<(usize, usize)> {
    let allowed = allowed_cpus()?;
    let one = *allowed.first().ok_or("no CPU to run on")?;
    let others = &allowed[1..];
    let siblings = siblings(one);
    let other = others.iter().find(|cpu| !siblings.contains(cpu)).or(others.first());
    Ok((one, *other.ok_or("this takes two CPUs, and only one is allowed")?))
}

/// The CPUs that this process may use, in order.
pub(crate) fn allowed_cpus() -> Result<Vec<usize>> {
    let set = rustix::thread::sched_getaffinity(None)?;
    Ok((0..CpuSet::MAX_CPU).filter(|&cpu| set.is_set(cpu)).collect())
}

/// The CPUs on the same core as `cpu`, itself included.
pub(crate) fn siblings(cpu: usize) -> Vec<usize> {
    let list = read(&format!("/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"));
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let range = |part: &str| match part.split_once('-') {
        Some((from, to)) => Some(number(from)?..=number(to)?),
        None => Some(number(part)?..=number(part)?),
    };
    list.split(',').filter_map(range).flatten().collect()
}

/// Gives this process and its session the highest ordinary priority, as far as the kernel lets it;
/// says whether it does. Where the scheduler groups by session, a process's own nice value counts
/// within its session only, and the session's is what counts against others.
pub(crate) fn raise_priority() -> bool {
    let process = rustix::process::setpriority_process(None, -20).is_ok();
    let groups = read("/proc/sys/kernel/sched_autogroup_enabled").trim() == "1";
    process && (!groups || fs::write("/proc/self/autogroup", "-20").is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_a_kernel_and_a_cpu() {
        let machine = Machine::describe();
        assert!(!machine.kernel.is_empty() && !machine.cpu.is_empty() && machine.cpus > 0);
    }

    #[test]
    fn the_machine_has_memory() {
        assert!(Machine::describe().memory.is_some_and(|bytes| bytes > 1 << 20));
    }

    #[test]
    fn two_cpus_are_two() {
        if let Ok((one, other)) = two_cpus() {
            assert_ne!(one, other);
            assert!(siblings(one).contains(&one));
        }
    }

    #[test]
    fn a_share_lies_between_none_and_all() {
        let load = Load::look();
        assert!((0.0..=100.0).contains(&load.busy_percent));
        assert!((0.0..=100.0).contains(&load.stolen_percent));
    }
}
