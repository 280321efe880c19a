//! The ways to have the library that the header tells of: loaded at run time, and beside other Rust.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Linked, ROOT, built, compiled, endpoint, runs, succeeds};

#[test]
fn dlclose_leaves_it_loaded_and_harms_nobody() {
    let program = compiled("tests/c/unloads.c", Linked::None, &[]);
    let library = built().join("libringmain.so");
    runs(&program, &[library.to_str().unwrap(), &endpoint("unloads")]);
}

/// Another static library of Rust's, optimized as a whole: its copy of `std` defines all of its names at once,
/// as that of `libringmain.a` does in a release.
fn other(user: &str) -> PathBuf {
    let out = built().join("ffi-tests");
    std::fs::create_dir_all(&out).unwrap();
    let library = out.join(format!("libother-for-{user}-{}.a", std::process::id()));
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "--crate-type=staticlib", "-Copt-level=1", "-Clto=fat"]);
    succeeds(rustc.arg("-o").arg(&library).arg(Path::new(ROOT).join("tests/rust/other.rs")));
    library
}

#[test]
fn the_shared_library_goes_with_another_library_of_rust() {
    let other = other("shared");
    let host = compiled("tests/c/two_rusts.c", Linked::Shared, &[other.to_str().unwrap()]);
    runs(&host, &[&endpoint("two-rusts")]);
    std::fs::remove_file(other).unwrap();
}

#[test]
fn the_static_library_does_once_its_other_names_are_hidden() {
    let other = other("static");
    let object = other.with_extension("o");
    let mut ld = Command::new("ld");
    ld.args(["-r", "--whole-archive"]).arg(built().join("libringmain.a"));
    succeeds(ld.arg("-o").arg(&object));
    let mut objcopy = Command::new("objcopy");
    objcopy.args([
        "--wildcard",
        "--keep-global-symbol=ringmain_*",
        "--keep-global-symbol=DW.ref.*",
    ]);
    succeeds(objcopy.arg(&object));
    let [object_name, other_name] = [&object, &other].map(|path| path.to_str().unwrap());
    let libraries = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];
    // In either order: nothing is left to be taken from the wrong one.
    for order in [[object_name, other_name], [other_name, object_name]] {
        let flags = [&order[..], &libraries].concat();
        let host = compiled("tests/c/two_rusts.c", Linked::None, &flags);
        runs(&host, &[&endpoint("two-rusts-static")]);
    }
    std::fs::remove_file(object).unwrap();
    std::fs::remove_file(other).unwrap();
}
