//! Everything a record can say that is not so, each with the place that main names for it.

use super::Random;
use super::client::{Client, envelope, header, kind};
use crate::types::{self, Report, Sample};
use ringmain::args;
use ringmain::layout::record_kind::{PADDING, RECORD};
use ringmain::rkyv;
use ringmain::value::Bytes;

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

/// Lies in a message of several records.
pub static RUNS: [Lie; 33] = lies! {
    "bytes of a message": "a message of one byte more than a gigabyte" =>
        |client| begin(client, kind::MESSAGE, (1 << 30) + 1, &[1; 100]);
    "bytes of a message": "a message of as many bytes as there are numbers" =>
        |client| begin(client, kind::SYNC_CALL, u64::MAX, &[1; 100]);
    "bytes of a message": "an invoke of half as many" =>
        |client| begin(client, kind::INVOKE, 1 << 63, &[]);
    "length of a run's first record": "a first record without a total" =>
        |client| record(client, &first(kind::MESSAGE));
    "length of a run's first record": "a first record with seven bytes of a total" =>
        |client| record(client, &[first(kind::MESSAGE).as_slice(), &[0; 7]].concat());
    "value": "a fragment of nothing" => |client| more(client, &[1; 100]);
    "kind on the lane to main": "a fragment that is a message" =>
        |client| put(client, kind::FRAGMENT, 0, args![1].archive());
    "value": "a fragment behind the last one" => |client| {
        let archive = args![1];
        let (first, last) = archive.archive().split_at(8);
        begin(client, kind::MESSAGE, archive.archive().len() as u64, first);
        more(client, last);
        more(client, &[1]);
    };
    "value": "an abort of nothing" => |client| put(client, kind::ABORT, 0, &[]);
    "kind on the lane to main": "an abort that is a message" =>
        |client| put(client, kind::ABORT, 0, args![1].archive());
    "value": "a second abort" => |client| {
        begin(client, kind::MESSAGE, 1000, &[1; 10]);
        put(client, kind::ABORT, 0, &[]);
        put(client, kind::ABORT, 0, &[]);
    };
    "bytes of a fragment": "more bytes than were announced, at once" =>
        |client| begin(client, kind::MESSAGE, 10, &[1; 11]);
    "bytes of a fragment": "more bytes than were announced, later" => |client| {
        begin(client, kind::MESSAGE, 1000, &[1; 999]);
        more(client, &[1; 2]);
    };
    "bytes of a fragment": "more bytes than a fragment has" => |client| {
        begin(client, kind::MESSAGE, 1000, &[1; 10]);
        more(client, &vec![1; client.capacity / 2 - 16]);
    };
    "bytes of a fragment": "a message of no bytes" =>
        |client| begin(client, kind::MESSAGE, 0, &[]);
    "bytes of a fragment": "a first record without bytes" =>
        |client| begin(client, kind::MESSAGE, 1000, &[]);
    "bytes of a fragment": "a fragment without bytes" => |client| {
        begin(client, kind::MESSAGE, 1000, &[1; 10]);
        more(client, &[]);
    };
    "record inside a run": "a message in the middle of another" =>
        |client| inside(client, |client| put(client, kind::MESSAGE, 0, args![1].archive()));
    "record inside a run": "a call in the middle of a message" =>
        |client| inside(client, |client| put(client, kind::SYNC_CALL, 0, args![1].archive()));
    "record inside a run": "an invoke in the middle of a message" =>
        |client| inside(client, |client| put(client, kind::INVOKE, 0, args![1].archive()));
    "record inside a run": "an answer in the middle of a message" =>
        |client| inside(client, |client| put(client, kind::ANSWER, 0, args![1].archive()));
    "record inside a run": "a name in the middle of a message" =>
        |client| inside(client, |client| put(client, kind::DEFINE, 0, b"name"));
    "record inside a run": "a typed name in the middle of a message" =>
        |client| inside(client, |client| define(client, 1, b"name"));
    "record inside a run": "a beginning in the middle of a message" =>
        |client| inside(client, |client| begin(client, kind::MESSAGE, 10, &[1]));
    "envelope kind": "a name that begins a run" =>
        |client| begin(client, kind::DEFINE, 10, &[1; 5]);
    "envelope kind": "a typed name that begins a run" =>
        |client| begin(client, kind::DEFINE_TYPED, 10, &[1; 5]);
    "envelope kind": "a fragment that begins a run" =>
        |client| begin(client, kind::FRAGMENT, 10, &[1; 5]);
    "envelope kind": "an abort that begins a run" =>
        |client| begin(client, kind::ABORT, 10, &[1; 5]);
    "envelope kind": "a fragment that begins a run inside a run" =>
        |client| inside(client, |client| begin(client, kind::FRAGMENT, 10, &[1; 5]));
    "kind on the lane to main": "an answer of several records to main" => |client| {
        let archive = args![Bytes(&[1; 100])];
        let (first, last) = archive.archive().split_at(50);
        begin(client, kind::ANSWER, archive.archive().len() as u64, first);
        more(client, last);
    };
    "undefined channel": "a run on a slot that was never defined" => |client| {
        let archive = args![1];
        let total = archive.archive().len() as u64;
        client.begin(kind::MESSAGE, 9, total, archive.archive()).expect("a main that listens");
    };
    "value": "a message of several records that is no archive" => |client| {
        begin(client, kind::MESSAGE, 4000, &random(2000));
        more(client, &random(2000));
    };
    "value": "an invoke of several records that is no archive" => |client| {
        begin(client, kind::INVOKE, 4000, &random(2000));
        more(client, &random(2000));
    };
};

