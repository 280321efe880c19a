//! What is done to main, attack by attack.
//!
//! An attack is a function that goes on until its process is killed. Each gets that process to itself.

mod archives;
mod door;
mod limits;
mod memory;
mod replays;
mod segment;
mod turns;

use super::actor::Actor;
use crate::hostile::client::Client;
use crate::hostile::player::{say, told};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// What a hostile process does.
#[derive(Debug, Clone)]
pub struct Attack {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line on it.
    pub says: &'static str,
    /// What it is made of, which decides how much of their throughput the honest have to keep.
    pub class: Class,
    /// Threads that run at once, in all its processes.
    pub threads: usize,
    /// Processes that have sessions.
    pub processes: usize,
    /// What main is started with.
    pub limits: &'static [&'static str],
    play: Play,
}

/// How an attack is played.
#[derive(Debug, Clone, Copy)]
enum Play {
    /// By a function that goes on for ever.
    For(fn(&str)),
    /// By scripts of the tests, one after the other.
    Scripts(&'static [&'static str]),
    /// As another attack, in so many processes.
    Processes(usize, &'static str),
}

/// What an attack is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nothing that main delivers.
    Nothing,
    /// Valid messages, as many as fit.
    Messages,
    /// Main has less memory, descriptors or processes than it would need.
    Lowered,
    /// A main that trusts its renderers, which has to show what the attack can do.
    Control,
}

impl Attack {
    const fn new(name: &'static str, says: &'static str, class: Class, play: fn(&str)) -> Self {
        let play = Play::For(play);
        Self { name, says, class, threads: 1, processes: 1, limits: &[], play }
    }

    const fn scripts(
        name: &'static str,
        says: &'static str,
        class: Class,
        scripts: &'static [&'static str],
    ) -> Self {
        let play = Play::Scripts(scripts);
        Self { name, says, class, threads: 1, processes: 1, limits: &[], play }
    }

    /// Another attack in several processes.
    fn in_processes(name: &'static str, says: &'static str, processes: usize, of: &Self) -> Self {
        let (threads, play) = (processes * of.threads, Play::Processes(processes, of.name));
        Self { name, says, threads, processes, play, ..of.clone() }
    }

    const fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    const fn processes(mut self, processes: usize) -> Self {
        self.processes = processes;
        self
    }

    const fn limits(mut self, limits: &'static [&'static str]) -> Self {
        self.limits = limits;
        self
    }
}

impl Attack {
    /// Why it cannot be played here, if so.
    #[must_use]
    pub fn obstacle(&self) -> Option<&'static str> {
        let limits_processes = self.limits.iter().any(|limit| limit.starts_with("processes="));
        let is_root = rustix::process::geteuid().is_root();
        (limits_processes && is_root).then_some("the limit of processes does not bind root")
    }
}

/// All attacks, by kind.
#[must_use]
pub fn all() -> Vec<Attack> {
    let kinds = [
        memory::attacks(),
        door::attacks(),
        turns::attacks(),
        archives::attacks(),
        segment::attacks(),
        replays::attacks(),
        limits::attacks(),
    ];
    kinds.concat()
}

/// Plays an attack until the command hangs up or kills it.
///
/// # Panics
/// If there is no such attack.
pub(super) fn play(name: &str, endpoint: &str) {
    let attack = all().into_iter().find(|attack| attack.name == name).expect("an attack");
    let endpoint = endpoint.to_owned();
    std::thread::spawn(move || match attack.play {
        Play::For(play) => play(&endpoint),
        Play::Scripts(scripts) => replays::replay(&endpoint, scripts),
        Play::Processes(processes, name) => in_processes(processes, name, &endpoint),
    });
    say("begun");
    while told().is_some() {}
}

/// Does something for ever, whatever main makes of it.
fn again(mut each: impl FnMut()) {
    loop {
        if catch_unwind(AssertUnwindSafe(&mut each)).is_err() {
            // Main has refused it, or has hung up: not as fast as a processor can ask.
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Has so many threads do something for ever.
fn each_again(threads: usize, each: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let each = &each;
            scope.spawn(move || again(|| each(thread)));
        }
    });
}

/// Has so many processes play another attack.
fn in_processes(processes: usize, name: &str, endpoint: &str) {
    let mut helpers: Vec<_> =
        (0..processes).map(|_| Actor::helper(&["attack", name, endpoint])).collect();
    loop {
        for helper in &mut helpers {
            if helper.ended().is_some() {
                *helper = Actor::helper(&["attack", name, endpoint]);
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A session with `channel` in slot 0.
fn attach(endpoint: &str, channel: &str) -> Client {
    let mut client = Client::attach(Some(endpoint));
    client.define(0, channel);
    client
}
