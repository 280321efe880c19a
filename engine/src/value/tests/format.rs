//! The bytes themselves. A change here is a change of the wire format.

use proptest::collection::vec;
use rkyv::rancor::Error;
use rkyv::util::AlignedVec;

use super::any::{self, Tree};
use crate::value::table::Table;
use crate::value::{Builder, Bytes, check};
use crate::{Args, ArgsRef, ToValue, Value, ValueRef, args};

/// The root: pool, nodes, links and how many roots, the first three relative to the root.
fn root(pool: (i32, u32), nodes: (i32, u32), links: (i32, u32), roots: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (position, (offset, len)) in (0..).step_by(8).zip([pool, nodes, links]) {
        bytes.extend((offset - position).to_le_bytes());
        bytes.extend(len.to_le_bytes());
    }
    bytes.extend(roots.to_le_bytes());
    bytes
}

#[test]
fn ping_shares_a_cache_line_with_its_header() {
    assert!(args!["ping"].archive().len() + 16 <= 64);
}

#[test]
fn the_archive_of_ping() {
    let mut expected = b"\x05\x04ping\0\0\0\0\0\0\0\0\0\0".to_vec();
    expected.extend(root((-16, 0), (-16, 1), (0, 0), 1));
    assert_eq!(args!["ping"].archive(), expected);
    assert_eq!(expected.len(), 44);
}

#[test]
fn the_archive_of_no_arguments() {
    assert_eq!(args![].archive(), root((0, 0), (0, 0), (0, 0), 0));
}

#[test]
fn the_archive_of_every_kind() {
    let text = "fifteen letters";
    let args = args![(), None::<()>, true, -2, 0.5, text, Bytes(b"0123456789abcdef")];
    let mut expected = Vec::new();
    expected.extend(b"fifteen letters\0");
    expected.extend(b"0123456789abcdef");
    expected.extend([0; 16]);
    expected.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend([2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend([3, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend([4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f]);
    expected.extend([6, 0, 0, 0, 0, 0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend([7, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend(root((-144, 32), (-112, 7), (0, 0), 7));
    assert_eq!(args.archive(), expected);
}

#[test]
fn the_archive_of_containers() {
    let value = Value::object([("a", [1, 2])]);
    let mut expected = Vec::new();
    expected.extend([9, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]); // object
    expected.extend([8, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]); // array
    expected.extend([3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend([3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend([5, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // the key
    expected.extend([2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0]); // links
    expected.extend(root((-96, 0), (-96, 5), (-16, 4), 1));
    assert_eq!(value.archive(), expected);
}

#[test]
fn long_bytes_start_at_a_multiple_of_sixteen() {
    let args = args!["a string of 20 bytes", Bytes(&[7; 40])];
    let bytes = args.get(1).as_bytes().unwrap();
    assert_eq!(bytes.as_ptr().addr() % 16, 0);
}

#[test]
fn our_own_archives_pass_the_check() {
    let args = args!["ping", 1, Value::array([Value::null(), Value::from(vec![1_u8; 100])])];
    assert_eq!(ArgsRef::check(args.archive()).unwrap(), args.view());
    let value = Value::object([("key", args.get(2))]);
    assert_eq!(ValueRef::check(value.archive()).unwrap(), value);
}

#[test]
fn strings_of_every_length_are_followed_by_zeros() {
    for len in 0..=14 {
        let text = &"abcdefghijklmn"[..len];
        let archive = args![text];
        let node = &archive.archive()[..16];
        assert_eq!(usize::from(node[1]), len);
        assert_eq!(&node[2..2 + len], text.as_bytes());
        assert!(node[2 + len..].iter().all(|byte| *byte == 0));
        assert_eq!(archive.get(0), text);
    }
}

/// The archive of `values` out of a builder.
fn built(values: &[&dyn ToValue]) -> Args {
    let mut builder = Builder::args(values.len());
    for (position, value) in values.iter().enumerate() {
        builder.put(builder.root(position), value);
    }
    builder.finish_args().unwrap()
}

#[test]
fn scalars_are_written_as_rkyv_writes_them() {
    any::for_each(vec(Tree::leaf(), 0..7), |leaves| {
        let values: Vec<_> = leaves.iter().map(Tree::to_value).collect();
        let values: Vec<&dyn ToValue> = values.iter().map(Box::as_ref).collect();
        let direct = Args::new(&values).unwrap();
        assert_eq!(direct.archive(), built(&values).archive());
        for (value, received) in values.iter().zip(direct.iter()) {
            let value = built(&[value]);
            assert_eq!(Value::new(received).unwrap().archive(), value.archive());
            assert_eq!(args![received].archive(), value.archive());
        }
    });
}

#[test]
fn every_rust_number_is_written_as_rkyv_writes_it() {
    let numbers: [&dyn ToValue; 10] = [
        &i8::MIN,
        &i16::MIN,
        &u16::MAX,
        &i32::MIN,
        &u32::MAX,
        &i64::MIN,
        &u64::MAX,
        &7_usize,
        &-7_isize,
        &0.5_f32,
    ];
    for number in numbers {
        assert_eq!(Args::new(&[number]).unwrap().archive(), built(&[number]).archive());
    }
}

/// What rkyv makes of the table that it reads in `archive`.
fn by_rkyv(archive: &[u8]) -> AlignedVec {
    let table = rkyv::deserialize::<Table, Error>(check::check(archive).unwrap()).unwrap();
    rkyv::to_bytes::<Error>(&table).unwrap()
}

#[test]
fn a_builder_writes_what_rkyv_makes_of_the_table() {
    any::for_each(vec(Tree::strategy(), 0..4), |trees| {
        let values: Vec<Value> = trees.iter().map(Tree::value).collect();
        let values: Vec<&dyn ToValue> = values.iter().map(|value| value as _).collect();
        let args = Args::new(&values).unwrap();
        assert_eq!(args.archive(), &*by_rkyv(args.archive()));
    });
}
