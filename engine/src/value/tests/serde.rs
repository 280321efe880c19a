//! Types of serde as values, and what is read back.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::any::{self, Tree};
use crate::value::serde::{DEPTH_MAX, Problem, Serde, SerdeError, from_value, to_value};
use crate::value::{
    ArrayBuffer, BigInt, Boxed, Builder, Date, ErrorName, ErrorValue, Kind, Primitive, RegExp, Set,
    TypedArray, Wtf8,
};
use crate::{Args, Bytes, Error, ToValue, Value, args, object};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Empty,
    Circle(f64),
    Line(u8, u8),
    Box { width: u32, height: Option<u32> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    truth: bool,
    small: i8,
    large: u64,
    letter: char,
    text: String,
    unit: (),
    pair: (u16, f32),
    shapes: Vec<Shape>,
    by_name: BTreeMap<String, i64>,
    by_number: BTreeMap<i32, String>,
    wide: i128,
}

fn everything() -> Everything {
    Everything {
        truth: true,
        small: -7,
        large: u64::MAX,
        letter: 'ä',
        text: "a text that is longer than a short string".into(),
        unit: (),
        pair: (65_535, 0.5),
        shapes: vec![
            Shape::Empty,
            Shape::Circle(1.0),
            Shape::Line(1, 255),
            Shape::Box { width: u32::MAX, height: None },
        ],
        by_name: BTreeMap::from([("least".into(), i64::MIN), ("a name of 16 ch.".into(), 1)]),
        by_number: BTreeMap::from([(-1, "below".into()), (1, "above".into())]),
        wide: i128::MIN,
    }
}

fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, SerdeError> {
    from_value(value.view())
}

fn value(value: impl ToValue) -> Value {
    Value::new(value).unwrap()
}

fn problem<'a, T: Deserialize<'a> + std::fmt::Debug>(value: &'a Value) -> Problem {
    read::<T>(value).unwrap_err().problem().clone()
}

#[test]
fn every_type_comes_back() {
    let sent = everything();
    let value = to_value(&sent).unwrap();
    assert!(crate::ValueRef::check(value.archive()).is_ok());
    assert_eq!(read::<Everything>(&value), Ok(sent.clone()));
    assert_eq!(args![Serde(&sent)].get(0), value);
}

#[test]
fn types_have_the_forms_that_json_has() {
    let value = to_value(&everything()).unwrap();
    let shapes = r#"["Empty", {"Circle": 1}, {"Line": [1, 255]}, {"Box": {"width": 4294967295, "height": null}}]"#;
    assert_eq!(value.get("shapes").to_string(), shapes);
    assert!(value.get("unit").is_null());
    assert_eq!(value.get("letter"), "ä");
    assert_eq!(value.get("by_name").kind(), Kind::Object);
}

#[test]
fn maps_without_names_are_maps() {
    let value = to_value(&everything()).unwrap();
    assert_eq!(value.get("by_number").kind(), Kind::Map);
    assert_eq!(to_value(&HashMap::<i32, i32>::new()).unwrap().kind(), Kind::Object);
    assert_eq!(
        read(&to_value(&HashMap::<i32, i32>::new()).unwrap()),
        Ok(HashMap::<i32, i32>::new())
    );
}

#[test]
fn integers_are_exact_however_large() {
    let kind = |value: Result<Value, SerdeError>| value.unwrap().kind();
    assert_eq!(kind(to_value(&((1_u64 << 53) - 1))), Kind::Float);
    assert_eq!(kind(to_value(&(1_u64 << 53))), Kind::BigInt);
    assert_eq!(kind(to_value(&-(1_i64 << 53))), Kind::BigInt);
    assert_eq!(kind(to_value(&1_i128)), Kind::BigInt);
    for number in [0, 1, -1, 1 << 53, i64::MIN, i64::MAX] {
        assert_eq!(read(&to_value(&number).unwrap()), Ok(number));
    }
    assert_eq!(read(&to_value(&u128::MAX).unwrap()), Ok(u128::MAX));
    assert_eq!(read::<u8>(&value(BigInt::from(255))), Ok(255));
    assert_eq!(read::<u8>(&value(255.0)), Ok(255));
    assert_eq!(read::<u64>(&value(1e19)), Ok(10_000_000_000_000_000_000));
    assert!(read::<u8>(&value(256)).is_err() && read::<u8>(&value(0.5)).is_err());
    assert!(read::<i64>(&value(BigInt::from(1_u64 << 63))).is_err());
    let huge = value(BigInt::new(false, &[1; 17]));
    assert_eq!(problem::<u128>(&huge), Problem::NoForm(Kind::BigInt));
}

