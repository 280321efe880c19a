//! What a hostile side can put into the two packets.

use proptest::prelude::*;

use super::super::terms::{VERSION, feature};
use super::super::welcome::{Grant, Refusal, Welcome};
use super::*;
use crate::segment::name::{Creator, Names};

const OURS: Terms = Terms { version: VERSION, features: 0b101, fingerprint: 0xfeed_beef };
const RINGS: Capacities = Capacities { to_main: 1 << 20, to_renderer: 1 << 18, replies: 1 << 16 };

fn hello() -> Hello {
    Hello { terms: OURS, role: Role::Renderer, wanted: Capacities { replies: 0, ..RINGS } }
}

fn welcome() -> Welcome {
    let grant = Grant {
        message_limit: 1 << 30,
        names: None,
        web_contents: 7,
        main_segment: 0x6_0000,
        renderer_segment: 0x11_0000,
        capacities: RINGS,
    };
    Welcome { terms: OURS, verdict: Ok(grant) }
}

/// As [`welcome`], in segments with names.
fn named() -> Welcome {
    let creator = Creator { process: 0x0102, started: 0x0304, namespaces: 0x0506 };
    let names = Names { creator, nonce: 0x0708, main: 0x090a, renderer: 0x0b0c };
    let grant = Grant { names: Some(names), ..welcome().verdict.unwrap() };
    Welcome { terms: OURS, verdict: Ok(grant) }
}

fn refused(refusal: Refusal, theirs: Terms) -> Error {
    let packet = Welcome { terms: theirs, verdict: Err(refusal) }.encode();
    Welcome::decode(&packet, &OURS).and_then(|it| it.granted(&OURS)).unwrap_err()
}

fn place(error: Error) -> &'static str {
    match error {
        Error::Corrupt(corrupt) => corrupt.place,
        other => panic!("not corrupt but {other:?}"),
    }
}

#[test]
fn a_hello_comes_back_as_it_was() {
    assert_eq!(Hello::decode(&hello().encode(), &OURS), Ok(hello()));
}

#[test]
fn a_monitor_comes_back_as_it_was_and_wants_no_rings() {
    let monitor = Hello { role: Role::Monitor, wanted: Capacities::default(), ..hello() };
    assert_eq!(Hello::decode(&monitor.encode(), &OURS), Ok(monitor));
    let greedy = Hello { role: Role::Monitor, ..hello() };
    let refused = Hello::decode(&greedy.encode(), &OURS).unwrap_err();
    assert_eq!(place(refused), "hello rings of a monitor");
}

#[test]
fn a_welcome_comes_back_as_it_was() {
    assert_eq!(Welcome::decode(&welcome().encode(), &OURS), Ok(welcome()));
    assert_eq!(welcome().granted(&OURS).unwrap().capacities, RINGS);
}

#[test]
fn the_bytes_of_version_2_are_these() {
    let hello = hello().encode();
    assert_eq!(&hello[..16], b"RINGHELO\x02\0\0\0\x01\0\0\0");
    assert_eq!(&hello[16..32], b"\x05\0\0\0\0\0\0\0\xef\xbe\xed\xfe\0\0\0\0");
    assert_eq!(&hello[32..], [&b"\0\0\x10\0\0\0\x04\0"[..], &[0; 24]].concat());
    let welcome = welcome().encode();
    assert_eq!(&welcome[..16], b"RINGWELC\x02\0\0\0\0\0\0\0");
    assert_eq!(&welcome[32..56], b"\x07\0\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0\x11\0\0\0\0\0");
    assert_eq!(&welcome[56..80], b"\0\0\x10\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0\x01\0\0\0\0\0");
}

#[test]
fn the_bytes_of_names_are_these() {
    let (welcome, named) = (welcome().encode(), named().encode());
    assert_eq!((welcome.len(), named.len()), (Welcome::LEN, Welcome::MAX));
    assert_eq!(named[..36], welcome[..36]);
    assert_eq!(named[36..40], [1, 0, 0, 0]);
    assert_eq!(named[40..88], welcome[40..88]);
    assert_eq!(&named[88..96], b"\x08\x07\0\0\0\0\0\0");
    let names = [&b"\x0a\x09"[..], &[0; 14], b"\x0c\x0b", &[0; 14]].concat();
    assert_eq!(named[96..128], names);
    assert_eq!(&named[128..144], b"\x02\x01\0\0\0\0\0\0\x04\x03\0\0\0\0\0\0");
    assert_eq!(&named[144..], b"\x06\x05\0\0\0\0\0\0");
}

