//! Heads where no reader can be.

use super::super::client::{Client, kind, own};
use super::super::player::{say, told};
use super::{ECHO, ask_for, attach, until_told};
use ringmain::args;
use rustix::net::SendFlags;

/// Stores a head, has main send until it looks at it, and waits to be cut off.
fn is_cut_off_for(mut client: Client, head: usize, value: u64) {
    client.own.store(head, value);
    let many = 4 * i32::try_from(client.capacity / 1024).expect("a count");
    if head == own::MESSAGES_HEAD {
        ask_for(&mut client, many, 1000).expect("a main that listens");
    } else {
        let archive = args![vec![b'x'; 1000].as_slice()];
        for call in 0..many.unsigned_abs() {
            let put = client.put(kind::SYNC_CALL, ECHO, call, archive.archive());
            if put.is_err() {
                break; // hung up meanwhile
            }
            client.nudge();
        }
    }
    client.wait_for_hang_up();
    say("cut off");
    let _ = told();
}

/// A lane of main's, its head, and how to have main look at it honestly once.
fn each(endpoint: Option<&str>, head: usize, honest: fn(&mut Client)) {
    // Beyond the tail; near the end of all positions; not on a line.
    for value in [1 << 30, u64::MAX - 63, 8, 63] {
        is_cut_off_for(attach(endpoint), head, value);
    }
    // Backwards, after main has seen it further on.
    let mut client = attach(endpoint);
    honest(&mut client);
    is_cut_off_for(client, head, 64);
}

pub(super) fn of_messages(endpoint: Option<&str>) {
    each(endpoint, own::MESSAGES_HEAD, |client| {
        let many = 2 * client.capacity / 1024;
        ask_for(client, i32::try_from(many).expect("a count"), 1000).expect("a main that listens");
        for _ in 0..many {
            client.next_message().expect("a message");
        }
    });
}

pub(super) fn of_replies(endpoint: Option<&str>) {
    each(endpoint, own::REPLIES_HEAD, |client| {
        let archive = args![vec![b'x'; 1000].as_slice()];
        for call in 0..u32::try_from(2 * client.capacity / 1024).expect("a count") {
            client.put(kind::SYNC_CALL, ECHO, call, archive.archive()).expect("space");
            client.next_reply().expect("a reply");
        }
    });
}

/// Frees one line after the other while main moves a long overflow of short messages into the
/// ring: at every second look there is space for one more.
pub(super) fn line_by_line(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    ask_for(&mut client, 4000, 0).expect("a main that listens");
    client.wait_until_read();
    say("asked");
    // The test says when main has queued them all.
    let _ = told();
    client.nudge();
    let Client { socket, main, own, mut messages, .. } = client;
    until_told(move || {
        if messages.read(&main, &own).is_none() {
            let _ = rustix::net::send(&socket, b"n", SendFlags::NOSIGNAL | SendFlags::DONTWAIT);
        }
    });
}
