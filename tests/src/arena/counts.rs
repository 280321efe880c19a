//! What main has seen, of whom.

use super::delays::Delays;
use super::pulse::{Pulse, now, pattern};
use crate::hostile::player::say;
use crate::is_of;
use parking_lot::Mutex;
use ringmain::{ArgsRef, Diagnostic, GoneReason};
use std::collections::BTreeMap;

/// Kinds of things that are told apart.
const KINDS: usize = 100;

/// What main has seen.
#[derive(Debug)]
pub(super) struct Counts {
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    /// The phase now, since when, and the one before.
    phase: usize,
    since: u64,
    before: usize,
    honest: [Sender; 2],
    delays: Delays,
    /// Messages of the attack that arrived.
    others: u64,
    /// Diagnostics, departures and what listeners found wrong, by kind.
    kinds: BTreeMap<String, u64>,
}

/// An honest renderer.
#[derive(Debug, Default)]
struct Sender {
    id: u32,
    /// The number of its next message.
    next: u64,
    bytes: u64,
    wrong: u64,
}

impl Counts {
    pub(super) fn new() -> Self {
        let seen = Seen {
            phase: 0,
            since: 0,
            before: 0,
            honest: Default::default(),
            delays: Delays::new(),
            others: 0,
            kinds: BTreeMap::new(),
        };
        Self { seen: Mutex::new(seen) }
    }

    /// A phase begins.
    pub(super) fn enter(&self, phase: usize) {
        let mut seen = self.seen.lock();
        seen.before = std::mem::replace(&mut seen.phase, phase);
        seen.since = now();
    }

    /// From now on `id` is the honest renderer of this index.
    pub(super) fn introduce(&self, index: usize, id: u32) {
        self.seen.lock().honest[index].id = id;
    }

    /// A pulse has arrived.
    #[inline]
    pub(super) fn pulse(&self, id: u32, pulse: &<Pulse as ringmain::rkyv::Archive>::Archived) {
        let number = pulse.number.to_native();
        let whole = pulse.pattern.iter().zip(pattern(number)).all(|(found, word)| *found == word);
        self.message(id, number, pulse.at.to_native(), whole, size_of::<Pulse>());
    }

    /// A large message has arrived.
    pub(super) fn large(&self, id: u32, args: ArgsRef<'_>) {
        let (words, _) = args.get(0).as_bytes().unwrap_or_default().as_chunks();
        let [number, at] =
            [0, 1].map(|place| words.get(place).map_or(0, |word| u64::from_le_bytes(*word)));
        let whole = args.get(1).as_i32().is_some_and(|pattern| is_of(args.get(2), pattern));
        self.message(id, number, at, whole, args.get(2).len());
    }

    #[inline]
    fn message(&self, id: u32, number: u64, at: u64, whole: bool, bytes: usize) {
        let mut seen = self.seen.lock();
        // What was sent during an attack may arrive long after it.
        let phase = if at < seen.since { seen.before } else { seen.phase };
        let Some(sender) = seen.honest.iter_mut().find(|sender| sender.id == id) else {
            seen.others += 1;
            return;
        };
        if number != sender.next || !whole {
            sender.wrong += 1;
        }
        sender.next = number + 1;
        sender.bytes += bytes as u64;
        seen.delays.note(phase, now().saturating_sub(at));
    }

    /// A message of somebody else's has arrived.
    pub(super) fn other(&self) {
        self.seen.lock().others += 1;
    }

    /// Something happened that has a name.
    pub(super) fn note(&self, kind: &str) {
        let kinds = &mut self.seen.lock().kinds;
        let kind = if kinds.len() < KINDS || kinds.contains_key(kind) { kind } else { "others" };
        *kinds.entry(kind.to_owned()).or_default() += 1;
    }

    pub(super) fn diagnostic(&self, diagnostic: &Diagnostic<'_>) {
        match diagnostic {
            Diagnostic::CorruptRenderer { corrupt, .. } => {
                self.note(&format!("cut off: {}", corrupt.place));
            }
            Diagnostic::Refused { error } => self.note(&without_numbers("refused", error)),
            Diagnostic::AnswerFailed { error, .. } => {
                self.note(&without_numbers("answer failed", error));
            }
            Diagnostic::Uncaught { error, .. } | Diagnostic::HandlerFailed { error, .. } => {
                self.note(&without_numbers("listener failed", error));
            }
            Diagnostic::NoSyncListener { .. } => self.note("no listener"),
            other => self.note(&without_numbers("diagnostic", other)),
        }
    }

    pub(super) fn gone(&self, reason: GoneReason) {
        self.note(&format!("gone: {}", reason.as_str()));
    }

    /// Says how far the honest renderers are.
    pub(super) fn say_progress(&self) {
        let seen = self.seen.lock();
        let [first, second] = [0, 1].map(|index| seen.honest[index].next);
        let others = seen.others;
        drop(seen);
        say(&format!("count {} {first} {second} {others}", now()));
    }

    /// Says all of it.
    pub(super) fn report(&self) {
        let seen = self.seen.lock();
        for sender in &seen.honest {
            say(&format!("received {} {} {}", sender.next, sender.wrong, sender.bytes));
        }
        seen.delays.lines("pulse").iter().for_each(|line| say(line));
        for (kind, count) in &seen.kinds {
            say(&format!("seen {count} {kind}"));
        }
        say("end");
    }
}

/// A text in which each word with a digit is `#`, so that it is a kind.
fn without_numbers(what: &str, text: &impl ToString) -> String {
    let text: String = text.to_string().chars().take(200).collect();
    let word = |word| if str::contains(word, |c: char| c.is_ascii_digit()) { "#" } else { word };
    let words: Vec<_> = text.split_whitespace().map(word).collect();
    format!("{what}: {}", words.join(" "))
}
