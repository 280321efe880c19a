//! The board's words, read once each and believed only as far as they go.

use super::latency::Latency;
use super::snapshot::{
    Activity, ChannelView, Listening, MainView, RendererState, RendererView, Snapshot, Turn,
};
use crate::board::layout::{
    CHANNELS, ChannelWords, HANDLERS, SESSIONS, SessionWords, Words, pulse, state,
};
use crate::board::{monotonic_ns, text};
use crate::sync::{AtomicU32, AtomicU64, Ordering, fence};
use std::time::Duration;

/// Looks at an entry that changes hands again and again. It takes main nanoseconds.
const LOOKS: u32 = 16;

pub(super) fn snapshot(words: &Words) -> Snapshot {
    let now = monotonic_ns();
    let sums = &words.sums;
    let taken = entries(&sums.session_entries, SESSIONS);
    let mut renderers: Vec<_> =
        words.sessions[..taken].iter().filter_map(|entry| renderer(entry, now)).collect();
    renderers.sort_unstable_by_key(|renderer| renderer.id);
    let taken = entries(&sums.channel_entries, CHANNELS);
    let watched = match sums.watched_ns.load(Ordering::Relaxed) {
        0 => None,
        since => Some(passed(since, now)),
    };
    let channels = words.channels.0[..taken].iter().enumerate().filter_map(|(at, entry)| {
        let channel = channel(entry);
        (channel.messages > 0 || at > 0 && channel.name_len > 0).then_some(channel)
    });
    Snapshot {
        taken: Duration::from_nanos(now),
        main: main(words, now),
        renderers,
        channels: channels.collect(),
        watched,
    }
}

/// How many entries may be read.
fn entries(taken: &AtomicU32, most: usize) -> usize {
    (taken.load(Ordering::Relaxed) as usize).min(most)
}

fn passed(since: u64, now: u64) -> Duration {
    Duration::from_nanos(now.saturating_sub(since))
}

fn since(word: &AtomicU64, now: u64) -> Duration {
    passed(word.load(Ordering::Relaxed), now)
}

fn main(words: &Words, now: u64) -> MainView {
    let Words { host, pulse, sums, .. } = words;
    let activity = match pulse.state.load(Ordering::Relaxed) {
        pulse::AWAKE => Activity::Busy,
        pulse::ASLEEP => Activity::Asleep,
        _ => Activity::Elsewhere,
    };
    let is_busy = activity == Activity::Busy;
    let turn = match pulse.turn.load(Ordering::Relaxed) {
        _ if !is_busy => None,
        0 => None,
        HANDLERS => Some(Turn::Handlers),
        id => Some(Turn::Renderer(id)),
    };
    MainView {
        pid: host.pid.load(Ordering::Relaxed),
        endpoint: text::read(&host.name, host.name_len.load(Ordering::Relaxed) as usize),
        release: text::read(&host.release, usize::MAX),
        up: since(&host.born_ns, now),
        activity,
        since: since(&pulse.since_ns, now),
        stuck: if is_busy { since(&pulse.looked_ns, now) } else { Duration::ZERO },
        turn,
        listening: listening(words, now),
        rounds: pulse.rounds.get(),
        received: pulse.received.get(),
        sessions: sums.sessions.get() as u64,
        hidden: sums.hidden.get() as u64,
        made: sums.made.get(),
        refused: sums.refused.get(),
        kept: sums.kept.get() as u64,
        running: sums.running.get() as u64,
        gathered: sums.gathered.get() as u64,
        monitors: sums.monitors.get() as u64,
        sent_before: (sums.sent.messages.get(), sums.sent.bytes.get()),
        received_before: (sums.received.messages.get(), sums.received.bytes.get()),
    }
}

fn listening(words: &Words, now: u64) -> Option<Listening> {
    let entry = words.pulse.channel.load(Ordering::Relaxed).checked_sub(1)?;
    let for_so_long = since(&words.pulse.channel_ns, now);
    let entry = words.channels.0.get(entry as usize)?;
    Some(Listening { channel: channel(entry).name, for_so_long })
}

fn channel(entry: &ChannelWords) -> ChannelView {
    let name_len = entry.name_len.load(Ordering::Relaxed) as usize;
    fence(Ordering::Acquire); // pairs with the store of the length in `ChannelWords::begin`
    let buckets = std::array::from_fn(|at| entry.latency.buckets[at].get());
    ChannelView {
        name: text::read(&entry.name, name_len),
        name_len,
        messages: entry.received.messages.get(),
        bytes: entry.received.bytes.get(),
        busy: Duration::from_nanos(entry.busy_ns.get()),
        latency: Latency { buckets },
    }
}

/// What an entry says of one session, or nothing if it is nobody's. See `board::entry`.
fn renderer(entry: &SessionWords, now: u64) -> Option<RendererView> {
    for _ in 0..LOOKS {
        let before = entry.generation.load(Ordering::Relaxed);
        fence(Ordering::Acquire); // R1, pairs with W2 in `SessionWords::begin`
        let view = view(entry, now);
        fence(Ordering::Acquire); // R2, pairs with W1 there
        if before.is_multiple_of(2) && entry.generation.load(Ordering::Relaxed) == before {
            return view;
        }
        std::hint::spin_loop();
    }
    None
}

fn view(entry: &SessionWords, now: u64) -> Option<RendererView> {
    let state = match entry.state.load(Ordering::Relaxed) {
        state::STARTING => RendererState::Starting,
        state::ATTACHED => RendererState::Attached,
        state::LEAVING => RendererState::Leaving,
        _ => return None,
    };
    let queued = [&entry.queued_messages, &entry.queued_replies];
    Some(RendererView {
        id: entry.web_contents.load(Ordering::Relaxed),
        pid: entry.pid.load(Ordering::Relaxed),
        state,
        since: since(&entry.since_ns, now),
        counters: entry.tally.of_main(),
        answers: entry.tally.answers.messages.get(),
        queued_bytes: queued
            .iter()
            .fold(0, |sum: u64, gauge| sum.saturating_add(gauge.get() as u64)),
        running: entry.running.get() as u64,
        running_bytes: entry.running_bytes.get() as u64,
    })
}
