//! Values of a program's own types, which are given the builder and may do anything to it.

use crate::support::{caught, read, read_or_error};
use ringmain::value::{ErrorValue, Literal, Map, Name, Object, Set, Slot};
use ringmain::{Args, Builder, ToValue, Value, object};
use std::cell::RefCell;

const LONG: &str = "a key that does not fit into its node";

/// A value that is written by a function.
struct By<F>(F);

impl<F: Fn(&mut Builder, Slot)> ToValue for By<F> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        (self.0)(builder, slot);
    }
}

/// Containers that have `value` in them, with more behind it.
fn around(value: &dyn ToValue, run: &mut dyn FnMut(&dyn ToValue)) {
    run(&Object(&[("a", value), ("b", value), (LONG, &2)]));
    run(&object! { "a": 1, "b": value, "a key that does not fit into its node": 2 });
    run(&Literal { names: &[Name::new("a"), Name::new(LONG)], values: &[value, value] });
    run(&Map(&[(value, &1), (&LONG, value), (value, value)]));
    run(&Set(&[&1, value, &2]));
    run(&[value, value]);
    run(&ErrorValue { cause: Some(value), ..ErrorValue::default() });
    run(&Object(&[("a", &object! { "b": value }), ("b", &Some(value))]));
}

#[test]
fn a_panic_in_the_middle_leaves_a_message() {
    let panics = By(|_: &mut Builder, _| panic!("on purpose"));
    around(&panics, &mut |value| {
        let mut builder = Builder::args(2);
        let root = builder.root(0);
        assert!(caught(|| builder.put(root, value)).is_err());
        builder.string(builder.root(1), LONG);
        read(&builder.finish_args().unwrap());
    });
}

#[test]
fn a_builder_that_is_taken_away_and_the_one_in_its_place_are_whole() {
    for slots in [0, 1, 3, 40] {
        let taken = RefCell::new(Vec::new());
        let swaps = By(|builder: &mut Builder, _| {
            let mut other = Builder::args(slots);
            for slot in 0..slots {
                other.buffer(other.root(slot), &[0xff; 32]);
            }
            std::mem::swap(builder, &mut other);
            taken.borrow_mut().push(other);
        });
        around(&swaps, &mut |value| {
            let mut builder = Builder::args(1);
            let root = builder.root(0);
            let _swapped = caught(|| builder.put(root, value));
            read_or_error(builder.finish_args());
            taken.take().into_iter().for_each(|builder| read_or_error(builder.finish_args()));
            let _whole = caught(|| Args::new(&[value, &1]).map(|args| read(&args)));
            let _one = caught(|| Value::new(value).map(|value| read(&ringmain::args![value])));
            taken.take().into_iter().for_each(|builder| read_or_error(builder.finish_args()));
        });
    }
}

#[test]
fn a_builder_that_begins_anew_in_the_middle_makes_a_message_or_an_error() {
    for count in [0, 1, 2, 7, 100] {
        let begins = By(|builder: &mut Builder, _| builder.begin(count));
        around(&begins, &mut |value| {
            let mut builder = Builder::args(3);
            let root = builder.root(2);
            let _begun = caught(|| builder.put(root, value));
            read_or_error(builder.finish_args());
        });
    }
}

#[test]
fn a_value_that_writes_every_slot_but_the_first_makes_a_message_or_an_error() {
    let mut other = Builder::args(0);
    let slots: Vec<_> = (0..40).map(|_| other.reserve()).collect();
    let writes = By(|builder: &mut Builder, _| {
        for slot in slots.iter().skip(1) {
            let _written = caught(|| builder.bytes(*slot, &[0xff; 20]));
        }
    });
    around(&writes, &mut |value| {
        let mut builder = Builder::args(1);
        let root = builder.root(0);
        builder.put(root, value);
        read_or_error(builder.finish_args());
    });
}

#[test]
fn a_literal_has_as_many_entries_as_it_has_names_and_values() {
    let names = [Name::new("a"), Name::new(LONG), Name::new("c")];
    let values: [&dyn ToValue; 3] = [&1, &2, &3];
    for (some_names, some_values) in [(3, 1), (2, 0), (1, 3), (0, 2)] {
        let literal = Literal { names: &names[..some_names], values: &values[..some_values] };
        let args = Args::new(&[&literal]).unwrap();
        read(&args);
        assert_eq!(args.get(0).len(), some_names.min(some_values));
    }
}

#[cfg(feature = "serde")]
mod of_serde {
    use super::*;
    use ringmain::Serde;
    use serde::ser::{Error, Serialize, SerializeMap, Serializer};

    struct Refuses;

    impl Serialize for Refuses {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("never"))
        }
    }

    struct Panics;

    impl Serialize for Panics {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("on purpose")
        }
    }

    /// A map that does not care what its keys and values say, nor how many there are.
    struct Careless;

    impl Serialize for Careless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(usize::MAX))?;
            let _no_key = map.serialize_value("first");
            let _refused = map.serialize_key(&Refuses);
            map.serialize_key("two keys")?;
            map.serialize_value(&1)?;
            map.serialize_value(LONG)?;
            let _refused = map.serialize_value(&Refuses);
            let _caught = caught(|| map.serialize_key(&Panics));
            let _caught = caught(|| map.serialize_value(&Panics));
            map.end()
        }
    }

    #[test]
    fn a_careless_type_of_serdes_makes_a_message_or_an_error() {
        let mut builder = Builder::args(1);
        let root = builder.root(0);
        builder.put(root, Serde(&Careless));
        read_or_error(builder.finish_args());
        let _panicked = caught(|| Args::new(&[&Serde(&[Panics])]));
    }

    #[test]
    fn a_panic_in_a_type_of_serdes_leaves_a_message() {
        let mut builder = Builder::args(1);
        let root = builder.root(0);
        let map = std::collections::BTreeMap::from([("a", vec![Panics])]);
        assert!(caught(|| builder.put(root, Serde(&map))).is_err());
        read(&builder.finish_args().unwrap());
    }
}
