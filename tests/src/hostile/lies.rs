//! Everything a record can say that is not so, each with the place that main names for it.

use super::Random;
use super::client::{Client, envelope, header, kind};
use ringmain::args;
use ringmain::layout::record_kind::{PADDING, RECORD};

/// One lie, told in a session of its own, in which slot 0 is the channel `note`.
pub struct Lie {
    /// What it is.
    pub name: &'static str,
    /// What main calls it.
    pub place: &'static str,
    /// Tells it.
    pub tell: fn(&mut Client),
}

impl std::fmt::Debug for Lie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lie").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! lies {
    ($($place:literal: $name:literal => $tell:expr;)*) => {
        [$(Lie { name: $name, place: $place, tell: $tell }),*]
    };
}

/// Lies in a header word.
pub static HEADERS: [Lie; 16] = lies! {
    "record header": "a record of more than half the ring" =>
        |client| client.lie(header(RECORD, client.capacity / 2 - 7));
    "record header": "a record of the whole ring" =>
        |client| client.lie(header(RECORD, client.capacity));
    "record header": "a record of four gigabytes" =>
        |client| client.lie(header(RECORD, u32::MAX as usize));
    "record header": "a record over the end of the ring" => |client| {
        client.advance_to(client.capacity - 64);
        client.lie(header(RECORD, 57));
    };
    "record header": "a record of half the ring over its end" => |client| {
        client.advance_to(client.capacity / 2 + 64);
        client.lie(header(RECORD, client.capacity / 2 - 8));
    };
    "record header": "padding that is less than the rest" =>
        |client| client.lie(header(PADDING, client.capacity - client.index() - 64));
    "record header": "padding that is more than the rest" =>
        |client| client.lie(header(PADDING, client.capacity - client.index() + 64));
    "record header": "padding of nothing" => |client| client.lie(header(PADDING, 0));
    "record header": "padding of the whole ring, at its start" => |client| {
        client.advance_to(client.capacity - 64);
        client.put(kind::MESSAGE, 0, 0, args![1].archive()).expect("a main that listens");
        assert_eq!(client.index(), 0);
        client.lie(header(PADDING, client.capacity));
    };
    "record header": "padding behind padding" => |client| {
        client.advance_to(client.capacity - 64);
        let end = client.here();
        client.own.store(end - (client.capacity - 64), header(PADDING, client.capacity));
        client.lie(header(PADDING, 64));
    };
    "record header": "a kind of zero with a length" => |client| client.lie(header(0, 8));
    "record header": "a kind of three" => |client| client.lie(header(3, 8));
    "record header": "a kind beyond two bits" => |client| client.lie(header(1 << 8 | RECORD, 8));
    "record header": "the highest bit" => |client| client.lie(1 << 63 | header(RECORD, 8));
    "record header": "nothing but the highest bit" => |client| client.lie(1 << 63);
    "record header": "all bits" => |client| client.lie(u64::MAX);
};

