//! What each of JavaScript's objects reads, prints and compares as.

use std::time::{Duration, UNIX_EPOCH};

use crate::buffer::Buffer;
use crate::value::{
    ArrayBuffer, BigInt, BigIntRef, Boxed, Builder, Bytes, Date, ErrorName, ErrorValue, Key, Map,
    Primitive, RegExp, Set, TypedArray, ViewKind, Wtf8,
};
use crate::{Kind, ToValue, Value, args, object};

fn printed(value: impl ToValue) -> String {
    format!("{:?}", Value::new(value).unwrap())
}

#[test]
fn utf16_of_any_words_comes_back() {
    for words in [&[0x61_u16, 0xd83d, 0xde00][..], &[0xd83d, 0x61], &[0xde00, 0xd83d], &[]] {
        let mut builder = Builder::value();
        builder.string_utf16(builder.root(0), words);
        let value = builder.finish_value().unwrap();
        let read: Vec<u16> = value.view().as_wtf8().unwrap().encode_utf16().collect();
        assert_eq!(read, words);
        assert_eq!(value.as_str().is_some(), String::from_utf16(words).is_ok());
        assert_eq!(value.kind(), Kind::String);
    }
}

#[test]
fn a_pair_of_surrogates_has_one_form() {
    assert!(Wtf8::new(b"\xed\xa0\xbd\xed\xb8\x80").is_none());
    assert!(Wtf8::new(b"\xed\xb8\x80\xed\xa0\xbd").is_some());
    assert!(Wtf8::new(b"\xed\xa0\xbda\xed\xb8\x80").is_some());
    assert!(Wtf8::new(b"\xed\xa0").is_none());
    assert!(Wtf8::new(b"\xff").is_none());
    assert_eq!(format!("{:?}", Wtf8::new(b"a\xed\xa0\xbd").unwrap()), r#""a\ud83d""#);
}

#[test]
fn integers_of_every_size_are_bigints_on_request() {
    for number in [0, 1, -1, i128::MAX, i128::MIN, 255, 256] {
        let value = Value::new(BigInt::from(number)).unwrap();
        assert_eq!(value.view().as_bigint().unwrap().to_i128(), Some(number));
        assert_eq!(value.to_string(), format!("{number}n"));
    }
    let large = BigIntRef::new(true, &[0xff; 17]);
    assert_eq!((large.to_i128(), large.to_u128()), (None, None));
    assert_eq!(large.to_string(), "-87112285931760246646623899502532662132735"); // 2^136 - 1
    assert!(BigIntRef::new(false, &[1; 129]).to_string().starts_with("0x0101"));
    assert_eq!(BigInt::new(true, &[0, 0]), BigInt::from(0));
}

#[test]
fn dates_print_as_iso_8601() {
    for (ms, text) in [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (-1.0, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000.0, "2000-02-29T00:00:00.000Z"),
        (8.64e15, "+275760-09-13T00:00:00.000Z"),
        (-8.64e15, "-271821-04-20T00:00:00.000Z"),
        (-62_198_755_200_000.0, "-000001-01-01T00:00:00.000Z"),
        (8.64e15 + 1.0, "Invalid Date"),
        (f64::NAN, "Invalid Date"),
    ] {
        assert_eq!(printed(Date::new(ms)), text);
    }
}

#[test]
fn a_date_and_a_system_time_are_one() {
    for time in [
        UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
        UNIX_EPOCH - Duration::from_millis(7),
    ] {
        let value = Value::new(time).unwrap();
        assert_eq!(value.view().as_date().unwrap().to_system_time(), Some(time));
    }
    assert_eq!(Date::from(UNIX_EPOCH - Duration::from_nanos(1)).ms(), -1.0);
    assert_eq!(Date::INVALID.to_system_time(), None);
    assert_eq!(Value::new(Date::INVALID).unwrap(), Value::new(Date::new(f64::INFINITY)).unwrap());
}

#[test]
fn flags_of_a_regexp_are_known_once_and_sorted() {
    assert_eq!(RegExp::new("a", "yg").unwrap().flags(), "gy");
    assert!(RegExp::new("a", "gg").is_none());
    assert!(RegExp::new("a", "x").is_none());
    assert!(RegExp::new("a", "uv").is_none());
    assert_eq!(printed(RegExp::new("a+", "gi").unwrap()), "/a+/gi");
}

#[test]
fn an_error_keeps_name_message_stack_and_cause() {
    let cause = ErrorValue::new(ErrorName::UriError, "why");
    let error = ErrorValue {
        name: ErrorName::TypeError,
        message: Some("boom".into()),
        stack: Some("at line 1".into()),
        cause: Some(&cause),
    };
    let value = Value::new(error).unwrap();
    let read = value.view().as_error().unwrap();
    assert_eq!((read.name(), read.to_string()), (ErrorName::TypeError, "TypeError: boom".into()));
    assert_eq!(read.stack().unwrap(), "at line 1");
    assert_eq!(read.cause().unwrap().as_error().unwrap().name().as_str(), "URIError");
    assert_eq!(value.to_string(), "[TypeError: boom] {cause: [URIError: why]}");
    assert_eq!(printed(ErrorValue::default()), "[Error]");
}

#[test]
fn boxed_primitives_are_not_what_is_in_them() {
    assert_eq!(printed(Boxed(Primitive::Number(1.0))), "[Number: 1]");
    assert_eq!(printed(Boxed(Primitive::Bool(true))), "[Boolean: true]");
    assert_eq!(printed(Boxed(Primitive::String("x".into()))), r#"[String: "x"]"#);
    assert_eq!(printed(Boxed(Primitive::BigInt(BigInt::from(3).view()))), "[BigInt: 3n]");
    let one = Value::new(Boxed(Primitive::Number(1.0))).unwrap();
    assert_ne!(one, Value::from(1));
    assert_eq!(one.view().unboxed().unwrap(), 1);
    assert_eq!(one.as_f64(), None);
}

#[test]
fn maps_and_sets_keep_their_order_and_kinds_of_keys() {
    let args = args![Map(&[(&"a", &1), (&[1], &object! { "b": 2 })]), Set(&[&1, &"a"])];
    assert_eq!(args.to_string(), r#"[Map(2) {"a" => 1, [1] => {"b": 2}}, Set(2) {1, "a"}]"#);
    let (key, value) = args.get(0).pairs().nth(1).unwrap();
    assert_eq!((key.index(0), value.get("b")), (Value::from(1).view(), Value::from(2).view()));
    assert_eq!(args.get(1).elements().count(), 2);
    assert!(args.get(0).get("a").is_undefined());
    assert_ne!(args![Set(&[&1, &2])], args![Set(&[&2, &1])]);
    assert_ne!(args![Set(&[])], args![Map(&[])]);
}

#[test]
fn a_sparse_array_has_holes_and_names() {
    let mut builder = Builder::value();
    let (one, two) = (builder.reserve(), builder.reserve());
    builder.int(one, 1);
    builder.string(two, "two");
    let extra = (Key::Name("extra".into()), two);
    builder.sparse_array(builder.root(0), 6, &[(Key::Index(1), one), (Key::Index(4), two), extra]);
    let value = builder.finish_value().unwrap();
    let expected = r#"[<1 empty item>, 1, <2 empty items>, "two", "extra": "two", <1 empty item>]"#;
    assert_eq!(value.to_string(), expected);
    let read = value.view();
    assert_eq!(
        (read.len(), read.index(1), read.get("extra")),
        (6, Value::from(1).view(), read.index(4))
    );
    assert!(read.has_index(4) && !read.has_index(0) && !read.has_index(6));
    assert!(read.index(0).is_undefined());
    assert_eq!((read.elements().count(), read.entries().count(), read.pairs().count()), (0, 0, 3));
}

#[test]
#[should_panic(expected = "element 3 of a sparse array of 3")]
fn an_element_past_the_length_is_refused() {
    let mut builder = Builder::value();
    let value = builder.reserve();
    builder.sparse_array(builder.root(0), 3, &[(Key::Index(3), value)]);
}

#[test]
fn views_of_one_buffer_share_it() {
    let mut builder = Builder::args(3);
    let buffer = builder.root(0);
    builder.buffer(buffer, &[0, 0, 1, 0, 2, 0, 3, 0]);
    builder.view(builder.root(1), ViewKind::Uint16Array, buffer, 2, 4);
    builder.view(builder.root(2), ViewKind::Uint8Array, buffer, 0, 8);
    let args = builder.finish_args().unwrap();
    assert_eq!(args.get(1).to_string(), "Uint16Array(2) [1, 2]");
    assert_eq!(args.get(0).to_string(), "ArrayBuffer <8 bytes>");
    let (one, two) = (args.get(1).as_view().unwrap(), args.get(2).as_view().unwrap());
    assert_eq!((one.offset(), one.len(), one.elements()), (2, 2, Some(&[1_u16, 2][..])));
    assert_eq!(one.elements::<i16>(), None);
    assert!(one.buffer().unwrap().is_same(two.buffer().unwrap()));
    assert!(one.buffer().unwrap().is_same(args.get(0)));
    assert!(!args.get(1).is_same(args.get(2)));
    assert_eq!(args.get(1).as_bytes(), Some(&[1, 0, 2, 0][..]));
    assert_eq!(args.get(1).to_owned().view().as_view().unwrap().offset(), 2);
}

#[test]
fn typed_arrays_of_every_number_read_as_slices() {
    let args = args![1, TypedArray(&[1_i8]), TypedArray(&[0.5_f64, 2.0]), TypedArray(&[u64::MAX])];
    let view = |at| args.get(at).as_view().unwrap();
    assert_eq!(view(1).elements(), Some(&[1_i8][..]));
    assert_eq!(view(2).elements(), Some(&[0.5_f64, 2.0][..]));
    assert_eq!(view(3).elements(), Some(&[u64::MAX][..]));
    assert_eq!(args.get(3).to_string(), "BigUint64Array(1) [18446744073709551615n]");
    assert_eq!(args.get(1).to_string(), "Int8Array(1) [1]");
    assert_eq!(printed(TypedArray(&[0.1_f32])), "Float32Array(1) [0.10000000149011612]");
    assert_eq!(printed(TypedArray(&[0_u8; 101])).len(), "Uint8Array(101) [...]".len() + 300);
}

#[test]
fn bytes_are_a_view_of_all_of_their_own_buffer() {
    let value = Value::new(Bytes(b"abc")).unwrap();
    let view = value.view().as_view().unwrap();
    assert_eq!((view.kind(), view.bytes()), (ViewKind::Uint8Array, &b"abc"[..]));
    assert!(view.buffer().is_none());
    assert_eq!(value.view().as_bytes(), Value::new(ArrayBuffer(b"abc")).unwrap().as_bytes());
    assert_ne!(value, Value::new(ArrayBuffer(b"abc")).unwrap());
}

#[test]
#[should_panic(expected = "is a buffer, which stays one")]
fn a_buffer_stays_what_views_rely_on() {
    let mut builder = Builder::value();
    let root = builder.root(0);
    builder.buffer(root, b"abc");
    builder.null(root);
}

#[test]
#[should_panic(expected = "is no buffer")]
fn a_view_needs_a_buffer() {
    let mut builder = Builder::value();
    let other = builder.reserve();
    builder.view(builder.root(0), ViewKind::Int8Array, other, 0, 0);
}

#[test]
fn half_floats_print_as_numbers() {
    let mut builder = Builder::value();
    let buffer = builder.reserve();
    builder.buffer(buffer, &[0, 0x3c, 0, 0xc0, 1, 0, 0, 0x7c, 0, 0x7e]);
    builder.view(builder.root(0), ViewKind::Float16Array, buffer, 0, 10);
    let value = builder.finish_value().unwrap();
    let expected = "Float16Array(5) [1, -2, 5.960464477539063e-8, Infinity, NaN]";
    assert_eq!(value.to_string(), expected);
}

#[test]
fn identity_reaches_across_arguments_and_ends_at_primitives() {
    let mut builder = Builder::args(4);
    let shared = builder.reserve();
    builder.array_of(shared, &[]);
    builder.array_of(builder.root(0), &[shared]);
    builder.array_of(builder.root(1), &[shared]);
    builder.int(builder.root(2), 1);
    let args = builder.finish_args().unwrap();
    let other = args![[[0; 0]]];
    assert!(args.get(0).index(0).is_same(args.get(1).index(0)));
    assert!(!args.get(0).is_same(args.get(1)));
    assert!(!args.get(2).is_same(args.get(2)));
    assert!(!args.get(9).is_same(args.get(9)));
    assert!(!args.get(0).index(0).is_same(other.get(0).index(0)));
}

#[test]
fn keys_with_lone_surrogates_are_among_the_pairs_only() {
    let mut builder = Builder::value();
    let (key, value) = (builder.reserve(), builder.reserve());
    builder.wtf8(key, Wtf8::new(b"\xed\xa0\x80").unwrap());
    builder.map(builder.root(0), &[(key, value)]);
    let map = builder.finish_value().unwrap();
    let mut bytes = super::hostile::aligned(map.archive());
    let node = bytes.windows(16).position(|node| node[0] == 16 && node[8] == 1).unwrap();
    bytes[node] = 9; // an object of the same links
    let object = Value::from_archive(Buffer::copy_of(&bytes).unwrap()).unwrap();
    assert_eq!((object.len(), object.view().entries().count()), (1, 0));
    assert_eq!(object.view().pairs().count(), 1);
}
