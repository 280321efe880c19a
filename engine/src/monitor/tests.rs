//! The reader against boards that are true, and boards that lie.

use super::*;
use crate::board::{Board, Watch};
use proptest::prelude::*;
use rustix::fs::{MemfdFlags, SealFlags};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A board, and what a monitor maps of it.
fn boards(sessions: usize) -> (Arc<Board>, Shared<Words>) {
    let board = Arc::new(Board::new(Some("stage"), sessions).unwrap());
    let words = map(SIZE as u64, &board.as_fd().try_clone_to_owned().unwrap()).unwrap();
    (board, words)
}

/// A memfd of a board's size with these bytes at its start, sealed as a board is.
fn forged(bytes: &[u8], seals: SealFlags) -> OwnedFd {
    let fd = rustix::fs::memfd_create("forged", MemfdFlags::ALLOW_SEALING).unwrap();
    rustix::fs::ftruncate(&fd, SIZE as u64).unwrap();
    rustix::io::pwrite(&fd, bytes, 0).unwrap();
    rustix::fs::fcntl_add_seals(&fd, seals).unwrap();
    fd
}

/// Where bytes of a board's header are.
fn header(magic: u64, version: u32) -> Vec<u8> {
    [&magic.to_le_bytes()[..], &version.to_le_bytes(), &u32::MAX.to_le_bytes()].concat()
}

fn place(result: Result<Shared<Words>, Error>) -> &'static str {
    match result.map(drop).unwrap_err() {
        Error::Corrupt(corrupt) => corrupt.place,
        other => panic!("not corrupt but {other:?}"),
    }
}

#[test]
fn what_main_counts_is_what_a_monitor_reads() {
    let (board, words) = boards(8);
    let entry = board.take(3, 33);
    entry.attached();
    entry.tally.received.count_many(5, 500);
    entry.tally.sent.count(10);
    entry.tally.answers.count(20);
    entry.queued_messages.set(100);
    entry.queued_replies.set(11);
    entry.running.add(2);
    let snapshot = read::snapshot(&words);
    let [renderer] = snapshot.renderers[..] else { panic!("one renderer") };
    assert_eq!((renderer.id, renderer.pid, renderer.state), (3, 33, RendererState::Attached));
    assert_eq!((renderer.counters.received, renderer.counters.received_bytes), (5, 500));
    assert_eq!((renderer.counters.sent, renderer.counters.sent_bytes), (2, 30));
    assert_eq!((renderer.answers, renderer.queued_bytes, renderer.running), (1, 111, 2));
    let main = snapshot.main;
    assert_eq!((main.pid, main.endpoint.as_str()), (std::process::id(), "stage"));
    assert_eq!(main.release, env!("CARGO_PKG_VERSION"));
    assert_eq!((main.sessions, main.hidden, main.activity), (1, 0, Activity::Elsewhere));
    assert!(snapshot.taken >= main.up && snapshot.watched.is_none());
    entry.retire();
    assert!(read::snapshot(&words).renderers.is_empty());
    assert_eq!(read::snapshot(&words).main.received_before, (5, 500));
}

#[test]
fn a_main_that_has_dispatched_nothing_was_elsewhere_as_long_as_it_lives() {
    let (_board, words) = boards(1);
    let main = read::snapshot(&words).main;
    assert_eq!((main.activity, main.since), (Activity::Elsewhere, main.up));
}

#[test]
fn channels_are_read_with_their_times_and_the_others_without_a_name() {
    let (board, words) = boards(1);
    let mut watch = Watch::new(Arc::clone(&board));
    watch.switch_on();
    assert!(read::snapshot(&words).channels.is_empty());
    let long = "a-name-that-is-longer-than-the-sixty-four-bytes-which-are-kept-of-it";
    for (name, messages) in [("ping", 1), (long, 2), ("", 3)] {
        let running = watch.begin(&Arc::from(name));
        watch.count(running, messages, 10);
    }
    let channels = read::snapshot(&words).channels;
    let seen: Vec<_> =
        channels.iter().map(|it| (it.name.as_str(), it.name_len, it.messages)).collect();
    assert_eq!(seen, [("", 0, 3), ("ping", 4, 1), (&long[..64], long.len(), 2)]);
    assert!(channels.iter().all(|channel| channel.latency.count() == 1));
    let running = watch.begin(&Arc::from("ping"));
    assert_eq!(read::snapshot(&words).main.listening.unwrap().channel, "ping");
    watch.count(running, 0, 0);
    assert_eq!(read::snapshot(&words).main.listening, None);
}

/// Main hands one entry on from session to session, each of which has counted its own id, while a
/// monitor reads: it must never see one session's numbers under another's name.
#[test]
fn an_entry_that_changes_hands_is_never_read_half() {
    let (board, words) = boards(1);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = 0_u32;
            while !stop.load(Ordering::Relaxed) || seen == 0 {
                for renderer in read::snapshot(&words).renderers {
                    assert_eq!(renderer.id, renderer.pid);
                    let counted = renderer.counters.received;
                    assert!(counted == 0 || counted == u64::from(renderer.id));
                    seen += 1;
                }
            }
            seen
        });
        for id in 1..20_000 {
            let entry = board.take(id, id);
            entry.tally.received.count_many(id as usize, 0);
        }
        let last = board.take(1, 1);
        stop.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
        drop(last);
    });
}

#[test]
fn a_page_of_another_size_version_or_kind_is_refused_by_name() {
    let seals = SealFlags::SHRINK | SealFlags::GROW;
    let good = forged(&header(MAGIC, VERSION), seals);
    assert!(map(SIZE as u64, &good).is_ok());
    assert_eq!(place(map(4096, &good)), "bytes of the board");
    let other = forged(&header(MAGIC, VERSION + 1), seals);
    assert_eq!(place(map(SIZE as u64, &other)), "version of the board");
    assert_eq!(place(map(SIZE as u64, &forged(&[], seals))), "magic of the board");
    let short = rustix::fs::memfd_create("short", MemfdFlags::ALLOW_SEALING).unwrap();
    assert_eq!(place(map(SIZE as u64, &short)), "segment size");
}

#[test]
fn a_page_that_could_be_taken_away_is_refused() {
    let loose = forged(&header(MAGIC, VERSION), SealFlags::GROW);
    assert_eq!(place(map(SIZE as u64, &loose)), "segment seals");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever is on the page, a snapshot is made of it.
    #[test]
    fn random_words_are_read_without_harm(
        word in any::<u64>(),
        words in prop::collection::vec(any::<u64>(), 1..512),
    ) {
        // Both dense and sparse pages: a word is the given one or one of a few.
        let pattern = words.iter().map(|other| if other % 3 == 0 { word } else { *other });
        let mut page: Vec<u8> = pattern.cycle().take(SIZE / 8).flat_map(u64::to_le_bytes).collect();
        page[..16].copy_from_slice(&header(MAGIC, VERSION));
        let page = map(SIZE as u64, &forged(&page, SealFlags::SHRINK)).unwrap();
        let snapshot = read::snapshot(&page);
        prop_assert!(snapshot.renderers.len() <= 4096 && snapshot.channels.len() <= 256);
        for channel in &snapshot.channels {
            let _ = channel.latency.percentile(99.0);
        }
    }
}
