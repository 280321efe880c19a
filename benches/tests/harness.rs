//! The harness from outside: its counters count, its exit status judges, and nothing hangs or
//! outlives it.

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn harness(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringmain-bench"));
    command.args(arguments);
    command
}

fn record(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("ringmain-bench-{}-{name}.json", std::process::id()))
}

fn run(only: &str, record: &Path) -> Output {
    let json = record.to_str().expect("a temporary folder with an ordinary name");
    harness(&["bars", "--quick", "--only", only, "--json", json]).output().expect("it starts")
}

fn read(record: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(record).expect("a record");
    let _ = std::fs::remove_file(record);
    serde_json::from_str(&text).expect("the record is JSON")
}

#[test]
fn its_own_counters_count() {
    let path = record("counters");
    let output = run("harness: ", &path);
    assert!(output.status.success(), "{output:?}");
    let record = read(&path);
    let figures: Vec<_> =
        record["bars"].as_array().expect("bars").iter().map(|bar| &bar["figure"]).collect();
    assert_eq!(figures.len(), 2);
    for (figure, expected) in figures.into_iter().zip([3.0, 1.0]) {
        assert_eq!([&figure["least"], &figure["most"]], [expected, expected]);
    }
}

#[test]
fn every_floor_is_measured() {
    let path = record("floors");
    let output = run("CPU", &path);
    // The bars of these names may be missed: this is no release build, and not alone on its CPUs.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    let record = read(&path);
    let floors = record["floors"].as_array().expect("floors");
    assert_eq!(floors.len(), 4);
    for floor in floors {
        assert!(floor["p50"]["median"].as_f64().is_some_and(|ns| ns > 0.0), "{floor}");
    }
}

#[test]
fn a_rate_comes_with_what_a_message_took() {
    let path = record("rates");
    let output = run("64 KiB copied in", &path);
    assert!(output.status.success(), "{output:?}");
    let record = read(&path);
    let sample = &record["runs"][0]["samples"][0];
    let figure = |name: &str| sample[name].as_f64().expect("a figure");
    let bytes = figure("mean") * figure("each_ns"); // 10^9 a second are one a nanosecond
    assert!((65_535.0..65_537.0).contains(&bytes), "{sample}");
}

#[test]
fn a_selection_of_nothing_is_refused() {
    let output = run("no such bar", &record("nothing"));
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no bar or floor"), "{output:?}");
}

#[test]
fn killed_it_takes_all_its_processes_along() {
    let path = record("killed");
    let json = path.to_str().expect("a temporary folder with an ordinary name");
    // A word in the arguments, and so in the record's path, that the ends inherit by environment.
    let mut first = harness(&["bars", "--cycles", "500", "--only", "spinning", "--json", json])
        .env("RINGMAIN_BENCH_TEST", json)
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut found = Vec::new();
    while found.len() < 4 {
        found = processes_with(json); // itself, the session's leader, both ends
        assert!(first.try_wait().expect("it is ours").is_none(), "it ended before it was killed");
    }
    first.kill().expect("it runs");
    first.wait().expect("it was ours");
    for process in found {
        let mut death = [PollFd::new(&process, PollFlags::IN)];
        let patience = Timespec { tv_sec: 20, tv_nsec: 0 };
        assert_eq!(rustix::event::poll(&mut death, Some(&patience)), Ok(1), "one lives on");
    }
}

/// Processes whose environment has `value` in it.
fn processes_with(value: &str) -> Vec<OwnedFd> {
    let value = format!("RINGMAIN_BENCH_TEST={value}\0");
    let mut found = Vec::new();
    for folder in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let Ok(environment) = std::fs::read(folder.path().join("environ")) else { continue };
        if environment.windows(value.len()).any(|window| window == value.as_bytes()) {
            let pid = folder.file_name().to_str().and_then(|pid| Pid::from_raw(pid.parse().ok()?));
            let process = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
            found.extend(process); // unless it is gone again
        }
    }
    found
}
