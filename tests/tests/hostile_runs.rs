//! A renderer that lies in messages of several records, and on typed channels.

use ringmain::{GoneReason, MainOptions};
use ringmain_tests::hostile::lies::{Lie, RUNS, TYPED};
use ringmain_tests::hostile::stage::{Note, Stage};
use ringmain_tests::resident;

const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile_peer");

/// A good renderer is served after each lie, and each is named with its place.
fn every_lie_is_named(script: &str, lies: &[Lie]) {
    let mut stage = Stage::new(HOSTILE);
    let mut liar = stage.enter(script);
    for (told, lie) in lies.iter().enumerate() {
        liar.says(lie.name);
        stage.good_is_served(1);
        let id = stage.newest(told + 1);
        stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
        let cuts = stage.cuts();
        assert_eq!(cuts.len(), told + 1, "{}", lie.name);
        assert!(cuts[told].starts_with(lie.place), "{}: {}", lie.name, cuts[told]);
        liar.tell("go on");
    }
    liar.bows();
    stage.curtain();
}

#[test]
fn every_lie_in_a_message_of_several_records_is_named() {
    every_lie_is_named("runs", &RUNS);
}

#[test]
fn every_lie_on_a_typed_channel_is_named() {
    every_lie_is_named("typed", &TYPED);
}

#[test]
fn a_gigabyte_that_is_announced_takes_no_memory_before_it_comes() {
    let mut stage = Stage::new(HOSTILE);
    let before = resident();
    let mut liar = stage.enter("begins a gigabyte");
    liar.says("begun");
    stage.good_is_served(10);
    // Other tests of this process aside.
    assert!(resident() < before + (64 << 20));
    liar.bows();
    assert!(stage.cuts().is_empty());
    stage.curtain();
}

#[test]
fn a_million_fragments_of_a_byte_are_a_message_and_starve_nobody() {
    let mut stage = Stage::new(HOSTILE);
    let mut sender = stage.enter("tiny fragments");
    sender.says("begun");
    stage.good_is_served(50);
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Received(id, r#"["answered"]"#.to_owned()));
    sender.bows();
    assert!(stage.cuts().is_empty());
    stage.curtain();
}

#[test]
fn a_fragment_without_bytes_ends_its_session() {
    let mut stage = Stage::new(HOSTILE);
    let mut sender = stage.enter("fragments until cut off");
    sender.says("begun");
    stage.good_is_served(20);
    sender.says("cut off");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Cut(id, "bytes of a fragment"));
    sender.bows();
    stage.curtain();
}

#[test]
fn what_is_announced_and_never_sent_keeps_nobody_waiting() {
    let stage = Stage::new(HOSTILE);
    let announced = [(); 3].map(|()| {
        let mut hostile = stage.enter("begins a gigabyte");
        hostile.says("begun");
        hostile
    });
    let mut honest = stage.enter("sends a mebibyte");
    honest.says("answered");
    honest.bows();
    assert!(stage.cuts().is_empty());
    for hostile in announced {
        hostile.bows();
    }
    stage.curtain();
}

#[test]
fn who_keeps_memory_that_others_wait_for_and_sends_nothing_is_cut_off() {
    let stage = Stage::with(HOSTILE, &MainOptions::new().gather_limit(1 << 20));
    let mut hostile = stage.enter("begins and waits");
    hostile.says("begun");
    let id = stage.log.wait(|notes| match notes {
        [Note::Attached(id), ..] => Some(*id),
        _ => None,
    });
    // Nobody else is there who could have main look at this one again.
    let mut waiting = stage.enter("sends a mebibyte");
    hostile.says("cut off");
    stage.log.wait_for(&Note::Cut(id, "bytes a second of an unfinished message"));
    waiting.says("answered");
    waiting.bows();
    hostile.bows();
    assert_eq!(stage.cuts().len(), 1);
}
