//! A process of C without memory for copies of what was sent to it.

mod support;

use std::process::Command;
use support::{Linked, compiled, endpoint, ends, start};

#[test]
fn a_copy_that_there_is_no_memory_for_is_a_status() {
    let mut command = Command::new(compiled("tests/c/exhausted.c", Linked::Shared, &[]));
    command.arg(endpoint("exhausted"));
    ends(start(command));
}
