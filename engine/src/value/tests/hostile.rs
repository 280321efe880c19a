//! What a compromised peer can send: nothing of it panics, recurses or explodes.

use std::fmt::Write;

use proptest::arbitrary::any as arbitrary;
use proptest::collection::vec;
use proptest::prelude::{Just, prop_oneof};
use rkyv::util::AlignedVec;

use super::any::{self, Tree};
use crate::value::table::{self, Code, ROOT_SIZE, Shape, is_node, tag};
use crate::value::{
    ArrayBuffer, BigInt, Boxed, Builder, Date, ErrorValue, Key, Primitive, RegExp, TypedArray,
    Wtf8, check,
};
use crate::{Args, ArgsRef, Corrupt, Kind, ToValue, Value, ValueRef, args};

pub(super) fn aligned(bytes: &[u8]) -> AlignedVec<16> {
    let mut aligned = AlignedVec::with_capacity(bytes.len());
    aligned.extend_from_slice(bytes);
    aligned
}

/// Reads everything that can be read, each object once.
pub(super) fn walk(args: ArgsRef<'_>) {
    let printed = args.to_string();
    assert!(printed.len() < 16 << 20);
    let mut seen = std::collections::HashSet::new();
    let mut waiting: Vec<ValueRef<'_>> = args.iter().collect();
    while let Some(value) = waiting.pop() {
        if !seen.insert(value.id()) {
            continue;
        }
        read(value);
        waiting.extend(value.links().iter().map(|link| value.at(*link)));
        assert!(value == value.to_owned());
    }
    assert!(args == args.to_owned().view());
}

/// Calls every reader of a value.
fn read(value: ValueRef<'_>) {
    let _ = (value.as_bool(), value.as_i32(), value.as_f64(), value.as_date(), value.to::<i64>());
    if let Some(text) = value.as_wtf8() {
        assert!(Wtf8::new(text.as_bytes()).is_some());
        assert_eq!(text.as_str(), value.as_str());
        assert_eq!(
            String::from_utf16_lossy(&text.encode_utf16().collect::<Vec<_>>()),
            value.to_str_lossy().unwrap()
        );
    }
    assert!(value.entries().count() <= value.pairs().len());
    assert!(value.keys().all(|key| {
        value.entries().any(|(name, it)| name == key && it.id() == value.get(key).id())
    }));
    let (Some(_) | None) = value.as_bigint().map(|number| (number.to_i128(), number.to_string()));
    if let Some(view) = value.as_view() {
        assert_eq!(view.bytes().len(), view.len() * view.kind().element_size());
        let _ = (view.elements::<u8>(), view.elements::<f64>(), view.elements::<u16>());
        let held = view.buffer().map_or(view.bytes().len(), |buffer| buffer.len());
        assert!(view.offset() + view.bytes().len() <= held);
    }
    if let Some(error) = value.as_error() {
        let _ = (error.name(), error.message(), error.stack(), error.cause(), error.to_string());
    }
    if let Some(regexp) = value.as_regexp() {
        assert!(RegExp::new(regexp.source(), &regexp.flags()).is_some());
    }
    if let Some(inner) = value.unboxed() {
        assert!(inner.unboxed().is_none());
    }
    for position in [0, 3, 4, value.len(), usize::MAX] {
        assert!(value.has_index(position) || value.index(position).is_undefined());
    }
}

#[test]
fn bytes_that_do_not_start_at_sixteen_are_refused() {
    let mut bytes = aligned(&[0; 8]);
    bytes.extend_from_slice(args!["ping"].archive());
    let misaligned = Corrupt { place: "value alignment", found: 8, expected: 0 };
    assert_eq!(ArgsRef::check(&bytes[8..]).unwrap_err(), misaligned);
}

#[test]
fn two_arguments_are_not_one_value() {
    let two = args![1, 2];
    let roots = Corrupt { place: "value roots", found: 2, expected: 1 };
    assert_eq!(ValueRef::check(two.archive()).unwrap_err(), roots);
}

/// `sample` with one byte replaced, counted from the front or, below zero, from the end.
fn forged(sample: &Args, at: isize, byte: u8) -> &'static str {
    let mut bytes = aligned(sample.archive());
    let at = if at < 0 { bytes.len().checked_add_signed(at) } else { usize::try_from(at).ok() };
    bytes[at.unwrap()] = byte;
    ArgsRef::check(&bytes).unwrap_err().place
}

