//! Hellos, and what is said instead.

use super::super::Random;
use super::super::client::{connect, hello, send, socket_to, wait_for_hang_up, welcome};
use super::super::player::{say, told};

/// Says `packet` instead of hello, and takes main's refusal.
fn refused(name: &str, packet: &[u8]) {
    let socket = connect(name);
    send(&socket, packet).expect("a main that listens");
    let (answer, fds) = welcome(&socket);
    assert_eq!(answer.len(), 96, "a refusal, for {packet:?}");
    assert_ne!(answer[12..16], [0; 4], "a refusal, for {packet:?}");
    assert!(fds.is_empty());
    wait_for_hang_up(&socket);
}

/// A proper hello, cut off or filled up to every length but its own.
pub(super) fn every_length(name: &str) {
    let mut bytes = hello().to_vec();
    bytes.resize(200, 0);
    for len in (0..=200).filter(|len| *len != 64) {
        refused(name, &bytes[..len]);
    }
    refused(name, &[0; 100_000]);
    say("refused 201");
    while told().is_some() {}
}

/// A proper hello with one byte that is not as it should be, at every place.
pub(super) fn lies(name: &str) {
    let mut count = 0;
    for at in 0..64 {
        // What this side can do is its own affair.
        if (16..24).contains(&at) {
            continue;
        }
        let mut bytes = hello();
        bytes[at] ^= 0x55;
        refused(name, &bytes);
        count += 1;
    }
    say(&format!("refused {count}"));
    while told().is_some() {}
}

/// Packets of random bytes and lengths.
pub(super) fn random(name: &str) {
    let mut random = Random(5);
    for _ in 0..200 {
        let len = random.number() % 200;
        let packet: Vec<u8> = (0..len).map(|_| random.number().to_le_bytes()[0]).collect();
        refused(name, &packet);
    }
    say("refused 200");
    while told().is_some() {}
}

/// More connections than may be half-made at once, all of which say nothing.
pub(super) fn silent(name: &str) {
    let sockets: Vec<_> = (0..100).map(|_| connect(name)).collect();
    say("silent");
    while told().is_some() {}
    drop(sockets);
}

/// Spawned by main, and its first packet is no hello.
pub(super) fn born() {
    let socket = socket_to(None);
    send(&socket, b"nonsense").expect("a main that listens");
    wait_for_hang_up(&socket);
    while told().is_some() {}
}
