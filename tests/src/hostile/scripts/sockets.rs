//! What can be done to a session's socket.

use super::super::client::{kind, own, send};
use super::super::player::{say, told};
use super::{NOTE, ask_for, attach, note};
use ringmain::args;
use rustix::cmsg_space;
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown};
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::sync::atomic::Ordering::Relaxed;

/// Packets that are no nudge.
pub(super) fn packets(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    for packet in [&b"x"[..], b"nn", b"", &[b'n'; 100_000], &[0; 4096], b"RINGHELO"] {
        send(&client.socket, packet).expect("a main that listens");
    }
    for _ in 0..1000 {
        send(&client.socket, b"").expect("a main that listens");
    }
    note(&mut client, "still here").expect("a main that listens");
    say("sent 1006");
    while told().is_some() {}
}

/// Descriptors beside a packet: refused by the kernel, or closed unseen by an older one.
pub(super) fn descriptors(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    let fds = [client.socket.as_fd(), client.own_fd.as_fd(), client.main_fd.as_fd()];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(3))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
    let packet = [IoSlice::new(b"n")];
    match rustix::net::sendmsg(&client.socket, &packet, &mut control, SendFlags::NOSIGNAL) {
        Err(Errno::PERM) => say("refused"),
        sent => say(&format!("sent: {sent:?}")),
    }
    note(&mut client, "still here").expect("a main that listens");
    while told().is_some() {}
}

/// A million nudges, with nothing to read.
pub(super) fn nudges(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    say("nudges");
    for _ in 0..1_000_000 {
        send(&client.socket, b"n").expect("a main that listens");
    }
    note(&mut client, "a million").expect("a main that listens");
    say("done");
    while told().is_some() {}
}

/// Arms for a nudge anew all the time, and reads none of those that come.
pub(super) fn never_reads(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    for epoch in 1..5000_u32 {
        client.own.u32(own::MESSAGES_IN).store(epoch << 2 | 3, Relaxed);
        ask_for(&mut client, 1, 1).expect("a main that listens");
        client.next_message().expect("a message");
    }
    note(&mut client, "still here").expect("a main that listens");
    say("done");
    while told().is_some() {}
}

/// Says that it will write no more, and main hangs up.
pub(super) fn shuts_writing(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    client.put(kind::MESSAGE, NOTE, 0, args!["the last one"].archive()).expect("space");
    rustix::net::shutdown(&client.socket, Shutdown::Write).expect("a socket");
    client.wait_for_hang_up();
    while told().is_some() {}
}

/// Says that it will read no more: main's nudges fail, and nothing else.
pub(super) fn shuts_reading(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    rustix::net::shutdown(&client.socket, Shutdown::Read).expect("a socket");
    client.own.u32(own::MESSAGES_IN).store(1 << 2 | 3, Relaxed);
    let talked = ask_for(&mut client, 10, 1).and_then(|()| note(&mut client, "still here"));
    talked.expect("a ring with space");
    say("shut");
    while told().is_some() {}
}
