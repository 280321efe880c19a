//! The struct of the typed bars: 48 bytes, of which each depends on the message's number.

use ringmain::rkyv::{Archive, Serialize};

#[derive(Debug, Clone, Copy, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv)]
pub(super) struct Position {
    id: u64,
    x: f64,
    y: f64,
    z: f64,
    heading: f32,
    speed: f32,
    lane: u32,
    flags: u32,
}

const _: () = assert!(size_of::<ArchivedPosition>() == 48);

impl Position {
    #[inline]
    pub(super) fn of(number: u64) -> Self {
        let [low, high] = [(number & 0xffff_ffff) as u32, (number >> 32) as u32];
        let place = f64::from(low);
        Self {
            id: number,
            x: place,
            y: place + 0.25,
            z: place + 0.5,
            heading: (low & 0xffff) as f32,
            speed: (low & 0xff) as f32,
            lane: low,
            flags: !low ^ high,
        }
    }
}

impl ArchivedPosition {
    /// Reads all fields.
    #[inline]
    pub(super) fn is(&self, number: u64) -> bool {
        let expected = Position::of(number);
        self.id == expected.id
            && self.x == expected.x
            && self.y == expected.y
            && self.z == expected.z
            && self.heading == expected.heading
            && self.speed == expected.speed
            && self.lane == expected.lane
            && self.flags == expected.flags
    }
}
