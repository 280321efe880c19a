//! What is shown: the difference between two looks at a main.

use crate::units::legible;
use ringmain::monitor::{ChannelView, Latency, MainView, RendererState, RendererView, Snapshot};
use std::collections::HashMap;
use std::time::Duration;

/// One picture of a main. Rates are per second, and [`f64::NAN`] where no time has passed.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) main: MainView,
    /// From all renderers, those that ended meanwhile included.
    pub(super) received: Flow,
    /// To all renderers, likewise.
    pub(super) sent: Flow,
    pub(super) renderers: Vec<RendererRow>,
    pub(super) channels: Vec<ChannelRow>,
    /// Whether main counts by channel.
    pub(super) counts_channels: bool,
    /// Whether main has ended: the numbers are its last.
    pub(super) is_over: bool,
}

/// Messages and bytes per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Flow {
    pub(super) messages: f64,
    pub(super) bytes: f64,
}

/// A renderer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RendererRow {
    pub(super) id: u32,
    pub(super) pid: u32,
    pub(super) state: RendererState,
    /// From it.
    pub(super) received: Flow,
    /// To it.
    pub(super) sent: Flow,
    pub(super) stalls: f64,
    pub(super) wakes: f64,
    /// Bytes that wait in main now.
    pub(super) queued: u64,
    /// Handlers that run now.
    pub(super) running: u64,
}

/// A channel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChannelRow {
    pub(super) name: String,
    pub(super) received: Flow,
    /// Since main has been counting.
    pub(super) messages: u64,
    pub(super) latency: Latency,
    /// The share of the time in which its listeners ran.
    pub(super) busy: f64,
}

impl Picture {
    /// What happened between two looks at the same main.
    pub(super) fn between(before: &Snapshot, after: &Snapshot) -> Self {
        let rate = Rate(after.taken.saturating_sub(before.taken));
        let sums = |of: fn(&Snapshot) -> Sums| (of(after), of(before));
        let (received, sent) = (sums(Sums::received), sums(Sums::sent));
        let earlier: HashMap<_, _> =
            before.renderers.iter().map(|view| ((view.id, view.pid), view)).collect();
        let renderers = after.renderers.iter().map(|view| {
            RendererRow::between(earlier.get(&(view.id, view.pid)).copied(), view, rate)
        });
        let earlier: HashMap<_, _> =
            before.channels.iter().map(|view| ((&view.name, view.name_len), view)).collect();
        let channels = after.channels.iter().map(|view| {
            ChannelRow::between(earlier.get(&(&view.name, view.name_len)).copied(), view, rate)
        });
        Self {
            main: after.main.clone(),
            received: rate.flow(received.0, received.1),
            sent: rate.flow(sent.0, sent.1),
            renderers: renderers.collect(),
            channels: channels.collect(),
            counts_channels: after.watched.is_some(),
            is_over: false,
        }
    }
}

impl RendererRow {
    /// One that was not there before has done everything since.
    fn between(before: Option<&RendererView>, after: &RendererView, rate: Rate) -> Self {
        let now = after.counters;
        let then = before.map(|view| view.counters).unwrap_or_default();
        let received = (now.received, now.received_bytes);
        let sent = (now.sent, now.sent_bytes);
        Self {
            id: after.id,
            pid: after.pid,
            state: after.state,
            received: rate.flow(Sums::of(received), Sums::of((then.received, then.received_bytes))),
            sent: rate.flow(Sums::of(sent), Sums::of((then.sent, then.sent_bytes))),
            stalls: rate.of(now.stalls, then.stalls),
            wakes: rate.of(now.wakes, then.wakes),
            queued: after.queued_bytes,
            running: after.running,
        }
    }
}

impl ChannelRow {
    fn between(before: Option<&ChannelView>, after: &ChannelView, rate: Rate) -> Self {
        let sums = |view: &ChannelView| Sums::of((view.messages, view.bytes));
        let then = before.map(sums).unwrap_or_default();
        let busy = after.busy.saturating_sub(before.map_or(Duration::ZERO, |view| view.busy));
        let name = match legible(&after.name) {
            _ if after.name_len == 0 => "(all others)".to_owned(),
            cut if after.name.len() < after.name_len => cut + "…",
            whole => whole,
        };
        Self {
            name,
            received: rate.flow(sums(after), then),
            messages: after.messages,
            latency: before.map_or(after.latency, |view| after.latency.since(&view.latency)),
            busy: rate.share(busy),
        }
    }
}

/// Messages and bytes so far.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    messages: u64,
    bytes: u64,
}

impl Sums {
    fn of((messages, bytes): (u64, u64)) -> Self {
        Self { messages, bytes }
    }

    fn received(snapshot: &Snapshot) -> Self {
        let renderers = snapshot.renderers.iter().map(|view| view.counters);
        renderers
            .map(|it| Self::of((it.received, it.received_bytes)))
            .fold(Self::of(snapshot.main.received_before), Self::and)
    }

    fn sent(snapshot: &Snapshot) -> Self {
        let renderers = snapshot.renderers.iter().map(|view| view.counters);
        renderers
            .map(|it| Self::of((it.sent, it.sent_bytes)))
            .fold(Self::of(snapshot.main.sent_before), Self::and)
    }

