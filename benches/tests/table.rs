//! The table from outside: every contender of this package passes messages, and every byte arrives.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

fn bench() -> Command {
    Command::new(env!("CARGO_BIN_EXE_ringmain-bench"))
}

/// The cells of a run, one cycle each, of cases with this in their titles.
fn cells(case: &str) -> Vec<serde_json::Value> {
    let name = format!("ringmain-bench-{}-{}.json", std::process::id(), case.replace(' ', "-"));
    let path: PathBuf = std::env::temp_dir().join(name);
    let mut run = bench();
    run.args(["table", "--full", "--cycles", "1", "--case", case, "--json"]).arg(&path);
    let output = run.output().expect("it starts");
    // A bar may be missed: this is no release build, and not alone on its CPUs.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    let text = std::fs::read_to_string(&path).expect("a record");
    let _ = std::fs::remove_file(path);
    let record: serde_json::Value = serde_json::from_str(&text).expect("the record is JSON");
    record["cells"].as_array().expect("cells").clone()
}

/// The names of all that this package itself has, but for floors, of which some are of one case only.
fn contenders() -> BTreeSet<String> {
    let output = bench().arg("list").output().expect("it starts");
    let listed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let listed = listed.as_array().expect("contenders").iter();
    let listed = listed.filter(|listed| listed["kind"] != "floor");
    listed.map(|listed| listed["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn every_contender_delivers_what_was_sent() {
    let mut asked = BTreeSet::new();
    for case in ["round trip, 64 B, parked", "round trip, 1 KiB, polling", "one way, 64 B, polling"]
    {
        for cell in cells(case) {
            assert!(cell["failure"].is_null(), "{cell}");
            asked.insert(cell["contender"].as_str().expect("a name").to_owned());
        }
    }
    assert!(asked.is_superset(&contenders()), "only {asked:?}");
}
