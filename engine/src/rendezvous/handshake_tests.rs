//! The handshake over real sockets, with what can go wrong on the way.

use rustix::net::{AddressFamily, Shutdown, SocketFlags, SocketType, socketpair};

use super::super::actor::TERMS;
use super::super::terms::{Capacities, feature};
use super::super::welcome::Refusal;
use super::*;

const HELLO: Hello = Hello {
    terms: TERMS,
    role: Role::Renderer,
    wanted: Capacities { to_main: 1 << 20, to_renderer: 0, replies: 0 },
};

fn welcome() -> Welcome {
    let capacities = Capacities { to_main: 1 << 20, to_renderer: 1 << 20, replies: 1 << 18 };
    let grant = Grant {
        web_contents: 3,
        main_segment: 2 << 20,
        renderer_segment: 2 << 20,
        capacities,
        message_limit: 1 << 30,
        names: None,
    };
    Welcome { terms: Terms { features: 0b110, ..TERMS }, verdict: Ok(grant) }
}

fn refusal(refusal: Refusal) -> Welcome {
    Welcome { terms: TERMS, verdict: Err(refusal) }
}

/// Main's stream and the renderer's.
fn streams() -> (Stream, Stream) {
    let (main, renderer) = sockets();
    (Stream::of(main).unwrap().unwrap(), Stream::of(renderer).unwrap().unwrap())
}

fn sockets() -> (OwnedFd, OwnedFd) {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).unwrap()
}

/// A renderer's stream, and a socket on which main can say anything.
fn renderer() -> (OwnedFd, Stream) {
    let (main, renderer) = sockets();
    (main, Stream::of(renderer).unwrap().unwrap())
}

fn pipe() -> (OwnedFd, OwnedFd) {
    rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).unwrap()
}

fn corrupt(error: Error) -> (&'static str, u64) {
    match error {
        Error::Corrupt(corrupt) => (corrupt.place, corrupt.found),
        other => panic!("not corrupt but {other:?}"),
    }
}

#[test]
fn a_session_is_granted_with_two_descriptors_in_their_order() {
    let (main, renderer) = streams();
    assert!(matches!(main.recv_hello(&TERMS, 0), Ok(Arrival::NotYet)));
    renderer.send_hello(&HELLO).unwrap();
    match main.recv_hello(&TERMS, 0) {
        Ok(Arrival::Hello) => {}
        other => panic!("{other:?}"),
    }
    let (reader, writer) = pipe();
    main.send_welcome(&welcome(), [reader.as_fd(), writer.as_fd()]).unwrap();
    let welcomed = renderer.recv_welcome(&TERMS, None).unwrap();
    assert_eq!(welcomed.grant, welcome().verdict.unwrap());
    let Handover::Descriptors(descriptors) = welcomed.segments else { panic!("no descriptors") };
    rustix::io::write(&descriptors[1], b"x").unwrap();
    assert_eq!(rustix::io::read(&descriptors[0], &mut [0]), Ok(1));
    for fd in &descriptors {
        assert!(rustix::io::fcntl_getfd(fd).unwrap().contains(rustix::io::FdFlags::CLOEXEC));
    }
}

/// As [`welcome`], in segments with names.
fn named() -> Welcome {
    let names = Names::new().unwrap();
    Welcome { verdict: Ok(Grant { names: Some(names), ..welcome().verdict.unwrap() }), ..welcome() }
}

#[test]
fn a_session_of_named_segments_is_granted_without_descriptors_and_leaves_nothing_to_read() {
    let (main, renderer) = streams();
    renderer.send_hello(&HELLO).unwrap();
    let needed = feature::NAMED_SEGMENTS;
    assert!(matches!(main.recv_hello(&TERMS, needed), Ok(Arrival::Hello)));
    let welcome = named();
    main.send_names(&welcome).unwrap();
    let welcomed = renderer.recv_welcome(&TERMS, None).unwrap();
    let Handover::Names(names) = welcomed.segments else { panic!("no names") };
    assert_eq!(Some(names), welcome.verdict.unwrap().names);
    assert_eq!(renderer.drain(), Default::default());
}

#[test]
fn a_renderer_that_opens_no_named_segments_is_refused_by_a_main_that_has_them() {
    let (main, renderer) = streams();
    let terms = Terms { features: TERMS.features & !feature::NAMED_SEGMENTS, ..TERMS };
    renderer.send_hello(&Hello { terms, ..HELLO }).unwrap();
    let error = main.recv_hello(&TERMS, feature::NAMED_SEGMENTS).unwrap_err();
    assert_eq!(error, Error::SegmentsRefused);
    main.send_refusal(&refusal(Refusal::of(&error))).unwrap();
    assert_eq!(renderer.recv_welcome(&terms, None).unwrap_err(), Error::SegmentsRefused);
}

#[test]
fn descriptors_that_come_with_names_are_closed() {
    let (main, renderer) = renderer();
    let (reader, writer) = pipe();
    send_many(&main, &named().encode(), &[writer.as_fd()]);
    drop(writer);
    assert!(renderer.recv_welcome(&TERMS, None).is_ok());
    assert_eq!(rustix::io::read(&reader, &mut [0]), Ok(0));
}

