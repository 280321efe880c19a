//! The command `hostile`, in short runs of which only what is no matter of speed is judged.

use std::process::Command;

fn hostile(words: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_hostile")).args(words).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn what_is_listed_has_one_line_each() {
    let (succeeded, list) = hostile(&["--list"]);
    assert!(succeeded && list.lines().count() > 60, "{list}");
    let mut names: Vec<_> = list.lines().filter_map(|line| line.split(' ').next()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name is there twice: {names:?}");
}

#[test]
fn an_unknown_name_is_refused() {
    assert!(!hostile(&["--attack", "politeness"]).0);
}

#[test]
fn a_main_stands_some_attacks() {
    let attacks = ["flood", "lies", "flipping-text", "promises"];
    let mut words = vec!["--seconds", "1", "--cycles", "1", "--no-times"];
    words.extend(attacks.iter().flat_map(|name| ["--attack", *name]));
    let (succeeded, report) = hostile(&words);
    assert!(succeeded, "{report}");
}

/// It takes a writer that runs while main reads, which a busy machine may not grant at once.
#[test]
fn the_control_shows_a_hit() {
    let words = ["--seconds", "1", "--cycles", "1", "--attack", "flipping-text-in-place"];
    let tries: Vec<_> = (0..5).map(|_| hostile(&words)).take_while(|(hit, _)| !hit).collect();
    assert!(tries.len() < 5, "{tries:#?}");
}
