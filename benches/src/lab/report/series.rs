//! A series: what each contender came to in cases that differ in one number.

use super::chart::Curve;
use super::figure::Line;
use super::palette::{Entry, Palette};
use crate::lab::Case;
use crate::lab::record::{CellRecord, Record};

#[derive(Debug)]
pub(super) struct Series {
    /// The numbers that there are, in order.
    pub(super) steps: Vec<usize>,
    contenders: Vec<Contender>,
}

#[derive(Debug)]
struct Contender {
    entry: Entry,
    points: Vec<Point>,
}

#[derive(Debug, Clone, Copy)]
struct Point {
    step: usize,
    figure: f64,
    /// It delivered less than it should have.
    crossed: bool,
}

impl Series {
    /// Of the cases that have a number above zero, and the cells that have a figure.
    pub(super) fn of(
        record: &Record,
        palette: &Palette,
        number: impl Fn(&Case) -> Option<usize>,
        figure: impl Fn(&CellRecord) -> Option<f64>,
    ) -> Self {
        let mut series = Self { steps: Vec::new(), contenders: Vec::new() };
        for cell in &record.cells {
            let step = number(&cell.case).filter(|step| *step > 0);
            let found = step.zip(figure(cell)).zip(palette.entry(&cell.contender));
            if let Some(((step, figure), entry)) = found {
                let point = Point { step, figure, crossed: cell.fell_behind().is_some() };
                series.steps.push(step);
                series.points_of(entry).push(point);
            }
        }
        series.steps.sort_unstable();
        series.steps.dedup();
        for contender in &mut series.contenders {
            contender.points.sort_unstable_by_key(|point| point.step);
        }
        series
    }

    fn points_of(&mut self, entry: &Entry) -> &mut Vec<Point> {
        let named = |contender: &Contender| contender.entry.name == entry.name;
        let at = self.contenders.iter().position(named).unwrap_or_else(|| {
            self.contenders.push(Contender { entry: entry.clone(), points: Vec::new() });
            self.contenders.len() - 1
        });
        &mut self.contenders[at].points
    }

    /// All figures, for an axis.
    pub(super) fn figures(&self) -> impl Iterator<Item = f64> {
        self.contenders.iter().flat_map(|contender| &contender.points).map(|point| point.figure)
    }

    /// The given number if there is one like it, else the one in the middle.
    pub(super) fn step_like(&self, step: usize) -> Option<usize> {
        let middle = self.steps.get(self.steps.len() / 2).copied();
        if self.steps.contains(&step) { Some(step) } else { middle }
    }

    /// A line of each contender, by its figure at the number `at`.
    pub(super) fn lines(
        &self,
        at: usize,
        rank: impl Fn(f64) -> f64,
        show: impl Fn(f64) -> String,
    ) -> Vec<Line> {
        let line = |contender: &Contender| {
            let place = |point: &Point| ((point.step as f64).log10(), point.figure.log10());
            let found = contender.points.iter().find(|point| point.step == at);
            Line {
                rank: found.map_or(f64::INFINITY, |point| rank(point.figure)),
                shown: found.map_or("–".to_owned(), |point| show(point.figure)),
                curve: Curve {
                    contender: contender.entry.clone(),
                    points: contender.points.iter().map(place).collect(),
                    marked: contender.points.iter().map(place).collect(),
                    crossed: contender.points.iter().filter(|p| p.crossed).map(place).collect(),
                },
            }
        };
        self.contenders.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::record::tests::{cell, record};

    fn of_len(len: usize, contender: &str, p50: f64) -> CellRecord {
        let mut cell = cell(contender, &[p50]);
        cell.case.len = len;
        cell
    }

    fn series(cells: Vec<CellRecord>) -> Series {
        let record = record(cells);
        let p50 = |cell: &CellRecord| cell.figure(|sample| sample.p50).map(|p50| p50.median);
        Series::of(&record, &Palette::of(&record), |case| Some(case.len), p50)
    }

    #[test]
    fn steps_are_in_order_and_none_is_zero() {
        let series = series(vec![of_len(64, "a", 1.0), of_len(8, "a", 1.0), of_len(0, "a", 1.0)]);
        assert_eq!(series.steps, [8, 64]);
        assert_eq!((series.step_like(8), series.step_like(9)), (Some(8), Some(64)));
    }

    #[test]
    fn a_contender_without_the_figure_that_ranks_comes_last() {
        let series = series(vec![of_len(8, "a", 10.0), of_len(64, "b", 20.0)]);
        let lines = series.lines(64, |ns| ns, |ns| ns.to_string());
        assert_eq!((lines[0].rank, &*lines[0].shown), (f64::INFINITY, "–"));
        assert_eq!((lines[1].rank, &*lines[1].shown), (20.0, "20"));
    }
}
