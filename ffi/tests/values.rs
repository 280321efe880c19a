//! A value of every kind, from C to a main in C and to one in Rust, and back.

mod support;

use engine::value::{BigInt, Date, ErrorName, Key, Primitive, RegExp, Slot, ViewKind, Wtf8};
use engine::{Args, Builder, IpcMain, Value};
use std::process::Command;
use std::thread;
use support::{Linked, compiled, endpoint, ends, start};

fn program() -> Command {
    Command::new(compiled("tests/c/values.c", Linked::Shared, &["-lm"]))
}

#[test]
fn every_value_goes_from_c_to_c_and_back() {
    let mut pair = program();
    pair.arg(endpoint("values"));
    ends(start(pair));
}

/// What it compares are values that C has built with those that Rust has: neither side only echoes.
#[test]
fn every_value_goes_from_c_to_rust_and_back() {
    let name = endpoint("values-rust");
    let main = IpcMain::bind(&name).unwrap();
    main.on("echo", |event, args| event.set_return_value(args.get(0)));
    main.handle("echo", |_event, args: Args| async move { Ok(args.get(0).to_owned()) }).unwrap();
    main.on("known", |event, args| {
        let name = args.get(0).as_str().unwrap();
        let known = known(name);
        assert_eq!(args.get(1), known.view(), "{name}");
        event.set_return_value(known)
    });
    main.on("how many are known", |event, _args| event.set_return_value(NAMES.len()));
    let serving = thread::spawn({
        let main = main.clone();
        move || main.run()
    });
    let mut renderer = program();
    renderer.args([&name, "peer"]);
    ends(start(renderer));
    main.stop();
    serving.join().unwrap().unwrap();
}

const NAMES: [&str; 32] = [
    "undefined",
    "null",
    "true",
    "false",
    "whole",
    "broken",
    "zero",
    "nan",
    "infinity",
    "empty string",
    "string",
    "surrogate",
    "long string",
    "empty bytes",
    "bytes",
    "buffer",
    "array",
    "object",
    "map",
    "set",
    "sparse",
    "bigint",
    "bigint zero",
    "date",
    "invalid date",
    "regexp",
    "bare error",
    "error",
    "boxed",
    "views",
    "cycle",
    "deep",
];

const GREETING: &str = "grüß dich\0, 🌍";

/// The value of this name in `tests/c/values.c`, as Rust builds it.
fn known(name: &str) -> Value {
    let mut builder = Builder::value();
    let root = builder.root(0);
    write(&mut builder, root, name);
    builder.finish_value().unwrap()
}

fn write(b: &mut Builder, slot: Slot, name: &str) {
    match name {
        "undefined" => b.undefined(slot),
        "null" => b.null(slot),
        "true" => b.bool(slot, true),
        "false" => b.bool(slot, false),
        "whole" => b.int(slot, -42),
        "broken" => b.float(slot, 0.1),
        "zero" => b.float(slot, -0.0),
        "nan" => b.float(slot, f64::NAN),
        "infinity" => b.float(slot, f64::NEG_INFINITY),
        "empty string" => b.string(slot, ""),
        "string" => b.string(slot, GREETING),
        "surrogate" => b.wtf8(slot, Wtf8::new(b"lone \xed\xa0\xbd half").unwrap()),
        "long string" => b.string(slot, &"l".repeat(300_000)),
        "empty bytes" => b.bytes(slot, &[]),
        "bytes" => b.bytes(slot, &[0, 1, 255]),
        "buffer" => b.buffer(slot, &[7, 0, 254]),
        "array" => array(b, slot),
        "object" => object(b, slot),
        "map" => {
            let [one, two, list, entries] = [(); 4].map(|()| b.reserve());
            b.int(one, 1);
            b.int(two, 2);
            array(b, list);
            object(b, entries);
            b.map(slot, &[(list, one), (two, entries)]);
        }
        "set" => {
            let [text, null, list] = [(); 3].map(|()| b.reserve());
            b.string(text, GREETING);
            b.null(null);
            array(b, list);
            b.set(slot, &[text, null, list]);
        }
        "sparse" => {
            let [text, entries, seven] = [(); 3].map(|()| b.reserve());
            b.string(text, "two");
            object(b, entries);
            b.int(seven, 7);
            let entries = [
                (Key::Index(2), text),
                (Key::Index(999_999), entries),
                (Key::Name(Wtf8::from("index")), seven),
            ];
            b.sparse_array(slot, 1_000_000, &entries);
        }
        "bigint" => b.bigint(slot, true, &TWO_70),
        "bigint zero" => b.bigint(slot, false, &[]),
        "date" => b.date(slot, Date::new(1_700_000_000_123.0)),
        "invalid date" => b.date(slot, Date::new(f64::NAN)),
        "regexp" => b.regexp(slot, RegExp::new("a+\\/b", "giy").unwrap()),
        "bare error" => b.error(slot, ErrorName::Error, None, None, None),
        "error" => {
            let cause = b.reserve();
            b.error(cause, ErrorName::UriError, Some("".into()), None, None);
            let [message, stack] = ["too far", "at x.js:1"].map(|text| Some(text.into()));
            b.error(slot, ErrorName::RangeError, message, stack, Some(cause));
        }
        "boxed" => {
            let big = BigInt::new(true, &TWO_70);
            let elements = [(); 4].map(|()| b.reserve());
            b.boxed(elements[0], Primitive::Bool(true));
            b.boxed(elements[1], Primitive::Number(1.5));
            b.boxed(elements[2], Primitive::BigInt(big.view()));
            b.boxed(elements[3], Primitive::String(GREETING.into()));
            b.array_of(slot, &elements);
        }
        "views" => {
            let buffer = b.reserve();
            b.buffer(buffer, b"0123456789abcdef");
            let mut elements = vec![buffer];
            for kind in ViewKind::ALL {
                elements.push(b.reserve());
                b.view(elements[elements.len() - 1], kind, buffer, 8, 8);
            }
            b.array_of(slot, &elements);
        }
        "cycle" => {
            let map = b.reserve();
            b.map(map, &[(map, slot)]);
            b.object(slot, &[("self", slot), ("one", map), ("two", map)]);
        }
        "deep" => {
            let bottom = (0..100_000).fold(slot, |outer, _| {
                let inner = b.reserve();
                b.array_of(outer, &[inner]);
                inner
            });
            b.string(bottom, "bottom");
        }
        other => panic!("no value is known as {other}"),
    }
}

const TWO_70: [u8; 9] = [0, 0, 0, 0, 0, 0, 0, 0, 0x40];

fn array(b: &mut Builder, slot: Slot) {
    let elements = [(); 4].map(|()| b.reserve());
    b.int(elements[0], 1);
    let inner = [(); 2].map(|()| b.reserve());
    b.null(inner[0]);
    b.string(inner[1], "in");
    b.array_of(elements[1], &inner);
    b.array_of(elements[2], &[]);
    b.string(elements[3], "out");
    b.array_of(slot, &elements);
}

fn object(b: &mut Builder, slot: Slot) {
    let [yes, empty, three, nothing] = [(); 4].map(|()| b.reserve());
    b.bool(yes, true);
    b.object::<&str>(empty, &[]);
    b.int(three, 3);
    b.object(slot, &[("b", yes), ("a", empty), ("", three), ("a rather long key", nothing)]);
}
