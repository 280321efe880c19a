//! The board as main keeps it.

use super::layout::state;
use super::*;
use rustix::fs::SealFlags;
use std::sync::Arc;

fn board(sessions: usize) -> Arc<Board> {
    Arc::new(Board::new(Some("stage"), sessions).unwrap())
}

#[test]
fn a_board_cannot_be_written_or_cut_off_by_who_gets_its_descriptor() {
    let board = board(1);
    let seals = rustix::fs::fcntl_get_seals(board.as_fd()).unwrap();
    let expected = SealFlags::FUTURE_WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    assert!(seals.contains(expected), "{seals:?}");
    assert!(rustix::io::write(board.as_fd(), b"x").is_err());
    assert!(rustix::fs::ftruncate(board.as_fd(), 0).is_err());
}

#[test]
fn an_entry_that_is_given_back_is_the_next_ones_with_nothing_of_the_last() {
    let board = board(1);
    let entry = board.take(1, 11);
    entry.tally.received.count(100);
    entry.queued_messages.set(7);
    let generation = board.words().sessions[0].generation.load(Ordering::Relaxed);
    drop(entry);
    assert_eq!(board.words().sessions[0].state.load(Ordering::Relaxed), state::FREE);
    let entry = board.take(2, 22);
    let words = &board.words().sessions[0];
    assert_eq!(words.web_contents.load(Ordering::Relaxed), 2);
    assert_eq!((entry.tally.received.messages.get(), entry.queued_messages.get()), (0, 0));
    assert_eq!(words.generation.load(Ordering::Relaxed), generation + 2);
}

#[test]
fn an_entry_stays_with_its_session_until_the_last_handle_is_dropped() {
    let board = board(2);
    let first = board.take(1, 11);
    first.tally.sent.count(5);
    first.retire();
    let second = board.take(2, 22);
    first.tally.sent.count(5);
    assert_eq!(board.words().sessions[0].state.load(Ordering::Relaxed), state::GONE);
    assert_eq!(second.tally.sent.messages.get(), 0);
    assert_eq!(board.words().sums.sent.messages.get(), 1);
}

#[test]
fn a_session_without_an_entry_counts_in_private_and_is_known_to_be_hidden() {
    let board = board(1);
    let sums = &board.words().sums;
    let shown = board.take(1, 11);
    let hidden = board.take(2, 22);
    hidden.tally.received.count(10);
    assert_eq!((sums.sessions.get(), sums.hidden.get()), (2, 1));
    assert_eq!(shown.tally.received.messages.get(), 0);
    drop(hidden);
    assert_eq!((sums.sessions.get(), sums.hidden.get()), (1, 0));
    assert_eq!(sums.received.messages.get(), 1);
    drop(shown);
    assert_eq!((sums.sessions.get(), sums.made.get()), (0, 2));
    assert_eq!(sums.session_entries.load(Ordering::Relaxed), 1);
}

#[test]
fn a_forked_child_gives_nothing_back() {
    let board = board(1);
    let mut entry = Some(board.take(1, 11));
    assert!(crate::fork::in_a_child(|| {
        entry = None;
        board.words().sums.sessions.get() == 1
    }));
    assert_eq!(board.words().sums.sessions.get(), 1);
    assert!(entry.is_some());
}

#[test]
fn channels_past_the_last_entry_are_counted_as_one() {
    let board = board(1);
    let mut watch = Watch::new(Arc::clone(&board));
    watch.switch_on();
    for number in 0..layout::CHANNELS + 10 {
        let running = watch.begin(&Arc::from(format!("channel-{number}")));
        watch.count(running, 1, 20);
    }
    let channels = &board.words().channels.0;
    assert_eq!(text::read(&channels[1].name, 64), "channel-0");
    assert!(channels[1..].iter().all(|channel| channel.received.messages.get() == 1));
    assert_eq!(channels[0].received.messages.get(), 11);
}

#[test]
fn a_second_watch_begins_from_zero() {
    let board = board(1);
    let mut watch = Watch::new(Arc::clone(&board));
    for name in ["before", "after"] {
        watch.switch_on();
        let running = watch.begin(&Arc::from(name));
        watch.count(running, 1, 20);
        let channel = &board.words().channels.0[1];
        assert_eq!(text::read(&channel.name, 64), name);
        assert_eq!(channel.received.messages.get(), 1);
        assert_eq!(channel.latency.buckets.iter().map(tally::Count::get).sum::<u64>(), 1);
        watch.switch_off();
    }
    assert_eq!(board.words().sums.watched_ns.load(Ordering::Relaxed), 0);
}

#[test]
fn main_says_which_channels_listeners_run_until_they_are_done() {
    let board = board(1);
    let mut watch = Watch::new(Arc::clone(&board));
    watch.switch_on();
    let running = watch.begin(&Arc::from("slow"));
    assert_eq!(board.words().pulse.channel.load(Ordering::Relaxed), 2);
    watch.count(running, 0, 0);
    assert_eq!(board.words().pulse.channel.load(Ordering::Relaxed), 0);
}