#[test]
fn integers_reach_types_that_take_anything_first() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        at: u64,
        share: f64,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    let sent = Outer { inner: Inner { at: 1 << 40, share: 2.0 } };
    assert_eq!(read(&to_value(&sent).unwrap()), Ok(sent));
    assert_eq!(
        read::<serde_json::Value>(&value(f64::powi(-2.0, 63))),
        Ok(json!(f64::powi(-2.0, 63)))
    );
    assert!(read::<f64>(&value(-0.0)).unwrap().is_sign_negative());
    assert_eq!(read::<serde_json::Value>(&value(-0.0)), Ok(json!(-0.0)));
}

#[test]
fn text_and_bytes_are_borrowed() {
    #[derive(Deserialize)]
    struct Borrowed<'a> {
        text: &'a str,
        bytes: &'a [u8],
    }
    let value = value(object! { "text": "short", "bytes": Bytes(b"0123") });
    let read: Borrowed<'_> = read(&value).unwrap();
    assert!(std::ptr::eq(read.text, value.get("text").as_str().unwrap()));
    assert!(std::ptr::eq(read.bytes, value.get("bytes").as_bytes().unwrap()));
}

#[test]
fn bytes_and_typed_arrays_are_sequences_too() {
    assert_eq!(read(&value(Bytes(&[1, 2]))), Ok(vec![1_u8, 2]));
    assert_eq!(read(&value(ArrayBuffer(&[1, 2]))), Ok((1_u8, 2_i64)));
    assert_eq!(read(&value(TypedArray(&[0.5_f64, 2.0]))), Ok([0.5, 2.0]));
    assert_eq!(read(&value(TypedArray(&[-1_i8]))), Ok(vec![-1]));
    assert_eq!(read(&value(Set(&[&1, &2]))), Ok(vec![1, 2]));
    assert!(read::<(u8,)>(&value(Bytes(&[1, 2]))).is_err());
}

#[test]
fn a_date_is_what_json_makes_of_it() {
    let date = value(Date::new(1.0));
    assert_eq!(read(&date), Ok("1970-01-01T00:00:00.001Z".to_owned()));
    assert_eq!(read(&date), Ok(1.0));
    assert_eq!(read(&value(Date::INVALID)), Ok(()));
}

#[test]
fn objects_of_javascript_have_sensible_forms() {
    assert_eq!(read(&value(RegExp::new("a+", "g").unwrap())), Ok("/a+/g".to_owned()));
    let error = value(ErrorValue::new(ErrorName::TypeError, "boom"));
    let read_error: BTreeMap<String, String> = read(&error).unwrap();
    assert_eq!(read_error["name"], "TypeError");
    assert_eq!(read_error["message"], "boom");
    assert_eq!(read(&value(Boxed(Primitive::Number(3.0)))), Ok(3));
    assert_eq!(read(&value(Boxed(Primitive::String("a".into())))), Ok("a".to_owned()));
}

#[test]
fn what_has_no_form_is_named() {
    let lone = value(Wtf8::new(b"\xed\xa0\x80").unwrap());
    assert_eq!(problem::<String>(&lone), Problem::LoneSurrogates);
    let mut builder = Builder::value();
    builder.sparse_array(builder.root(0), u32::MAX, &[]);
    let sparse = builder.finish_value().unwrap();
    assert_eq!(problem::<Vec<Option<u8>>>(&sparse), Problem::NoForm(Kind::SparseArray));
}

#[test]
fn null_and_undefined_are_none_and_an_undefined_field_is_not_there() {
    assert_eq!(read(&value(())), Ok(None::<u8>));
    assert_eq!(read(&value(None::<i32>)), Ok(()));
    #[derive(Debug, PartialEq, Deserialize)]
    struct Defaults {
        #[serde(default)]
        number: u8,
    }
    assert_eq!(read(&value(object! { "number": () })), Ok(Defaults { number: 0 }));
    assert!(read::<Defaults>(&value(object! { "number": None::<i32> })).is_err());
}

