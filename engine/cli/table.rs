//! Plain tables: columns as wide as what is in them.

use crate::output::{Colour, Output};
use crate::units::{legible, width};
use std::io::{self, Write};

/// Rows of cells under their titles.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<(&'static str, Side)>,
    rows: Vec<(Vec<String>, Option<Colour>)>,
}

/// To which side of its column a cell goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

impl Table {
    pub(crate) fn new(columns: impl IntoIterator<Item = (&'static str, Side)>) -> Self {
        Self { columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// One more row, its first cell in a colour.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>, colour: Option<Colour>) {
        self.rows.push((cells.into_iter().map(|cell| legible(&cell)).collect(), colour));
    }

    pub(crate) fn write(&self, output: &mut Output) -> io::Result<()> {
        let titles: Vec<_> = self.columns.iter().map(|(title, _)| (*title).to_owned()).collect();
        let widths: Vec<_> = (0..titles.len())
            .map(|at| {
                let cells = self.rows.iter().filter_map(|(cells, _)| cells.get(at));
                cells.chain(titles.get(at)).map(|cell| width(cell)).max().unwrap_or(0)
            })
            .collect();
        self.line(output, &titles, &widths, None)?;
        for (cells, colour) in &self.rows {
            self.line(output, cells, &widths, *colour)?;
        }
        Ok(())
    }

    fn line(
        &self,
        output: &mut Output,
        cells: &[String],
        widths: &[usize],
        colour: Option<Colour>,
    ) -> io::Result<()> {
        let mut line = String::new();
        for (at, ((cell, wide), (_, side))) in
            cells.iter().zip(widths).zip(&self.columns).enumerate()
        {
            let room = " ".repeat(wide.saturating_sub(width(cell)));
            let painted = output.paint(cell, colour.filter(|_| at == 0));
            line += &match side {
                Side::Left => painted + &room,
                Side::Right => room + &painted,
            };
            line += "  ";
        }
        writeln!(output, "{}", line.trim_end())
    }
}
