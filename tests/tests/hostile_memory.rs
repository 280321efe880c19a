//! A renderer that does to the shared memory what it likes: only its own session ends for it.

use ringmain::{Error, GoneReason};
use ringmain_tests::hostile::lies::{ARCHIVES, ENVELOPES, HEADERS, Lie};
use ringmain_tests::hostile::stage::{Note, OVERFLOW, RING, Stage};

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
fn every_lie_in_a_header_word_is_named() {
    every_lie_is_named("headers", &HEADERS);
}

#[test]
fn every_lie_in_an_envelope_is_named() {
    every_lie_is_named("envelopes", &ENVELOPES);
}

#[test]
fn every_lie_in_an_archive_is_named() {
    every_lie_is_named("archives", &ARCHIVES);
}

/// Plays a script that says how many sessions it was cut off from.
fn each_session_ends(script: &str) {
    let mut stage = Stage::new(HOSTILE);
    let mut liar = stage.enter(script);
    stage.good_is_served(50);
    let count = liar.heard().parse().expect("a number");
    let is_cut = |note: &&Note| matches!(note, Note::Cut(..));
    stage.log.wait(|notes| (notes.iter().filter(is_cut).count() >= count).then_some(()));
    liar.bows();
    assert_eq!(stage.cuts().len(), count);
    stage.curtain();
}

#[test]
fn an_archive_with_any_bit_flipped_is_valid_or_ends_its_session() {
    each_session_ends("flipped archives");
}

#[test]
fn random_header_words_end_their_sessions() {
    each_session_ends("random headers");
}

#[test]
fn random_records_end_their_sessions() {
    each_session_ends("random records");
}

