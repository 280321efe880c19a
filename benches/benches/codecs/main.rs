//! Codecs beside each other: what a message costs to encode, and to check and read.
//!
//! | contender | encodes | reads |
//! |---|---|---|
//! | `ringmain` | `args!`, `object!` | `ArgsRef::check`, then by index and key where it lies |
//! | `ringmain serde` | `to_value` | `ValueRef::check`, `from_value` |
//! | `rkyv` | as a typed channel does | checked as a typed channel does, then where it lies |
//! | `rmp-serde` | MessagePack; structs as maps with their fields' names | `from_slice` |
//! | `serde_json` | `to_writer`; bytes as an array of numbers, because JSON has none | `from_slice` |
//!
//! All but `rkyv` carry the names of fields. Reading means a message that nobody has looked at before:
//! it is checked or parsed, then every field and every byte of texts and bytes is added up, and the
//! sum compared. What serde reads is borrowed from the message where it can be: texts always, bytes in
//! all but JSON. Messages of `ringmain` own their memory; the others encode into a buffer that is kept.

#[path = "../common/mod.rs"]
mod common;

mod archives;
mod shapes;
mod values;

use archives::{Buffer, Writable};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use ringmain::rkyv::Archive;
use ringmain::{ArgsRef, ValueRef, from_value, to_value};
use serde::{Deserialize, Serialize};
use shapes::{BlobView, ProductView, SamplesView, ShortView, Sum};
use std::hint::black_box;
use values::Message;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// What all contenders know.
trait Shape: Serialize + Message + Writable + Archive<Archived: Sum> {
    /// What serde reads it as.
    type View<'a>: Deserialize<'a> + Sum;
    const NAME: &str;
    const SUM: f64;
}

impl Shape for shapes::Short {
    type View<'a> = ShortView<'a>;
    const NAME: &str = "[1, \"short\"]";
    const SUM: f64 = 561.0;
}

impl Shape for shapes::Product {
    type View<'a> = ProductView<'a>;
    const NAME: &str = "object of 8";
    const SUM: f64 = 1_005_904.5;
}

impl Shape for shapes::Samples {
    type View<'a> = SamplesView<'a>;
    const NAME: &str = "100 records of 5";
    const SUM: f64 = 86_236.0;
}

impl Shape for shapes::Blob {
    type View<'a> = BlobView<'a>;
    const NAME: &str = "64 KiB of bytes";
    const SUM: f64 = 35_184_372_080_640.0;
}

/// Of each contender's message, made once.
struct Messages {
    ringmain: ringmain::Args,
    serde: ringmain::Value,
    rkyv: Buffer,
    rmp: Vec<u8>,
    json: Vec<u8>,
}

impl Messages {
    fn of<T: Shape>(value: &T) -> Self {
        let (mut rkyv, mut rmp) = (Buffer::new(), Vec::new());
        archives::write(value, &mut rkyv);
        rmp_serde::encode::write_named(&mut rmp, value).expect("MessagePack");
        Self {
            ringmain: value.build(),
            serde: to_value(value).expect("a value"),
            rkyv,
            rmp,
            json: serde_json::to_vec(value).expect("JSON"),
        }
    }
}

fn codecs<T: Shape>(criterion: &mut Criterion, value: &T) {
    let messages = Messages::of(value);
    let mut group = criterion.benchmark_group(format!("encode {}", T::NAME));
    encode_values(&mut group, value, &messages);
    encode_bytes(&mut group, value, &messages);
    group.finish();
    let mut group = criterion.benchmark_group(format!("read {}", T::NAME));
    read_in_place::<T>(&mut group, &messages);
    read_by_serde::<T>(&mut group, &messages);
    group.finish();
}

/// Into memory of their own.
fn encode_values<T: Shape>(group: &mut Group<'_>, value: &T, messages: &Messages) {
    group.bench_function("ringmain", |bencher| {
        let expected = messages.ringmain.archive().len();
        bencher.iter(|| {
            let message = black_box(value).build();
            assert_eq!(message.archive().len(), expected);
            message
        });
    });
    group.bench_function("ringmain serde", |bencher| {
        let expected = messages.serde.archive().len();
        bencher.iter(|| {
            let message = to_value(black_box(value)).expect("a value");
            assert_eq!(message.archive().len(), expected);
            message
        });
    });
}

/// Into a buffer that is kept.
fn encode_bytes<T: Shape>(group: &mut Group<'_>, value: &T, messages: &Messages) {
    let mut buffer = Buffer::new();
    group.bench_function("rkyv", |bencher| {
        bencher.iter(|| {
            archives::write(black_box(value), &mut buffer);
            assert_eq!(black_box(&buffer).len(), messages.rkyv.len());
        });
    });
    let mut buffer = Vec::new();
    group.bench_function("rmp-serde", |bencher| {
        bencher.iter(|| {
            buffer.clear();
            rmp_serde::encode::write_named(&mut buffer, black_box(value)).expect("MessagePack");
            assert_eq!(black_box(&buffer).len(), messages.rmp.len());
        });
    });
    group.bench_function("serde_json", |bencher| {
        bencher.iter(|| {
            buffer.clear();
            serde_json::to_writer(&mut buffer, black_box(value)).expect("JSON");
            assert_eq!(black_box(&buffer).len(), messages.json.len());
        });
    });
}

fn read<T: Shape>(
    group: &mut Group<'_>,
    contender: &str,
    message: &[u8],
    sum: impl Fn(&[u8]) -> f64,
) {
    group.bench_function(contender, |bencher| {
        bencher.iter(|| assert_eq!(sum(black_box(message)), T::SUM));
    });
}

fn read_in_place<T: Shape>(group: &mut Group<'_>, messages: &Messages) {
    read::<T>(group, "ringmain", messages.ringmain.archive(), |bytes| {
        <T as Message>::sum(ArgsRef::check(bytes).expect("our own"))
    });
    read::<T>(group, "rkyv", &messages.rkyv, |bytes| archives::check::<T>(bytes).sum());
}

fn read_by_serde<T: Shape>(group: &mut Group<'_>, messages: &Messages) {
    read::<T>(group, "ringmain serde", messages.serde.archive(), |bytes| {
        let value = ValueRef::check(bytes).expect("our own");
        from_value::<T::View<'_>>(value).expect("its own type").sum()
    });
    read::<T>(group, "rmp-serde", &messages.rmp, |bytes| {
        rmp_serde::from_slice::<T::View<'_>>(bytes).expect("MessagePack").sum()
    });
    read::<T>(group, "serde_json", &messages.json, |bytes| {
        serde_json::from_slice::<T::View<'_>>(bytes).expect("JSON").sum()
    });
}

fn short(criterion: &mut Criterion) {
    codecs(criterion, &shapes::short());
}

fn product(criterion: &mut Criterion) {
    codecs(criterion, &shapes::product());
}

fn samples(criterion: &mut Criterion) {
    codecs(criterion, &shapes::samples());
}

fn blob(criterion: &mut Criterion) {
    codecs(criterion, &shapes::blob());
}

criterion_group! {
    name = suite;
    config = common::settings();
    targets = short, product, samples, blob
}
criterion_main!(suite);
