//! Programs in C that try everything.

mod support;

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::Command;
use support::{Linked, ROOT, compiled, endpoint, ends, start};

/// Runs a program of `tests/c`, with a directory of endpoints of its own.
fn tries(source: &str) -> String {
    let program = compiled(&format!("tests/c/{source}.c"), Linked::Shared, &[]);
    let name = endpoint(source);
    let directory = std::env::temp_dir().join(&name);
    std::fs::DirBuilder::new().mode(0o700).create(&directory).unwrap();
    let mut command = Command::new(program);
    command.arg(&name).env("XDG_RUNTIME_DIR", &directory);
    let printed = ends(start(command));
    std::fs::remove_dir_all(directory).unwrap();
    printed
}

#[test]
fn misuse_is_answered_by_a_status() {
    tries("misuse");
}

#[test]
fn callbacks_run_while_they_should_and_not_after() {
    tries("callbacks");
}

#[test]
fn a_forked_child_is_told_and_its_parent_goes_on() {
    tries("forks");
}

/// What no call answers to C: it takes a Rust type, or a fault of the library's own.
const NOT_FROM_C: [&str; 3] =
    ["RINGMAIN_PANIC", "RINGMAIN_NOT_CLONEABLE", "RINGMAIN_TYPE_MISMATCH"];

#[test]
fn every_status_is_met() {
    let met = tries("statuses");
    let header = std::fs::read_to_string(Path::new(ROOT).join("include/ringmain.h")).unwrap();
    let (statuses, _) = header.split_once("} ringmain_status;").unwrap();
    let mut unmet = Vec::new();
    for line in statuses.lines() {
        let Some((name, number)) = line.trim().trim_end_matches(',').split_once(" = ") else {
            continue;
        };
        if !met.lines().any(|line| line.split(' ').next() == Some(number)) {
            unmet.push(name.to_owned());
        }
    }
    assert_eq!(unmet, NOT_FROM_C);
}
