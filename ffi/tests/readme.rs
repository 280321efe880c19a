//! What the README shows compiles, and does what it says.

mod support;

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Linked, ROOT, built, compiled, endpoint, ends, start};

/// The program that the README has in a language, compiled.
fn shown(language: &str) -> PathBuf {
    let readme = std::fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let (_, block) = readme.split_once(&format!("```{language}\n")).unwrap();
    let (program, _) = block.split_once("```").unwrap();
    let folder = built().join("ffi-readme");
    std::fs::create_dir_all(&folder).unwrap();
    let source = folder.join(format!("shown.{language}"));
    std::fs::write(&source, program).unwrap();
    compiled(source.to_str().unwrap(), Linked::Shared, &["-Wshadow", "-Wconversion"])
}

#[test]
fn the_main_in_c_compiles() {
    assert!(shown("c").exists());
}

#[test]
fn the_program_in_cpp_asks_itself() {
    let directory = std::env::temp_dir().join(endpoint("readme"));
    std::fs::DirBuilder::new().mode(0o700).create(&directory).unwrap();
    let mut command = Command::new(shown("cpp"));
    command.env("XDG_RUNTIME_DIR", &directory);
    assert_eq!(ends(start(command)), "pong 42\n");
    std::fs::remove_dir_all(directory).unwrap();
}