#[test]
fn a_welcome_with_names_comes_back_as_it_was() {
    assert_eq!(Welcome::decode(&named().encode(), &OURS), Ok(named()));
    assert_eq!(named().granted(&OURS).unwrap().names, named().verdict.unwrap().names);
}

#[test]
fn names_are_no_grant_to_a_renderer_that_said_it_opens_none() {
    let without = Terms { features: OURS.features & !feature::NAMED_SEGMENTS, ..OURS };
    assert_eq!(place(named().granted(&without).unwrap_err()), "welcome origin");
    assert!(welcome().granted(&without).is_ok());
    let hello = Hello { terms: without, ..hello() };
    assert_eq!(hello.has(feature::NAMED_SEGMENTS), Err(Error::SegmentsRefused));
    assert_eq!(hello.has(0), Ok(()));
}

#[test]
fn every_other_length_of_a_welcome_with_names_is_refused() {
    let packet = [&named().encode()[..], &[0]].concat();
    for len in (0..=packet.len()).filter(|len| *len != Welcome::MAX) {
        let refused = Welcome::decode(&packet[..len], &OURS).unwrap_err();
        assert_eq!(place(refused), "welcome length", "{len}");
    }
}

#[test]
fn every_flipped_bit_of_names_is_noticed_or_another_name() {
    for bit in (36 * 8..40 * 8).chain(88 * 8..Welcome::MAX * 8) {
        let mut packet = named().encode();
        packet[bit / 8] ^= 1 << (bit % 8);
        let decoded = Welcome::decode(&packet, &OURS).and_then(|it| it.granted(&OURS));
        match bit / 8 {
            36..40 => {
                let place = place(decoded.unwrap_err());
                assert!(["welcome origin", "welcome length"].contains(&place), "{place}");
            }
            132..136 => assert_eq!(place(decoded.unwrap_err()), "welcome reserved bytes"),
            _ => assert_ne!(decoded.unwrap().names, named().verdict.unwrap().names),
        }
    }
    let mut packet = named().encode();
    packet[88..96].fill(0);
    assert_eq!(place(Welcome::decode(&packet, &OURS).unwrap_err()), "welcome nonce");
}

#[test]
fn every_shorter_or_longer_packet_is_refused_by_its_length() {
    let (hello, welcome) = (hello().encode(), welcome().encode());
    for len in 0..Hello::LEN {
        let short = Hello::decode(&hello[..len], &OURS).unwrap_err();
        assert_eq!(place(short), "hello length");
    }
    for len in 0..Welcome::LEN {
        let short = Welcome::decode(&welcome[..len], &OURS).unwrap_err();
        assert_eq!(place(short), "welcome length");
    }
    let long = [&hello[..], &[0]].concat();
    assert_eq!(place(Hello::decode(&long, &OURS).unwrap_err()), "hello length");
    let long = [&welcome[..], &[0]].concat();
    assert_eq!(place(Welcome::decode(&long, &OURS).unwrap_err()), "welcome length");
}

/// The bytes in which a flipped bit says something else that is legal: what a side can do.
fn is_free(byte: usize) -> bool {
    (16..24).contains(&byte)
}

#[test]
fn every_flipped_bit_of_a_hello_has_a_named_error() {
    for bit in 0..Hello::LEN * 8 {
        let mut packet = hello().encode();
        packet[bit / 8] ^= 1 << (bit % 8);
        let decoded = Hello::decode(&packet, &OURS);
        match bit / 8 {
            0..8 => assert_eq!(place(decoded.unwrap_err()), "hello magic"),
            8..12 => assert!(matches!(decoded, Err(Error::VersionMismatch { ours: VERSION, .. }))),
            12..16 => assert_eq!(place(decoded.unwrap_err()), "hello role"),
            24..32 => assert!(matches!(decoded, Err(Error::LayoutMismatch { .. }))),
            byte if is_free(byte) => assert!(decoded.is_ok()),
            // One bit more or less: zero is legal again, and so is a single high bit.
            32..44 if decoded.is_ok() => {
                let wanted = decoded.unwrap().wanted;
                for ring in [wanted.to_main, wanted.to_renderer, wanted.replies] {
                    assert!(ring == 0 || ring.is_power_of_two());
                }
            }
            32..44 => assert!(place(decoded.unwrap_err()).starts_with("hello ring")),
            _ => assert_eq!(place(decoded.unwrap_err()), "hello reserved bytes"),
        }
    }
}

