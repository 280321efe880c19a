//! Processes of C that are killed at any moment: the others are told, and go on.

mod support;

use std::process::Command;
use support::{Linked, compiled, endpoint, ends, start};

fn kills(whom: &str) -> String {
    let mut command = Command::new(compiled("tests/c/kill.c", Linked::Shared, &[]));
    command.args([whom, &endpoint(whom)]);
    ends(start(command))
}

#[test]
fn a_killed_renderer_is_gone_and_the_others_go_on() {
    kills("renderers");
}

#[test]
fn a_killed_main_ends_every_call_and_the_next_one_is_found() {
    let said = kills("mains");
    assert!(said.contains("50 mains killed"), "{said}");
}
