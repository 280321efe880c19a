//! Archives that exist already: of one bytes value, of a gathered message, of a value sent on.

use crate::buffer::Buffer;
use crate::value::Bytes;
use crate::value::ours::OURS;
use crate::value::raw::Place;
use crate::{Args, Corrupt, ToValue, Value, args};

fn aligned(bytes: &[u8]) -> Buffer {
    Buffer::copy_of(bytes).unwrap()
}

#[test]
fn contents_in_place_become_the_archive_of_bytes() {
    for len in (0..100).chain([4095, 4096, 4097, 1 << 20]) {
        let contents: Vec<u8> = (0..=250).cycle().take(len).collect();
        let place = Place::of(len);
        let mut archive = aligned(&vec![0xff; place.archive_len().unwrap()]);
        archive[place.contents()].copy_from_slice(&contents);
        place.finish(&mut archive);
        if len < 4096 {
            assert_eq!(*archive, *args![Bytes(&contents)].archive());
        }
        let received = Args::from_archive(archive).unwrap();
        assert_eq!((received.len(), received.get(0).as_bytes()), (1, Some(&contents[..])));
    }
}

#[test]
fn large_contents_begin_a_line_behind_header_word_and_envelope() {
    assert_eq!(Place::of(4095).contents(), 0..4095);
    assert_eq!(Place::of(4096).contents(), 48..4144);
}

#[test]
fn contents_that_turn_out_shorter_stay_where_they_are() {
    let place = Place::of(5000).shortened(7);
    let mut archive = aligned(&vec![0xff; place.archive_len().unwrap()]);
    archive[place.contents()].copy_from_slice(b"shorter");
    place.finish(&mut archive);
    assert_eq!(Args::from_archive(archive).unwrap().get(0).as_bytes(), Some(&b"shorter"[..]));
}

#[test]
fn bytes_past_the_largest_archive_have_no_length() {
    assert_eq!(Place::of((1 << 31) - 1 - 96).archive_len(), Some((1 << 31) - 4));
    assert_eq!(Place::of((1 << 31) - 92).archive_len(), None);
    assert_eq!(Place::of(usize::MAX).archive_len(), None);
}

#[test]
fn a_gathered_archive_is_taken_over_and_given_back() {
    let sent = args!["a string of 20 bytes", [1, 2, 3]];
    let gathered = aligned(sent.archive());
    let place = gathered.as_ptr();
    let received = Args::from_archive(gathered).unwrap();
    assert_eq!(received, sent);
    assert_eq!(received.into_buffer().unwrap().as_ptr(), place);
    assert!(args!["ping"].into_buffer().is_none());
}

#[test]
fn a_gathered_archive_is_checked() {
    let mut bytes = aligned(args!["ping"].archive());
    bytes[1] = 15;
    let short = Corrupt { place: "value short string", found: 15, expected: 14 };
    assert_eq!(Args::from_archive(aligned(&bytes)).unwrap_err(), short);
    assert_eq!(Value::from_archive(bytes).unwrap_err(), short);
    assert!(Value::from_archive(aligned(args![1, 2].archive())).is_err());
    assert_eq!(Value::from_archive(aligned(args![1].archive())).unwrap(), 1);
}

#[test]
fn a_value_and_an_only_argument_know_their_archive() {
    let value = Value::object([("key", "a value of some length")]);
    assert_eq!(ToValue::archive(&value, OURS), Some(value.archive()));
    assert_eq!(ToValue::archive(&Some(&value.view()), OURS), Some(value.archive()));
    let args = args![&value];
    assert_eq!(ToValue::archive(&args.get(0), OURS), Some(args.archive()));
    assert_eq!(args.archive(), value.archive());
}

#[test]
fn parts_and_one_of_several_have_no_archive_of_their_own() {
    let value = Value::object([("key", [1, 2])]);
    assert_eq!(ToValue::archive(&value.get("key"), OURS), None);
    assert_eq!(ToValue::archive(&value.get("none"), OURS), None);
    let args = args![1, 2];
    assert_eq!(ToValue::archive(&args.get(0), OURS), None);
    assert_eq!(ToValue::archive(&args![].get(0), OURS), None);
    assert_eq!(ToValue::archive(&1, OURS), None);
}

#[test]
fn an_archive_in_an_unusual_order_has_no_known_extent() {
    let ping = args!["ping"];
    let mut bytes = aligned(&[0; 16]);
    bytes.extend_from_slice(ping.archive()).unwrap();
    let received = Args::from_archive(aligned(&bytes)).unwrap();
    assert_eq!(ToValue::archive(&received.get(0), OURS), Some(ping.archive())); // without the gap
    bytes[32..36].copy_from_slice(&(-32_i32).to_le_bytes()); // the pool, which is empty, before it
    let received = Args::from_archive(bytes).unwrap();
    assert_eq!(ToValue::archive(&received.get(0), OURS), None);
    assert_eq!(Value::new(received.get(0)).unwrap().archive(), ping.archive());
}
