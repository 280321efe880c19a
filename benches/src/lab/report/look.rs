//! What a contender looks like: a colour, a dash, a marker, each time and on every page the same.
//!
//! Known names have looks that were chosen to be told apart; any other gets one by the letters of its
//! name. Ringmain's levels share the blues and violets, which no peer has; floors are grey.

use std::ops::Range;

use crate::lab::Kind;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    /// In degrees, of OKLCH.
    pub(super) hue: f64,
    pub(super) chroma: f64,
    /// On a light page, of 1.
    pub(super) lightness: f64,
    pub(super) dash: Dash,
    pub(super) marker: Marker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dash {
    Solid,
    Dashed,
    Dotted,
    Long,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Diamond,
    Up,
    Down,
    Plus,
}

use Dash::{Dashed, Dotted, Long, Solid};
use Marker::{Circle, Diamond, Down, Plus, Square, Up};

/// Name, hue, lightness, dash, marker: to a renderer is dashed.
type Known = (&'static str, u16, f64, Dash, Marker);

const RINGMAIN: &[Known] = &[
    ("ringmain ring", 262, 0.45, Solid, Circle),
    ("ringmain send_sync", 300, 0.42, Solid, Square),
    ("ringmain send to main", 315, 0.62, Solid, Diamond),
    ("ringmain send to renderer", 315, 0.62, Dashed, Diamond),
    ("ringmain typed to main", 280, 0.58, Solid, Up),
    ("ringmain typed to renderer", 280, 0.58, Dashed, Up),
    ("ringmain typed bursts to main", 250, 0.68, Solid, Down),
    ("ringmain typed bursts to renderer", 250, 0.68, Dashed, Down),
    ("ringmain claim to main", 228, 0.60, Solid, Plus),
    ("ringmain claim to renderer", 228, 0.60, Dashed, Plus),
];

const PEERS: &[Known] = &[
    ("aeron", 25, 0.55, Solid, Square),
    ("iceoryx2 publish-subscribe", 150, 0.50, Solid, Circle),
    ("iceoryx2 request-response", 160, 0.66, Dashed, Circle),
    ("shmem-ipc", 55, 0.62, Solid, Diamond),
    ("ipc-channel", 5, 0.68, Dashed, Plus),
    ("interprocess", 120, 0.60, Long, Up),
    ("pipe", 88, 0.62, Solid, Up),
    ("UNIX stream", 352, 0.50, Long, Down),
    ("UNIX seqpacket", 70, 0.48, Dashed, Down),
    ("rtrb", 190, 0.56, Dotted, Circle),
    ("crossbeam channel", 110, 0.48, Dotted, Square),
    ("crossbeam ArrayQueue", 35, 0.45, Dotted, Diamond),
];

/// Of colours that are no greys.
const CHROMA: f64 = 0.155;
const DASHES: [Dash; 4] = [Solid, Dashed, Long, Dotted];
const MARKERS: [Marker; 6] = [Circle, Square, Diamond, Up, Down, Plus];
const BLUES: Range<u32> = 225..320;
/// All hues but the blues.
const WARM_AND_GREEN: Range<u32> = 330..360 + 200;

impl Look {
    pub(super) fn of(name: &str, kind: Kind) -> Self {
        let known = RINGMAIN.iter().chain(PEERS).find(|known| known.0 == name);
        let (hue, chroma, lightness, dash, marker) = match known {
            Some(&(_, hue, lightness, dash, marker)) => {
                (f64::from(hue), CHROMA, lightness, dash, marker)
            }
            None => by_letters(name, kind),
        };
        Self { hue, chroma, lightness, dash, marker }
    }
}

fn by_letters(name: &str, kind: Kind) -> (f64, f64, f64, Dash, Marker) {
    let mut bits = hash(name);
    let mut pick = |choices: u32| {
        let picked = bits % choices;
        bits /= choices;
        picked
    };
    let marker = MARKERS[pick(6) as usize];
    let dash = DASHES[pick(4) as usize];
    let lightness = 0.45 + 0.08 * f64::from(pick(4));
    let mut hue = |hues: Range<u32>| f64::from((hues.start + pick(hues.end - hues.start)) % 360);
    match kind {
        Kind::Floor => (0.0, 0.0, lightness, Dotted, marker),
        Kind::Ringmain => (hue(BLUES), CHROMA, lightness, dash, marker),
        Kind::Peer | Kind::InProcess => (hue(WARM_AND_GREEN), CHROMA, lightness, dash, marker),
    }
}

/// FNV-1a: the same on every machine, and for ever.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_known_contenders_look_alike() {
        let known: Vec<_> = RINGMAIN.iter().chain(PEERS).collect();
        for (at, one) in known.iter().enumerate() {
            for other in &known[..at] {
                assert_ne!(one.0, other.0);
                assert_ne!(
                    (one.1, one.3, one.4),
                    (other.1, other.3, other.4),
                    "{} {}",
                    one.0,
                    other.0
                );
            }
        }
    }

    #[test]
    fn blue_is_for_ringmain() {
        let blue = |look: Look| look.chroma > 0.0 && (225.0..320.0).contains(&look.hue);
        assert!(RINGMAIN.iter().all(|known| blue(Look::of(known.0, Kind::Ringmain))));
        assert!(!PEERS.iter().any(|known| blue(Look::of(known.0, Kind::Peer))));
        for name in ["a", "another", "a third", "xyz"] {
            assert!(blue(Look::of(name, Kind::Ringmain)));
            assert!(!blue(Look::of(name, Kind::Peer)));
        }
    }

    #[test]
    fn a_name_looks_the_same_for_ever() {
        let look = Look::of("some unknown peer", Kind::Peer);
        assert_eq!(look, Look::of("some unknown peer", Kind::Peer));
        assert_eq!(hash("a"), 0xe40c_292c); // published for FNV-1a
    }
}
