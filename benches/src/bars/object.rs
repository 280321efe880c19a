//! An object of eight mixed fields, 90 bytes of JSON: built, sent to main, copied, checked, and every
//! field read by its key.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use ringmain::{Args, MainOptions, ValueRef, WaitPolicy, args, object};

use super::one_way::{self, Tally};
use super::send_sync::connect;
use crate::Result;
use crate::bars::bar::{Bar, Rule};
use crate::bars::contender::Contender;
use crate::bars::rounds::Rounds;
use crate::bars::trips::warming;
use crate::clock::ticks;
use crate::end::End;
use crate::stats::{Sample, Stat};

const ROUNDS: Rounds = Rounds { rounds: 50, messages: 10_000 };
const TRIPS: u32 = 200_000;
const CHANNEL: &str = "message";
const LIMIT_NS: f64 = 600.0;

/// One after the other as fast as they are read: the time from one to the next.
pub(super) struct ObjectsInStream;

impl Contender for ObjectsInStream {
    fn name(&self) -> &'static str {
        "objects in a stream"
    }

    fn bars(&self) -> Vec<Bar> {
        let rule = Rule::AtMost(LIMIT_NS);
        vec![Bar {
            name: "object of 8 fields, 90 B, one way",
            stat: Stat::P50,
            rule,
            stretch: None,
        }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        one_way::from_renderer(&end, ROUNDS, |renderer, mut numbers| {
            numbers.try_for_each(|number| Ok(renderer.send(CHANNEL, message(number))?))
        })
    }

    fn answer(&self, end: End) -> Result<()> {
        one_way::into_main(&end, &MainOptions::new(), |main, tally| {
            main.on(CHANNEL, move |_, args| tally.count(is_object(args.get(0), tally.next())));
        })
    }
}

/// Each sent when the one before was read: the time from the beginning of its building to the end
/// of its reading, with both ends awake. What one end does is not hidden behind the other here, so it
/// is shown beside the bar.
pub(super) struct ObjectAlone;

/// The word where main leaves the time at which it had read the last message.
const READ: usize = 0;

impl Contender for ObjectAlone {
    fn name(&self) -> &'static str {
        "object alone"
    }

    fn bars(&self) -> Vec<Bar> {
        let rule = Rule::AtMost(f64::INFINITY);
        vec![Bar {
            name: "the same, one at a time (shown only)",
            stat: Stat::P50,
            rule,
            stretch: Some(LIMIT_NS),
        }]
    }

    fn measure(&self, end: End) -> Result<Sample> {
        let renderer = connect(&end, WaitPolicy::default())?;
        end.meet()?;
        let read = end.shared.word64(READ);
        let trips = end.trips(TRIPS);
        let mut laps = Vec::with_capacity(trips as usize);
        for number in 0..u64::from(warming(trips) + trips) {
            read.store(0, Relaxed);
            let started = ticks();
            renderer.send(CHANNEL, message(number))?;
            let ended = loop {
                // Pairs with the store in `answer`.
                match read.load(Acquire) {
                    0 => std::hint::spin_loop(),
                    ended => break ended,
                }
            };
            if number >= warming(trips).into() {
                laps.push(ended.saturating_sub(started));
            }
        }
        let counted = renderer.send_sync("count", args![])?;
        Tally::check(&counted, (warming(trips) + trips).into())?;
        Sample::of_laps(&laps, end.clock.ns_per_tick())
    }

    fn answer(&self, end: End) -> Result<()> {
        let end = Arc::new(end);
        one_way::into_main(&end, &MainOptions::new(), |main, tally| {
            let end = Arc::clone(&end);
            main.on(CHANNEL, move |_, args| {
                tally.count(is_object(args.get(0), tally.next()));
                end.shared.word64(READ).store(ticks(), Release); // pairs with the load in `measure`
            });
        })
    }
}

#[inline]
fn message(number: u64) -> Args {
    args![object! {
        "id": id(number),
        "x": x(number),
        "on": is_on(number),
        "name": "ring",
        "at": path(number),
        "up": None::<()>,
        "n": 4,
        "t": "a",
    }]
}

#[inline]
fn is_object(object: ValueRef<'_>, number: u64) -> bool {
    object.get("id").as_i32() == Some(id(number))
        && object.get("x").as_f64() == Some(x(number))
        && object.get("on").as_bool() == Some(is_on(number))
        && object.get("name").as_str() == Some("ring")
        && object.get("at").as_str() == Some(path(number))
        && object.get("up").is_null()
        && object.get("n").as_i32() == Some(4)
        && object.get("t").as_str() == Some("a")
}

fn id(number: u64) -> i32 {
    1_000 + (number % 9_000) as i32
}

fn x(number: u64) -> f64 {
    (number % 8) as f64 + 0.5
}

fn is_on(number: u64) -> bool {
    number.is_multiple_of(3)
}

/// Long enough to lie apart from the field.
fn path(number: u64) -> &'static str {
    ["/a/longer/text", "/another/text/"][(number % 2) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object_is_90_bytes_of_json_in_8_fields() {
        let message = message(1);
        let json: String = message.get(0).to_string().split(' ').collect();
        assert_eq!((json.len(), message.get(0).len()), (90, 8), "{json}");
    }

    #[test]
    fn an_object_is_known_by_its_number() {
        let message = message(5);
        assert!(is_object(message.get(0), 5));
        assert!(!is_object(message.get(0), 6));
    }
}
