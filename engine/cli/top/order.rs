//! By which column a table is sorted.

use super::columns::Column;

/// A column, and which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) column: usize,
    pub(super) descends: bool,
}

impl Order {
    /// By a column, in the direction in which one looks for something: great numbers first, texts from A.
    pub(super) fn by<R>(column: usize, columns: &[Column<R>]) -> Self {
        Self { column, descends: columns.get(column).is_some_and(|it| it.descends) }
    }

    /// By the column that is `steps` to the right, and around.
    pub(super) fn moved<R>(self, steps: isize, columns: &[Column<R>]) -> Self {
        let column = self.column.wrapping_add_signed(steps).wrapping_add(columns.len());
        Self::by(column % columns.len(), columns)
    }

    /// The same with the other end first.
    pub(super) fn reversed(self) -> Self {
        Self { descends: !self.descends, ..self }
    }

    /// Sorts, and leaves rows that are alike as they were.
    pub(super) fn sort<R>(self, rows: &mut [R], columns: &[Column<R>]) {
        let Some(column) = columns.get(self.column) else { return };
        rows.sort_by(|a, b| match self.descends {
            true => (column.compare)(b, a),
            false => (column.compare)(a, b),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Side;

    /// A name and a number.
    type Row = (&'static str, u32);

    static COLUMNS: [Column<Row>; 2] = [
        Column {
            title: "NAME",
            width: 4,
            side: Side::Left,
            descends: false,
            cell: |row| row.0.to_owned(),
            compare: |a, b| a.0.cmp(b.0),
        },
        Column {
            title: "NUMBER",
            width: 4,
            side: Side::Right,
            descends: true,
            cell: |row| row.1.to_string(),
            compare: |a, b| a.1.cmp(&b.1),
        },
    ];

    fn sorted(order: Order) -> Vec<&'static str> {
        let mut rows = [("b", 3), ("a", 1), ("d", 3), ("c", 2)];
        order.sort(&mut rows, &COLUMNS);
        rows.into_iter().map(|row| row.0).collect()
    }

    #[test]
    fn names_come_from_a_and_numbers_from_the_greatest() {
        assert_eq!(sorted(Order::by(0, &COLUMNS)), ["a", "b", "c", "d"]);
        assert_eq!(sorted(Order::by(1, &COLUMNS)), ["b", "d", "c", "a"]);
    }

    #[test]
    fn reversed_is_the_other_way_around_and_leaves_equals_alone() {
        assert_eq!(sorted(Order::by(1, &COLUMNS).reversed()), ["a", "c", "b", "d"]);
    }

    #[test]
    fn columns_go_around_on_both_sides() {
        let first = Order::by(0, &COLUMNS);
        assert_eq!(first.moved(-1, &COLUMNS), Order::by(1, &COLUMNS));
        assert_eq!(first.moved(1, &COLUMNS).moved(1, &COLUMNS), first);
    }
}