#[test]
fn every_lie_has_a_name() {
    let ping = args!["ping"];
    assert_eq!(forged(&ping, 0, 21), "value node"); // an unknown tag
    assert_eq!(forged(&ping, -4, 2), "value roots");
    assert_eq!(forged(&ping, 1, 15), "value short string");
    assert_eq!(forged(&ping, 2, 0xff), "value text is UTF-8 up to");
    let long = args!["a string of 20 bytes"]; // its node is at 24
    assert_eq!(forged(&long, 0, 0xff), "value text is UTF-8 up to");
    assert_eq!(forged(&long, 24 + 4, 1), "value pool range");
    assert_eq!(forged(&long, 24 + 8, 21), "value pool in use");
    let object = args![Value::object([("key", 1)])]; // its links are at 48
    assert_eq!(forged(&object, 4, 1), "value link range");
    assert_eq!(forged(&object, 8, 2), "value links in use");
    assert_eq!(forged(&object, 48, 1), "value object key");
    assert_eq!(forged(&object, 52, 3), "value link");
    assert_eq!(forged(&args![true], 1, 2), "value node"); // no boolean
}

/// `sample` with some bytes of a node replaced, as the place that is refused.
fn forged_node(sample: &Args, node: usize, at: usize, new: &[u8]) -> &'static str {
    let mut bytes = aligned(sample.archive());
    let root = bytes.len() - ROOT_SIZE;
    let word = |at: usize| u32::from_le_bytes(*bytes[at..].first_chunk().unwrap()) as usize;
    let start = root - 4 * word(root + 20) - 16 * word(root + 12) + 16 * node + at;
    bytes[start..start + new.len()].copy_from_slice(new);
    ArgsRef::check(&bytes).unwrap_err().place
}

#[test]
fn every_lie_about_a_string_has_a_name() {
    assert_eq!(forged_node(&args!["ping"], 0, 6, &[1]), "value short string's end");
    assert_eq!(forged_node(&args!["fifteen letters"], 0, 8, &[14]), "value long string");
    let lone = args![Wtf8::new(b"\xed\xa0\x80").unwrap()];
    assert_eq!(forged_node(&lone, 0, 8, &[2]), "value text is WTF-8 up to");
    assert_eq!(forged_node(&lone, 0, 8, &[0]), "value lone surrogates");
    assert_eq!(forged_node(&lone, 0, 0, &[6]), "value long string");
}

#[test]
fn every_lie_about_a_number_has_a_name() {
    let bigint = args![BigInt::from(256)];
    assert_eq!(forged_node(&bigint, 0, 8, &[1]), "value bigint's last byte");
    assert_eq!(forged_node(&args![BigInt::from(0)], 0, 1, &[1]), "value sign of zero");
    assert_eq!(forged_node(&bigint, 0, 1, &[2]), "value node");
    let date = args![Date::new(0.0)];
    assert_eq!(forged_node(&date, 0, 8, &0.5_f64.to_le_bytes()), "value date");
    assert_eq!(forged_node(&date, 0, 8, &8.64e15_f64.next_up().to_le_bytes()), "value date");
    assert_eq!(forged_node(&date, 0, 8, &f64::INFINITY.to_le_bytes()), "value date");
}

#[test]
fn every_lie_about_an_object_has_a_name() {
    let regexp = args![RegExp::new("a", "").unwrap()];
    assert_eq!(forged_node(&regexp, 0, 1, &[0x60]), "value regexp flags");
    let error = args![ErrorValue { message: Some("a".into()), ..ErrorValue::default() }, 1];
    assert_eq!(forged_node(&error, 0, 1, &[7]), "value error name");
    assert_eq!(forged_node(&error, 0, 2, &[8]), "value error parts");
    assert_eq!(forged_node(&error, 2, 0, &[0, 0, 0]), "value error text");
    assert_eq!(forged_node(&error, 0, 2, &[3]), "value links in use");
    let boxed = args![Boxed(Primitive::Bool(true))];
    assert_eq!(forged_node(&boxed, 1, 0, &[0, 0]), "value in a box");
    assert_eq!(forged_node(&boxed, 0, 4, &[1]), "value link range");
    let mut builder = Builder::args(1);
    let value = builder.reserve();
    builder.sparse_array(builder.root(0), 4, &[(Key::Index(3), value)]);
    let sparse = builder.finish_args().unwrap();
    assert_eq!(forged_node(&sparse, 0, 12, &[3]), "value sparse array key");
    assert_eq!(forged_node(&sparse, 2, 4, &[0xff; 4]), "value sparse array key");
}