/// Lies on typed channels.
pub static TYPED: [Lie; 14] = lies! {
    "channel schema": "a typed name without a schema" =>
        |client| put(client, kind::DEFINE_TYPED, 1, &[]);
    "channel schema": "a typed name with seven bytes of a schema" =>
        |client| put(client, kind::DEFINE_TYPED, 1, &[1; 7]);
    "channel schema": "a typed name of dynamic messages" => |client| define(client, 0, b"name");
    "channel name": "a typed name that is no UTF-8" => |client| define(client, 1, b"\xff");
    "channel name": "a typed name of 256 bytes" => |client| define(client, 1, &[b'x'; 256]);
    "channel slot": "a typed name for the slot 1024" => |client| {
        client.define_typed(1024, 1, b"name").expect("a main that listens");
    };
    "typed archive": "a sample of nothing" =>
        |client| typed(client, &types::SAMPLE, &[]);
    "typed archive": "a sample of one byte less" => |client| {
        let archive = rkyv::to_bytes::<rkyv::rancor::Error>(&Sample::new(1)).expect("an archive");
        typed(client, &types::SAMPLE, &archive[1..]);
    };
    "typed archive": "a report of random bytes" =>
        |client| typed(client, &types::REPORT, &random(4000));
    "typed archive": "a report of all ones" =>
        |client| typed(client, &types::REPORT, &[0xff; 4096]);
    "typed archive": "a report whose pointers leave the archive" =>
        |client| typed(client, &types::REPORT, &pointing(i32::MIN));
    "typed archive": "a report whose pointers point behind the archive" =>
        |client| typed(client, &types::REPORT, &pointing(i32::MAX));
    "typed archive": "a chain that is nested too deeply" =>
        |client| typed(client, &types::CHAIN, &types::chain_archive(200));
    "typed archive": "a chain that is nested a million times" => |client| {
        let archive = types::chain_archive(1_000_000);
        let name = types::CHAIN.name().as_bytes();
        client.define_typed(1, types::CHAIN.fingerprint(), name).expect("a main that listens");
        let (first, rest) = archive.split_at(1000);
        let total = archive.len() as u64;
        client.begin(kind::MESSAGE, 1, total, first).expect("a main that listens");
        rest.chunks(8000).for_each(|bytes| more(client, bytes));
    };
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

/// The archive of a report in which everything that may be a pointer is this.
fn pointing(offset: i32) -> Vec<u8> {
    let archive = rkyv::to_bytes::<rkyv::rancor::Error>(&Report::new(3, 100)).expect("an archive");
    let mut archive = archive.to_vec();
    let len = archive.len();
    for word in archive[len - size_of::<types::ArchivedReport>()..].as_chunks_mut::<4>().0 {
        if i32::from_le_bytes(*word) < 0 {
            *word = offset.to_le_bytes();
        }
    }
    archive
}

/// A message on the channel, which takes slot 1.
fn typed<T: ringmain::Schema>(client: &mut Client, channel: &ringmain::Channel<T>, bytes: &[u8]) {
    let name = channel.name().as_bytes();
    client.define_typed(1, channel.fingerprint(), name).expect("a main that listens");
    put(client, kind::MESSAGE, 1, bytes);
}

fn define(client: &mut Client, schema: u64, name: &[u8]) {
    client.define_typed(1, schema, name).expect("a main that listens");
}

/// The envelope of a run's first record.
fn first(kind: u8) -> [u8; 8] {
    let mut envelope = envelope(kind, 0, 7);
    envelope[1] = 1;
    envelope
}

fn begin(client: &mut Client, kind: u8, total: u64, bytes: &[u8]) {
    client.begin(kind, 0, total, bytes).expect("a main that listens");
}

fn more(client: &mut Client, bytes: &[u8]) {
    // Main may have hung up on what came before.
    let _ = client.more(bytes);
}

/// Tells a lie in the middle of a message.
fn inside(client: &mut Client, tell: fn(&mut Client)) {
    begin(client, kind::MESSAGE, 1000, &[1; 100]);
    tell(client);
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
