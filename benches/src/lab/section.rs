//! A timed section: what it cost all ends besides time.

use std::fs;
use std::mem::MaybeUninit;
use std::sync::atomic::Ordering::Relaxed;

use super::{End, Sample};
use crate::Result;
use crate::clock::ticks;

/// What all ends together had spent when a section began.
#[derive(Debug)]
pub(crate) struct Section<'e> {
    end: &'e End,
    begun: u64,
    spent: Spent,
}

#[derive(Debug, Default, Clone, Copy)]
struct Spent {
    cpu_ns: f64,
    allocations: u64,
    /// Runnable, and not running.
    waited_ns: f64,
}

impl<'e> Section<'e> {
    pub(crate) fn begin(end: &'e End) -> Result<Self> {
        let spent = Spent::of(end)?;
        Ok(Self { end, begun: ticks(), spent })
    }

    /// What the section cost, in the sample that it led to.
    pub(crate) fn finish(self, sample: Sample) -> Result<Sample> {
        let took_ns = self.end.clock.ns(self.begun, ticks());
        let spent = Spent::of(self.end)?;
        let messages = sample.messages as f64;
        Ok(Sample {
            cpu_ns: (spent.cpu_ns - self.spent.cpu_ns) / messages,
            allocations: (spent.allocations - self.spent.allocations) as f64 / messages,
            waited: (spent.waited_ns - self.spent.waited_ns) / took_ns,
            per_second: messages / took_ns * 1e9,
            ..sample
        })
    }
}

impl Spent {
    fn of(end: &End) -> Result<Self> {
        let mut spent = Self::default();
        for place in 0..end.plan.ends {
            let process = end.shared.process(place);
            spent.cpu_ns += cpu_ns(process)?;
            spent.waited_ns += waited_ns(process);
            spent.allocations += end.shared.allocations(place).load(Relaxed);
        }
        Ok(spent)
    }
}

/// Processor time of a process, all its threads, in nanoseconds.
#[expect(unsafe_code, reason = "no safe crate in use has clock_getcpuclockid(3)")]
fn cpu_ns(process: u32) -> Result<f64> {
    let mut clock = 0;
    // SAFETY: `clock` is a local that outlives the call.
    let error = unsafe { libc::clock_getcpuclockid(process.cast_signed(), &raw mut clock) };
    if error != 0 {
        return Err(std::io::Error::from_raw_os_error(error).into());
    }
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: `time` is a local of the type that the call fills.
    if unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) } != 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    // SAFETY: integers, zeroes at first, and filled by the call.
    let time = unsafe { time.assume_init() };
    Ok(time.tv_sec as f64 * 1e9 + time.tv_nsec as f64)
}

/// How long a process's first thread was runnable while something else ran, in nanoseconds, as far
/// as this kernel keeps account.
fn waited_ns(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/schedstat")).unwrap_or_default();
    text.split_whitespace().nth(1).and_then(|ns| ns.parse().ok()).unwrap_or(0.0)
}
