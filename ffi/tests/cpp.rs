//! The C++ header: compiles everywhere, reaches everything, and does what it says.

mod support;

use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Linked, ROOT, compiled, endpoint, ends, runs, start};

const WARNINGS: [&str; 2] = ["-Wshadow", "-Wconversion"];
const BARE: [&str; 2] = ["-fno-exceptions", "-fno-rtti"];

fn program(name: &str, flags: &[&str]) -> PathBuf {
    let flags = [&WARNINGS, flags].concat();
    compiled(&format!("tests/c/{name}.cpp"), Linked::Shared, &flags)
}

#[test]
fn the_header_compiles_alone() {
    for standard in ["-std=c++17", "-std=c++20"] {
        for bare in [&BARE[..], &[]] {
            let flags = [&[standard], bare].concat();
            assert_eq!(runs(&program("cpp_alone", &flags), &[]), "0 done\n", "{flags:?}");
        }
    }
}

#[test]
fn without_exceptions_the_value_of_an_error_ends_the_program_and_says_why() {
    let mut command = Command::new(program("cpp_alone", &BARE));
    let output = command.arg(endpoint("nobody")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(6), "{said}");
    assert!(said.starts_with("ringmain: no main process is bound"), "{said}");
}

/// Words of a text that begin so.
fn words<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .filter(move |word| word.starts_with(prefix))
}

#[test]
fn everything_of_the_c_header_is_reachable() {
    let include = Path::new(ROOT).join("include");
    let mut cpp = std::fs::read_to_string(include.join("ringmain.hpp")).unwrap();
    for part in std::fs::read_dir(include.join("ringmain")).unwrap() {
        cpp += &std::fs::read_to_string(part.unwrap().path()).unwrap();
    }
    let reached: std::collections::HashSet<_> =
        words(&cpp, "ringmain_").chain(words(&cpp, "RINGMAIN_")).collect();
    let header = std::fs::read_to_string(include.join("ringmain.h")).unwrap();
    let mut missing = Vec::new();
    for line in header.lines() {
        let declared = line.starts_with(|first: char| first.is_ascii_lowercase());
        let function = declared && !line.starts_with("typedef") && line.contains('(');
        let number = line.starts_with("    RINGMAIN_") && line.contains(" = ");
        let prefix = if function { "ringmain_" } else { "RINGMAIN_" };
        // The first word may be the type that the function returns.
        let name = words(line.split(['(', '=']).next().unwrap(), prefix).last();
        let Some(name) = name.filter(|_| function || number) else { continue };
        if !reached.contains(name) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// Runs a program of `tests/c`, with a directory of endpoints of its own.
fn tries(source: &str, flags: &[&str]) {
    let program = program(source, flags);
    let name = endpoint(&format!("{source}-{}", flags.len()));
    let directory = std::env::temp_dir().join(&name);
    std::fs::DirBuilder::new().mode(0o700).create(&directory).unwrap();
    let mut command = Command::new(program);
    command.arg(&name).env("XDG_RUNTIME_DIR", &directory);
    ends(start(command));
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn values_of_every_kind_go_there_and_back() {
    tries("cpp_values", &[]);
}

#[test]
fn values_of_every_kind_go_there_and_back_without_exceptions() {
    tries("cpp_values", &[&BARE[..], &["-std=c++20"]].concat());
}

#[test]
fn callbacks_throw_own_and_answer_later() {
    tries("cpp_callbacks", &[]);
}

#[test]
fn callbacks_fail_own_and_answer_later_without_exceptions() {
    tries("cpp_callbacks", &BARE);
}
