//! The classic example, whoever is main and whoever the renderer.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Linked, compiled, endpoint, ends, runs, rust_example, start};

fn c(role: &str, linked: Linked) -> PathBuf {
    compiled(&format!("examples/{role}.c"), linked, &[])
}

fn cpp(role: &str) -> PathBuf {
    let flags = ["-Wshadow", "-Wconversion"];
    compiled(&format!("examples/{role}.cpp"), Linked::Shared, &flags)
}

fn talk(test: &str, main: &Path, main_args: &[&str], renderer: &Path) {
    let name = endpoint(test);
    let mut serving = Command::new(main);
    serving.arg(&name).args(main_args);
    let serving = start(serving);
    let heard = runs(renderer, &[&name]);
    assert!(
        heard.contains("sendSync returned \"pong\"") || heard.contains("sendSync returned pong"),
        "{heard}"
    );
    assert!(heard.contains("invoke returned 42"), "{heard}");
    assert_eq!(heard.matches("pong").count(), 6, "{heard}");
    ends(serving);
}

#[test]
fn c_and_c() {
    talk("cc", &c("main", Linked::Shared), &["1"], &c("renderer", Linked::Shared));
}

#[test]
fn c_and_c_linked_statically() {
    talk("cc-static", &c("main", Linked::Static), &["1"], &c("renderer", Linked::Static));
}

#[test]
fn a_main_in_c_and_a_renderer_in_rust() {
    talk("c-rust", &c("main", Linked::Shared), &["1"], &rust_example("renderer"));
}

#[test]
fn a_main_in_rust_and_a_renderer_in_c() {
    let main = rust_example("main");
    talk("rust-c", &main, &["--renderers", "1"], &c("renderer", Linked::Shared));
}

#[test]
fn cpp_and_cpp() {
    talk("cpp-cpp", &cpp("main"), &["1"], &cpp("renderer"));
}

#[test]
fn a_main_in_cpp_and_a_renderer_in_c() {
    talk("cpp-c", &cpp("main"), &["1"], &c("renderer", Linked::Shared));
}

#[test]
fn a_main_in_c_and_a_renderer_in_cpp() {
    talk("c-cpp", &c("main", Linked::Shared), &["1"], &cpp("renderer"));
}

#[test]
fn a_main_in_cpp_and_a_renderer_in_rust() {
    talk("cpp-rust", &cpp("main"), &["1"], &rust_example("renderer"));
}

#[test]
fn a_main_in_rust_and_a_renderer_in_cpp() {
    talk("rust-cpp", &rust_example("main"), &["--renderers", "1"], &cpp("renderer"));
}
