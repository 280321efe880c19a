//! The contenders of this package, one to a file. A new one is a file here and a line in [`ALL`].

mod futex;
mod one_line;
mod ringmain;
mod slots;

use ringmain::{Messages, To};

use super::{Abilities, Contender};

/// What a ring has room for four times.
const RAW_LENS: std::ops::RangeInclusive<usize> = 0..=16 << 20;

/// Floors, Ringmain from the bottom up, its peers, references within one process.
pub(crate) static ALL: &[&dyn Contender] = &[
    &one_line::OneLine,
    &slots::Slots { name: "a line each way", slots: 1, round_trip: true },
    &slots::Slots { name: "copy", slots: 16, round_trip: false },
    &futex::Futex,
    &ringmain::Ring,
    &Messages {
        name: "ringmain claim to renderer",
        level: ringmain::Claim,
        to: To::Renderer,
        abilities: Abilities { round_trip: false, lens: RAW_LENS, ..Abilities::PAIR },
    },
    &Messages {
        name: "ringmain claim to main",
        level: ringmain::Claim,
        to: To::Main,
        abilities: Abilities { lens: RAW_LENS, ..Abilities::PAIR },
    },
    &ringmain::Bursts { name: "ringmain typed bursts to renderer", to: To::Renderer },
    &ringmain::Bursts { name: "ringmain typed bursts to main", to: To::Main },
    &ringmain::Typed { name: "ringmain typed to renderer", to: To::Renderer },
    &ringmain::Typed { name: "ringmain typed to main", to: To::Main },
    &Messages {
        name: "ringmain send to renderer",
        level: ringmain::Send,
        to: To::Renderer,
        abilities: Abilities { round_trip: false, ..Abilities::PAIR },
    },
    &Messages {
        name: "ringmain send to main",
        level: ringmain::Send,
        to: To::Main,
        abilities: Abilities::PAIR,
    },
    &ringmain::SendSync,
];