#[test]
fn another_number_of_descriptors_is_corrupt_and_none_is_kept() {
    for number in [0, 1, 3, 4, 7] {
        let (main, renderer) = renderer();
        let (reader, writer) = pipe();
        let fds = vec![writer.as_fd(); number];
        send_many(&main, &welcome().encode(), &fds);
        drop(fds);
        drop(writer);
        let error = renderer.recv_welcome(&TERMS, None).unwrap_err();
        let (place, found) = corrupt(error);
        assert_eq!(place, "welcome number of descriptors");
        // What there was no room for is not counted, and closed by the kernel.
        assert!(found == number as u64 || (ROOM as u64..number as u64).contains(&found));
        assert_eq!(rustix::io::read(&reader, &mut [0]), Ok(0), "one of {number} is open");
    }
}

/// As [`send_packet`], with any number of descriptors.
fn send_many(socket: &OwnedFd, packet: &[u8], fds: &[BorrowedFd<'_>]) {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(8))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(fds.is_empty() || control.push(SendAncillaryMessage::ScmRights(fds)));
    let parts = [IoSlice::new(packet)];
    rustix::net::sendmsg(socket, &parts, &mut control, SendFlags::empty()).unwrap();
}

#[test]
fn a_refusal_reaches_a_renderer_that_main_hung_up_on_before_its_hello() {
    let (main, renderer) = streams();
    main.send_refusal(&refusal(Refusal::PermissionDenied)).unwrap();
    drop(main);
    renderer.send_hello(&HELLO).unwrap();
    let error = renderer.recv_welcome(&TERMS, None).unwrap_err();
    assert!(matches!(error, Error::PermissionDenied { .. }), "{error:?}");
}

#[test]
fn a_refusal_reaches_a_renderer_whose_hello_was_never_read() {
    let (main, renderer) = streams();
    renderer.send_hello(&HELLO).unwrap();
    main.send_refusal(&refusal(Refusal::Exhausted)).unwrap();
    drop(main);
    let error = renderer.recv_welcome(&TERMS, None).unwrap_err();
    assert!(matches!(error, Error::Exhausted { .. }), "{error:?}");
}

#[test]
fn a_main_that_hangs_up_without_a_word_is_gone() {
    let (main, renderer) = streams();
    renderer.send_hello(&HELLO).unwrap();
    drop(main);
    assert_eq!(renderer.recv_welcome(&TERMS, None).unwrap_err(), Error::MainGone);
    assert_eq!(renderer.recv_welcome(&TERMS, None).unwrap_err(), Error::MainGone);
}

#[test]
fn a_main_that_dies_while_it_is_waited_for_is_gone() {
    let (main, renderer) = streams();
    let waiting = std::thread::spawn(move || renderer.recv_welcome(&TERMS, None).map(drop));
    drop(main);
    assert_eq!(waiting.join().unwrap(), Err(Error::MainGone));
}

#[test]
fn a_main_that_says_nothing_is_given_until_the_deadline() {
    let (_main, renderer) = streams();
    let deadline = Instant::now() + std::time::Duration::from_millis(5);
    assert_eq!(renderer.recv_welcome(&TERMS, Some(deadline)).unwrap_err(), Error::Deadline);
    assert!(Instant::now() >= deadline);
}

#[test]
fn a_welcome_of_no_length_or_a_wrong_one_is_named() {
    for len in [0, 1, 95, 97, 5000] {
        let (main, renderer) = renderer();
        let mut packet = [0; 5000];
        packet[..Welcome::LEN].copy_from_slice(&welcome().encode());
        send_packet(main.as_fd(), &packet[..len], &[]).unwrap();
        let error = renderer.recv_welcome(&TERMS, None).unwrap_err();
        assert_eq!(corrupt(error), ("welcome length", len as u64));
    }
}

#[test]
fn a_hello_of_no_length_or_a_wrong_one_is_named() {
    for len in [0, 1, 63, 65, 5000] {
        let (renderer, main) = renderer();
        let mut packet = [0; 5000];
        packet[..Hello::LEN].copy_from_slice(&HELLO.encode());
        send_packet(renderer.as_fd(), &packet[..len], &[]).unwrap();
        let error = main.recv_hello(&TERMS, 0).unwrap_err();
        assert_eq!(corrupt(error), ("hello length", len as u64));
    }
}

#[test]
fn a_hello_in_other_terms_is_named_and_answered_with_our_values() {
    let (main, renderer) = streams();
    let theirs = Terms { fingerprint: 0x1111, ..TERMS };
    renderer.send_hello(&Hello { terms: theirs, ..HELLO }).unwrap();
    let error = main.recv_hello(&TERMS, 0).unwrap_err();
    assert_eq!(error, Error::LayoutMismatch { ours: 0xabcd, theirs: 0x1111 });
    main.send_refusal(&refusal(Refusal::of(&error))).unwrap();
    let error = renderer.recv_welcome(&theirs, None).unwrap_err();
    assert_eq!(error, Error::LayoutMismatch { ours: 0x1111, theirs: 0xabcd });
}

#[test]
fn a_renderer_that_goes_away_before_its_hello_has_hung_up() {
    let (main, renderer) = streams();
    drop(renderer);
    assert!(matches!(main.recv_hello(&TERMS, 0), Ok(Arrival::HungUp)));
    assert_eq!(main.send_refusal(&refusal(Refusal::Exhausted)), Err(Error::Disconnected));
}

#[test]
fn a_renderer_that_will_not_read_costs_main_no_time() {
    let (main, renderer) = streams();
    rustix::net::shutdown(renderer.as_fd(), Shutdown::Read).unwrap();
    let (reader, writer) = pipe();
    let sent = main.send_welcome(&welcome(), [reader.as_fd(), writer.as_fd()]);
    assert_eq!(sent, Err(Error::Disconnected));
}
