//! The columns of both tables: what is in them, how wide they are, and how they are sorted.

use super::model::{ChannelRow, RendererRow};
use crate::table::Side;
use crate::units::{bytes, count, percent, time};
use ringmain::monitor::RendererState;
use std::cmp::Ordering;

/// What the columns mean that do not say it themselves.
pub(super) const HELP: &str = "\
Columns of renderers:
  IN/s, OUT/s  Messages from it and to it, a second
  BYTES/s      Bytes of both
  STALLS/s     Times a second that its ring was too full for a message of main's
  QUEUED       Bytes that wait in main now because it does not read
  WAKES/s      Times a second that it slept and main woke it: a system call each
  RUNNING      Handlers of its invokes that are not done yet

Columns of channels:
  MESSAGES     Messages from renderers since somebody looks
  P50, P99     Time that the listeners took for a message: half, or 99 of 100, took no longer
  BUSY         Share of the time in which its listeners ran";

/// A column of a table of `R`s.
#[derive(Debug)]
pub(super) struct Column<R: 'static> {
    pub(super) title: &'static str,
    /// Of the widest cell, as far as it can be known.
    pub(super) width: u16,
    pub(super) side: Side,
    /// Whether the greatest come first unless the user wants it otherwise.
    pub(super) descends: bool,
    pub(super) cell: fn(&R) -> String,
    pub(super) compare: fn(&R, &R) -> Ordering,
}

impl<R> Column<R> {
    const fn text(
        title: &'static str,
        width: u16,
        cell: fn(&R) -> String,
        compare: fn(&R, &R) -> Ordering,
    ) -> Self {
        Self { title, width, side: Side::Left, descends: false, cell, compare }
    }

    /// A number that is a name.
    const fn id(
        title: &'static str,
        width: u16,
        cell: fn(&R) -> String,
        compare: fn(&R, &R) -> Ordering,
    ) -> Self {
        Self { title, width, side: Side::Right, descends: false, cell, compare }
    }

    const fn number(
        title: &'static str,
        width: u16,
        cell: fn(&R) -> String,
        compare: fn(&R, &R) -> Ordering,
    ) -> Self {
        Self { title, width, side: Side::Right, descends: true, cell, compare }
    }
}

/// Of renderers. They fit 80 columns.
pub(super) static RENDERERS: [Column<RendererRow>; 10] = [
    Column::id("ID", 5, |it| it.id.to_string(), |a, b| a.id.cmp(&b.id)),
    Column::id("PID", 7, |it| it.pid.to_string(), |a, b| a.pid.cmp(&b.pid)),
    Column::text(
        "STATE",
        8,
        |it| state(it.state).to_owned(),
        |a, b| state(a.state).cmp(state(b.state)),
    ),
    Column::number(
        "IN/s",
        6,
        |it| count(it.received.messages),
        |a, b| a.received.messages.total_cmp(&b.received.messages),
    ),
    Column::number(
        "OUT/s",
        6,
        |it| count(it.sent.messages),
        |a, b| a.sent.messages.total_cmp(&b.sent.messages),
    ),
    Column::number(
        "BYTES/s",
        7,
        |it| bytes(both_ways(it)),
        |a, b| both_ways(a).total_cmp(&both_ways(b)),
    ),
    Column::number("STALLS/s", 8, |it| count(it.stalls), |a, b| a.stalls.total_cmp(&b.stalls)),
    Column::number("QUEUED", 7, |it| bytes(whole(it.queued)), |a, b| a.queued.cmp(&b.queued)),
    Column::number("WAKES/s", 7, |it| count(it.wakes), |a, b| a.wakes.total_cmp(&b.wakes)),
    Column::number("RUNNING", 7, |it| count(whole(it.running)), |a, b| a.running.cmp(&b.running)),
];

/// The column of renderers by which they are sorted at first.
pub(super) const BY_RECEIVED: usize = 3;

/// Of channels. The first takes the room that is left.
pub(super) static CHANNELS: [Column<ChannelRow>; 7] = [
    Column::text("CHANNEL", 20, |it| it.name.clone(), |a, b| a.name.cmp(&b.name)),
    Column::number(
        "MESSAGES",
        8,
        |it| count(whole(it.messages)),
        |a, b| a.messages.cmp(&b.messages),
    ),
    Column::number(
        "IN/s",
        6,
        |it| count(it.received.messages),
        |a, b| a.received.messages.total_cmp(&b.received.messages),
    ),
    Column::number(
        "BYTES/s",
        7,
        |it| bytes(it.received.bytes),
        |a, b| a.received.bytes.total_cmp(&b.received.bytes),
    ),
    Column::number(
        "P50",
        7,
        |it| percentile(it, 50.0),
        |a, b| a.latency.percentile(50.0).cmp(&b.latency.percentile(50.0)),
    ),
    Column::number(
        "P99",
        7,
        |it| percentile(it, 99.0),
        |a, b| a.latency.percentile(99.0).cmp(&b.latency.percentile(99.0)),
    ),
    Column::number("BUSY", 6, |it| percent(it.busy), |a, b| a.busy.total_cmp(&b.busy)),
];

/// The column of channels by which they are sorted at first.
pub(super) const BY_BUSY: usize = 6;

fn state(state: RendererState) -> &'static str {
    match state {
        RendererState::Starting => "starting",
        RendererState::Attached => "attached",
        RendererState::Leaving => "leaving",
        _ => "?",
    }
}

fn both_ways(row: &RendererRow) -> f64 {
    row.received.bytes + row.sent.bytes
}

fn percentile(row: &ChannelRow, percent: f64) -> String {
    row.latency.percentile(percent).map_or_else(|| "-".to_owned(), time)
}

#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn whole(number: u64) -> f64 {
    number as f64
}
