//! Ringmain's dynamic values, built with `args!` and read by index and key.

use super::shapes::{Blob, Product, Sample, Samples, Short, bytes, text, truth};
use ringmain::value::Slot;
use ringmain::{Args, ArgsRef, Builder, Bytes, ToValue, ValueRef, args, object};

/// What is a message by hand.
pub(crate) trait Message {
    fn build(&self) -> Args;

    /// As [`Sum`](super::shapes::Sum), of a message that was checked.
    fn sum(message: ArgsRef<'_>) -> f64;
}

fn number(value: ValueRef<'_>) -> f64 {
    value.as_f64().expect("a number")
}

fn text_of(value: ValueRef<'_>) -> f64 {
    text(value.as_str().expect("a text"))
}

fn truth_of(value: ValueRef<'_>) -> f64 {
    truth(value.as_bool().expect("a boolean"))
}

impl Message for Short {
    fn build(&self) -> Args {
        args![self.0, self.1]
    }

    fn sum(message: ArgsRef<'_>) -> f64 {
        number(message.get(0)) + text_of(message.get(1))
    }
}

impl Message for Product {
    fn build(&self) -> Args {
        args![object! {
            "id": self.id,
            "name": self.name,
            "price": self.price,
            "active": self.active,
            "tags": self.tags,
            "note": self.note,
            "count": self.count,
            "parent": self.parent,
        }]
    }

    fn sum(message: ArgsRef<'_>) -> f64 {
        let object = message.get(0);
        let numbers: f64 = ["id", "price", "count"].map(|key| number(object.get(key))).iter().sum();
        let texts = text_of(object.get("name")) + text_of(object.get("note"));
        let tags: f64 = object.get("tags").elements().map(text_of).sum();
        let truths = truth_of(object.get("active")) + truth(object.get("parent").is_null());
        numbers + texts + tags + truths
    }
}

impl ToValue for Sample {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        let object = object! {
            "id": self.id,
            "name": self.name,
            "x": self.x,
            "y": self.y,
            "valid": self.valid,
        };
        object.write(builder, slot);
    }
}

impl Message for Samples {
    fn build(&self) -> Args {
        args![self.0]
    }

    fn sum(message: ArgsRef<'_>) -> f64 {
        let one = |sample: ValueRef<'_>| {
            let numbers = number(sample.get("id")) + number(sample.get("x"));
            let texts = text_of(sample.get("name"));
            numbers + number(sample.get("y")) + texts + truth_of(sample.get("valid"))
        };
        message.get(0).elements().map(one).sum()
    }
}

impl Message for Blob {
    fn build(&self) -> Args {
        args![Bytes(&self.0)]
    }

    fn sum(message: ArgsRef<'_>) -> f64 {
        bytes(message.get(0).as_bytes().expect("bytes"))
    }
}