/// Lies in an envelope, and in what it promises.
pub static ENVELOPES: [Lie; 17] = lies! {
    "record length": "a record of nothing" => |client| record(client, &[]);
    "record length": "a record of seven bytes" => |client| record(client, &[2, 0, 0, 0, 0, 0, 0]);
    "envelope kind": "a kind of zero" => |client| put(client, 0, 0, args![1].archive());
    "envelope kind": "a kind of nine" => |client| put(client, 9, 0, args![1].archive());
    "envelope kind": "a kind of 255" => |client| put(client, 255, 0, args![1].archive());
    "envelope kind": "a flag that nobody has" => |client| {
        let mut content = envelope(kind::MESSAGE, 0, 0).to_vec();
        content[1] = 2;
        record(client, &[&content, args![1].archive()].concat());
    };
    "kind on the lane to main": "an answer to main" =>
        |client| put(client, kind::ANSWER, 0, args![1].archive());
    "undefined channel": "a message on a slot that was never defined" =>
        |client| put(client, kind::MESSAGE, 1, args![1].archive());
    "undefined channel": "a call on a slot below one that was defined" => |client| {
        client.define(1023, "note");
        put(client, kind::SYNC_CALL, 1022, args![1].archive());
    };
    "undefined channel": "an invoke on the slot 1024" =>
        |client| put(client, kind::INVOKE, 1024, args![1].archive());
    "undefined channel": "a message on the slot 65535" =>
        |client| put(client, kind::MESSAGE, u16::MAX, args![1].archive());
    "channel slot": "a name for the slot 1024" => |client| put(client, kind::DEFINE, 1024, b"name");
    "channel slot": "a name for the slot 65535" =>
        |client| put(client, kind::DEFINE, u16::MAX, b"name");
    "channel name": "a name that is no UTF-8" => |client| put(client, kind::DEFINE, 1, b"\xff");
    "channel name": "a name cut off in the middle of a letter" =>
        |client| put(client, kind::DEFINE, 1, b"\xe2\x82");
    "channel name": "a name of 256 bytes" => |client| put(client, kind::DEFINE, 1, &[b'x'; 256]);
    "channel name": "a name of half the ring" =>
        |client| put(client, kind::DEFINE, 1, &vec![b'x'; client.capacity / 2 - 16]);
};

/// Lies in an archive of arguments.
pub static ARCHIVES: [Lie; 12] = lies! {
    "value": "no archive" => |client| message(client, &[]);
    "value": "an archive shorter than any" => |client| message(client, &[0; 27]);
    "value": "random bytes" => |client| message(client, &random(4000));
    "value": "all ones" => |client| message(client, &[0xff; 4096]);
    "value": "an archive with a byte in front" =>
        |client| message(client, &[&[0], args!["ping"].archive()].concat());
    "value": "an archive without its first byte" =>
        |client| message(client, &args!["ping"].archive()[1..]);
    "value": "an archive without its last byte" => |client| {
        let archive = args!["ping"];
        let archive = archive.archive();
        message(client, &archive[..archive.len() - 1]);
    };
    "value": "a pool of four gigabytes" => |client| message(client, &forged(24, u32::MAX));
    "value": "four thousand million nodes" =>
        |client| message(client, &forged(16, u32::MAX));
    "value": "a thousand million links" => |client| message(client, &forged(8, 1 << 30));
    "value": "nodes before the archive" =>
        |client| message(client, &forged(20, -4096_i32 as u32));
    "value": "more arguments than nodes" => |client| message(client, &forged(4, u32::MAX));
};

/// The archive of `["ping"]` with one of its last words replaced, counted in bytes from the end.
fn forged(from_end: usize, word: u32) -> Vec<u8> {
    let mut archive = args!["ping"].archive().to_vec();
    let at = archive.len() - from_end;
    archive[at..at + 4].copy_from_slice(&word.to_le_bytes());
    archive
}

fn random(len: usize) -> Vec<u8> {
    let mut random = Random(7);
    (0..len).map(|_| random.number().to_le_bytes()[0]).collect()
}

/// Every bit of some valid archives flipped, those that are valid nevertheless aside.
#[must_use]
pub fn flipped_archives() -> Vec<Vec<u8>> {
    let samples = [args!["ping"], args![vec![1, 2], 0.5, true]];
    let mut flipped = Vec::new();
    for archive in samples.iter().map(ringmain::Args::archive) {
        for bit in 0..8 * archive.len() {
            let mut bytes = archive.to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let len = bytes.len();
            if ringmain::Args::receive(len, |place| place.copy_from_slice(&bytes)).is_err() {
                flipped.push(bytes);
            }
        }
    }
    flipped
}

fn record(client: &mut Client, content: &[u8]) {
    client.record(content).expect("a main that listens");
}

fn put(client: &mut Client, kind: u8, slot: u16, payload: &[u8]) {
    client.put(kind, slot, 7, payload).expect("a main that listens");
}

fn message(client: &mut Client, payload: &[u8]) {
    put(client, kind::MESSAGE, 0, payload);
}
