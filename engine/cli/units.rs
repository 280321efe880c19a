//! Numbers as people read them: three digits and a unit.

use ratatui::text::Span;
use std::time::Duration;

/// A count, or one per second: `0`, `0.4`, `123`, `1.23k`, `45.6M`. Not a number is a dash.
pub(crate) fn count(value: f64) -> String {
    scaled(value, ["", "k", "M", "G", "T", "P"])
}

/// Bytes: `0`, `512 B`, `1.23 kB`.
pub(crate) fn bytes(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    scaled(value, [" B", " kB", " MB", " GB", " TB", " PB"])
}

/// A short time: `512 ns`, `1.02 µs`, `2.1 s`.
pub(crate) fn time(time: Duration) -> String {
    let nanos = time.as_secs_f64() * 1e9;
    scaled(nanos, [" ns", " µs", " ms", " s"])
}

/// A share of a whole: `0 %`, `0.3 %`, `27 %`.
pub(crate) fn percent(share: f64) -> String {
    scaled(share * 100.0, [" %"])
}

/// A long time, to its two greatest units: `3 s`, `2 min 5 s`, `4 h 12 min`, `3 d 2 h`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

fn scaled<const UNITS: usize>(mut value: f64, units: [&str; UNITS]) -> String {
    if value.is_nan() {
        return "-".to_owned();
    }
    let mut at = 0;
    while value >= 999.5 && at + 1 < units.len() {
        (value, at) = (value / 1000.0, at + 1);
    }
    let digits = match value {
        _ if at == 0 && value.fract() == 0.0 => 0,
        ..9.995 if at > 0 => 2,
        ..9.95 => 1,
        ..99.95 if at > 0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}{}", units[at])
}

/// A text from elsewhere without what moves a terminal's cursor or changes its colours.
pub(crate) fn legible(text: &str) -> String {
    let mut legible = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_control() {
            true => legible.extend(letter.escape_default()),
            false => legible.push(letter),
        }
    }
    legible
}

/// Columns of a terminal that a text takes.
pub(crate) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_three_digits_and_a_unit() {
        for (value, text) in [
            (0.0, "0"),
            (0.44, "0.4"),
            (7.0, "7"),
            (9.96, "10"),
            (45.6, "46"),
            (999.4, "999"),
            (999.6, "1.00k"),
            (12_345.0, "12.3k"),
            (999_499.0, "999k"),
            (999_500.0, "1.00M"),
            (1e20, "100000P"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn bytes_times_and_shares_have_theirs() {
        assert_eq!([bytes(0.0), bytes(512.0), bytes(1234.0)], ["0", "512 B", "1.23 kB"]);
        assert_eq!(time(Duration::from_nanos(1023)), "1.02 µs");
        assert_eq!(time(Duration::from_secs(5000)), "5000 s");
        assert_eq!([percent(0.0), percent(0.003), percent(1.0)], ["0 %", "0.3 %", "100 %"]);
    }

    #[test]
    fn a_long_time_has_its_two_greatest_units() {
        for (seconds, text) in
            [(3, "3 s"), (125, "2 min 5 s"), (15_120, "4 h 12 min"), (266_400, "3 d 2 h")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn a_name_cannot_move_the_cursor() {
        assert_eq!(legible("a\x1b[2J\u{9b}b ü"), "a\\u{1b}[2J\\u{9b}b ü");
    }
}