    fn and(self, other: Self) -> Self {
        Self {
            messages: self.messages.saturating_add(other.messages),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

/// Differences by the time that they took.
#[derive(Debug, Clone, Copy)]
struct Rate(Duration);

impl Rate {
    /// Per second. What has become less, which no main of ours lets happen, has not changed.
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    fn of(self, now: u64, then: u64) -> f64 {
        match self.0 {
            Duration::ZERO => f64::NAN,
            time => now.saturating_sub(then) as f64 / time.as_secs_f64(),
        }
    }

    fn flow(self, now: Sums, then: Sums) -> Flow {
        Flow {
            messages: self.of(now.messages, then.messages),
            bytes: self.of(now.bytes, then.bytes),
        }
    }

    /// Of the whole, which it may pass a little: numbers are not of one instant.
    fn share(self, part: Duration) -> f64 {
        match self.0 {
            Duration::ZERO => f64::NAN,
            time => (part.as_secs_f64() / time.as_secs_f64()).min(1.0),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn renderer(id: u32, received: u64, sent: u64) -> RendererView {
        let mut view = RendererView::default();
        (view.id, view.pid) = (id, id * 10);
        (view.counters.received, view.counters.received_bytes) = (received, received * 100);
        (view.counters.sent, view.counters.stalls) = (sent, sent / 10);
        view
    }

    fn channel(name: &str, messages: u64, busy_ms: u64) -> ChannelView {
        let mut view = ChannelView::default();
        (view.name, view.name_len) = (name.to_owned(), name.len());
        (view.messages, view.busy) = (messages, Duration::from_millis(busy_ms));
        view
    }

    pub(in super::super) fn look(
        seconds: u64,
        renderers: Vec<RendererView>,
        channels: Vec<ChannelView>,
    ) -> Snapshot {
        let mut snapshot = Snapshot::default();
        snapshot.taken = Duration::from_secs(seconds);
        (snapshot.renderers, snapshot.channels) = (renderers, channels);
        snapshot
    }

    #[test]
    fn a_rate_is_what_came_by_the_time_that_passed() {
        let before = look(10, vec![renderer(1, 100, 0)], vec![]);
        let after = look(12, vec![renderer(1, 300, 40)], vec![]);
        let picture = Picture::between(&before, &after);
        let [row] = &picture.renderers[..] else { panic!("one renderer") };
        assert_eq!(row.received, Flow { messages: 100.0, bytes: 10_000.0 });
        assert_eq!((row.sent.messages, row.stalls), (20.0, 2.0));
        assert_eq!((picture.received, picture.sent.messages), (row.received, 20.0));
    }

    #[test]
    fn a_new_renderer_has_done_all_since_and_one_that_left_still_counts_for_main() {
        let before = look(10, vec![renderer(1, 100, 0)], vec![]);
        let mut after = look(11, vec![renderer(2, 5, 0)], vec![]);
        after.main.received_before = (150, 15_000);
        let picture = Picture::between(&before, &after);
        assert_eq!(picture.renderers.len(), 1);
        assert_eq!(picture.renderers[0].received.messages, 5.0);
        assert_eq!(picture.received, Flow { messages: 55.0, bytes: 5_500.0 });
    }

    #[test]
    fn the_same_id_in_another_process_is_another_renderer() {
        let mut other = renderer(1, 30, 0);
        other.pid += 1;
        let picture = Picture::between(
            &look(1, vec![renderer(1, 20, 0)], vec![]),
            &look(2, vec![other], vec![]),
        );
        assert_eq!(picture.renderers[0].received.messages, 30.0);
    }

    #[test]
    fn where_no_time_has_passed_there_are_no_rates() {
        let look = look(3, vec![renderer(1, 7, 7)], vec![channel("a", 1, 1)]);
        let picture = Picture::between(&look, &look);
        assert!(picture.received.bytes.is_nan() && picture.channels[0].busy.is_nan());
    }

    #[test]
    fn numbers_that_fall_are_no_rates_below_zero() {
        let (more, less) = (channel("a", 9, 500), channel("a", 2, 5));
        let picture = Picture::between(&look(1, vec![], vec![more]), &look(2, vec![], vec![less]));
        assert_eq!((picture.channels[0].received.messages, picture.channels[0].busy), (0.0, 0.0));
    }

    #[test]
    fn a_channel_is_busy_for_a_share_of_the_time_and_never_for_more_than_all_of_it() {
        let before = look(1, vec![], vec![channel("a", 0, 0), channel("b", 0, 0)]);
        let after = look(3, vec![], vec![channel("a", 8, 500), channel("b", 1, 2_001)]);
        let rows = Picture::between(&before, &after).channels;
        assert_eq!([rows[0].busy, rows[1].busy], [0.25, 1.0]);
        assert_eq!(rows[0].received.messages, 4.0);
    }

    #[test]
    fn a_name_that_is_longer_than_what_is_kept_says_so_and_the_rest_has_one_too() {
        let mut long = channel("a-long-na", 1, 0);
        long.name_len = 80;
        let after = look(2, vec![], vec![channel("", 1, 0), long, channel("\u{7}", 1, 0)]);
        let names: Vec<_> = Picture::between(&look(1, vec![], vec![]), &after)
            .channels
            .into_iter()
            .map(|row| row.name)
            .collect();
        assert_eq!(names, ["(all others)", "a-long-na…", "\\u{7}"]);
    }
}
