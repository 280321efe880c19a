//! The contenders of this package, one to a file. A new one is a file here and a line in [`ALL`].

mod futex;
mod one_line;
mod ring;
mod slots;

use super::Contender;

/// Floors, Ringmain from the bottom up, its peers, references within one process.
pub(crate) static ALL: &[&dyn Contender] = &[
    &one_line::OneLine,
    &slots::Slots { name: "a line each way", slots: 1, round_trip: true },
    &slots::Slots { name: "copy", slots: 16, round_trip: false },
    &futex::Futex,
    &ring::Ring,
];