#[test]
fn an_error_names_the_way_inside() {
    let value = value(object! { "list": [object! { "a key": 1 }, object! { "a key": "x" }] });
    let wrong = read::<HashMap<String, Vec<HashMap<String, u8>>>>(&value).unwrap_err();
    assert_eq!(wrong.path(), r#".list[1]["a key"]"#);
    let text = r#"list[1]["a key"]: invalid type: string "x", expected u8"#;
    assert_eq!(wrong.to_string(), text);
    let line = to_value(&BTreeMap::from([("Line", (1, 256))])).unwrap();
    assert_eq!(read::<Shape>(&line).unwrap_err().path(), ".Line[1]");
    let circle = to_value(&BTreeMap::from([("Circle", "round")])).unwrap();
    assert_eq!(read::<Shape>(&circle).unwrap_err().path(), ".Circle");
}

#[test]
fn an_enum_is_a_name_or_an_object_of_one_entry() {
    let two = to_value(&BTreeMap::from([("Circle", 1), ("Line", 2)])).unwrap();
    assert!(read::<Shape>(&two).unwrap_err().to_string().contains("an object of one entry"));
    assert!(read::<Shape>(&value("Circle")).is_err());
    assert!(read::<Shape>(&value("Square")).is_err());
    assert_eq!(read(&value(object! { "Circle": 2 })), Ok(Shape::Circle(2.0)));
    assert_eq!(read(&value(object! { "Empty": None::<i32> })), Ok(Shape::Empty));
}

#[derive(Debug, Serialize, Deserialize)]
struct Nest(Vec<Nest>);

fn nest(depth: usize) -> Nest {
    (1..depth).fold(Nest(Vec::new()), |inner, _| Nest(vec![inner]))
}

#[test]
fn deep_types_are_written_up_to_the_limit() {
    let value = to_value(&nest(DEPTH_MAX)).unwrap();
    assert!(read::<Nest>(&value).is_ok());
    assert!(serde_json::to_string(&value).is_ok());
    let deep = to_value(&nest(DEPTH_MAX + 1)).unwrap_err();
    assert_eq!(deep.problem(), &Problem::TooDeep);
    assert_eq!(deep.path(), "[0]".repeat(DEPTH_MAX));
    assert_eq!(Args::new(&[&Serde(&nest(DEPTH_MAX + 1))]), Err(Error::NotCloneable));
}

#[test]
fn a_cycle_is_too_deep() {
    let mut builder = Builder::value();
    builder.array_of(builder.root(0), &[builder.root(0)]);
    let cycle = builder.finish_value().unwrap();
    assert_eq!(problem::<Nest>(&cycle), Problem::TooDeep);
    assert_eq!(problem::<serde_json::Value>(&cycle), Problem::TooDeep);
    assert!(serde_json::to_string(&cycle).unwrap_err().to_string().contains("128 containers"));
}

#[test]
fn a_type_around_itself_is_too_deep() {
    #[derive(Debug, Deserialize)]
    struct Endless(#[expect(dead_code)] Option<Box<Endless>>);
    assert_eq!(problem::<Endless>(&value(1)), Problem::TooDeep);
    assert!(read::<Endless>(&value(())).is_ok());
}

#[test]
fn a_bomb_of_shared_parts_does_not_go_off() {
    let mut builder = Builder::value();
    let mut slot = builder.root(0);
    for _ in 0..64 {
        let below = builder.reserve();
        builder.array_of(slot, &[below, below]);
        slot = below;
    }
    let arrays = builder.finish_value().unwrap();
    assert_eq!(problem::<serde_json::Value>(&arrays), Problem::TooShared);
    assert!(serde_json::to_string(&arrays).is_err());
    let mut builder = Builder::value();
    let text = builder.reserve();
    builder.string(text, &"x".repeat(1 << 20));
    builder.array_of(builder.root(0), &vec![text; 100_000]);
    let texts = builder.finish_value().unwrap();
    assert_eq!(problem::<Vec<String>>(&texts), Problem::TooShared);
}

struct Refusing;

impl Serialize for Refusing {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("not today"))
    }
}

#[test]
fn what_a_type_refuses_fails_the_message() {
    let refused = to_value(&BTreeMap::from([("key", (1, Refusing))])).unwrap_err();
    assert_eq!(refused.to_string(), "key[1]: not today");
    assert_eq!(Args::new(&[&1, &Serde(&Refusing)]), Err(Error::NotCloneable));
    assert_eq!(Value::new(Serde(&Refusing)), Err(Error::NotCloneable));
}

#[test]
#[should_panic(expected = "An object could not be cloned. key[1]: not today")]
fn arguments_that_a_type_refuses_panic_with_its_reason() {
    let _ = args![1, object! { "deep": Serde(&BTreeMap::from([("key", (1, Refusing))])) }];
}

#[test]
fn values_are_data_for_other_formats() {
    let value = value(object! {
        "list": [1, 2], "half": 0.5, "none": (), "big": BigInt::from(1_u64 << 60),
        "date": Date::new(0.0), "bytes": Bytes(&[1]), "floats": TypedArray(&[0.5_f32]),
        "error": ErrorValue::new(ErrorName::RangeError, "far"), "box": Boxed(Primitive::Bool(true)),
    });
    let expected = json!({
        "list": [1, 2], "half": 0.5, "none": null, "big": 1_u64 << 60,
        "date": "1970-01-01T00:00:00.000Z", "bytes": [1], "floats": [0.5],
        "error": {"name": "RangeError", "message": "far"}, "box": true,
    });
    assert_eq!(serde_json::to_value(&value).unwrap(), expected);
}

#[test]
fn generated_values_come_back_through_serde() {
    any::for_each(Tree::strategy(), |tree| {
        let value = tree.value();
        let shown = serde_json::to_value(&value).unwrap();
        let read: serde_json::Value = match read(&value) {
            Ok(read) => read,
            Err(error) => return assert!(error.to_string().contains("byte array"), "{error}"),
        };
        assert_eq!(read, shown);
        let again = to_value(&read).unwrap();
        assert_eq!(serde_json::to_value(&again).unwrap(), shown);
    });
}