#[test]
fn every_lie_about_a_view_has_a_name() {
    let view = args![TypedArray(&[1_u32, 2]), ArrayBuffer(b"a")];
    assert_eq!(forged_node(&view, 0, 1, &[13]), "value view kind");
    assert_eq!(forged_node(&view, 0, 8, &[4]), "value view range");
    assert_eq!(forged_node(&view, 0, 12, &[12]), "value view range");
    assert_eq!(forged_node(&view, 0, 12, &[7]), "value view alignment");
    assert_eq!(forged_node(&view, 0, 8, &[1, 0, 0, 0, 4]), "value view alignment");
    assert_eq!(forged_node(&view, 0, 8, &[0xff; 8]), "value view range");
    assert_eq!(forged_node(&view, 2, 0, &[7]), "value view's buffer");
}

#[test]
fn bytes_without_a_name_are_zero() {
    for (_, args) in super::golden::built().iter().filter(|(_, args)| !args.is_empty()) {
        let first = args.get(0).code().to_le_bytes();
        let byte = 15;
        if crate::value::table::unnamed(1 << (8 * byte) | u128::from(first[0])) != 0 {
            let place = forged_node(args, 0, byte, &[1]);
            assert_eq!(place, "value node has bytes without a name");
        }
    }
}

#[test]
fn ranges_that_share_bytes_are_refused() {
    let args = args!["a string of 20 bytes", "another of 20 bytes."]; // nodes at 40 and 56
    let mut bytes = aligned(args.archive());
    bytes[56 + 4] = 0; // the same 20 bytes as the first: allowed, no more is in use than there is
    walk(ArgsRef::check(&bytes).unwrap());
    bytes[56 + 8] = 40; // 20 and 40 of 40 bytes
    let shared = Corrupt { place: "value pool in use", found: 60, expected: 40 };
    assert_eq!(ArgsRef::check(&bytes).unwrap_err(), shared);
}

#[test]
fn a_deep_array_is_like_any_other() {
    let mut builder = Builder::value();
    let mut inner = builder.root(0);
    for _ in 0..100_000 {
        let slot = inner;
        inner = builder.reserve();
        builder.array_of(slot, &[inner]);
    }
    let value = builder.finish_value().unwrap();
    assert!(ValueRef::check(value.archive()).is_ok());
    assert_eq!(value, value.clone());
    let copy = value.view().to_owned();
    assert_eq!(copy, value);
    assert_eq!(copy.archive().len(), value.archive().len());
    let printed = value.to_string();
    assert!(printed.starts_with("[[[") && printed.contains("[...]") && printed.len() < 1_000);
}

#[test]
fn a_bomb_of_shared_arrays_does_not_go_off() {
    let bomb = |leaf: &str| {
        let mut builder = Builder::value();
        let mut slot = builder.root(0);
        for _ in 0..64 {
            let below = builder.reserve();
            builder.array_of(slot, &[below, below]);
            slot = below;
        }
        builder.string(slot, leaf);
        builder.finish_value().unwrap()
    };
    let value = bomb("leaf");
    assert!(ValueRef::check(value.archive()).is_ok());
    assert_eq!(value, bomb("leaf"));
    assert_ne!(value, bomb("loaf"));
    assert_eq!(value.view().to_owned(), value);
    assert_eq!(value.view().to_owned().archive().len(), value.archive().len());
    assert!(value.to_string().len() < 4 << 20);
}

#[test]
fn a_long_string_that_many_share_is_looked_at_once() {
    let shared = |text: &str| {
        let mut builder = Builder::value();
        let slot = builder.reserve();
        builder.string(slot, text);
        builder.array_of(builder.root(0), &vec![slot; 100_000]);
        builder.finish_value().unwrap()
    };
    let text = "x".repeat(1 << 20); // compared 100,000 times, it would be 100 GB
    let value = shared(&text);
    assert!(ValueRef::check(value.archive()).is_ok());
    assert_eq!(value, shared(&text));
    assert!(value.view().to_owned().archive().len() < 4 << 20);
    assert!(value.to_string().len() < 4 << 20);
}

#[test]
fn a_deep_bomb_of_cycles_compares() {
    let ring = |length: usize| {
        let mut builder = Builder::value();
        let slots: Vec<_> = std::iter::once(builder.root(0))
            .chain((1..length).map(|_| builder.reserve()))
            .collect();
        for (position, slot) in slots.iter().enumerate() {
            builder.array_of(*slot, &[slots[(position + 1) % length], slots[position / 2]]);
        }
        builder.finish_value().unwrap()
    };
    assert_eq!(ring(1_000), ring(1_001)); // without end, and everywhere two elements
}

