//! The message of the typed channel.

use ringmain::Channel;
use ringmain::rkyv::{Archive, Serialize};

/// Of both programs, which are one.
pub(crate) static POSITION: Channel<Position> = Channel::new("position", 1);

#[derive(Debug, Clone, Copy, PartialEq, Archive, Serialize)]
#[rkyv(crate = ringmain::rkyv)]
pub(crate) struct Position {
    number: u64,
    x: f64,
    y: f64,
}

impl Position {
    pub(crate) fn of(number: u64) -> Self {
        Self { number, x: number as f64, y: -0.5 }
    }
}

impl ArchivedPosition {
    /// What main answers: the next one, its sides swapped.
    pub(crate) fn answered(&self) -> Position {
        let Self { number, x, y } = self;
        Position { number: number.to_native() + 1, x: y.to_native(), y: x.to_native() }
    }

    /// Whether it answers [`Position::of`] of that number.
    pub(crate) fn answers(&self, number: u64) -> bool {
        self.number == number + 1 && self.x == -0.5 && self.y == number as f64
    }
}
