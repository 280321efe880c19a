//! Main's memory: what is promised, what is kept, and what nobody reads.

use super::{Attack, Class, again, attach, each_again, in_processes};
use crate::hostile::client::{Client, kind};
use ringmain::args;
use ringmain::value::Bytes;
use std::time::Duration;

/// What each session announces.
const GIGABYTE: u64 = 1 << 30;

pub(super) fn attacks() -> Vec<Attack> {
    use Class::{Messages, Nothing};
    vec![
        Attack::new(
            "promises",
            "three sessions announce 1 GiB each, send 1 KB, fall silent and come again",
            Nothing,
            |endpoint| each_again(3, |_| promise(endpoint)),
        )
        .threads(3),
        Attack::new(
            "trickle",
            "three sessions announce 1 GiB and send it byte by byte, one a millisecond",
            Nothing,
            |endpoint| each_again(3, |_| trickle(endpoint, Duration::from_millis(1))),
        )
        .threads(3),
        Attack::new(
            "crumbs",
            "a session announces 1 GiB and sends fragments of one byte as fast as it can",
            Nothing,
            |endpoint| again(|| trickle(endpoint, Duration::ZERO)),
        ),
        Attack::new(
            "hoard",
            "three sessions send 1 GiB each but for the last byte, and fall silent",
            Nothing,
            |endpoint| each_again(3, |_| hoard(endpoint)),
        )
        .threads(3),
        Attack::new("hoard-forks", "hoard in four processes", Nothing, |endpoint| {
            in_processes(4, "hoard", endpoint);
        })
        .threads(12)
        .processes(4),
        Attack::new(
            "pending-12",
            "12 sessions invoke a handler that never ends, with 400 KB each time",
            Messages,
            |endpoint| each_again(12, |_| pend(endpoint)),
        )
        .threads(12),
        Attack::new("pending-64", "the same in 64 sessions of one process", Messages, |endpoint| {
            each_again(64, |_| pend(endpoint));
        })
        .threads(64),
        Attack::new(
            "pending-growing",
            "the same in one session more every 50 ms",
            Messages,
            |endpoint| {
                std::thread::scope(|scope| {
                    for _ in 0..200 {
                        scope.spawn(|| again(|| pend(endpoint)));
                        std::thread::sleep(Duration::from_millis(50));
                    }
                });
            },
        )
        .threads(16),
        Attack::new("pending-forks", "pending-12 in eight processes", Messages, |endpoint| {
            in_processes(8, "pending-12", endpoint)
        })
        .threads(96)
        .processes(8),
        Attack::new("promises-forks", "promises in eight processes", Nothing, |endpoint| {
            in_processes(8, "promises", endpoint)
        })
        .threads(24)
        .processes(8),
        Attack::new(
            "unread-replies",
            "four sessions call with sendSync and read no answer",
            Messages,
            |endpoint| each_again(4, |_| unread(endpoint, kind::SYNC_CALL, "echo")),
        )
        .threads(4),
        Attack::new(
            "unread-answers",
            "four sessions invoke and read no answer",
            Messages,
            |endpoint| each_again(4, |_| unread(endpoint, kind::INVOKE, "sum")),
        )
        .threads(4),
        Attack::new(
            "unread-large",
            "eight sessions have main answer with 7 MiB each and read nothing",
            Messages,
            |endpoint| each_again(8, |_| unread_large(endpoint)),
        )
        .threads(8),
    ]
}

fn promise(endpoint: &str) {
    let mut client = attach(endpoint, "note");
    client.begin(kind::MESSAGE, 0, GIGABYTE, &[1; 1000]).expect("a main that listens");
    client.nudge();
    client.wait_for_hang_up();
}

fn trickle(endpoint: &str, pause: Duration) {
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
