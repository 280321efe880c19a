//! Tests of values.

mod any;
#[expect(
    unreachable_pub,
    dead_code,
    reason = "the package `tests` uses all of it, as another crate"
)]
#[path = "../../../../tests/src/any_value.rs"]
mod any_value;
mod conversions;
mod format;
mod golden;
mod graph;
mod hostile;
mod kinds;
mod raw;
#[cfg(feature = "serde")]
mod serde;

use super::{Builder, Bytes, Kind, Value};
use crate::{Args, args};

#[test]
fn a_missing_argument_is_undefined() {
    let args = args!["ping"];
    assert_eq!(args.len(), 1);
    assert!(args.get(1).is_undefined());
    assert!(args.get(usize::MAX).is_undefined());
}

#[test]
fn no_arguments_are_no_arguments() {
    assert!(args![].is_empty());
    assert_eq!(args![], Args::default());
    assert!(args![].get(0).is_undefined());
}

#[test]
fn every_rust_type_arrives_as_its_kind() {
    let args = args![
        (),
        None::<bool>,
        true,
        -7,
        0.5,
        "short",
        "longer than fourteen bytes",
        String::from("owned"),
        Bytes(&[1, 2]),
        [0_u8; 3],
        vec![1_i64, 1 << 40],
        Value::object([("key", 1)]),
    ];
    let kinds: Vec<Kind> = args.iter().map(|value| value.kind()).collect();
    use Kind::{Array, Bool, Float, Int, Null, Object, String as Text, Undefined};
    assert_eq!(
        kinds,
        [
            Undefined,
            Null,
            Bool,
            Int,
            Float,
            Text,
            Text,
            Text,
            Kind::Bytes,
            Kind::Bytes,
            Array,
            Object
        ]
    );
    assert_eq!(args.get(6), "longer than fourteen bytes");
    assert_eq!(args.get(10).index(1), (1_u64 << 40) as f64);
}

#[test]
fn whole_numbers_past_i32_become_the_nearest_float() {
    assert_eq!(Value::from(i64::from(i32::MAX)).kind(), Kind::Int);
    assert_eq!(Value::from(i64::from(i32::MAX) + 1).kind(), Kind::Float);
    assert_eq!(Value::from(u64::MAX), u64::MAX as f64);
}

#[test]
fn a_whole_float_reads_as_an_integer() {
    assert_eq!(Value::from(3.0).as_i32(), Some(3));
    assert_eq!(Value::from(3.5).as_i32(), None);
    assert_eq!(Value::from(f64::NAN).as_i32(), None);
    assert_eq!(Value::from(1e10).as_i32(), None);
}

#[test]
fn a_wrong_kind_says_what_is_there() {
    let value = Value::from("text");
    let wrong = value.to::<i32>().unwrap_err();
    assert_eq!((wrong.expected(), wrong.found()), ("an integer", Kind::String));
    assert_eq!(wrong.to_string(), "expected an integer, found a string");
    assert_eq!(value.to::<&str>(), Ok("text"));
}

#[test]
fn objects_keep_their_order_and_the_last_of_equal_keys_counts() {
    let value = Value::object([("b", 1), ("a", 2), ("b", 3)]);
    assert_eq!(value.view().keys().collect::<Vec<_>>(), ["b", "a", "b"]);
    assert_eq!(value.get("b"), 3);
    assert!(value.get("c").is_undefined());
    assert!(value.get("").is_undefined());
}

#[test]
fn readers_of_another_kind_find_nothing() {
    let value = Value::from(1);
    assert_eq!(value.as_str(), None);
    assert_eq!(value.as_bytes(), None);
    assert_eq!(value.len(), 0);
    assert!(value.index(0).is_undefined());
    assert!(value.get("key").is_undefined());
    assert_eq!(value.view().elements().len(), 0);
    assert_eq!(value.view().entries().count(), 0);
    assert!(Value::object([("0", 1)]).index(0).is_undefined());
}

#[test]
fn numbers_compare_by_value_and_nan_is_nan() {
    assert_eq!(Value::from(1), Value::from(1.0));
    assert_eq!(Value::from(0.0), Value::from(-0.0));
    assert_eq!(Value::from(f64::NAN), Value::from(f64::NAN));
    assert_ne!(Value::from(1), Value::from("1"));
    assert_ne!(Value::undefined(), Value::null());
}

#[test]
fn containers_compare_by_contents_in_order() {
    let value = || Value::object([("a", Value::array([1, 2])), ("b", Value::from("text"))]);
    assert_eq!(value(), value());
    assert_ne!(value(), Value::object([("a", Value::array([1, 3])), ("b", Value::from("text"))]));
    assert_ne!(Value::array([1, 2]), Value::array([1, 2, 3]));
    assert_ne!(Value::object([("a", 1), ("b", 2)]), Value::object([("b", 2), ("a", 1)]));
    assert_ne!(Value::array([""; 0]), Value::object([("", 0); 0]));
}

