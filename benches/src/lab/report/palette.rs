//! The looks of a record's contenders, and the style sheet that gives them to drawings.
//!
//! A drawing names colours only by number: a contender's number is its colour's last byte, and the
//! style sheet says what that is on a light page and on a dark one.

use std::fmt::Write;

use plotters::style::RGBColor;

use super::look::{Dash, Look};
use crate::lab::Kind;
use crate::lab::record::Record;

/// Lines of axes and of their ticks, and those between ticks. Text is black.
pub(super) const GRID: RGBColor = RGBColor(0, 0, 1);
pub(super) const FINE_GRID: RGBColor = RGBColor(0, 0, 2);

/// A dark page takes lighter colours.
const LIGHTER: f64 = 0.22;
const LIGHTEST: f64 = 0.84;

#[derive(Debug)]
pub(super) struct Palette {
    contenders: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) look: Look,
    pub(super) color: RGBColor,
}

impl Palette {
    pub(super) fn of(record: &Record) -> Self {
        let mut contenders: Vec<Entry> = Vec::new();
        for cell in &record.cells {
            if contenders.iter().any(|entry| entry.name == cell.contender) {
                continue;
            }
            let number = u8::try_from(contenders.len()).unwrap_or(u8::MAX);
            contenders.push(Entry {
                name: cell.contender.clone(),
                kind: cell.kind,
                look: Look::of(&cell.contender, cell.kind),
                color: RGBColor(1, 0, number),
            });
        }
        Self { contenders }
    }

    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.contenders.iter().find(|entry| entry.name == name)
    }

    /// The style sheet's part that depends on the record.
    pub(super) fn css(&self) -> String {
        let (mut light, mut dark, mut rules) = (String::new(), String::new(), String::new());
        for (number, entry) in self.contenders.iter().enumerate() {
            let Look { hue, chroma, lightness, dash, .. } = entry.look;
            let brighter = (lightness + LIGHTER).min(LIGHTEST);
            let color = hex(entry.color);
            // A String takes any text.
            let _ = write!(light, "--k{number}:oklch({lightness} {chroma} {hue});");
            let _ = write!(dark, "--k{number}:oklch({brighter:.2} {chroma} {hue});");
            let _ = writeln!(
                rules,
                "[stroke=\"{color}\"]{{stroke:var(--k{number});{}}}\
                 [fill=\"{color}\"]{{fill:var(--k{number})}}",
                dashes(dash),
            );
        }
        format!(
            ":root{{{light}}}\n@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n{rules}\
             [stroke=\"{}\"]{{stroke:var(--grid)}}[stroke=\"{}\"]{{stroke:var(--fine-grid)}}\n",
            hex(GRID),
            hex(FINE_GRID),
        )
    }
}

impl Entry {
    /// For the style sheet, of what is no drawing.
    pub(super) fn variable(&self) -> String {
        format!("var(--k{})", self.color.2)
    }
}

/// As drawings write it.
fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// In the units of a drawing.
fn dashes(dash: Dash) -> &'static str {
    match dash {
        Dash::Solid => "",
        Dash::Dashed => "stroke-dasharray:60 35",
        Dash::Dotted => "stroke-dasharray:18 26",
        Dash::Long => "stroke-dasharray:120 35",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::record::tests::{cell, record};

    #[test]
    fn every_contender_has_a_number_of_its_own() {
        let palette = Palette::of(&record(vec![cell("a", &[1.0]), cell("b", &[]), cell("a", &[])]));
        let number = |name| palette.entry(name).map(|entry| entry.color.2);
        assert_eq!((number("a"), number("b"), number("c")), (Some(0), Some(1), None));
        assert!(palette.css().contains("--k1:") && !palette.css().contains("--k2:"));
    }
}