#[test]
fn what_follows_a_lie_is_never_delivered() {
    let mut stage = Stage::new(HOSTILE);
    let mut liar = stage.enter("a lie between messages");
    liar.says("cut off");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
    stage.good_is_served(10);
    liar.bows();
    let before = Note::Received(id, r#"["before"]"#.to_owned());
    let of_it: Vec<_> = stage.log.notes().into_iter().filter(|note| is_about(note, id)).collect();
    assert!(matches!(of_it[2], Note::Cut(..)), "{of_it:#?}");
    assert_eq!((of_it.len(), &of_it[1]), (4, &before), "{of_it:#?}");
    stage.curtain();
}

#[test]
fn what_follows_a_lie_of_a_spawned_renderer_is_never_delivered() {
    let mut stage = Stage::new(HOSTILE);
    let mut liar = stage.bear("a lie between messages");
    liar.says("cut off");
    let id = stage.newest(1);
    stage.good_is_served(10);
    let gone = |note: &Note| matches!(note, Note::Gone(gone, _) if *gone == id);
    stage.log.wait(|notes| notes.iter().any(gone).then_some(()));
    liar.bows();
    let before = Note::Received(id, r#"["before"]"#.to_owned());
    let of_it: Vec<_> = stage.log.notes().into_iter().filter(|note| is_about(note, id)).collect();
    assert!(matches!(of_it[2], Note::Cut(..)), "{of_it:#?}");
    assert_eq!((of_it.len(), &of_it[1]), (4, &before), "{of_it:#?}");
    stage.curtain();
}

fn is_about(note: &Note, id: u32) -> bool {
    match note {
        Note::Attached(of) | Note::Cut(of, _) | Note::Gone(of, _) => *of == id,
        Note::Received(of, _) | Note::Said(of, ..) => *of == id,
        _ => false,
    }
}

#[test]
fn the_ids_of_calls_are_echoed_whatever_they_are() {
    let mut stage = Stage::new(HOSTILE);
    let mut caller = stage.enter("call ids");
    caller.says("answered");
    stage.good_is_served(10);
    caller.bows();
    assert!(stage.cuts().is_empty());
    stage.curtain();
}

#[test]
fn a_hundred_thousand_channel_names_take_a_table_of_1024() {
    let mut stage = Stage::new(HOSTILE);
    let mut churner = stage.enter("channel churn");
    stage.good_is_served(50);
    churner.says("churned");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Received(id, r#"["churned"]"#.to_owned()));
    churner.bows();
    stage.curtain();
}

#[test]
fn an_impossible_head_on_the_messages_lane_ends_its_session() {
    let mut stage = Stage::new(HOSTILE);
    let mut liar = stage.enter("head of messages");
    for session in 1..=5 {
        liar.says("cut off");
        let id = stage.newest(session);
        stage.good_is_served(3);
        stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
        assert_eq!(stage.cuts(), vec!["ring head"; session]);
        liar.tell("go on");
    }
    liar.bows();
    stage.curtain();
}

#[test]
fn an_impossible_head_on_the_replies_lane_ends_its_session() {
    let mut stage = Stage::new(HOSTILE);
    let mut liar = stage.enter("head of replies");
    for session in 1..=5 {
        liar.says("cut off");
        let id = stage.newest(session);
        stage.good_is_served(3);
        stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
        assert_eq!(stage.cuts(), vec!["ring head"; session]);
        liar.tell("go on");
    }
    liar.bows();
    stage.curtain();
}

#[test]
fn a_head_that_moves_line_by_line_is_followed_in_bounded_stack() {
    let mut stage = Stage::new(HOSTILE);
    let mut reader = stage.enter("head line by line");
    reader.says("asked");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Said(id, 4000, None));
    reader.tell("go on");
    stage.good_is_served(20);
    let page = stage.main.web_contents(id).expect("a renderer");
    while page.queued_bytes() > 0 {
        stage.good_is_served(1);
    }
    reader.bows();
    stage.curtain();
}

#[test]
fn words_for_waiting_that_never_stand_still_cost_a_wake_per_look_at_most() {
    let mut stage = Stage::new(HOSTILE);
    let mut flipper = stage.enter("flips words");
    flipper.says("flips");
    let id = stage.newest(1);
    let page = stage.main.web_contents(id).expect("a renderer");
    stage.good_is_served(50);
    flipper.says("done");
    let counters = page.counters();
    assert_eq!(counters.sent, 5000);
    // One look per message that main sends, and a few for each that wakes it: it was nudged twice
    // per batch and for what it had to wait for.
    let looks = counters.sent + 20 * counters.received + 100;
    assert!(counters.wakes <= looks, "{counters:?}");
    flipper.bows();
    assert!(stage.cuts().is_empty());
    stage.curtain();
}

#[test]
fn a_text_that_never_stands_still_is_seen_standing_still() {
    let mut stage = Stage::new(HOSTILE);
    let mut flipper = stage.enter("flips text");
    stage.good_is_served(50);
    flipper.says("flipped");
    flipper.bows();
    assert!(stage.cuts().is_empty());
    stage.curtain();
}

#[test]
fn an_archive_that_never_stands_still_is_checked_as_it_is_read() {
    let mut stage = Stage::new(HOSTILE);
    let mut flipper = stage.enter("flips nodes");
    stage.good_is_served(50);
    flipper.says("flipped");
    flipper.bows();
    assert!(!stage.cuts().is_empty());
    stage.curtain();
}

#[test]
fn a_renderer_that_reads_no_replies_is_cut_off_at_a_bound() {
    reads_no_answers("calls and reads nothing");
}

#[test]
fn a_renderer_that_reads_no_answers_to_invokes_is_cut_off_at_a_bound() {
    reads_no_answers("invokes and reads nothing");
}

fn reads_no_answers(script: &str) {
    let mut stage = Stage::new(HOSTILE);
    let mut caller = stage.enter(script);
    caller.says("calls");
    stage.good_is_served(50);
    caller.says("cut off");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
    caller.bows();
    let notes = stage.log.notes();
    let named = notes.iter().any(|note| match note {
        Note::Cut(of, place) => *of == id && *place == "bytes of unread answers",
        _ => false,
    });
    assert!(named);
    let bound = OVERFLOW + ringmain::limits::OVERFLOW_RESERVE;
    assert!(stage.log.most_queued() <= bound, "{}", stage.log.most_queued());
    stage.curtain();
}

#[test]
fn a_renderer_that_reads_no_messages_fails_mains_send_and_nothing_else() {
    let mut stage = Stage::new(HOSTILE);
    let mut deaf = stage.enter("reads no messages");
    deaf.says("asked");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Received(id, r#"["still here"]"#.to_owned()));
    stage.good_is_served(20);
    let notes = stage.log.notes();
    let refused = notes.iter().find_map(|note| match note {
        Note::Said(of, sent, Some(Error::Backpressure { limit, .. })) if *of == id => {
            Some((*sent, *limit))
        }
        _ => None,
    });
    let (sent, limit) = refused.expect("backpressure");
    assert_eq!(limit, OVERFLOW);
    assert!(sent >= (RING + OVERFLOW) / 1200, "{sent}");
    let page = stage.main.web_contents(id).expect("a renderer");
    assert!(page.queued_bytes() <= OVERFLOW);
    deaf.bows();
    stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
    stage.curtain();
}

#[test]
fn handlers_that_never_end_are_bounded_for_a_renderer_that_counts_on_it() {
    let mut stage = Stage::new(HOSTILE);
    let mut caller = stage.enter("invokes what never ends");
    // The first 65,536 are kept, each of the others is refused at once.
    caller.says("4464 refused");
    stage.good_is_served(20);
    caller.bows();
    stage.curtain();
}

#[test]
fn a_flood_of_messages_starves_nobody() {
    let mut stage = Stage::new(HOSTILE);
    let mut flooder = stage.enter("messages without end");
    flooder.says("floods");
    stage.good_is_served(100);
    let mut newcomer = stage.another_good();
    ringmain_tests::hostile::stage::serve(&mut newcomer, 20);
    newcomer.bows();
    flooder.bows();
    stage.curtain();
}

#[test]
fn the_seals_forbid_what_they_should() {
    let mut stage = Stage::new(HOSTILE);
    let mut burglar = stage.enter("seals");
    let said = burglar.heard();
    assert_eq!(said, "tried everything");
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Received(id, r#"["tried everything"]"#.to_owned()));
    burglar.bows();
    stage.good_is_served(10);
    stage.curtain();
}

#[test]
fn holes_in_a_renderers_own_segment_fault_nobody_else() {
    let mut stage = Stage::new(HOSTILE);
    let mut puncher = stage.enter("holes in its own segment");
    puncher.says("punches");
    stage.good_is_served(100);
    puncher.bows();
    stage.curtain();
}
