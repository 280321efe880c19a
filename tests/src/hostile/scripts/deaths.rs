//! Dying, stopping, and leaving things behind.

use super::super::client::{header, kind};
use super::super::player::{say, told};
use super::{NOTE, ask_for, attach, note};
use ringmain::args;
use ringmain::layout::record_kind;
use rustix::process::{Signal, getpid, kill_process};
use std::process::{Command, Stdio};

fn die() -> ! {
    kill_process(getpid(), Signal::KILL).expect("ourselves");
    unreachable!("killed")
}

/// With a record half written, and not published.
pub(super) fn before_commit(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    note(&mut client, "committed").expect("a main that listens");
    client.own.write(client.here() + 8, &[kind::MESSAGE; 20]);
    die();
}

/// With the next header cleared, and its own not yet stored.
pub(super) fn behind_next_header(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    note(&mut client, "committed").expect("a main that listens");
    client.own.write(client.here() + 8, &[kind::MESSAGE; 20]);
    client.own.store(client.here() + 64, 0);
    die();
}

/// With a record published, and main asleep.
pub(super) fn before_ringing(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    client.wait_until_read();
    client.put(kind::MESSAGE, NOTE, 0, args!["committed"].archive()).expect("space");
    die();
}

/// With a record published and main called.
pub(super) fn after_ringing(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    note(&mut client, "committed").expect("a main that listens");
    die();
}

/// With a child that keeps the socket and the segment, and goes on writing.
pub(super) fn leaves_a_child(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    note(&mut client, "committed").expect("a main that listens");
    client.wait_until_read();
    let exe = std::env::current_exe().expect("this program");
    let heir = Command::new(exe)
        .arg("heir")
        .stdin(client.socket.try_clone().expect("a descriptor"))
        .stdout(client.own_fd.try_clone().expect("a descriptor"))
        .stderr(Stdio::inherit())
        .env_remove("RINGMAIN_FD")
        .spawn();
    std::mem::forget(heir.expect("a child")); // whoever adopts it waits for it
    say("has a child");
    let _ = told();
    die();
}

/// The child: its standard input is the session's socket, its standard output the segment, which it
/// fills with messages until main hangs up.
pub(super) fn inherit() {
    let socket = super::super::map::inherited(0);
    let segment = super::super::map::inherited(1);
    let stat = rustix::fs::fstat(&segment).expect("a segment");
    let size = usize::try_from(stat.st_size).expect("a size");
    let own = super::super::map::Map::writable(&segment, size).expect("a map");
    while !hung_up(&socket) {
        for line in (4096..size).step_by(64) {
            own.store(line, header(record_kind::RECORD, 8));
        }
        let _ = super::super::client::send(&socket, b"n");
    }
}

fn hung_up(socket: &std::os::fd::OwnedFd) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut fds = [PollFd::new(socket, PollFlags::RDHUP)];
    poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) == Ok(1)
}

/// With main's overflow full and its own ring full of what main has not read.
pub(super) fn stopped(endpoint: Option<&str>) {
    let mut client = attach(endpoint);
    ask_for(&mut client, 100_000, 1000).expect("a main that listens");
    client.wait_until_read();
    while client.has_space(128) {
        client.put(kind::MESSAGE, NOTE, 0, args!["full"].archive()).expect("space");
    }
    say("full");
    // The test stops this process now.
    while told().is_some() {}
}
