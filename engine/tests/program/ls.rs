//! `ringmain ls`.

use crate::stage::{Done, Stage};
use std::process::{Command, Stdio};

#[test]
fn living_and_dead_mains_are_listed_with_what_they_have() {
    let stage = Stage::new();
    let main = stage.main("alpha", 2);
    stage.dead_main("omega");
    let done = stage.run_until(&["ls"], |done| done.row("alpha").contains(&"2"));
    assert_eq!((done.status, done.stderr.as_str()), (Some(0), ""));
    let pid = main.pid().to_string();
    assert_eq!(done.row("NAME"), ["NAME", "STATE", "PID", "RENDERERS", "UP"]);
    assert_eq!(done.row("alpha")[..4], ["alpha", "running", &pid, "2"]);
    assert_eq!(done.row("omega"), ["omega", "dead", "-", "-", "-"]);
    assert!(!done.stdout.contains('\x1b'), "{done:?}");
}

#[test]
fn programs_read_the_same_as_json() {
    let stage = Stage::new();
    let main = stage.main("alpha", 0);
    stage.dead_main("omega");
    let entries = stage.run(&["ls", "--json"]).json();
    let [alpha, omega] = &entries[..] else { panic!("two endpoints in {entries:?}") };
    assert_eq!((&alpha["name"], &alpha["state"]), (&"alpha".into(), &"running".into()));
    assert_eq!((&alpha["pid"], &alpha["renderers"]), (&main.pid().into(), &0.into()));
    assert_eq!(alpha["release"], env!("CARGO_PKG_VERSION"));
    assert!(alpha["up_seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{alpha}");
    assert_eq!((&omega["state"], &omega["pid"]), (&"dead".into(), &serde_json::Value::Null));
}

#[test]
fn a_main_that_is_stuck_is_said_to_be() {
    let stage = Stage::new();
    let mut main = stage.main("alpha", 1);
    main.hold();
    stage.run_until(&["ls"], |done| done.row("alpha")[1] == "stuck");
}

#[test]
fn where_no_main_ever_was_there_is_nothing() {
    let stage = Stage::new();
    assert!(stage.run(&["ls", "--json"]).json().is_empty());
    assert_eq!(stage.run(&["ls"]).stdout.lines().count(), 1);
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let stage = Stage::new();
    for arguments in [&["ls"][..], &["doctor", "--json"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringmain"));
        let command = stage.place(&mut command).args(arguments).stdout(writer);
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        let done = Done::of(child.wait_with_output().unwrap());
        assert_eq!((done.status, done.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_directory_that_others_may_enter_is_a_failure_with_a_hint() {
    let stage = Stage::new();
    std::fs::create_dir(stage.endpoints()).unwrap();
    open_to_all(&stage);
    let done = stage.run(&["ls"]);
    assert_eq!((done.status, done.stdout.as_str()), (Some(1), ""));
    assert!(
        done.stderr.contains("permission denied") && done.stderr.contains("hint: "),
        "{done:?}"
    );
}

/// Lets everybody enter the directory of endpoints.
pub(crate) fn open_to_all(stage: &Stage) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(stage.endpoints(), mode).unwrap();
}
