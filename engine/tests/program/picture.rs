//! A terminal's screen as a picture.

use std::fmt::Write;
use vt100::{Cell, Color, Screen};

/// Of a cell, in pixels.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;

/// Around the screen.
const MARGIN: f64 = 14.0;

/// From the top of a cell to the line that its letters stand on.
const BASELINE: f64 = 13.5;

const BACKGROUND: &str = "#16181d";
const FOREGROUND: &str = "#d5d8de";

/// The sixteen colours of a terminal: black, red, green, yellow, blue, magenta, cyan, white, twice.
const COLOURS: [&str; 16] = [
    "#16181d", "#f2777a", "#8fd08a", "#e6c66c", "#78a6e8", "#c795d8", "#62cfcf", "#d5d8de",
    "#6f7683", "#ff9a9c", "#aee6a9", "#f5dc94", "#9cc0f5", "#dcb3ea", "#8be6e6", "#ffffff",
];

/// The screen as SVG: text, so that it stays sharp, and can be read and searched. Letters have their place
/// by column, whatever font there is.
pub(crate) fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let width = f64::from(columns.get()) * WIDTH + 2.0 * MARGIN;
    let height = f64::from(rows.get()) * HEIGHT + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', \
         Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..rows.get() {
        let cells = (0..columns.get()).filter_map(|column| screen.cell(row, column));
        let cells: Vec<_> = cells.collect();
        let mut column = 0;
        for run in cells.chunk_by(|a, b| Look::of(a) == Look::of(b)) {
            draw(&mut svg, run, column, row);
            column += run.len();
        }
    }
    svg + "</svg>\n"
}

/// How a cell looks.
#[derive(PartialEq)]
struct Look {
    ink: &'static str,
    paper: &'static str,
    is_bold: bool,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let ink = colour(cell.fgcolor(), FOREGROUND);
        let paper = colour(cell.bgcolor(), BACKGROUND);
        let (ink, paper) = if cell.inverse() { (paper, ink) } else { (ink, paper) };
        Self { ink, paper, is_bold: cell.bold() }
    }
}

fn colour(colour: Color, usual: &'static str) -> &'static str {
    match colour {
        Color::Idx(index) => COLOURS.get(usize::from(index)).copied().unwrap_or(usual),
        _ => usual,
    }
}

/// Cells that look alike, word by word: not all programs keep several blanks.
fn draw(svg: &mut String, run: &[&Cell], column: usize, row: u16) {
    let look = Look::of(run[0]);
    let place = |column: usize| column as f64 * WIDTH + MARGIN;
    let top = f64::from(row) * HEIGHT + MARGIN;
    if look.paper != BACKGROUND {
        let (left, width) = (place(column), run.len() as f64 * WIDTH);
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" fill=\"{}\"/>",
            look.paper
        );
    }
    let weight = if look.is_bold { " font-weight=\"bold\"" } else { "" };
    let mut column = column;
    for word in run.chunk_by(|a, b| kind(a) == kind(b)) {
        let (left, width) = (place(column), word.len() as f64 * WIDTH);
        column += word.len();
        match kind(word[0]) {
            Kind::Blank => {}
            Kind::Line => {
                let (right, middle, ink) = (left + width, top + HEIGHT / 2.0, look.ink);
                let _ = writeln!(
                    svg,
                    "<path d=\"M{left:.1} {middle:.1}H{right:.1}\" stroke=\"{ink}\"/>"
                );
            }
            Kind::Word => {
                let text: String = word.iter().map(|cell| cell.contents()).collect();
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let (bottom, ink) = (top + BASELINE, look.ink);
                let _ = writeln!(
                    svg,
                    "<text x=\"{left:.1}\" y=\"{bottom:.1}\" textLength=\"{width:.1}\" \
                     fill=\"{ink}\"{weight}>{text}</text>"
                );
            }
        }
    }
}

/// What is in a cell.
#[derive(PartialEq)]
enum Kind {
    Blank,
    /// A piece of a line across the screen.
    Line,
    Word,
}

fn kind(cell: &Cell) -> Kind {
    match cell.contents() {
        "" | " " => Kind::Blank,
        "─" => Kind::Line,
        _ => Kind::Word,
    }
}
