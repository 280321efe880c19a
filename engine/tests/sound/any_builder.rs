//! Any calls of two builders in any order, with slots of either, of before, and of neither: what comes out
//! is a message that a peer reads, or a named error.

use crate::support::{caught, read, read_or_error};
use proptest::prelude::*;
use ringmain::value::{Boxed, Date, ErrorName, Key, Primitive, Slot, ViewKind, Wtf8};
use ringmain::{Args, Builder, Error, ToValue, object};
use std::cell::RefCell;

/// What is called, on which builder, and with what: the meaning of the numbers is the call's.
#[derive(Debug, Clone, Copy)]
struct Call {
    what: u8,
    on: usize,
    slot: usize,
    other: usize,
    number: usize,
}

fn any_call() -> impl Strategy<Value = Call> {
    let places = (0..2_usize, 0..40_usize, 0..40_usize, 0..40_usize);
    (0..23_u8, places).prop_map(|(what, (on, slot, other, number))| Call {
        what,
        on,
        slot,
        other,
        number,
    })
}

struct Stage {
    builders: [Builder; 2],
    /// Of either builder, of now or of before, or of neither. The first are those of most builders.
    slots: Vec<Slot>,
    /// What was built last.
    built: Args,
}

/// Swaps the builders in the middle of a value, begins anew, or panics.
struct Meddles<'s>(RefCell<&'s mut Builder>, usize);

impl ToValue for Meddles<'_> {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        match self.1 % 4 {
            0 => panic!("on purpose"),
            1 => std::mem::swap(builder, &mut self.0.borrow_mut()),
            2 => builder.begin(self.1),
            _ => builder.string(slot, "a string that is not short"),
        }
    }
}

impl Stage {
    fn new() -> Self {
        let mut neither = Builder::args(0);
        let slots = (0..24).map(|_| neither.reserve()).collect();
        let builders = [Builder::args(2), Builder::args(3)];
        Self { builders, slots, built: Args::default() }
    }

    fn slot(&self, number: usize) -> Slot {
        // Small numbers are those that most builders have.
        self.slots[number % self.slots.len()]
    }

    fn call(&mut self, call: Call) {
        let (slot, other) = (self.slot(call.slot), self.slot(call.other));
        match call.what {
            0..8 => self.write(call, slot),
            8..16 => self.contain(call, slot, other),
            16..19 => self.meddle(call, slot),
            19 => self.builders[call.on].begin(call.number % 5),
            20 => self.finish_into(call.on),
            _ => self.take(call),
        }
    }

    fn write(&mut self, call: Call, slot: Slot) {
        let (builder, number) = (&mut self.builders[call.on], call.number);
        match call.what {
            0 => builder.string(slot, &"x".repeat(4 * number)),
            1 => builder.bytes(slot, &vec![0xff; 8 * number]),
            2 => builder.buffer(slot, &vec![0xff; number]),
            3 => builder.put(slot, Date::new(0.5)),
            4 => {
                builder.wtf8(slot, Wtf8::new(b"\xed\xa0\x80 is no character").unwrap_or("".into()))
            }
            5 => builder.bigint(slot, true, &vec![7; number]),
            6 => builder.int(slot, 7),
            _ => self.slots.push(builder.reserve()),
        }
    }

    fn contain(&mut self, call: Call, slot: Slot, other: Slot) {
        let (builder, number) = (&mut self.builders[call.on], call.number);
        match call.what {
            8 => self.slots.extend(builder.array(slot, number % 6)),
            9 => builder.object(slot, &[("key", other), ("a key that is not short", slot)]),
            10 => builder.object_of(slot, &[(other, slot), (slot, other)]),
            11 => builder.map(slot, &[(other, slot)]),
            12 => builder.sparse_array(slot, 9, &[(Key::Index(1), other), (Key::Index(20), slot)]),
            13 => builder.sparse_array(
                slot,
                9,
                &[(Key::Index(8), other), (Key::Name("a".into()), slot)],
            ),
            14 => builder.error(slot, ErrorName::Error, Some("text".into()), None, Some(other)),
            _ => {
                builder.view(slot, ViewKind::Uint16Array, other, 2 * (number % 3), 2 * (number % 7))
            }
        }
    }

    fn meddle(&mut self, call: Call, slot: Slot) {
        let [first, second] = &mut self.builders;
        let (builder, meddled) = if call.on == 0 { (first, second) } else { (second, first) };
        let number = call.number;
        match call.what {
            16 => {
                let value = Meddles(RefCell::new(meddled), number);
                builder.put(
                    slot,
                    object! { "a": &value, "a key that is not short": &[&value], "b": 1 },
                );
            }
            17 => builder.put(slot, self.built.get(number % 4)),
            _ if number == 0 => _ = builder.array(slot, usize::MAX - call.other),
            _ => builder.put(slot, Boxed(Primitive::String("a string that is not short".into()))),
        }
    }

    fn finish_into(&mut self, on: usize) {
        match self.builders[on].finish_into(&mut self.built) {
            Ok(()) => read(&self.built),
            Err(error) => assert!(matches!(error, Error::Malformed(_)), "{error}"),
        }
    }

    fn take(&mut self, call: Call) {
        let builder =
            std::mem::replace(&mut self.builders[call.on], Builder::args(call.number % 4));
        match call.what {
            21 => read_or_error(builder.finish_args()),
            _ => read_or_error(builder.finish_value().map(|value| ringmain::args![value])),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn whatever_is_built_is_read_or_a_named_error(calls in proptest::collection::vec(any_call(), 1..60)) {
        let mut stage = Stage::new();
        for call in calls {
            // Those of a finish are the test's own.
            match call.what {
                20.. => stage.call(call),
                _ => drop(caught(|| stage.call(call))),
            }
        }
        for builder in stage.builders {
            read_or_error(builder.finish_args());
        }
    }
}
