//! Generated graphs of every kind, with shared nodes and cycles, and what nobody should do by hand:
//! very deep ones.

use rkyv::rancor::Error;

use super::any;
use super::any_value::any_args;
use super::hostile::{aligned, usual, walk};
use crate::value::table::Table;
use crate::value::{Builder, ErrorName, Key, Slot, check};
use crate::{Args, ArgsRef, Value, ValueRef};

fn for_each_graph(check: impl Fn(Args)) {
    any::for_each(
        (proptest::arbitrary::any::<u64>(), 0..3_usize, 1..40_usize),
        |(seed, roots, slots)| {
            check(any_args(seed, roots, slots));
        },
    );
}

#[test]
fn graphs_are_what_rkyv_makes_of_their_table() {
    for_each_graph(|args| {
        assert!(usual(args.archive()), "as we write them");
        let table = check::check(args.archive()).unwrap();
        let table = rkyv::deserialize::<Table, Error>(table).unwrap();
        assert_eq!(args.archive(), &*rkyv::to_bytes::<Error>(&table).unwrap());
    });
}

#[test]
fn graphs_arrive_and_are_copied_as_they_are() {
    for_each_graph(|args| {
        let read = ArgsRef::check(args.archive()).unwrap();
        assert_eq!(read, args.view());
        walk(read);
        for argument in args.iter() {
            let copy = argument.to_owned();
            assert_eq!(ValueRef::check(copy.archive()).unwrap(), argument);
            assert_eq!(copy.to_string(), argument.to_string());
        }
    });
}

#[test]
fn a_copy_of_a_graph_has_no_more_nodes() {
    for_each_graph(|args| {
        let Some(first) = args.iter().next() else { return };
        let mut builder = Builder::args(1);
        builder.put(builder.root(0), first);
        let copy = builder.finish_args().unwrap();
        assert!(copy.get(0).nodes().len() <= first.nodes().len());
        assert_eq!(copy.get(0).to_owned(), first.to_owned());
    });
}

#[test]
fn damaged_graphs_are_refused_or_others() {
    let strategy = (proptest::arbitrary::any::<u64>(), any::damage());
    any::for_each(strategy, |(seed, damage)| {
        let mut bytes = aligned(any_args(seed, 2, 20).archive());
        let len = bytes.len();
        for (at, byte) in damage {
            bytes[at % len] = byte;
        }
        usual(&bytes);
        if let Ok(read) = ArgsRef::check(&bytes) {
            walk(read);
        }
    });
}

/// A container that has one slot in it, one kind after the other.
fn around(builder: &mut Builder, kind: usize, slot: Slot, inner: Slot) {
    match kind % 6 {
        0 => builder.array_of(slot, &[inner]),
        1 => builder.object(slot, &[("key", inner)]),
        2 => builder.map(slot, &[(inner, inner)]),
        3 => builder.set(slot, &[inner]),
        4 => builder.sparse_array(slot, 9, &[(Key::Index(3), inner)]),
        _ => builder.error(slot, ErrorName::Error, None, None, Some(inner)),
    }
}

fn deep(levels: usize) -> Value {
    let mut builder = Builder::value();
    let mut inner = builder.root(0);
    for level in 0..levels {
        let slot = inner;
        inner = builder.reserve();
        around(&mut builder, level, slot, inner);
    }
    builder.finish_value().unwrap()
}

#[test]
fn a_hundred_thousand_levels_need_no_stack() {
    let small = std::thread::Builder::new().stack_size(64 << 10);
    let run = small.spawn(|| {
        let value = deep(100_000);
        let read = ValueRef::check(value.archive()).unwrap();
        let mut builder = Builder::args(1);
        builder.put(builder.root(0), read);
        let copy = builder.finish_args().unwrap();
        assert_eq!(copy.archive().len(), value.archive().len());
        assert!(copy.get(0) == read);
        assert!(read.to_string().len() < 4 << 20);
        assert_ne!(value, deep(100_001));
    });
    run.unwrap().join().unwrap();
}
