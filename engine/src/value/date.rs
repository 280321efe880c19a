//! Points in time, and how they are written.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Builder, Slot, ToValue};

/// A JavaScript `Date`: whole milliseconds since 1970 in UTC, or invalid.
///
/// # Examples
///
/// ```
/// use ringmain::{args, value::Date};
///
/// let args = args![Date::new(0.0), Date::INVALID];
/// assert_eq!(args.to_string(), "[1970-01-01T00:00:00.000Z, Invalid Date]");
/// assert_eq!(args.get(0).as_date().unwrap().ms(), 0.0);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Date(f64);

/// The furthest day from 1970 that JavaScript's dates know, in milliseconds.
const MAX_MS: f64 = 8.64e15;

const DAY_MS: i64 = 86_400_000;

impl Date {
    /// The date that is none; `NaN` milliseconds.
    pub const INVALID: Date = Date(f64::NAN);

    /// A date as JavaScript's `new Date(ms)` makes it: fractions are cut off, and what is further
    /// than 100 million days from 1970 is invalid.
    #[must_use]
    pub fn new(ms: f64) -> Date {
        if ms.abs() <= MAX_MS { Date(ms.trunc() + 0.0) } else { Date::INVALID }
    }

    /// Milliseconds since 1970; `NaN` if the date is invalid.
    #[must_use]
    pub fn ms(self) -> f64 {
        self.0
    }

    /// Whether it is a date.
    #[must_use]
    pub fn is_valid(self) -> bool {
        !self.0.is_nan()
    }

    /// The date as Rust's standard library has it.
    #[must_use]
    pub fn to_system_time(self) -> Option<SystemTime> {
        let ms = self.whole()?;
        let since = Duration::from_millis(ms.unsigned_abs());
        if ms < 0 { UNIX_EPOCH.checked_sub(since) } else { UNIX_EPOCH.checked_add(since) }
    }

    /// Whether a node may hold this.
    pub(super) fn is_date(ms: f64) -> bool {
        ms.is_nan() || ms.abs() <= MAX_MS && ms.trunc() == ms
    }

    #[expect(clippy::cast_possible_truncation, reason = "whole, and `MAX_MS` at most")]
    fn whole(self) -> Option<i64> {
        self.is_valid().then_some(self.0 as i64)
    }
}

impl From<SystemTime> for Date {
    fn from(time: SystemTime) -> Date {
        const NANOS: u128 = 1_000_000; // in a millisecond; earlier ones belong to the one before
        Date::new(match time.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_millis() as f64,
            Err(before) => -(before.duration().as_nanos().div_ceil(NANOS) as f64),
        })
    }
}

/// Two invalid dates are equal.
impl PartialEq for Date {
    fn eq(&self, other: &Date) -> bool {
        self.0 == other.0 || !self.is_valid() && !other.is_valid()
    }
}

impl ToValue for Date {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.date(slot, *self);
    }
}

impl ToValue for SystemTime {
    fn write(&self, builder: &mut Builder, slot: Slot) {
        builder.date(slot, Date::from(*self));
    }
}

/// ISO 8601 as `toISOString` writes it, or `Invalid Date`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ms) = self.whole() else { return f.write_str("Invalid Date") };
        let (year, month, day) = civil(ms.div_euclid(DAY_MS));
        let ms = ms.rem_euclid(DAY_MS);
        match year {
            0..=9999 => write!(f, "{year:04}")?,
            _ => write!(f, "{year:+07}")?,
        }
        let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        write!(f, "-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", ms % 1000)
    }
}

/// Year, month and day of a day that is counted from 1970: years are taken to start in March, so
/// that the leap day is their last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // from 0000-03-01
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097)); // of 400 years
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153; // from March
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next_year, month, date)
}