#[test]
fn no_flipped_bit_of_a_welcome_grants_an_illegal_session() {
    for bit in 0..Welcome::LEN * 8 {
        let mut packet = welcome().encode();
        packet[bit / 8] ^= 1 << (bit % 8);
        let granted = Welcome::decode(&packet, &OURS).and_then(|it| it.granted(&OURS));
        match bit / 8 {
            byte if is_free(byte) => assert!(granted.is_ok()),
            // Another id, a larger segment.
            32..36 | 40..56 => match granted {
                Ok(grant) => assert!(grant.web_contents > 0 && grant.main_segment >= 0x5_0000),
                Err(error) => assert!(place(error).starts_with("welcome ")),
            },
            80..88 => match granted {
                Ok(grant) => assert!(grant.message_limit <= i32::MAX as u64),
                Err(error) => assert_eq!(place(error), "welcome largest message"),
            },
            _ => assert!(granted.is_err(), "bit {bit} was not noticed"),
        }
    }
}

#[test]
fn another_version_is_named_however_little_of_it_can_be_read() {
    let mut packet = hello().encode();
    packet[8] = 9;
    let mismatch = Err(Error::VersionMismatch { ours: VERSION, theirs: 9 });
    assert_eq!(Hello::decode(&packet[..12], &OURS), mismatch);
    assert_eq!(Hello::decode(&[&packet[..], &[1; 100]].concat(), &OURS), mismatch);
}

#[test]
fn a_refusal_names_both_sides_values() {
    let other = Terms { fingerprint: 1, ..OURS };
    assert_eq!(
        refused(Refusal::LayoutMismatch, other),
        Error::LayoutMismatch { ours: 0xfeed_beef, theirs: 1 }
    );
    let newer = Terms { version: VERSION + 1, ..OURS };
    assert_eq!(
        refused(Refusal::VersionMismatch, newer),
        Error::VersionMismatch { ours: VERSION, theirs: VERSION + 1 }
    );
}

#[test]
fn a_refusal_for_another_reason_keeps_its_name() {
    assert!(matches!(refused(Refusal::PermissionDenied, OURS), Error::PermissionDenied { .. }));
    assert!(matches!(refused(Refusal::Exhausted, OURS), Error::Exhausted { .. }));
    assert_eq!(refused(Refusal::SegmentsRefused, OURS), Error::SegmentsRefused);
    assert_eq!(Refusal::of(&Error::SegmentsRefused), Refusal::SegmentsRefused);
    assert_eq!(place(refused(Refusal::Corrupt, OURS)), "welcome status");
    assert_eq!(place(refused(Refusal::LayoutMismatch, OURS)), "welcome status");
}

#[test]
fn a_refusal_for_no_known_reason_is_corrupt() {
    let mut packet = Welcome { terms: OURS, verdict: Err(Refusal::Exhausted) }.encode();
    packet[12] = 200;
    assert_eq!(place(Welcome::decode(&packet, &OURS).unwrap_err()), "welcome status");
}

#[test]
fn a_grant_in_other_terms_is_no_grant() {
    let other = Welcome { terms: Terms { fingerprint: 5, ..OURS }, ..welcome() };
    assert!(matches!(other.granted(&OURS), Err(Error::LayoutMismatch { theirs: 5, .. })));
}

#[test]
fn a_ring_that_is_no_power_of_two_or_out_of_bounds_is_refused() {
    for ring in [1, 1 << 15, (1 << 20) + 1, 3 << 20, 1 << 27, u32::MAX] {
        let wanted = Capacities { to_main: ring, ..RINGS };
        let packet = Hello { wanted, ..hello() }.encode();
        assert_eq!(place(Hello::decode(&packet, &OURS).unwrap_err()), "hello ring to main");
    }
}

proptest! {
    #[test]
    fn random_bytes_are_no_hello(packet in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Hello::decode(&packet, &OURS).is_err());
        prop_assert!(Welcome::decode(&packet, &OURS).is_err());
    }

    #[test]
    fn what_decodes_encodes_to_the_same_bytes(tail in proptest::collection::vec(any::<u8>(), 52)) {
        let mut packet = hello().encode();
        packet[12..].copy_from_slice(&tail);
        if let Ok(decoded) = Hello::decode(&packet, &OURS) {
            prop_assert_eq!(decoded.encode(), packet);
        }
    }
}
