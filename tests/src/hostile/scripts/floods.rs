//! More than anybody can take.

use super::super::client::kind;
use super::super::player::{say, told};
use super::{ECHO, NEVER, NOTE, SUM, ask_for, attach, note, until_told};
use ringmain::args;
use ringmain::layout::{DATA_OFFSET, record_kind};

/// Calls without end, and reads no answer.
pub(super) fn calls(endpoint: Option<&str>, kind: u8) {
    let mut client = attach(endpoint);
    // What is kept is soon full; from then on each call adds a refusal.
    let (large, small) = (args![vec![b'x'; 1000].as_slice()], args![1]);
    let slot = if kind == kind::SYNC_CALL { ECHO } else { SUM };
    say("calls");
    for call in 0.. {
        let args = if call < 400 { &large } else { &small };
        if client.put(kind, slot, call, args.archive()).is_err() {
            break;
        }
        client.nudge();
    }
    client.wait_for_hang_up();
    say("cut off");
    while told().is_some() {}
}

/// Invokes a handler that never ends, more often than any renderer of ours may.
pub(super) fn endless_invokes(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    let archive = args![1];
    let mut refused = 0;
    for call in 0..70_000 {
        client.put(kind::INVOKE, NEVER, call, archive.archive()).expect("a main that listens");
        while client.messages.read(&client.main, &client.own).is_some() {
            refused += 1;
        }
    }
    while refused < 70_000 - ringmain::limits::PENDING_INVOKES {
        client.next_message().expect("a refusal");
        refused += 1;
    }
    say(&format!("{refused} refused"));
    while told().is_some() {}
}

/// Has main send more than it may keep, and reads nothing of it.
pub(super) fn reads_no_messages(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    ask_for(&mut client, 100_000, 1000).expect("a main that listens");
    note(&mut client, "still here").expect("a main that listens");
    say("asked");
    while told().is_some() {}
}

/// Messages as fast as they can be written, until told to end.
pub(super) fn messages(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    let archive = args![1];
    std::thread::spawn(move || {
        while client.put(kind::MESSAGE, SUM, 0, archive.archive()).is_ok() {
            client.nudge();
        }
    });
    say("floods");
    while told().is_some() {}
}

/// A ring full of messages, before main looks at the first.
pub(super) fn full_ring(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    let archive = args!["from the full ring"];
    while client.has_space(128) {
        client.put(kind::MESSAGE, NOTE, 0, archive.archive()).expect("space");
    }
    client.nudge();
    say("full");
    while told().is_some() {}
}

/// Hangs up, and goes on writing messages where main reads: every line of the ring is a message at
/// any time.
pub(super) fn writes_on(endpoint: Option<&str>) {
    let client = attach(endpoint);
    client.wait_until_read();
    let content =
        [&super::super::client::envelope(kind::MESSAGE, SUM, 0), args![1].archive()].concat();
    let size = (8 + content.len()).next_multiple_of(64);
    let header = super::super::client::header(record_kind::RECORD, content.len());
    assert_eq!(size, 64, "a message of one line");
    let lines = (DATA_OFFSET..client.own.size()).step_by(64);
    for line in lines.clone() {
        client.own.write(line + 8, &content);
    }
    for line in lines {
        client.own.store(line, header);
    }
    client.nudge();
    rustix::net::shutdown(&client.socket, rustix::net::Shutdown::Both).expect("a socket");
    say("writes on");
    let mut lines = (DATA_OFFSET..client.own.size()).step_by(64).cycle();
    until_told(move || {
        if let Some(line) = lines.next() {
            client.own.store(line, header);
        }
    });
}
