//! A main with less than it would need.

use super::Class::Lowered;
use super::{Attack, all};

/// Bytes of address space: what main has with a few renderers, and half a gigabyte.
const ADDRESS_SPACE: &[&str] = &["address-space=1073741824"];

pub(super) fn attacks() -> Vec<Attack> {
    vec![
        Attack::new(
            "hoard-in-1-gib",
            "hoard, and main has 1 GiB of address space",
            Lowered,
            |endpoint| {
                play("hoard", endpoint);
            },
        )
        .threads(3)
        .limits(ADDRESS_SPACE),
        Attack::new("pending-in-1-gib", "pending-12, the same", Lowered, |endpoint| {
            play("pending-12", endpoint);
        })
        .threads(12)
        .limits(ADDRESS_SPACE),
        Attack::new("unread-in-1-gib", "unread-large, the same", Lowered, |endpoint| {
            play("unread-large", endpoint);
        })
        .threads(8)
        .limits(ADDRESS_SPACE),
        Attack::new("sessions-in-1-gib", "sessions, the same", Lowered, |endpoint| {
            play("sessions", endpoint);
        })
        .limits(ADDRESS_SPACE),
        Attack::new(
            "forty-descriptors",
            "sessions, and main has 40 descriptors",
            Lowered,
            |endpoint| {
                play("sessions", endpoint);
            },
        )
        .limits(&["descriptors=40"]),
        Attack::new("handshakes-of-forty", "thousand-handshakes, the same", Lowered, |endpoint| {
            play("thousand-handshakes", endpoint);
        })
        .limits(&["descriptors=40"]),
        Attack::new(
            "no-processes",
            "flood, and main may start no thread or process",
            Lowered,
            |endpoint| {
                play("flood", endpoint);
            },
        )
        .limits(&["processes=1"]),
    ]
}

/// Plays an attack of another kind.
fn play(name: &str, endpoint: &str) {
    let attack = all().into_iter().find(|attack| attack.name == name).expect("an attack");
    (attack.play)(endpoint);
}
