//! What the run judges, one contender per file. The first two check the harness's own counters.
//!
//! A new one is a file here with a [`Contender`](crate::bars::contender::Contender) in it, and a line in
//! [`ALL`]. Its `measure` and `answer` run in two processes, each with an [`End`](crate::end::End):
//! they set up, then call [`End::time`](crate::end::End::time) (or `time_asleep`) and
//! [`End::serve`](crate::end::End::serve) with one trip as a closure, which checks the payload. Rates
//! are timed by [`Rounds`]; [`one_way`] has both ends of a session for them.

pub(crate) mod bar;
pub(crate) mod catalogue;
pub(crate) mod contender;
pub(crate) mod floors;
mod report;
pub(crate) mod rounds;
pub(crate) mod run;
mod table;
mod trips;

mod allocations;
mod allocations_by_size;
mod connect;
mod counted_allocations;
mod counted_calls;
mod direction;
mod dynamic;
mod echo;
mod failed;

mod object;
mod one_way;
mod position;
mod raw;
mod ring_one_way;
mod ring_parked;
mod ring_round_trip;
mod scale;
mod send_sync;
mod system_calls;
mod typed;
mod words;

use allocations::{Allocations, Of};
use allocations_by_size::{AllocationsBySize, Sent};
use connect::Connect;
use direction::To;
use dynamic::Dynamic;
use raw::Raw;
use ring_parked::RingParked;
use ring_round_trip::RingRoundTrip;
use send_sync::SendSyncParked;
use typed::{As, Typed};

use crate::bars::catalogue::Listed;
use crate::bars::contender::Placement;
use crate::bars::floors::Floor;
use crate::bars::rounds::Rounds;

