//! One attack from its start to its verdict.

use super::actor::Actor;
use super::attacks::{Attack, Class};
use super::delays::Summary;
use super::kernel::{self, Holdings, Sampler};
use super::report::{Failures, Report, Window};
use super::{ATTACK, BURNER};
use crate::UniqueEndpoint;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long anybody may take to say what it was asked.
const PATIENCE: Duration = Duration::from_secs(30);
/// At the start of each window throughput is not measured yet.
const WARM_UP: Duration = Duration::from_millis(500);
/// What arrives so long after an attack has ended still belongs to it.
const DRAIN: Duration = Duration::from_millis(300);
/// When main's memory and sleep are looked at, after everybody has gone.
const SETTLED: Duration = Duration::from_secs(5);
const LATER: Duration = Duration::from_secs(10);
/// The largest message of an honest renderer, in bytes.
const LARGEST: usize = 64 << 20;
const LARGEST_IF_LOWERED: usize = 1 << 20;
/// What only main and honest renderers know.
const TOKEN: &str = "1729";

/// How long, how often, and how loud.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The length of each window.
    pub window: Duration,
    /// Windows beside the burner, and as many beside the attack.
    pub cycles: usize,
    /// Attackers may complain.
    pub loud: bool,
}

/// Everybody of one run.
#[derive(Debug)]
pub struct Campaign {
    attack: Attack,
    pace: Pace,
    endpoint: UniqueEndpoint,
    main: Actor,
    honest: Vec<Actor>,
    newcomers: Actor,
    report: Report,
}

impl Campaign {
    /// Starts main and everybody honest.
    ///
    /// # Errors
    /// What could not be started.
    pub fn start(attack: &Attack, pace: Pace) -> Result<Self, String> {
        let endpoint = UniqueEndpoint::new();
        let words = [&["main", endpoint.name(), TOKEN], attack.limits].concat();
        let main = Actor::start(&words, true);
        expect(&main, "ready", "main")?;
        let largest =
            if attack.class == Class::Lowered { LARGEST_IF_LOWERED } else { LARGEST }.to_string();
        let start =
            |index| Actor::start(&["honest", endpoint.name(), TOKEN, index, &largest], true);
        let honest: Vec<_> = ["0", "1"].into_iter().map(start).collect();
        for renderer in &honest {
            expect(renderer, "attached", "an honest renderer")?;
        }
        let newcomers = Actor::start(&["newcomers", endpoint.name()], true);
        expect(&newcomers, "begun", "the newcomers")?;
        let report = Report::new(attack);
        Ok(Self { attack: attack.clone(), pace, endpoint, main, honest, newcomers, report })
    }

    /// Burner and attack in turn; then everybody leaves, and main is looked at again later.
    #[must_use]
    pub fn run(mut self) -> JoinHandle<Report> {
        for _ in 0..self.pace.cycles {
            let threads = self.attack.threads.to_string();
            let burner = self.window(BURNER, &["burner", &threads]);
            self.report.burner.extend(burner);
            self.report.before = self.report.before.or_more(self.holdings());
            let name = self.endpoint.name().to_owned();
            let attack = self.window(ATTACK, &["attack", self.attack.name, &name]);
            self.report.attack.extend(attack);
        }
        self.report.load = kernel::load();
        self.dismiss();
        std::thread::spawn(move || self.look_later())
    }

    /// One window beside somebody.
    fn window(&mut self, phase: usize, neighbour: &[&str]) -> Option<Window> {
        let loud = self.pace.loud;
        let mut neighbour = Actor::start(neighbour, loud);
        neighbour.hear(PATIENCE);
        let sampler = Sampler::start(self.main.pid());
        self.enter(phase);
        std::thread::sleep(WARM_UP);
        let (began, ticks) = (self.progress(), kernel::ticks(self.main.pid()));
        std::thread::sleep(self.pace.window);
        let (ended, ticks_then) = (self.progress(), kernel::ticks(self.main.pid()));
        let ran = neighbour.ended().is_none();
        drop(neighbour);
        std::thread::sleep(DRAIN);
        self.enter(0);
        let peak = sampler.stop();
        if phase == ATTACK {
            self.report.peak = self.report.peak.or_more(peak);
            self.report.ran &= ran;
        }
        let window = Window::between(&began?, &ended?)?;
        Some(window.with_ticks(ticks_then?.saturating_sub(ticks?), self.pace.window))
    }

    fn enter(&mut self, phase: usize) {
        let line = format!("phase {phase}");
        let everybody = self.honest.iter_mut().chain([&mut self.main, &mut self.newcomers]);
        everybody.for_each(|actor| actor.tell(&line));
    }

    /// How far main is with the honest renderers' messages.
    fn progress(&mut self) -> Option<String> {
        self.main.tell("count");
        let line = self.main.hear(PATIENCE);
        self.report.answers &= line.is_some();
        line
    }

    fn holdings(&self) -> Holdings {
        Holdings::of(self.main.pid()).unwrap_or_default()
    }

    /// The honest renderers finish what they do, and all reports are taken.
    fn dismiss(&mut self) {
        self.honest.iter_mut().for_each(|renderer| renderer.tell("finish"));
        for index in 0..self.honest.len() {
            let lines = self.honest[index].hear_all(PATIENCE);
            self.report.hear_honest(index, lines);
        }
        self.newcomers.tell("report");
        let lines = self.newcomers.hear_all(PATIENCE).unwrap_or_default();
        for phase in [BURNER, ATTACK] {
            self.report.attached[phase] =
                Summary::hear(&lines, "attach", phase).unwrap_or_default();
            self.report.turned_away[phase] = Failures::hear(&lines, phase);
        }
        self.main.tell("report");
        let lines = self.main.hear_all(PATIENCE);
        self.report.hear_main(lines);
        self.honest.iter_mut().for_each(Actor::kill);
        self.newcomers.kill();
    }

    /// What main has, and how well it sleeps, when all have been gone for a while.
    fn look_later(mut self) -> Report {
        let gone = Instant::now();
        std::thread::sleep(SETTLED);
        let sleeps = kernel::sleeps(self.main.pid());
        let ticks = kernel::ticks(self.main.pid());
        std::thread::sleep(LATER.saturating_sub(gone.elapsed()));
        let wakes = |then| Some(kernel::sleeps(self.main.pid())?.saturating_sub(then));
        self.report.wakes = sleeps.and_then(wakes);
        let burnt = |then| Some(kernel::ticks(self.main.pid())?.saturating_sub(then));
        self.report.idle_ticks = ticks.and_then(burnt);
        self.report.after = self.holdings();
        self.report.ended = self.main.ended();
        self.report
    }
}

fn expect(actor: &Actor, line: &str, who: &str) -> Result<(), String> {
    match actor.hear(PATIENCE) {
        Some(heard) if heard == line => Ok(()),
        heard => Err(format!("{who} did not start: {heard:?}")),
    }
}
