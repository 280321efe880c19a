//! A renderer that stops or dies wherever it likes: what it had committed is delivered, what it had
//! not is not, and nobody else notices.

use ringmain::GoneReason;
use ringmain_tests::hostile::stage::{Note, Stage, serve};
use rustix::process::Signal;

const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile_peer");

fn of(stage: &Stage, id: u32) -> Vec<Note> {
    let about = |note: &Note| match note {
        Note::Attached(of) | Note::Cut(of, _) | Note::Gone(of, _) => *of == id,
        Note::Received(of, _) | Note::Said(of, ..) => *of == id,
        _ => false,
    };
    stage.log.notes().into_iter().filter(about).collect()
}

/// Plays a script that ends with a kill, by birth and by name: one message was committed.
fn leaves_what_it_committed(script: &str) {
    let mut stage = Stage::new(HOSTILE);
    for (session, reason) in [(1, GoneReason::Killed), (2, GoneReason::Disconnected)] {
        let by_birth = reason == GoneReason::Killed;
        let mut dying = if by_birth { stage.bear(script) } else { stage.enter(script) };
        stage.good_is_served(5);
        let id = stage.newest(session);
        stage.log.wait_for(&Note::Gone(id, reason));
        let committed = Note::Received(id, r#"["committed"]"#.to_owned());
        assert_eq!(of(&stage, id), [Note::Attached(id), committed, Note::Gone(id, reason)]);
        assert!(dying.end().is_none_or(|status| !status.success()));
    }
    stage.curtain();
}

#[test]
fn death_between_claim_and_commit_loses_that_record_alone() {
    leaves_what_it_committed("dies between claim and commit");
}

#[test]
fn death_behind_the_next_header_loses_that_record_alone() {
    leaves_what_it_committed("dies behind the next header");
}

#[test]
fn death_before_ringing_loses_nothing() {
    leaves_what_it_committed("dies before it rings");
}

#[test]
fn death_after_ringing_loses_nothing() {
    leaves_what_it_committed("dies after it rang");
}

#[test]
fn a_child_that_keeps_socket_and_segment_keeps_no_session() {
    let mut stage = Stage::new(HOSTILE);
    let mut parent = stage.enter("leaves a child");
    parent.says("has a child");
    stage.good_is_served(20);
    let id = stage.newest(1);
    parent.tell("die");
    stage.good_is_served(20);
    let gone = |note: &Note| matches!(note, Note::Gone(gone, _) if *gone == id);
    stage.log.wait(|notes| notes.iter().any(gone).then_some(()));
    assert!(parent.end().is_some_and(|status| !status.success()));
    stage.curtain();
}

#[test]
fn a_renderer_that_hung_up_and_writes_on_is_gone() {
    let mut stage = Stage::new(HOSTILE);
    let mut writer = stage.enter("hangs up and writes on");
    writer.says("writes on");
    stage.good_is_served(20);
    let id = stage.newest(1);
    stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
    stage.good_is_served(20);
    writer.bows();
    stage.curtain();
}

/// Without a handshake no timer of main's runs that would look at what leaves.
#[test]
fn a_spawned_renderer_that_hung_up_and_writes_on_is_gone() {
    let stage = Stage::still(HOSTILE);
    let main = stage.main.clone();
    let runner = std::thread::spawn(move || main.run());
    let mut writer = stage.bear("hangs up and writes on");
    writer.says("writes on");
    let gone = |note: &Note| matches!(note, Note::Gone(..));
    stage.log.wait(|notes| notes.iter().any(gone).then_some(()));
    writer.bows();
    stage.main.stop();
    runner.join().expect("main did not panic").expect("main ran to its end");
}

#[test]
fn a_renderer_that_writes_on_after_main_closed_it_is_gone() {
    let mut stage = Stage::new(HOSTILE);
    let mut flooder = stage.enter("messages without end");
    flooder.says("floods");
    let id = stage.newest(1);
    stage.good_is_served(20);
    stage.main.web_contents(id).expect("a renderer").close();
    stage.log.wait_for(&Note::Gone(id, GoneReason::Disconnected));
    stage.good_is_served(20);
    flooder.bows();
    stage.curtain();
}

#[test]
fn a_stopped_renderer_with_full_rings_stops_nobody() {
    let mut stage = Stage::new(HOSTILE);
    let mut stopped = stage.bear("stopped");
    stopped.says("full");
    stopped.signal(Signal::STOP);
    let id = stage.newest(1);
    let page = stage.main.web_contents(id).expect("a renderer");
    while page.send("more", ringmain::args!["more"]).is_ok() {}
    stage.good_is_served(50);
    let mut newcomer = stage.another_good();
    serve(&mut newcomer, 10);
    newcomer.bows();
    stopped.signal(Signal::KILL);
    stage.log.wait_for(&Note::Gone(id, GoneReason::Killed));
    stage.curtain();
}
