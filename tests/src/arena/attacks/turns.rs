//! Main's time: as many turns as can be had.

use super::{Attack, Class, again, attach, each_again};
use crate::hostile::client::{Client, kind};
use ringmain::args;
use ringmain::value::Bytes;

pub(super) fn attacks() -> Vec<Attack> {
    use Class::{Messages, Nothing};
    let flood = "one session sends short messages without end";
    let flood = Attack::new("flood", flood, Messages, |endpoint| again(|| flood_many(endpoint, 1)));
    vec![
        Attack::in_processes("flood-forks", "flood in four processes", 4, &flood),
        flood,
        Attack::new(
            "flood-64",
            "64 sessions of one process send short messages without end",
            Messages,
            |endpoint| each_again(4, |_| flood_many(endpoint, 16)),
        )
        .threads(4),
        Attack::new(
            "flood-large",
            "four sessions send messages of 400 KB without end",
            Messages,
            |endpoint| each_again(4, |_| flood_large(endpoint)),
        )
        .threads(4),
        Attack::new(
            "flood-calls",
            "four sessions invoke, and read the answers",
            Messages,
            |endpoint| each_again(4, |_| calls(endpoint, kind::INVOKE, "sum")),
        )
        .threads(4),
        Attack::new("nudges", "two sessions send nudges without messages", Nothing, |endpoint| {
            each_again(2, |_| nudges(endpoint, 1));
        })
        .threads(2),
        Attack::new("nudges-64", "the same in 64 sessions", Nothing, |endpoint| {
            each_again(4, |_| nudges(endpoint, 16));
        })
        .threads(4),
        Attack::new(
            "no-listeners",
            "calls on a channel without listeners, each of which is a diagnostic",
            Messages,
            |endpoint| each_again(2, |_| calls(endpoint, kind::SYNC_CALL, &"x".repeat(255))),
        )
        .threads(2),
        Attack::new(
            "channels",
            "gives channels other names without end, of 200 bytes each",
            Nothing,
            |endpoint| each_again(2, |_| rename(endpoint)),
        )
        .threads(2),
        Attack::new(
            "aborts",
            "begins messages of 1 GiB and takes them back, without end",
            Nothing,
            |endpoint| each_again(2, |_| abort(endpoint)),
        )
        .threads(2),
    ]
}

/// Floods in turn in so many sessions.
fn flood_many(endpoint: &str, sessions: usize) {
    let mut clients: Vec<_> = (0..sessions).map(|_| attach(endpoint, "note")).collect();
    let args = args![1];
    loop {
        for client in &mut clients {
            fill(client, args.archive());
        }
    }
}

/// Sends messages as long as there is room, so that other sessions get theirs.
fn fill(client: &mut Client, archive: &[u8]) {
    let mut sent = 0;
    while sent < 1000 && client.has_space(128) {
        client.put(kind::MESSAGE, 0, 0, archive).expect("a main that listens");
        sent += 1;
    }
    client.nudge();
    assert!(sent > 0 || !client.is_hung_up(), "hung up");
}

fn flood_large(endpoint: &str) {
    let mut client = attach(endpoint, "note");
    let args = args![Bytes(&[7; 400_000])];
    loop {
        client.put(kind::MESSAGE, 0, 0, args.archive()).expect("a main that listens");
        client.nudge();
    }
}

fn calls(endpoint: &str, kind: u8, channel: &str) {
    let mut client = attach(endpoint, channel);
    let args = args![1, 2];
    for call in 0.. {
        client.put(kind, 0, call, args.archive()).expect("a main that listens");
        client.nudge();
        while client.messages.read(&client.main, &client.own).is_some() {}
        while client.replies.read(&client.main, &client.own).is_some() {}
    }
}

fn nudges(endpoint: &str, sessions: usize) {
    let clients: Vec<_> = (0..sessions).map(|_| attach(endpoint, "note")).collect();
    loop {
        clients.iter().for_each(Client::nudge);
    }
}

fn rename(endpoint: &str) {
    let mut client = attach(endpoint, "note");
    for number in 0_u64.. {
        let name = format!("{number}-{}", "x".repeat(200));
        let slot = u16::try_from(number % 1024).expect("a slot");
        client.put(kind::DEFINE, slot, 0, name.as_bytes()).expect("a main that listens");
        if number % 64 == 0 {
            client.nudge();
        }
    }
}

fn abort(endpoint: &str) {
    let mut client = attach(endpoint, "note");
    loop {
        client.begin(kind::MESSAGE, 0, 1 << 30, &[1; 1000]).expect("a main that listens");
        client.put(kind::ABORT, 0, 0, &[]).expect("a main that listens");
        client.nudge();
    }
}
