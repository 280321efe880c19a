//! Text in columns.

use std::fmt::Write;

/// Columns as wide as their widest cell, the first to the left, the others to the right.
pub(crate) fn columns<const N: usize>(head: &[&str; N], rows: Vec<Vec<String>>) -> String {
    let head = head.map(str::to_owned).to_vec();
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.len()).max().unwrap_or(0)
    };
    let mut text = String::new();
    for line in &lines {
        let mut row = String::new();
        for (column, cell) in line.iter().enumerate() {
            let width = width(column);
            let _ = match column {
                0 => write!(row, "{cell:<width$}"),
                _ => write!(row, "  {cell:>width$}"),
            };
        }
        text += row.trim_end();
        text += "\n";
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let cells = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let text =
            columns(&["bar", "p50"], vec![cells(["a longer one", "9"]), cells(["b", "1000"])]);
        assert_eq!(text, "bar            p50\na longer one     9\nb             1000\n\n");
    }
}
