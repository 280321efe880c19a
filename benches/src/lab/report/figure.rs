//! A figure: a plot, or two that share their axes, and a legend beside each.
//!
//! Twenty curves in one plot tell nothing. Where there are more than a few, Ringmain's levels have a
//! plot, with the machine's floors below them, and its peers another, with Ringmain's best among
//! them.

use super::axis::Axis;
use super::chart::{self, Curve};
use super::html::{Html, figure};
use crate::Result;
use crate::lab::Kind;

/// So many curves share a plot.
const TOGETHER: usize = 7;
/// So many peers are drawn, and so many references within one process; the best.
const PEERS: usize = 8;
const IN_PROCESS: usize = 2;

/// A contender's line in a figure.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) curve: Curve,
    /// What it comes to: the less the better.
    pub(super) rank: f64,
    /// The same, for the legend.
    pub(super) shown: String,
}

pub(super) struct Figure<'a> {
    pub(super) title: &'a str,
    /// What a legend's figures are.
    pub(super) legend: &'a str,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) lines: Vec<Line>,
}

impl Figure<'_> {
    /// # Errors
    /// If it cannot be drawn.
    pub(super) fn html(mut self) -> Result<Html> {
        self.lines.sort_by(|one, other| one.rank.total_cmp(&other.rank));
        if self.lines.len() <= TOGETHER {
            return self.plot(self.title, &self.lines, 0);
        }
        let (ours, theirs) = (self.ours(), self.theirs());
        let all = self.of_kinds(&[Kind::Peer, Kind::InProcess]).count();
        let drawn = theirs.iter().filter(|line| line.curve.contender.kind != Kind::Ringmain);
        let left_out = all - drawn.count();
        let pair = [
            self.plot(&format!("{}: Ringmain", self.title), &ours, 0)?,
            self.plot(&format!("{}: its peers", self.title), &theirs, left_out)?,
        ];
        Ok(Html::element("div", &[("class", "pair")], pair))
    }

    fn of_kinds(&self, kinds: &'static [Kind]) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| kinds.contains(&line.curve.contender.kind))
    }

    fn ours(&self) -> Vec<Line> {
        self.of_kinds(&[Kind::Ringmain, Kind::Floor]).cloned().collect()
    }

    fn theirs(&self) -> Vec<Line> {
        let ours = self.of_kinds(&[Kind::Ringmain]).take(1);
        let peers = self.of_kinds(&[Kind::Peer]).take(PEERS);
        let references = self.of_kinds(&[Kind::InProcess]).take(IN_PROCESS);
        let mut lines: Vec<Line> = ours.chain(peers).chain(references).cloned().collect();
        lines.sort_by(|one, other| one.rank.total_cmp(&other.rank));
        lines
    }

    fn plot(&self, title: &str, lines: &[Line], left_out: usize) -> Result<Html> {
        let curves: Vec<Curve> = lines.iter().map(|line| line.curve.clone()).collect();
        let svg = chart::svg(&curves, &self.x, &self.y)?;
        let mut legend = vec![Html::of_text("li", &[("class", "what")], self.legend)];
        for line in lines {
            legend.push(entry(line)?);
        }
        if left_out > 0 {
            let note = format!("{left_out} slower ones are in the table");
            legend.push(Html::of_text("li", &[("class", "what")], note));
        }
        Ok(Html::element(
            "figure",
            &[],
            [
                Html::of_text("figcaption", &[], title),
                Html::element("div", &[("class", "plot")], [Html::markup(svg)]),
                Html::element("ul", &[("class", "legend")], legend),
            ],
        ))
    }
}

fn entry(line: &Line) -> Result<Html> {
    let contender = &line.curve.contender;
    let class = if contender.kind == Kind::Ringmain { "ours" } else { "" };
    Ok(Html::element(
        "li",
        &[("class", class)],
        [
            Html::markup(chart::swatch(contender)?),
            Html::of_text("span", &[], &contender.name),
            Html::of_text("span", &[("class", "number")], figure(&line.shown)),
        ],
    ))
}

#[cfg(test)]
mod tests {
    use crate::lab::record::CellRecord;
    use crate::lab::record::tests::{cell, record};
    use crate::lab::report::latency;
    use crate::lab::report::palette::Palette;

    fn html(cells: Vec<CellRecord>) -> String {
        let record = record(cells);
        let case = record.cells[0].case;
        let palette = Palette::of(&record);
        let drawn = latency::percentiles(&record, &case, &palette).expect("a drawing");
        drawn.expect("a figure").into_string()
    }

    #[test]
    fn a_few_share_a_plot() {
        let html = html(vec![cell("a", &[100.0]), cell("b", &[200.0])]);
        assert_eq!(html.matches("<figure>").count(), 1);
        assert!(html.find("<span>a<") < html.find("<span>b<"));
    }

    #[test]
    fn of_many_the_slowest_are_left_to_the_table() {
        let names = ('a'..='k').map(String::from);
        let cells = names.enumerate().map(|(at, name)| cell(&name, &[100.0 + at as f64]));
        let html = html(cells.collect());
        assert_eq!(html.matches("<figure>").count(), 2);
        assert!(html.contains("<span>h<") && !html.contains("<span>i<"));
        assert!(html.contains("3 slower ones"));
    }
}
