//! Reports and comparisons from outside: what a run records can be shown and compared.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn harness(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ringmain-bench")).args(arguments).output().expect("it starts")
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("ringmain-bench-{}-{name}", std::process::id()))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a temporary folder with an ordinary name")
}

#[test]
fn what_a_run_records_becomes_a_page_and_can_be_compared() {
    let (json, page) = (temporary("run.json"), temporary("page.html"));
    let table = ["table", "--quick", "--cycles", "1", "--only", "ringmain ring", "--json"];
    harness(&[&table[..], &[text(&json)]].concat()); // bars may be missed: this is no release build
    let reported = harness(&["report", "--json", text(&json), "--out", text(&page)]);
    assert!(reported.status.success(), "{reported:?}");

    let html = std::fs::read_to_string(&page).expect("a page");
    for needed in ["<svg", "ringmain ring", "Round trip", "prefers-color-scheme"] {
        assert!(html.to_lowercase().contains(&needed.to_lowercase()), "no {needed}");
    }
    for foreign in ["<script", "<link", "src=", "@import", "url("] {
        assert!(!html.contains(foreign), "{foreign}");
    }

    let compared = harness(&["compare", text(&json), text(&json), "--fail-on-slower"]);
    assert!(compared.status.success(), "{compared:?}");
    assert!(String::from_utf8_lossy(&compared.stdout).contains("too few cycles"), "{compared:?}");
    let _ = (std::fs::remove_file(json), std::fs::remove_file(page));
}

#[test]
fn what_is_no_record_is_refused_by_name() {
    let path = temporary("no-record.json");
    std::fs::write(&path, "{}").expect("a temporary folder");
    let refused = harness(&["report", "--json", text(&path)]);
    let _ = std::fs::remove_file(&path);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is no record"), "{refused:?}");
}
