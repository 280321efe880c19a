//! The header is that of the sources, compiles everywhere, and names what the library exports.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use support::{Linked, ROOT, built, compiled, runs, succeeds};

/// Set to write the header instead of comparing it.
const WRITE: &str = "RINGMAIN_WRITE_HEADER";

/// How many functions a host has to know of at most.
const FUNCTIONS: usize = 80;

/// Lines of the classic example, for each side.
const LINES: [(&str, usize); 4] =
    [("main.c", 60), ("renderer.c", 60), ("main.cpp", 45), ("renderer.cpp", 45)];

#[test]
fn the_examples_are_short() {
    for (name, most) in LINES {
        let path = Path::new(ROOT).join("examples").join(name);
        let lines = std::fs::read_to_string(path).unwrap().lines().count();
        assert!(lines <= most, "{name} has {lines} lines of {most}");
    }
}

#[test]
fn the_header_is_current() {
    let config = cbindgen::Config::from_file(Path::new(ROOT).join("cbindgen.toml")).unwrap();
    let bindings = cbindgen::Builder::new().with_crate(ROOT).with_config(config).generate();
    let mut made = Vec::new();
    bindings.unwrap().write(&mut made);
    let path = Path::new(ROOT).join("include/ringmain.h");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    assert!(kept == made, "include/ringmain.h is not that of src/: run with {WRITE}=1");
}

/// The functions that the header declares.
fn declared() -> BTreeSet<String> {
    let header = std::fs::read_to_string(Path::new(ROOT).join("include/ringmain.h")).unwrap();
    let mut names = BTreeSet::new();
    for line in header.lines() {
        // A declaration begins with its type; typedefs and comments do not.
        let begins = line.starts_with(|first: char| first.is_ascii_lowercase());
        let Some((before, _)) = line.split_once('(').filter(|_| begins) else { continue };
        let name = before.rsplit([' ', '*']).next().unwrap();
        if name.starts_with("ringmain_") && !line.starts_with("typedef") {
            names.insert(name.to_owned());
        }
    }
    names
}

#[test]
fn the_library_exports_what_the_header_declares_and_nothing_else() {
    let library = built().join("libringmain.so");
    let symbols = succeeds(Command::new("nm").args(["-D", "--defined-only"]).arg(library));
    let exported: BTreeSet<_> =
        symbols.lines().filter_map(|line| line.split(' ').nth(2)).map(str::to_owned).collect();
    assert_eq!(exported, declared());
    assert!(exported.len() <= FUNCTIONS, "{} functions", exported.len());
}

#[test]
fn the_header_compiles_as_c_and_as_cpp() {
    for source in ["tests/c/header.c", "tests/c/header.cpp"] {
        for linked in [Linked::Shared, Linked::Static] {
            assert_eq!(
                runs(&compiled(source, linked, &[]), &[]),
                "0 done\n",
                "{source} {linked:?}"
            );
        }
    }
}
