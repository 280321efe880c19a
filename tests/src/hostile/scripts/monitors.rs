//! Those who come as monitors and are none.

use super::super::client::{connect, hello, send, wait_for_hang_up, welcome};
use super::super::map::Map;
use super::super::player::{say, told};
use super::seals::cannot_be_changed;
use std::os::fd::OwnedFd;

/// A socket on which a monitor's hello was said.
fn monitor(name: &str) -> OwnedFd {
    let mut packet = hello();
    packet[12] = 2;
    let socket = connect(name);
    send(&socket, &packet).expect("a main that listens");
    socket
}

/// Every way to change the board fails.
pub(super) fn misuses_the_board(name: &str) {
    let socket = monitor(name);
    let (view, boards) = welcome(&socket);
    assert_eq!((view.len(), &view[..8], boards.len()), (32, &b"RINGVIEW"[..], 1));
    let size = u64::from_le_bytes(view[16..24].try_into().expect("eight bytes"));
    let size = usize::try_from(size).expect("a size");
    let map = Map::readable(&boards[0], size).expect("a mapping for reading");
    cannot_be_changed(&boards[0], &map);
    say("all refused");
    while told().is_some() {}
}

/// Monitors that say something, nudges and hellos among it.
pub(super) fn speaks(name: &str) {
    let words: [&[u8]; 5] = [b"n", b"", b"what?", &hello(), &[0; 5000]];
    for word in words.iter().cycle().take(100) {
        let socket = monitor(name);
        assert_eq!(welcome(&socket).1.len(), 1);
        send(&socket, word).expect("a main that listens");
        wait_for_hang_up(&socket);
    }
    say("let go 100");
    while told().is_some() {}
}

/// As many as come, and none leaves.
pub(super) fn without_end(name: &str) {
    let sockets: Vec<_> = (0..100).map(|_| monitor(name)).collect();
    let refused = sockets.iter().filter(|socket| welcome(socket).1.is_empty()).count();
    say(&format!("refused {refused}"));
    while told().is_some() {}
}