#[test]
fn a_cycle_equals_its_unrolled_twin_and_prints() {
    let one = looped(1);
    let two = looped(2);
    assert_eq!(one, two);
    assert_eq!(one.to_string(), "[[circular]]");
    assert_eq!(two.to_string(), "[[[circular]]]");
    assert_ne!(one, Value::array([Value::array([1])]));
}

/// An array that contains itself, `length` arrays further down.
fn looped(length: usize) -> Value {
    let mut builder = Builder::value();
    let mut slots = vec![builder.root(0)];
    slots.resize_with(length, || builder.reserve());
    for (position, slot) in slots.iter().enumerate() {
        builder.array_of(*slot, &[slots[(position + 1) % length]]);
    }
    builder.finish_value().unwrap()
}

#[test]
fn a_copied_part_keeps_what_it_shares() {
    let mut builder = Builder::args(2);
    let shared = builder.reserve();
    builder.put(shared, "a string that many would point at");
    builder.array_of(builder.root(1), &[shared, shared, builder.root(1)]);
    let args = builder.finish_args().unwrap();
    let part = args.get(1).to_owned();
    assert_eq!(args.get(1), part);
    assert!(part.archive().len() < args.archive().len());
    let again = Value::array([&part, &part]);
    assert_eq!(again.index(0), part);
    assert_eq!(again.index(1).index(2).index(2).index(0), "a string that many would point at");
}

#[test]
fn values_print_as_people_expect() {
    assert_eq!(Value::from("pong").to_string(), "pong");
    assert_eq!(format!("{:?}", Value::from("po\"ng")), r#""po\"ng""#);
    let value = Value::object([
        ("text", Value::from("line\n\u{1}")),
        ("bytes", Value::from(vec![0_u8; 12])),
        ("numbers", Value::array([1.0, 0.5, -0.0, f64::NAN, f64::INFINITY, 1e300])),
        ("nothing", Value::array([Value::undefined(), Value::null(), Value::from(true)])),
        ("empty", Value::array([(); 0])),
    ]);
    assert_eq!(
        value.to_string(),
        "{\"text\": \"line\\n\\u0001\", \"bytes\": <12 bytes>, \
         \"numbers\": [1, 0.5, -0, NaN, Infinity, 1e300], \
         \"nothing\": [undefined, null, true], \"empty\": []}"
    );
    assert_eq!(args!["ping", 1].to_string(), r#"["ping", 1]"#);
}

#[test]
fn what_is_received_equals_what_was_sent() {
    let sent = args!["ping", [1, 2, 3], Value::object([("key", "a value of some length")])];
    let received =
        Args::receive(sent.archive().len(), |bytes| bytes.copy_from_slice(sent.archive())).unwrap();
    assert_eq!(received, sent);
    assert_eq!(received.view().to_owned().archive(), sent.archive());
    assert!(
        Value::receive(sent.archive().len(), |bytes| bytes.copy_from_slice(sent.archive()))
            .is_err()
    );
}

/// Builds a message of texts and bytes at uneven places, and of an array of as many.
fn fill(builder: &mut Builder, texts: &[String]) {
    let mut slots = Vec::new();
    for text in texts {
        let slot = builder.reserve();
        builder.string(slot, text);
        slots.push(slot);
    }
    let (bytes, root) = (builder.reserve(), builder.root(1));
    builder.bytes(bytes, b"not a multiple of eight");
    slots.push(bytes);
    builder.array_of(root, &slots);
}

#[test]
fn a_builder_that_begins_anew_builds_what_a_new_one_would() {
    let (mut used, mut args) = (Builder::args(0), Args::default());
    // Above and below what fits the builder, and what fits an archive's own place.
    for count in [3, 100, 0, 1, 40, 2, 1000, 5] {
        let texts: Vec<_> = (0..count).map(|at| format!("text number {at}, and on")).collect();
        let mut new = Builder::args(2);
        fill(&mut new, &texts);
        used.begin(2);
        fill(&mut used, &texts);
        used.finish_into(&mut args).unwrap();
        assert_eq!(args.archive(), new.finish_args().unwrap().archive());
        assert_eq!(args.get(1).len(), count + 1);
        // What was built and not taken leaves nothing behind, either.
        used.begin(1);
        used.string(used.root(0), "left where the next message has a gap");
    }
}

#[test]
#[should_panic(expected = "was not announced")]
fn a_root_that_was_not_announced_is_refused() {
    let _ = Builder::args(1).root(1);
}

#[test]
#[should_panic(expected = "another builder's")]
fn a_slot_of_another_builder_is_refused() {
    let mut other = Builder::args(3);
    let foreign = other.root(2);
    other.null(foreign);
    let mut builder = Builder::value();
    let root = builder.root(0);
    builder.array_of(root, &[foreign]);
}
