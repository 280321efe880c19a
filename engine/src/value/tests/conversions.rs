//! Values as Rust's own types.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::value::{BigInt, Date, Map, Set, TypedArray, Wtf8};
use crate::{Value, args, object};

#[test]
fn every_type_reads_what_it_wrote() {
    let args = args![true, -7, 1_u64 << 40, 0.5, "text", "a text past fourteen bytes", [1, 2]];
    assert_eq!(args.to(0), Ok(true));
    assert_eq!(args.to(1), Ok(-7_i8));
    assert_eq!(args.to(2), Ok(1_u64 << 40));
    assert_eq!(args.to(3), Ok(0.5_f32));
    assert_eq!(args.to(4), Ok("text"));
    assert_eq!(args.to(5), Ok("a text past fourteen bytes".to_owned()));
    assert_eq!(args.to(6), Ok(vec![1, 2]));
    assert_eq!(args.to(6), Ok([1_i64, 2]));
    assert_eq!(args.to(6), Ok((1_u16, 2.0)));
    assert_eq!(args.to(7), Ok(()));
    assert_eq!(args.to::<Value>(6).unwrap(), args.get(6));
}

#[test]
fn bytes_of_every_form_read_as_bytes() {
    let args = args![[1_u8, 2].as_slice(), TypedArray(&[0x0201_u16])];
    for position in 0..2 {
        assert_eq!(args.to(position), Ok(&[1_u8, 2][..]));
        assert_eq!(args.to(position), Ok(vec![1_u8, 2]));
        assert_eq!(args.to(position), Ok([1_u8, 2]));
    }
    assert_eq!(
        args.to::<[u8; 3]>(0).unwrap_err().to_string(),
        "argument 0: expected 3 bytes, found bytes"
    );
}

#[test]
fn null_and_undefined_are_none() {
    let args = args![None::<i32>, (), 7];
    assert_eq!(args.to::<Option<i32>>(0), Ok(None));
    assert_eq!(args.to::<Option<i32>>(1), Ok(None));
    assert_eq!(args.to(2), Ok(Some(7)));
    assert_eq!(args.to::<Option<i32>>(3), Ok(None));
}

#[test]
fn an_object_reads_as_a_map() {
    let args = args![object! { "a": 1, "b": 2, "a": 3 }];
    let expected = [("a".to_owned(), 3), ("b".to_owned(), 2)];
    assert_eq!(args.to(0), Ok(BTreeMap::from(expected.clone())));
    assert_eq!(args.to(0), Ok(HashMap::<String, i32>::from(expected)));
    assert_eq!(args![Set(&[&1, &2])].to(0), Ok(vec![1, 2]));
}

#[test]
fn a_number_out_of_range_says_so() {
    let args = args![300, -1, 0.5, 1e300, BigInt::from(u128::MAX), f64::NAN];
    let wrong = |position| args.to::<i8>(position).unwrap_err().to_string();
    assert_eq!(wrong(0), "argument 0: expected an integer from -128 to 127, found 300");
    assert_eq!(wrong(2), "argument 2: expected an integer from -128 to 127, found 0.5");
    assert_eq!(wrong(3), "argument 3: expected an integer from -128 to 127, found 1e300");
    assert!(wrong(4).ends_with("found 340282366920938463463374607431768211455n"));
    assert!(wrong(5).ends_with("found NaN"));
    assert!(args.to::<u16>(1).is_err());
    assert_eq!(args![BigInt::from(7)].to(0), Ok(7_u16));
    assert_eq!(args![u64::MAX].to::<u64>(0).unwrap_err().found(), crate::Kind::Float);
}

#[test]
fn an_error_names_the_argument_and_the_way_inside_it() {
    let args = args![1, 2, [object! { "name": ["x"] }, object! { "name": None::<bool> }]];
    let wrong = args.to::<Vec<BTreeMap<String, Vec<String>>>>(2).unwrap_err();
    assert_eq!(wrong.to_string(), "argument 2, [1].name: expected an array, found null");
    assert_eq!((wrong.argument(), wrong.path()), (Some(2), "[1].name"));
    let inner = args.get(2).index(0).to::<BTreeMap<String, Vec<i32>>>().unwrap_err();
    assert_eq!(inner.to_string(), "name[0]: expected an integer, found a string");
    let odd = args![object! { "odd key": true }];
    let wrong = odd.to::<BTreeMap<String, i32>>(0).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        r#"argument 0, ["odd key"]: expected an integer, found a boolean"#
    );
    let missing = args.to::<&str>(9).unwrap_err();
    assert_eq!(missing.to_string(), "argument 9: expected a string, found undefined");
}

#[test]
fn an_error_goes_out_of_a_listener() {
    fn listener(args: &crate::Args) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
        Ok(args.to::<&str>(0)?.len())
    }
    assert_eq!(listener(&args!["four"]).unwrap(), 4);
    assert!(listener(&args![4]).unwrap_err().to_string().starts_with("argument 0"));
}

#[test]
fn an_error_about_a_map_or_a_typed_array_says_what_reads_it() {
    let args = args![Map(&[(&"key", &1)]), TypedArray(&[0.5_f64])];
    let map = args.to::<HashMap<String, i32>>(0).unwrap_err();
    assert_eq!(map.to_string(), "argument 0: expected an object, found a map, which `pairs` reads");
    let numbers = args.to::<Vec<f64>>(1).unwrap_err().to_string();
    let found = "found a view of a buffer, which `as_view` reads";
    assert_eq!(numbers, format!("argument 1: expected an array, {found}"));
}

#[test]
fn lone_surrogates_are_no_str() {
    let args = args![Wtf8::new(b"a\xed\xb0\x80").unwrap(), Date::new(1.5)];
    assert!(args.to::<&str>(0).is_err());
    assert_eq!(args.to::<Cow<'_, str>>(0).unwrap(), "a\u{fffd}");
    assert_eq!(args.to::<Wtf8<'_>>(0).unwrap().as_bytes(), b"a\xed\xb0\x80");
    assert_eq!(args.to::<Date>(1).unwrap().ms(), 1.0);
}

#[test]
fn keys_that_are_nodes_already_are_keys_like_any_others() {
    let long = "a key that is longer than a short string";
    let (empty, key) = ("", "key");
    let literal = args![object! {
        "": 1, "a": 2, "ab": 3, "abc": 4, "abcd": 5, "seven..": 6, "fourteen bytes": 7,
        "fifteen bytes..": "a text that comes behind its key", "ä": object! {}, "key": [1, 2],
        "a key that is longer than a short string": 0.5,
    }];
    let variable = args![object! {
        empty: 1, "a": 2, "ab": 3, "abc": 4, "abcd": 5, "seven..": 6, "fourteen bytes": 7,
        "fifteen bytes..": "a text that comes behind its key", "ä": object! {}, key: [1, 2],
        long: 0.5,
    }];
    let plain = args![crate::value::Object(&[
        ("", &1),
        ("a", &2),
        ("ab", &3),
        ("abc", &4),
        ("abcd", &5),
        ("seven..", &6),
        ("fourteen bytes", &7),
        ("fifteen bytes..", &"a text that comes behind its key"),
        ("ä", &crate::value::Object(&[])),
        ("key", &[1, 2]),
        (long, &0.5),
    ])];
    assert_eq!(literal.archive(), plain.archive());
    assert_eq!(variable.archive(), plain.archive());
    assert_eq!(literal.get(0).get("abc"), 4);
    let kept = object! { "kept": long.len() };
    assert_eq!(args![kept].get(0).get("kept"), 40);
}