#[test]
fn generated_values_arrive_as_they_were() {
    any::for_each(Tree::strategy(), |tree| {
        let value = tree.value();
        let read = ValueRef::check(value.archive()).unwrap();
        assert_eq!(read, value);
        assert!(tree.is(read));
        let args = args![&value, 1, &value];
        walk(ArgsRef::check(args.archive()).unwrap());
        assert_eq!(args.get(2).to_owned(), value);
    });
}

#[test]
fn random_bytes_are_refused_or_a_value() {
    any::for_each(any::bytes(), |bytes| {
        if let Ok(read) = ArgsRef::check(&aligned(&bytes)) {
            walk(read);
        }
    });
}

#[test]
fn random_damage_is_refused_or_another_value() {
    any::for_each((Tree::strategy(), any::damage()), |(tree, damage)| {
        let mut bytes = aligned(tree.value().archive());
        let len = bytes.len();
        for (at, byte) in damage {
            bytes[at % len] = byte;
        }
        if let Ok(read) = ArgsRef::check(&bytes) {
            walk(read);
        }
    });
}

/// Whether arithmetic finds a table in `bytes`, after making sure that rkyv does if so, or if all of
/// the check does.
pub(super) fn usual(bytes: &[u8]) -> bool {
    let usual = check::Parts::usual(bytes).is_some_and(|parts| parts.nodes.iter().all(is_node));
    let accepted = check::check(bytes).ok();
    assert!(accepted.is_none_or(|it| std::ptr::eq(it, check::access(bytes).unwrap())));
    assert!(!usual || check::access(bytes).is_ok());
    usual
}

#[test]
fn a_node_that_a_look_finds_right_is_right() {
    let text = vec(prop_oneof![3 => 0..128_u8, 1 => arbitrary::<u8>(), 3 => Just(0)], 14);
    any::for_each((0..7_u8, 0..17_u8, text), |(tag, next, rest)| {
        let node: Vec<u8> = [tag, next].into_iter().chain(rest).collect();
        let node = Code::from_le_bytes(node.try_into().unwrap());
        if table::is_plain(&node.to_le_bytes()) {
            assert!(is_node(&node.to_le_bytes()) && table::unnamed(node) == 0);
            let [tag, len, text @ ..] = node.to_le_bytes();
            let (text, behind) = text.split_at(usize::from(len) % 15);
            assert!(tag != tag::SHORT || text.is_ascii() && behind.iter().all(|it| *it == 0));
            assert!(tag != tag::SHORT || text.len() == usize::from(len));
        }
    });
}

#[test]
fn what_we_write_needs_no_rkyv() {
    any::for_each(vec(Tree::strategy(), 0..4), |trees| {
        let values: Vec<Value> = trees.iter().map(Tree::value).collect();
        let values: Vec<&dyn ToValue> = values.iter().map(|value| value as _).collect();
        assert!(usual(Args::new(&values).unwrap().archive()));
    });
}

#[test]
fn without_rkyv_nothing_else_is_accepted() {
    any::for_each((Tree::strategy(), any::damage()), |(tree, damage)| {
        let mut bytes = aligned(tree.value().archive());
        let len = bytes.len();
        for (at, byte) in &damage {
            bytes[at % len] = *byte;
            usual(&bytes);
        }
        bytes.copy_from_slice(tree.value().archive());
        for (at, byte) in damage {
            bytes[len - 1 - at % ROOT_SIZE] ^= byte; // the root, which is the smaller part
            usual(&bytes);
        }
    });
}

#[test]
fn over_a_usual_root_rkyv_and_we_agree() {
    let node =
        (prop_oneof![12 => 0..22_u8, 1 => arbitrary::<u8>()], 0..4_u8, arbitrary::<[u8; 14]>());
    let parts = (0..20_usize, vec(node, 0..6), 0..6_usize, arbitrary::<u32>());
    any::for_each(parts, |(pool, nodes, links, roots)| {
        let shape = Shape { pool, nodes: nodes.len(), links };
        let mut bytes = aligned(&vec![0xff; shape.nodes_at()]);
        for (tag, next, rest) in nodes {
            bytes.extend_from_slice(&[tag, next]);
            bytes.extend_from_slice(&rest);
        }
        bytes.resize(shape.root_at(), 0xff);
        bytes.extend_from_slice(shape.root(roots).as_flattened());
        assert_eq!(usual(&bytes), check::access(&bytes).is_ok());
    });
}

#[test]
fn printing_stops_when_the_writer_does() {
    struct Full;
    impl Write for Full {
        fn write_str(&mut self, _: &str) -> std::fmt::Result {
            Err(std::fmt::Error)
        }
    }
    assert!(write!(Full, "{}", args!["ping"]).is_err());
    assert_eq!(Value::default().kind(), Kind::Undefined);
}
