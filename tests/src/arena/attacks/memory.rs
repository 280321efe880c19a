//! Main's memory: what is promised, what is kept, and what nobody reads.

use super::{Attack, Class, again, attach, each_again};
use crate::hostile::client::{Client, kind};
use ringmain::args;
use ringmain::value::Bytes;
use std::time::Duration;

/// What each session announces.
const GIGABYTE: u64 = 1 << 30;

pub(super) fn attacks() -> Vec<Attack> {
    [gathered(), pending(), unread_answers()].concat()
}

/// What arrives in parts.
fn gathered() -> Vec<Attack> {
    use Class::Nothing;
    let promises = Attack::new(
        "promises",
        "three sessions announce 1 GiB each, send 1 KB, fall silent and come again",
        Nothing,
        |endpoint| each_again(3, |_| promise(endpoint)),
    );
    let trickle = Attack::new(
        "trickle",
        "three sessions announce 1 GiB and send it byte by byte, one a millisecond",
        Nothing,
        |endpoint| each_again(3, |_| send_bytes(endpoint, Duration::from_millis(1))),
    );
    let crumbs = Attack::new(
        "crumbs",
        "a session announces 1 GiB and sends fragments of one byte as fast as it can",
        Nothing,
        |endpoint| again(|| send_bytes(endpoint, Duration::ZERO)),
    );
    let hoard = Attack::new(
        "hoard",
        "three sessions send 1 GiB each but for the last byte, and fall silent",
        Nothing,
        |endpoint| each_again(3, |_| hoard(endpoint)),
    );
    let (promises, hoard) = (promises.threads(3), hoard.threads(3));
    vec![
        Attack::in_processes("promises-forks", "promises in eight processes", 8, &promises),
        Attack::in_processes("hoard-forks", "hoard in four processes", 4, &hoard),
        promises,
        trickle.threads(3),
        crumbs,
        hoard,
    ]
}

/// What handlers keep.
fn pending() -> Vec<Attack> {
    use Class::Messages;
    let twelve = Attack::new(
        "pending-12",
        "12 sessions invoke a handler that never ends, with 400 KB each time",
        Messages,
        |endpoint| each_again(12, |_| pend(endpoint)),
    );
    let twelve = twelve.threads(12);
    let many = "the same in 64 sessions of one process";
    let many = Attack::new("pending-64", many, Messages, |endpoint| {
        each_again(64, |_| pend(endpoint));
    });
    let growing = "the same in one session more every 50 ms";
    let growing = Attack::new("pending-growing", growing, Messages, pend_in_more_and_more);
    vec![
        Attack::in_processes("pending-forks", "pending-12 in eight processes", 8, &twelve),
        twelve,
        many.threads(64),
        growing.threads(16),
    ]
}

/// What main keeps because nobody reads it.
fn unread_answers() -> Vec<Attack> {
    use Class::Messages;
    let replies = Attack::new(
        "unread-replies",
        "four sessions call with sendSync and read no answer",
        Messages,
        |endpoint| each_again(4, |_| unread(endpoint, kind::SYNC_CALL, "echo")),
    );
    let answers = Attack::new(
        "unread-answers",
        "four sessions invoke and read no answer",
        Messages,
        |endpoint| each_again(4, |_| unread(endpoint, kind::INVOKE, "sum")),
    );
    let large = Attack::new(
        "unread-large",
        "eight sessions have main answer with 7 MiB each and read nothing",
        Messages,
        |endpoint| each_again(8, |_| unread_large(endpoint)),
    );
    vec![replies.threads(4), answers.threads(4), large.threads(8)]
}

fn promise(endpoint: &str) {
    let mut client = attach(endpoint, "note");
    client.begin(kind::MESSAGE, 0, GIGABYTE, &[1; 1000]).expect("a main that listens");
    client.nudge();
    client.wait_for_hang_up();
}

fn send_bytes(endpoint: &str, pause: Duration) {
    let mut client = attach(endpoint, "note");
    client.begin(kind::MESSAGE, 0, GIGABYTE, &[1; 1000]).expect("a main that listens");
    while client.more(&[1]).is_ok() && !client.is_hung_up() {
        client.nudge();
        std::thread::sleep(pause);
    }
}

fn hoard(endpoint: &str) {
    let mut client = attach(endpoint, "note");
    let piece = vec![1; client.capacity / 8];
    client.begin(kind::MESSAGE, 0, GIGABYTE, &[1]).expect("a main that listens");
    let mut left = usize::try_from(GIGABYTE).unwrap_or(0) - 2;
    while left > 0 {
        let len = left.min(piece.len());
        client.more(&piece[..len]).expect("a main that listens");
        client.nudge();
        left -= len;
    }
    client.wait_for_hang_up();
}

/// Invokes what never ends, and reads the refusals.
fn pend(endpoint: &str) {
    let mut client = attach(endpoint, "never");
    let args = args![Bytes(&[7; 400_000])];
    for call in 0.. {
        client.put(kind::INVOKE, 0, call, args.archive()).expect("a main that listens");
        client.nudge();
        while client.messages.read(&client.main, &client.own).is_some() {}
    }
}

fn pend_in_more_and_more(endpoint: &str) {
    std::thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(|| again(|| pend(endpoint)));
            std::thread::sleep(Duration::from_millis(50));
        }
    });
}

fn unread(endpoint: &str, kind: u8, channel: &str) {
    let mut client = attach(endpoint, channel);
    let (large, small) = (args![vec![b'x'; 1000].as_slice()], args![1]);
    for call in 0.. {
        let args = if call < 10_000 { &large } else { &small };
        client.put(kind, 0, call, args.archive()).expect("a main that listens");
        client.nudge();
    }
}

/// A message of several records, which is answered with as much.
fn unread_large(endpoint: &str) {
    let mut client = attach(endpoint, "echo");
    let args = args![Bytes(&vec![7; 7 << 20])];
    for _ in 0..2 {
        send_in_parts(&mut client, kind::SYNC_CALL, args.archive());
    }
    client.wait_for_hang_up();
}

/// Sends an archive that one record does not hold.
pub(super) fn send_in_parts(client: &mut Client, kind: u8, archive: &[u8]) {
    let piece = client.capacity / 8;
    let (first, rest) = archive.split_at(piece.min(archive.len()));
    let total = archive.len() as u64;
    client.begin(kind, 0, total, first).expect("a main that listens");
    for bytes in rest.chunks(piece) {
        client.more(bytes).expect("a main that listens");
        client.nudge();
    }
    client.nudge();
}
