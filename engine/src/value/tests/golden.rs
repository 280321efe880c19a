//! An archive of each kind as committed bytes: a change of `golden.txt` is a change of the wire
//! format, and what is built today is read by those who read it then.

use std::fmt::Write;

use super::hostile::{aligned, walk};
use crate::value::{
    ArrayBuffer, BigInt, Boxed, Builder, Bytes, Date, ErrorName, ErrorValue, Key, Map, Primitive,
    RegExp, Set, TypedArray, ViewKind, Wtf8,
};
use crate::{Args, ArgsRef, args, object};

/// Kind, how it prints, and its bytes, line by line.
const GOLDEN: &str = include_str!("golden.txt");

/// The same arguments as built now.
pub(super) fn built() -> Vec<(&'static str, Args)> {
    let lone = Wtf8::new(b"lone \xed\xa0\x80").unwrap();
    let error = ErrorValue {
        message: Some("boom".into()),
        stack: Some("at the very first line".into()),
        cause: Some(&7),
        name: ErrorName::RangeError,
    };
    vec![
        ("nothing", args![]),
        ("undefined and null", args![(), None::<()>]),
        ("bool", args![true, false]),
        ("int", args![0, -2, i32::MAX]),
        ("float", args![0.5, -0.0, f64::NAN]),
        ("short", args!["", "ping", "fourteen bytes"]),
        ("string", args!["fifteen letters", "grüße, länger als vierzehn"]),
        ("bytes", args![Bytes(b"12"), Bytes(b"0123456789abcdef"), Bytes(b"")]),
        ("array", args![[1, 2], [0; 0]]),
        ("object", args![object! { "id": 7, "a key past fourteen bytes": "x" }, object! {}]),
        ("wtf8", args![lone]),
        ("bigint", args![BigInt::from(-1), BigInt::from(1_u128 << 64), BigInt::from(0)]),
        ("date", args![Date::new(1e12), Date::new(-1.0), Date::INVALID]),
        ("regexp", args![RegExp::new("a+", "gi").unwrap(), RegExp::new(lone, "").unwrap()]),
        (
            "error",
            args![ErrorValue::new(ErrorName::TypeError, "boom"), ErrorValue::default(), error],
        ),
        (
            "boxed",
            args![
                Boxed(Primitive::Bool(false)),
                Boxed(Primitive::Number(1.5)),
                Boxed(Primitive::BigInt(BigInt::from(3).view())),
                Boxed(Primitive::String("text".into())),
            ],
        ),
        ("map", args![Map(&[(&"a", &1), (&object! { "key": 1 }, &[2])]), Map(&[])]),
        ("set", args![Set(&[&1, &"a"]), Set(&[])]),
        ("sparse", sparse()),
        ("buffer", args![ArrayBuffer(b"123"), ArrayBuffer(b"0123456789abcdef")]),
        ("view", args![TypedArray(&[1_u16, 2]), TypedArray(&[0.5_f64, 2.0])]),
        ("views of one buffer", views()),
        ("shared and cyclic", cyclic()),
    ]
}

fn sparse() -> Args {
    let mut builder = Builder::args(2);
    let (one, two) = (builder.reserve(), builder.reserve());
    builder.int(one, 1);
    builder.string(two, "two");
    let named = (Key::Name("extra".into()), two);
    let entries = [(Key::Index(0), one), (Key::Index(4), two), named];
    builder.sparse_array(builder.root(0), 6, &entries);
    builder.sparse_array(builder.root(1), u32::MAX, &[(Key::Index(u32::MAX - 1), one)]);
    builder.finish_args().unwrap()
}

fn views() -> Args {
    let mut builder = Builder::args(3);
    let buffer = builder.reserve();
    builder.buffer(buffer, &[0, 1, 2, 3, 4, 5, 6, 7]);
    builder.view(builder.root(0), ViewKind::Uint32Array, buffer, 4, 4);
    builder.view(builder.root(1), ViewKind::DataView, buffer, 1, 6);
    builder.view(builder.root(2), ViewKind::Float16Array, buffer, 2, 2);
    builder.finish_args().unwrap()
}

fn cyclic() -> Args {
    let mut builder = Builder::args(2);
    let (one, two) = (builder.root(0), builder.root(1));
    builder.array_of(one, &[one, two]);
    builder.object(two, &[("one", one), ("a key longer than fourteen", two)]);
    builder.finish_args().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    let lines = bytes.chunks(32).map(|line| {
        line.iter().fold("\n  ".to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    });
    lines.collect()
}

fn entry((name, args): &(&str, Args)) -> String {
    format!("{name}: {args}{}\n", hex(args.archive()))
}

fn entries() -> Vec<String> {
    GOLDEN.split_inclusive('\n').fold(Vec::new(), |mut entries: Vec<String>, line| {
        match entries.last_mut() {
            Some(last) if line.starts_with(' ') => last.push_str(line),
            _ => entries.push(line.to_owned()),
        }
        entries
    })
}

/// The bytes of an entry.
fn bytes(entry: &str) -> Vec<u8> {
    let digits: String = entry.lines().skip(1).map(str::trim).collect();
    let (pairs, _) = digits.as_bytes().as_chunks::<2>();
    pairs
        .iter()
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn every_kind_is_built_as_it_was() {
    let built: String = built().iter().map(entry).collect();
    assert!(built == GOLDEN, "what is built now:\n{built}");
}

#[test]
fn every_kind_is_read_as_it_was() {
    for (entry, (name, built)) in entries().iter().zip(built()) {
        let archive = aligned(&bytes(entry));
        let read = ArgsRef::check(&archive).unwrap();
        assert_eq!(read, built.view());
        assert!(entry.starts_with(&format!("{name}: {read}\n")), "{read}");
        walk(read);
    }
}

#[test]
fn every_flipped_bit_is_refused_or_another_value() {
    for (_, args) in built() {
        for bit in 0..8 * args.archive().len() {
            let mut bytes = aligned(args.archive());
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(read) = ArgsRef::check(&bytes) {
                walk(read);
            }
        }
    }
}

#[test]
fn every_part_is_refused_or_another_value() {
    for (_, args) in built() {
        for end in 0..args.archive().len() {
            if let Ok(read) = ArgsRef::check(&args.archive()[..end]) {
                walk(read);
            }
            if let Ok(read) = ArgsRef::check(&aligned(&args.archive()[end..])) {
                walk(read);
            }
        }
    }
}
