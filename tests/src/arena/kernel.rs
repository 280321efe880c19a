//! What the kernel says of a process.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What a process has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Holdings {
    /// Bytes of memory, shared memory that it has touched included.
    pub(super) memory: u64,
    /// Of these, those of its own.
    pub(super) own: u64,
    /// Descriptors.
    pub(super) descriptors: usize,
}

impl Holdings {
    /// What it has now; nothing if it is gone.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let bytes = |name| field(&status, name).map(|kib| kib * 1024);
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count();
        Some(Self { memory: bytes("VmRSS:")?, own: bytes("RssAnon:")?, descriptors })
    }

    /// The larger of two, figure by figure.
    pub(super) fn or_more(self, other: Self) -> Self {
        Self {
            memory: self.memory.max(other.memory),
            own: self.own.max(other.own),
            descriptors: self.descriptors.max(other.descriptors),
        }
    }
}

/// How often all threads of a process went to sleep so far.
pub(super) fn sleeps(pid: u32) -> Option<u64> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let statuses = threads.filter_map(|thread| {
        let thread = thread.ok()?;
        fs::read_to_string(thread.path().join("status")).ok()
    });
    Some(statuses.filter_map(|status| field(&status, "voluntary_ctxt_switches:")).sum())
}

/// Processor time of a process so far, in clock ticks.
pub(super) fn ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = stat.rsplit(')').next()?.split_whitespace();
    Some(fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum())
}

/// How busy the machine is: the mean number of threads that run or wait to, over a minute.
pub(super) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Looks at what main has, many times a second.
#[derive(Debug)]
pub(super) struct Sampler {
    done: Arc<AtomicBool>,
    thread: JoinHandle<Holdings>,
}

impl Sampler {
    pub(super) fn start(pid: u32) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&done);
        let thread = std::thread::spawn(move || {
            let mut most = Holdings::default();
            while !stop.load(Ordering::Relaxed) {
                most = most.or_more(Holdings::of(pid).unwrap_or_default());
                std::thread::sleep(Duration::from_millis(30));
            }
            most
        });
        Self { done, thread }
    }

    /// The most that it had.
    pub(super) fn stop(self) -> Holdings {
        self.done.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}
