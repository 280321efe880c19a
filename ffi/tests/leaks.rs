//! What C hosts do for days leaves nothing behind.

mod support;

use std::process::Command;
use support::{Linked, compiled, endpoint, ends, start};

/// As many as half a minute allows, in a debug build.
const SESSIONS: &str = "10000";
const MESSAGES: &str = "1000000";
const CALLS: &str = "30000";

#[test]
fn heap_descriptors_and_mappings_stay_as_they_are() {
    let mut command = Command::new(compiled("tests/c/leaks.c", Linked::Shared, &[]));
    command.args([&endpoint("leaks"), SESSIONS, MESSAGES, CALLS]);
    let said = ends(start(command));
    assert!(said.contains("10000 sessions"), "{said}");
}
