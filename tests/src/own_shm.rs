//! Tests in a process of their own, with a `/dev/shm` of its own: nobody else's names are in it, no
//! other main tidies it up, and it is as small as the test wants.

use std::path::PathBuf;
use std::process::{Command, Output};

/// Set in the process that has one.
const INSIDE: &str = "RINGMAIN_TEST_OWN_SHM";

/// The ways to a mount namespace: as root, and as anybody where that is allowed.
const WAYS: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];

/// Runs `body`, the whole of the test called `test`, with an empty `/dev/shm` of `size` (as `mount` takes
/// it), in a process that runs this test only.
///
/// Where that cannot be had, it says so and does nothing; with `RINGMAIN_REQUIRE` set, it fails.
///
/// # Panics
/// If the test fails there, or is none.
pub fn with_own_shm(test: &str, size: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some() {
        return body();
    }
    let inside =
        |way: &&[&str]| unshared(way, size, &["true"]).is_some_and(|tried| tried.status.success());
    let Some(way) = WAYS.into_iter().find(inside) else {
        assert!(std::env::var_os("RINGMAIN_REQUIRE").is_none(), "no mount namespace to be had");
        return eprintln!("{test}: skipped, there is no mount namespace to be had");
    };
    let program = std::env::current_exe().expect("no program");
    let program = program.to_str().expect("a path that is no text");
    let ended =
        unshared(way, size, &[program, "--exact", test, "--nocapture"]).expect("no unshare");
    let [said, cried] = [&ended.stdout, &ended.stderr].map(|said| String::from_utf8_lossy(said));
    let passed = ended.status.success() && said.contains("test result: ok. 1 passed");
    assert!(passed, "{}:\n{said}\n{cried}", ended.status);
}

/// Mounts the `/dev/shm` that the calling test has with another option.
///
/// # Panics
/// If that fails.
pub fn remount_own_shm(option: &str) {
    is_inside();
    let mut mount = Command::new("mount");
    mount.args(["-o", &format!("remount,{option}"), "/dev/shm"]);
    assert!(mount.status().expect("no mount").success());
}

/// All that is in it, sorted.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn own_shm_files() -> Vec<PathBuf> {
    is_inside();
    let files = std::fs::read_dir("/dev/shm").expect("no /dev/shm");
    let mut files: Vec<_> = files.map(|file| file.expect("no file").path()).collect();
    files.sort();
    files
}

fn is_inside() {
    assert!(std::env::var_os(INSIDE).is_some(), "this /dev/shm is everybody's");
}

/// `None` without the program `unshare`.
fn unshared(way: &[&str], size: &str, words: &[&str]) -> Option<Output> {
    let then = "mount -t tmpfs -o size=$0 tmpfs /dev/shm && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(way).args(["sh", "-c", then, size]).args(words).env(INSIDE, "1");
    command.output().ok()
}
