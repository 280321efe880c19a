//! What a peer can do to a stream.

use rustix::net::{AddressFamily, SocketFlags, SocketType, send, socketpair};

use super::super::actor::{Actor, TERMS};
use super::super::handshake::send_packet;
use super::super::listener::Listener;
use super::super::peer::same_user;
use super::super::scratch::Scratch;
use super::*;
use crate::fork::in_a_child;

/// A stream of main's and the raw socket of a peer that does what it likes.
fn with_hostile_peer() -> (Stream, OwnedFd) {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let (ours, theirs) =
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap();
    (Stream::of(ours).unwrap().unwrap(), theirs)
}

fn streams() -> (Stream, Stream) {
    let (ours, theirs) = with_hostile_peer();
    (ours, Stream::of(theirs).unwrap().unwrap())
}

fn say(peer: &OwnedFd, packet: &[u8]) {
    send(peer, packet, SendFlags::NOSIGNAL).unwrap();
}

fn drained(nudges: u32, foreign: u32, hung_up: bool) -> Drained {
    Drained { nudges, foreign, hung_up }
}

#[test]
fn a_nudge_arrives_as_one() {
    let (ours, theirs) = streams();
    assert_eq!(ours.nudge(), Ok(Nudge::Sent));
    assert_eq!(theirs.drain(), drained(1, 0, false));
    assert_eq!(theirs.drain(), drained(0, 0, false));
}

#[test]
fn nudges_that_nobody_drains_are_pending_in_the_end() {
    let (ours, theirs) = streams();
    let sent = (0..).take_while(|_| ours.nudge() == Ok(Nudge::Sent)).count();
    assert_eq!(ours.nudge(), Ok(Nudge::Pending));
    let mut found = 0;
    loop {
        match theirs.drain().nudges {
            0 => break,
            some => found += some as usize,
        }
    }
    assert_eq!(found, sent);
}

#[test]
fn a_drain_takes_a_bounded_number_of_packets() {
    let (ours, theirs) = streams();
    for _ in 0..DRAIN_MAX + 1 {
        assert_eq!(ours.nudge(), Ok(Nudge::Sent));
    }
    assert_eq!(theirs.drain().nudges, DRAIN_MAX);
    assert_eq!(theirs.drain().nudges, 1);
}

#[test]
fn packets_of_no_bytes_or_of_many_are_foreign_and_no_hang_up() {
    let (ours, peer) = with_hostile_peer();
    for packet in [&[][..], &[0; 60_000], b"nn", b"x", &[], b"n"] {
        say(&peer, packet);
    }
    let mut all = drained(0, 0, false);
    for _ in 0..3 {
        let some = ours.drain();
        all = drained(all.nudges + some.nudges, all.foreign + some.foreign, some.hung_up);
    }
    assert_eq!(all, drained(1, 5, false));
    assert!(!ours.is_gone());
}

#[test]
fn a_hang_up_is_seen_behind_a_packet_of_no_bytes() {
    let (ours, peer) = with_hostile_peer();
    say(&peer, b"n");
    say(&peer, b"");
    drop(peer);
    assert_eq!(ours.drain(), drained(1, 0, true));
    assert!(ours.is_gone());
}

#[test]
fn a_dropped_stream_is_gone_for_its_peer() {
    let (ours, theirs) = streams();
    drop(theirs);
    assert!(ours.is_gone());
    assert_eq!(ours.nudge(), Ok(Nudge::Gone));
    assert_eq!(ours.drain(), drained(0, 0, true));
}

#[test]
fn a_peer_that_left_word_is_gone_and_has_it_read() {
    let (ours, peer) = with_hostile_peer();
    assert!(!ours.has_word());
    say(&peer, b"no room");
    drop(peer);
    assert!(ours.is_gone() && ours.has_word());
    let _ = ours.drain();
    assert!(ours.is_gone() && !ours.has_word());
}

#[test]
fn a_peer_that_will_write_no_more_is_gone() {
    let (ours, peer) = with_hostile_peer();
    rustix::net::shutdown(&peer, Shutdown::Write).unwrap();
    assert!(ours.is_gone());
    assert_eq!(ours.drain(), drained(0, 0, true));
}

#[test]
fn a_peer_that_will_read_no_more_is_gone_for_a_nudge() {
    let (ours, peer) = with_hostile_peer();
    rustix::net::shutdown(&peer, Shutdown::Read).unwrap();
    assert_eq!(ours.nudge(), Ok(Nudge::Gone));
}

#[test]
fn a_peer_that_reset_the_socket_is_gone() {
    let (ours, theirs) = streams();
    // Closing with something unread is a reset.
    assert_eq!(ours.nudge(), Ok(Nudge::Sent));
    drop(theirs);
    assert_eq!(ours.drain(), drained(0, 0, true));
}

#[test]
fn a_dropped_stream_is_gone_though_a_copy_of_its_socket_is_open() {
    let (ours, theirs) = streams();
    let _copy = rustix::io::dup(&theirs).unwrap();
    drop(theirs);
    assert!(ours.is_gone());
}

#[test]
fn a_peer_of_our_user_is_admitted_and_named_if_not() {
    let (ours, _theirs) = streams();
    assert_eq!(ours.credentials().pid, std::process::id());
    assert_eq!(ours.admit(same_user), Ok(()));
    let refused = ours.admit(|_| false).unwrap_err().to_string();
    assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
}

#[test]
fn descriptors_sent_to_main_are_refused_by_the_kernel_or_closed_unseen() {
    let (ours, peer) = with_hostile_peer();
    let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
    let kernel_refuses = ours.refuses_descriptors().unwrap();
    let sent = send_packet(peer.as_fd(), b"n", &[writer.as_fd()]);
    drop(writer);
    if kernel_refuses {
        assert_eq!(sent, Err(Errno::PERM));
    }
    let _ = ours.drain();
    // The last writer is closed: had main received one, this would not end.
    let mut byte = [0];
    assert_eq!(rustix::io::read(&reader, &mut byte), Ok(0));
}

#[test]
fn descriptors_sent_before_main_refuses_them_are_closed_by_reading() {
    let (ours, peer) = with_hostile_peer();
    let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap();
    send_packet(peer.as_fd(), b"n", &[writer.as_fd()]).unwrap();
    drop(writer);
    assert_eq!(ours.drain(), drained(1, 0, false));
    assert_eq!(rustix::io::read(&reader, &mut [0]), Ok(0));
}

#[test]
fn a_peer_that_forked_and_died_is_gone_though_its_socket_is_open() {
    let scratch = Scratch::new();
    let endpoint = scratch.endpoint("stage");
    let mut listener = Listener::bind(&endpoint, &TERMS).unwrap();
    let mut actor = Actor::at(&endpoint, "renderer that forks and dies");
    assert_eq!(actor.line(), "forked");
    let stream = listener.accept().unwrap().expect("a renderer");
    // Its child lives until this ends, which waiting would see to.
    let _its_input = actor.child.stdin.take();
    actor.child.wait().unwrap();
    assert!(!stream.is_hung_up(), "its child holds the socket");
    assert!(stream.is_gone(), "and yet it is dead");
    assert_eq!(stream.nudge(), Ok(Nudge::Sent));
}

#[test]
fn a_forked_childs_drop_leaves_the_session_alone() {
    let (ours, theirs) = streams();
    let mut kept = Some(ours);
    assert!(in_a_child(|| kept.take().is_some()));
    assert!(!theirs.is_gone());
    drop(kept);
    assert!(theirs.is_gone());
}
