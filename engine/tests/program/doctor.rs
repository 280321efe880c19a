//! `ringmain doctor`.

use crate::ls::open_to_all;
use crate::stage::Stage;

#[test]
fn a_machine_that_runs_these_tests_lacks_nothing() {
    let stage = Stage::new();
    let done = stage.run(&["doctor"]);
    assert_eq!((done.status, done.stderr.as_str()), (Some(0), ""));
    assert_eq!(done.row("VERDICT"), ["VERDICT", "WHAT", "FOUND", "MEANING"]);
    assert_eq!(done.row("pidfd_open")[0], "fine");
    assert!(!done.stdout.contains('\x1b'), "{done:?}");
}

#[test]
fn programs_read_the_same_as_json() {
    let stage = Stage::new();
    let findings = stage.run(&["doctor", "--json"]).json();
    assert_eq!(findings.len() + 1, stage.run(&["doctor"]).stdout.lines().count());
    for finding in findings {
        let verdict = finding["verdict"].as_str().unwrap();
        assert!(["fine", "degraded"].contains(&verdict), "{finding}");
        assert!(["what", "found", "meaning"].iter().all(|key| finding[*key].is_string()));
    }
}

#[test]
fn what_is_missing_is_told_and_is_the_exit_status() {
    let stage = Stage::new();
    std::fs::create_dir(stage.endpoints()).unwrap();
    open_to_all(&stage);
    let done = stage.run(&["doctor"]);
    assert_eq!(done.status, Some(1));
    assert_eq!(done.row("missing")[..4], ["missing", "directory", "of", "endpoints"]);
    assert_eq!(stage.run(&["doctor", "--json"]).status, Some(1));
}
