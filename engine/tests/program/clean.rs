//! `ringmain clean`.

use crate::stage::Stage;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Held by who runs `clean`: it removes named segments of all stages, which are in one directory.
static CLEANING: Mutex<()> = Mutex::new(());

/// The files of all endpoints.
fn files(stage: &Stage) -> Vec<String> {
    let entries = fs::read_dir(stage.endpoints()).unwrap();
    let mut files: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort_unstable();
    files
}

#[test]
fn a_dry_run_tells_what_would_go_and_leaves_it() {
    let stage = Stage::new();
    stage.dead_main("omega");
    let before = files(&stage);
    let done = stage.run(&["clean", "--dry-run"]);
    assert_eq!((done.status, done.stderr.as_str()), (Some(0), ""));
    assert_eq!(done.row("omega"), ["would", "go", "endpoint", "omega", "2", "files"]);
    assert_eq!(files(&stage), before);
}

#[test]
fn what_a_dead_main_left_goes_and_what_a_living_one_has_stays() {
    let _cleaning = CLEANING.lock();
    let stage = Stage::new();
    let main = stage.main("alpha", 0);
    stage.dead_main("omega");
    let done = stage.run(&["clean"]);
    assert_eq!((done.status, done.stderr.as_str()), (Some(0), ""));
    assert_eq!(done.row("omega")[..3], ["removed", "endpoint", "omega"]);
    assert_eq!(files(&stage), ["alpha.lock", "alpha.sock"]);
    let entries = stage.run(&["ls", "--json"]).json();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["pid"], main.pid());
    assert!(!stage.run(&["clean"]).stdout.contains("omega"));
}

/// A named segment of a process that had this one's id before it was given out again.
struct Segment(PathBuf);

impl Segment {
    fn new() -> Self {
        use std::os::unix::fs::MetadataExt;
        let inode = |kind| fs::metadata(format!("/proc/self/ns/{kind}")).map_or(0, |it| it.ino());
        let namespaces = inode("pid") << 32 | inode("time") & u64::from(u32::MAX);
        let process = std::process::id();
        let name = format!("ringmain-{namespaces:016x}-{process}-1-{:032x}", 0xdead);
        let path = Path::new("/dev/shm").join(name);
        fs::write(&path, [7; 4096]).unwrap();
        Self(path)
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn named_segments_of_dead_mains_are_shown_with_their_memory_and_go() {
    let _cleaning = CLEANING.lock();
    let (stage, segment) = (Stage::new(), Segment::new());
    let path = segment.0.display().to_string();
    let done = stage.run(&["clean", "--dry-run"]);
    assert_eq!(done.row(&path), ["would", "go", "segment", &path, "4.10", "kB"]);
    assert!(segment.0.exists());
    let done = stage.run(&["clean"]);
    assert_eq!(done.row(&path)[..3], ["removed", "segment", &path]);
    assert!(!segment.0.exists());
}