/// In the order of the table.
pub(crate) static ALL: &[Listed] = &[
    &RingRoundTrip::<6> {
        name: "ring 48 B",
        bar: "ring round trip, 48 B, both spinning",
        limit: 1.35,
    },
    &RingRoundTrip::<8> {
        name: "ring 64 B",
        bar: "ring round trip, 64 B, both spinning",
        limit: 1.75,
    },
    &send_sync::SendSync,
    &ring_one_way::RingOneWay,
    &RingParked {
        name: "ring parked, two CPUs",
        bar: "ring round trip, both parked, two CPUs",
        placement: Placement::TwoCpus,
        floor: Floor::FutexTwoCpus,
    },
    &RingParked {
        name: "ring parked, one CPU",
        bar: "ring round trip, both parked, one CPU",
        placement: Placement::OneCpu,
        floor: Floor::FutexOneCpu,
    },
    &SendSyncParked {
        name: "send_sync parked, two CPUs",
        bar: "send_sync to a sleeping main, two CPUs",
        placement: Placement::TwoCpus,
        floor: Floor::NudgeTwoCpus,
    },
    &SendSyncParked {
        name: "send_sync parked, one CPU",
        bar: "send_sync to a sleeping main, one CPU",
        placement: Placement::OneCpu,
        floor: Floor::NudgeOneCpu,
    },
    &Typed {
        name: "typed to main, in bursts",
        bar: "typed 48 B to main, in bursts",
        to: To::Main,
        sent: As::Bursts,
    },
    &Typed {
        name: "typed to main, a call each",
        bar: "typed 48 B to main, a call each",
        to: To::Main,
        sent: As::Calls,
    },
    &Typed {
        name: "typed to a renderer, in bursts",
        bar: "typed 48 B to a renderer, in bursts",
        to: To::Renderer,
        sent: As::Bursts,
    },
    &Typed {
        name: "typed to a renderer, a call each",
        bar: "typed 48 B to a renderer, a call each",
        to: To::Renderer,
        sent: As::Calls,
    },
    &Dynamic {
        name: "dynamic to main",
        bar: "send [1, \"short\"] to main, a call a message",
        to: To::Main,
    },
    &Dynamic {
        name: "dynamic to a renderer",
        bar: "send [1, \"short\"] to a renderer, a call a message",
        to: To::Renderer,
    },
    &object::ObjectsInStream,
    &object::ObjectAlone,
    &Raw {
        name: "64 KiB to a renderer",
        bar: "64 KiB claimed, read in place by a renderer",
        to: To::Renderer,
        len: 64 << 10,
        ring: 1 << 20,
        rounds: Rounds { rounds: 100, messages: 512 },
        floor: Floor::Copy64KiB,
    },
    &Raw {
        name: "64 KiB to main",
        bar: "64 KiB claimed, copied and read by main",
        to: To::Main,
        len: 64 << 10,
        ring: 1 << 20,
        rounds: Rounds { rounds: 100, messages: 512 },
        floor: Floor::Copy64KiB,
    },
    &Raw {
        name: "1 MiB to a renderer",
        bar: "1 MiB claimed, read in place by a renderer",
        to: To::Renderer,
        len: 1 << 20,
        ring: 4 << 20,
        rounds: Rounds { rounds: 50, messages: 64 },
        floor: Floor::Copy1MiB,
    },
    &Raw {
        name: "1 MiB to main",
        bar: "1 MiB claimed, copied and read by main",
        to: To::Main,
        len: 1 << 20,
        ring: 4 << 20,
        rounds: Rounds { rounds: 50, messages: 64 },
        floor: Floor::Copy1MiB,
    },
    &echo::Echo::<false>,
    &echo::Echo::<true>,
    &system_calls::SystemCalls,
    &Allocations {
        name: "allocations, renderer",
        bar: "allocations, renderer: send, send_sync and a reply",
        of: Of::Renderer,
    },
    &Allocations {
        name: "allocations, main",
        bar: "allocations, main: the same three, other side",
        of: Of::Main,
    },
    &AllocationsBySize {
        name: "allocations, received, 64 B",
        bar: "allocations, received, 64 B, both ways and ends",
        sent: Sent::Built,
        len: 64,
    },
    &AllocationsBySize {
        name: "allocations, received, 4 KiB",
        bar: "allocations, received, 4 KiB, both ways and ends",
        sent: Sent::Built,
        len: 4 << 10,
    },
    &AllocationsBySize {
        name: "allocations, received, 64 KiB",
        bar: "allocations, received, 64 KiB, both ways and ends",
        sent: Sent::Built,
        len: 64 << 10,
    },
    &AllocationsBySize {
        name: "allocations, received, 1 MiB",
        bar: "allocations, received, 1 MiB, both ways and ends",
        sent: Sent::Built,
        len: 1 << 20,
    },
    &AllocationsBySize {
        name: "allocations, typed, 64 B",
        bar: "allocations, typed, 64 B, both ways and ends",
        sent: Sent::Typed,
        len: 64,
    },
    &AllocationsBySize {
        name: "allocations, typed, 4 KiB",
        bar: "allocations, typed, 4 KiB, both ways and ends",
        sent: Sent::Typed,
        len: 4 << 10,
    },
    &AllocationsBySize {
        name: "allocations, typed, 64 KiB",
        bar: "allocations, typed, 64 KiB, both ways and ends",
        sent: Sent::Typed,
        len: 64 << 10,
    },
    &AllocationsBySize {
        name: "allocations, typed, 1 MiB",
        bar: "allocations, typed, 1 MiB, both ways and ends",
        sent: Sent::Typed,
        len: 1 << 20,
    },
    &Connect::<false> {
        name: "connect",
        bar: "connect to listener having run, 8 threads",
        limit: 400e3,
    },
    &Connect::<true> {
        name: "first connect",
        bar: "the same, first of its process (shown only)",
        limit: f64::INFINITY,
    },
    &scale::attached::Attached,
    &scale::idle::Idle,
    &scale::memory::Memory,
    &scale::fan_in::FanIn,
    &scale::fan_out::FanOut,
    &scale::threads::Threads,
    &scale::churn::Churn,
    &scale::named::Named { name: "named, trips", what: scale::named::What::Trips },
    &scale::named::Named { name: "named, rate", what: scale::named::What::Rate },
    &counted_calls::CountedCalls,
    &counted_allocations::CountedAllocations,
];
