//! Ringmain's dynamic values: building, checking, reading, copying, comparing.

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use ringmain::{Args, ArgsRef, Bytes, ValueRef, args, object};
use std::hint::black_box;

/// Eight fields of mixed kinds, 90 bytes of contents.
fn object() -> Args {
    args![object! {
        "id": black_box(7),
        "name": "ringmain",
        "price": 0.5,
        "active": true,
        "tags": ["one", "two", "three"],
        "note": "a note that is longer than a short string",
        "count": 1_000_000,
        "parent": None::<i32>,
    }]
}

fn read(object: ValueRef<'_>) -> f64 {
    let number = |key| object.get(key).as_f64().unwrap_or(0.0);
    let len = |key| object.get(key).as_str().map_or(0, str::len) as f64;
    let truths = [object.get("active") == true, object.get("parent").is_null()];
    let tags = object.get("tags").len() as f64;
    let truths = truths.into_iter().map(f64::from).sum::<f64>();
    number("id") + number("price") + number("count") + len("name") + len("note") + tags + truths
}

fn scalars(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("value");
    let ping = args!["ping"];
    assert_eq!(ping.get(0), "ping");
    assert_eq!(args![1, "short"].to_string(), r#"[1, "short"]"#);
    group.bench_function("build [\"ping\"]", |bencher| {
        bencher.iter(|| args![black_box("ping")]);
    });
    group.bench_function("build [1, \"short\"]", |bencher| {
        bencher.iter(|| args![black_box(1), black_box("short")]);
    });
    group.bench_function("check [\"ping\"]", |bencher| {
        bencher.iter(|| ArgsRef::check(black_box(ping.archive())).expect("our own"));
    });
    group.finish();
}

fn objects(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("value");
    let eight = object();
    let two = args![eight.get(0), 1];
    assert_eq!(eight.get(0).len(), 8);
    assert_eq!(two.get(0).to_owned().to_string(), eight.get(0).to_string());
    group.bench_function("build an object of 8", |bencher| bencher.iter(object));
    group.bench_function("check an object of 8", |bencher| {
        bencher.iter(|| ArgsRef::check(black_box(eight.archive())).expect("our own"));
    });
    group.bench_function("read an object of 8 by key", |bencher| {
        bencher.iter(|| assert_eq!(read(black_box(eight.get(0))), 1_000_061.5));
    });
    group.bench_function("copy an object of 8 out of two", |bencher| {
        bencher.iter(|| black_box(two.get(0)).to_owned());
    });
    group.bench_function("compare two objects of 8", |bencher| {
        bencher.iter(|| assert!(black_box(eight.get(0)) == black_box(two.get(0))));
    });
    group.finish();
}

fn bytes(criterion: &mut Criterion) {
    let large = vec![7_u8; 8 << 20];
    assert_eq!(args![Bytes(&large)].get(0).as_bytes(), Some(large.as_slice()));
    criterion.bench_function("value/build 8 MiB of bytes", |bencher| {
        bencher.iter(|| args![Bytes(black_box(&large))]);
    });
}

criterion_group!(name = suite; config = common::settings(); targets = scalars, objects, bytes);
criterion_main!(suite);
