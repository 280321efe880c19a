//! Messages of several records, as no renderer sends them.

use super::super::client::kind;
use super::super::player::{say, told};
use super::{NOTE, SUM, attach, note};
use ringmain::args;
use ringmain::value::Bytes;

/// Announces a gigabyte, sends a kilobyte of it, and nothing more.
pub(super) fn begins_a_gigabyte(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    client.begin(kind::MESSAGE, NOTE, 1 << 30, &[1; 1000]).expect("a main that listens");
    client.wait_until_read();
    say("begun");
    while told().is_some() {}
}

/// Announces what takes all of main's memory, and sends nothing more until it is cut off.
pub(super) fn begins_and_waits(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    client.begin(kind::MESSAGE, NOTE, 1 << 20, &[1; 1000]).expect("a main that listens");
    client.wait_until_read();
    say("begun");
    client.wait_for_hang_up();
    say("cut off");
    while told().is_some() {}
}

/// An invoke in a million fragments of one byte, which is answered as any other.
pub(super) fn tiny_fragments(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    let args = args![5, Bytes(&[1; 1_000_000])];
    let (first, rest) = args.archive().split_at(1);
    let total = args.archive().len() as u64;
    client.begin(kind::INVOKE, SUM, total, first).expect("a main that listens");
    say("begun");
    for byte in rest.chunks(1) {
        client.more(byte).expect("a main that listens");
    }
    let answer = client.next_message().expect("an answer");
    assert_eq!(answer[8..], *args![5].archive());
    note(&mut client, "answered").expect("a main that listens");
    while told().is_some() {}
}

/// Fragments of a message that is never whole: one byte is left, and then there is one without any.
pub(super) fn fragments_until_cut_off(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    client.begin(kind::MESSAGE, NOTE, 1_000_000, &[1; 1000]).expect("a main that listens");
    say("begun");
    while client.more(&[1; 100]).is_ok() && client.more(&[]).is_ok() {
        client.nudge();
    }
    client.wait_for_hang_up();
    say("cut off");
    while told().is_some() {}
}
