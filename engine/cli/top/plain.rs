//! A picture without a terminal.

use super::columns::{BY_BUSY, BY_RECEIVED, CHANNELS, Column, RENDERERS};
use super::model::Picture;
use super::order::Order;
use super::view::{head, nothing_counted};
use crate::output::Output;
use crate::table::Table;
use std::io::{self, Write};

/// Writes it, both tables in the order in which they come up on a terminal.
pub(super) fn write(picture: &Picture, output: &mut Output) -> io::Result<()> {
    for line in head(picture) {
        writeln!(output, "{line}")?;
    }
    table(output, &picture.renderers, &RENDERERS, BY_RECEIVED)?;
    if let Some(reason) = nothing_counted(picture) {
        return writeln!(output, "\n{reason}");
    }
    table(output, &picture.channels, &CHANNELS, BY_BUSY)
}

fn table<R: Clone>(
    output: &mut Output,
    rows: &[R],
    columns: &[Column<R>],
    by: usize,
) -> io::Result<()> {
    let mut rows = rows.to_vec();
    Order::by(by, columns).sort(&mut rows, columns);
    let mut table = Table::new(columns.iter().map(|column| (column.title, column.side)));
    for row in &rows {
        table.row(columns.iter().map(|column| (column.cell)(row)), None);
    }
    writeln!(output)?;
    table.write(output)
}
