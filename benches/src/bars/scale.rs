//! Many renderers, many threads, long lives: what a session costs while others are there, while it is
//! idle, and when it comes and goes; and what names cost it.
//!
//! Figures that compare two states of one main are ratios taken within one group of processes, in turn:
//! between two groups the machine itself differs by more than is looked for here.

pub(super) mod attached;
pub(super) mod churn;
mod crowd;
pub(super) mod fan_in;
pub(super) mod fan_out;
mod flood;
pub(super) mod idle;
pub(super) mod memory;
pub(super) mod named;
mod serving;
pub(super) mod threads;

use crate::bars::bar::{Bar, Rule};
use crate::stats::Stat;

/// The bar of a contender that has one figure a run.
fn bar(name: &'static str, rule: Rule) -> Vec<Bar> {
    vec![Bar { name, stat: Stat::P50, rule, stretch: None }]
}

/// The figure in the middle.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}
