//! `ringmain top` where there is no terminal.

use crate::stage::{Done, Stage};

/// Whether both renderers of a busy main are there, with rates that are not zero.
fn is_busy(done: &Done) -> bool {
    let rows: Vec<_> = done.stdout.lines().map(|it| it.split_whitespace().collect()).collect();
    let of = |id: &str| -> Option<&Vec<&str>> {
        rows.iter().find(|it: &&Vec<_>| it.first() == Some(&id))
    };
    ["1", "2"].iter().all(|id| of(id).is_some_and(|it| it[2] == "attached" && it[3] != "0"))
}

#[test]
fn one_picture_shows_main_its_renderers_and_its_channels() {
    let stage = Stage::new();
    let main = stage.main("alpha", 2);
    let done = stage.run_until(&["top", "--once", "--interval", "200", "alpha"], is_busy);
    assert_eq!((done.status, done.stderr.as_str()), (Some(0), ""));
    let head = format!("alpha  pid {}  release {}  up ", main.pid(), env!("CARGO_PKG_VERSION"));
    assert!(done.stdout.starts_with(&head), "{done:?}");
    assert_eq!(done.row("ID")[..6], ["ID", "PID", "STATE", "IN/s", "OUT/s", "BYTES/s"]);
    for channel in ["tick", "frame", "ask", "save"] {
        let row = done.row(channel);
        assert_ne!(row[2], "0", "{row:?}");
        assert!(["ns", "µs", "ms"].contains(&row[row.len() - 3]), "{row:?}");
    }
    assert!(!done.stdout.contains('\x1b'), "{done:?}");
}

#[test]
fn the_only_living_main_needs_no_name() {
    let stage = Stage::new();
    let _main = stage.main("alpha", 0);
    stage.dead_main("omega");
    let done = stage.run(&["top", "--interval", "50"]);
    assert!(done.status == Some(0) && done.stdout.starts_with("alpha "), "{done:?}");
    assert!(done.stdout.contains("nothing received"), "{done:?}");
}

#[test]
fn without_one_living_main_a_name_is_asked_for() {
    let stage = Stage::new();
    let none = stage.run(&["top"]);
    assert_eq!((none.status, none.stdout.as_str()), (Some(1), ""));
    assert!(none.stderr.contains("no main") && none.stderr.contains("hint: "), "{none:?}");
    let _mains = [stage.main("alpha", 0), stage.main("beta", 0)];
    let several = stage.run(&["top"]);
    assert_eq!((several.status, several.stdout.as_str()), (Some(1), ""));
    assert!(several.stderr.contains("alpha, beta"), "{several:?}");
    let nobody = stage.run(&["top", "gamma"]);
    assert_eq!(nobody.status, Some(1));
    assert!(nobody.stderr.contains("'gamma'") && nobody.stderr.contains("ringmain ls"));
}

#[test]
fn what_cannot_be_meant_is_an_error_of_usage() {
    let stage = Stage::new();
    for arguments in [&["top", "--interval", "0"][..], &["top", "a", "b"], &["look"], &[]] {
        let done = stage.run(arguments);
        assert_eq!((done.status, done.stdout.as_str()), (Some(2), ""), "{arguments:?}");
    }
}

#[test]
fn a_main_that_answers_nobody_is_looked_into_all_the_same() {
    let stage = Stage::new();
    let mut main = stage.main("alpha", 1);
    main.hold();
    let arguments = ["top", "--once", "--interval", "50"];
    let done = stage.run_until(&arguments, |done| done.stdout.contains("stuck for "));
    assert!(done.stdout.contains("main counts by channel as soon as it goes on"), "{done:?}");
}
