//! A renderer, or somebody who would be one, that misuses the socket: only its own session suffers.

use ringmain::{Error, GoneReason};
use ringmain_tests::hostile::stage::{Note, Stage, serve};

const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile_peer");

/// Plays a script that ends with a note of `text`, and says `line`. Returns what it said.
fn goes_on(script: &str, text: &str) -> (Stage, String) {
    let mut stage = Stage::new(HOSTILE);
    let mut player = stage.enter(script);
    let said = player.heard();
    stage.good_is_served(20);
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Received(id, format!("[\"{text}\"]")));
    assert!(!stage.main.web_contents(id).expect("a renderer").is_destroyed());
    player.bows();
    stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
    assert!(stage.cuts().is_empty());
    (stage, said)
}

#[test]
fn packets_that_are_no_nudge_are_counted_and_dropped() {
    let mut stage = Stage::new(HOSTILE);
    let mut player = stage.enter("packets");
    player.says("sent 1006");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Received(id, r#"["still here"]"#.to_owned()));
    let page = stage.main.web_contents(id).expect("a renderer");
    while page.counters().foreign_packets < 1006 {
        stage.good_is_served(1);
    }
    assert_eq!(page.counters().foreign_packets, 1006);
    player.bows();
    stage.curtain();
}

#[test]
fn descriptors_are_refused() {
    let (stage, said) = goes_on("descriptors", "still here");
    // A kernel before 6.16 closes them when main reads.
    assert!(said == "refused" || said.starts_with("sent: Ok"), "{said}");
    stage.curtain();
}

#[test]
fn a_million_nudges_starve_nobody() {
    let mut stage = Stage::new(HOSTILE);
    let mut nudger = stage.enter("nudges");
    nudger.says("nudges");
    stage.good_is_served(200);
    let mut newcomer = stage.another_good();
    serve(&mut newcomer, 10);
    newcomer.bows();
    nudger.says("done");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Received(id, r#"["a million"]"#.to_owned()));
    nudger.bows();
    stage.curtain();
}

#[test]
fn nudges_that_nobody_reads_block_nobody() {
    let (stage, _) = goes_on("never reads nudges", "still here");
    stage.curtain();
}

#[test]
fn a_socket_that_is_not_read_any_more_costs_its_renderer_the_nudges_alone() {
    let (stage, _) = goes_on("shuts reading", "still here");
    stage.curtain();
}

#[test]
fn a_socket_that_is_not_written_any_more_is_a_hang_up() {
    let mut stage = Stage::new(HOSTILE);
    let player = stage.enter("shuts writing");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
    // It was committed before.
    stage.log.wait_for(&Note::Received(id, r#"["the last one"]"#.to_owned()));
    stage.good_is_served(10);
    player.bows();
    stage.curtain();
}

/// Plays a script of greetings that says how many were refused; all were, as corrupt or for what
/// they said about themselves.
fn each_is_refused(script: &str, count: usize) {
    let mut stage = Stage::new(HOSTILE);
    let mut player = stage.enter(script);
    stage.good_is_served(20);
    player.says(&format!("refused {count}"));
    let named = |note: &&Note| match note {
        Note::Refused(Error::Corrupt(corrupt)) => corrupt.place.starts_with("hello"),
        Note::Refused(Error::VersionMismatch { .. } | Error::LayoutMismatch { .. }) => true,
        _ => false,
    };
    stage.log.wait(|notes| (notes.iter().filter(named).count() == count).then_some(()));
    player.bows();
    let mut newcomer = stage.another_good();
    serve(&mut newcomer, 3);
    newcomer.bows();
    stage.curtain();
}

#[test]
fn a_hello_of_any_other_length_is_refused() {
    each_is_refused("hellos of every length", 201);
}

#[test]
fn a_hello_with_any_byte_wrong_is_refused() {
    each_is_refused("hellos that lie", 56);
}

#[test]
fn packets_at_random_are_refused() {
    each_is_refused("random hellos", 200);
}

#[test]
fn a_spawned_renderer_that_says_nonsense_is_refused() {
    let mut stage = Stage::new(HOSTILE);
    let player = stage.bear("born and says nonsense");
    stage.log.wait(|notes| {
        notes.iter().any(|note| matches!(note, Note::Refused(Error::Corrupt(_)))).then_some(())
    });
    stage.good_is_served(10);
    player.bows();
    stage.curtain();
}

#[test]
fn a_good_renderer_attaches_beside_a_hundred_that_say_nothing() {
    let mut stage = Stage::new(HOSTILE);
    let mut silent = stage.enter("says nothing");
    silent.says("silent");
    for _ in 0..3 {
        let mut newcomer = stage.another_good();
        serve(&mut newcomer, 3);
        newcomer.bows();
    }
    stage.good_is_served(10);
    silent.bows();
    stage.curtain();
}
