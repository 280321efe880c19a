//! A main with less than it would need.

use super::Class::Lowered;
use super::{Attack, Play};

/// Bytes of address space: what main has with a few renderers, and half a gigabyte.
const ADDRESS_SPACE: &[&str] = &["address-space=1073741824"];
const DESCRIPTORS: &[&str] = &["descriptors=40"];

pub(super) fn attacks() -> Vec<Attack> {
    let attack = |name, says, of, threads, limits| Attack {
        name,
        says,
        class: Lowered,
        threads,
        processes: 1,
        limits,
        play: Play::Processes(1, of),
    };
    let less = ADDRESS_SPACE;
    vec![
        attack("hoard-in-1-gib", "hoard, and main has 1 GiB of address space", "hoard", 3, less),
        attack("pending-in-1-gib", "pending-12, the same", "pending-12", 12, less),
        attack("unread-in-1-gib", "unread-large, the same", "unread-large", 8, less),
        attack("sessions-in-1-gib", "sessions, the same", "sessions", 1, less),
        attack(
            "forty-descriptors",
            "sessions, and main has 40 descriptors",
            "sessions",
            1,
            DESCRIPTORS,
        ),
        attack(
            "handshakes-of-forty",
            "thousand-handshakes, the same",
            "thousand-handshakes",
            1,
            DESCRIPTORS,
        ),
        attack(
            "no-processes",
            "flood, and main may start no thread or process",
            "flood",
            1,
            &["processes=1"],
        ),
    ]
}
