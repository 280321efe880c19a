//! The answer to a monitor over real sockets, with what can go wrong on the way.

use std::time::Duration;

use proptest::prelude::*;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::super::actor::TERMS;
use super::super::handshake::Arrival;
use super::super::welcome::Refusal;
use super::*;

/// Main's stream and the monitor's.
fn streams() -> (Stream, Stream) {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let pair = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap();
    (Stream::of(pair.0).unwrap().unwrap(), Stream::of(pair.1).unwrap().unwrap())
}

fn pipe() -> (OwnedFd, OwnedFd) {
    rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap()
}

fn recv(monitor: &Stream) -> Result<(u64, OwnedFd), Error> {
    monitor.recv_view(&TERMS, Instant::now() + Duration::from_secs(60))
}

fn place<T>(result: Result<T, Error>) -> &'static str {
    match result.map(drop).unwrap_err() {
        Error::Corrupt(corrupt) => corrupt.place,
        other => panic!("not corrupt but {other:?}"),
    }
}

#[test]
fn a_monitor_asks_and_gets_the_board_with_its_size() {
    let (main, monitor) = streams();
    monitor.ask_for_view(TERMS).unwrap();
    assert!(matches!(main.recv_hello(&TERMS, 0), Ok(Arrival::Monitor)));
    let (reader, writer) = pipe();
    main.send_view(&TERMS, 4096, writer.as_fd()).unwrap();
    let (bytes, board) = recv(&monitor).unwrap();
    assert_eq!(bytes, 4096);
    rustix::io::write(&board, b"x").unwrap();
    assert_eq!(rustix::io::read(&reader, &mut [0]), Ok(1));
}

#[test]
fn a_refusal_keeps_its_name() {
    let (main, monitor) = streams();
    main.send_refusal(&Welcome { terms: TERMS, verdict: Err(Refusal::Exhausted) }).unwrap();
    assert!(matches!(recv(&monitor), Err(Error::Exhausted { .. })));
}

#[test]
fn a_main_that_goes_or_says_nothing_is_named() {
    let (main, monitor) = streams();
    let soon = Instant::now() + Duration::from_millis(5);
    assert_eq!(monitor.recv_view(&TERMS, soon).map(drop), Err(Error::Deadline));
    drop(main);
    assert_eq!(recv(&monitor).map(drop), Err(Error::MainGone));
}

#[test]
fn another_number_of_descriptors_is_corrupt() {
    for number in [0, 2] {
        let (main, monitor) = streams();
        let (_reader, writer) = pipe();
        let fds = vec![writer.as_fd(); number];
        send_packet(main.as_fd(), &encode(TERMS.version, 4096), &fds).unwrap();
        assert_eq!(place(recv(&monitor)), "view number of descriptors");
    }
}

#[test]
fn a_packet_of_another_length_is_named() {
    for len in [0, 1, 12, 31, 33, 95, 97, 5000] {
        let (main, monitor) = streams();
        let mut packet = [0; 5000];
        packet[..LEN].copy_from_slice(&encode(TERMS.version, 4096));
        send_packet(main.as_fd(), &packet[..len], &[]).unwrap();
        assert_eq!(place(recv(&monitor)), "view length");
    }
}

#[test]
fn a_session_is_not_what_a_monitor_asked_for() {
    let packet = Welcome { terms: TERMS, verdict: Err(Refusal::Corrupt) }.encode();
    assert_eq!(place(decode(&packet, &TERMS)), "welcome status");
}

#[test]
fn every_flipped_bit_has_a_named_error_but_those_of_the_size() {
    for bit in 0..LEN * 8 {
        let mut packet = encode(TERMS.version, 4096);
        packet[bit / 8] ^= 1 << (bit % 8);
        let decoded = decode(&packet, &TERMS);
        match bit / 8 {
            0..8 => assert_eq!(place(decoded), "view magic"),
            8..12 => assert!(matches!(decoded, Err(Error::VersionMismatch { ours: 1, .. }))),
            16..24 => assert_ne!(decoded, Ok(4096)),
            _ => assert_eq!(place(decoded), "view reserved bytes"),
        }
    }
}

#[test]
fn a_monitor_that_says_anything_is_not_silent() {
    let (main, monitor) = streams();
    assert!(main.is_silent());
    let _ = monitor.nudge().unwrap();
    assert!(!main.is_silent());
    assert!(main.is_silent());
    send_packet(monitor.as_fd(), b"what?", &[]).unwrap();
    assert!(!main.is_silent());
    drop(monitor);
    assert!(!main.is_silent());
}

proptest! {
    #[test]
    fn random_bytes_are_no_view(packet in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&packet, &TERMS).is_err());
    }
}
