//! Cases that are no attacks, and have bars of their own.

use super::actor::Actor;
use super::bars::Bar;
use super::kernel::Sampler;
use crate::hostile::player::{say, told};
use crate::{UniqueEndpoint, contents};
use ringmain::{IpcRenderer, RendererOptions, args};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::time::{Duration, Instant};

/// A case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line on it.
    pub says: &'static str,
    /// Plays it, and says what held; or why it cannot be played here.
    pub run: fn() -> Result<Vec<Bar>, String>,
}

/// All of them.
pub const CASES: [Case; 2] = [
    Case {
        name: "four-gigabytes",
        says: "four honest processes send 1 GiB each at once",
        run: four_gigabytes,
    },
    Case {
        name: "thousand-renderers",
        says: "1,000 patient renderers wait for a main, which is killed and comes again",
        run: thousand_renderers,
    },
];

/// How long a case may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// The largest message that carries bytes, in bytes of these.
const GIFT: usize = (1 << 30) - 4096;
/// What the bytes are.
pub(super) const GIFT_PATTERN: i32 = 5;
/// Processes of renderers, and how many each has.
const PROCESSES: usize = 10;
const RENDERERS: usize = 100;
/// Descriptors that main needs for them.
const DESCRIPTORS: u64 = 8192;

/// Plays a role of a case.
///
/// # Panics
/// If there is none, or main is not as it should be.
pub(super) fn play(words: &[String]) {
    match words {
        [role, endpoint] if role == "giver" => give(endpoint),
        [role, endpoint] if role == "crowd" => wait_in_a_crowd(endpoint),
        _ => panic!("no role {words:?}"),
    }
}

fn main_at(endpoint: &UniqueEndpoint, limits: &[&str]) -> Result<Actor, String> {
    let main = Actor::start(&[&["main", endpoint.name(), "0"], limits].concat(), true);
    match main.hear(PATIENCE) {
        Some(line) if line == "ready" => Ok(main),
        heard => Err(format!("main did not start: {heard:?}")),
    }
}

fn four_gigabytes() -> Result<Vec<Bar>, String> {
    let endpoint = UniqueEndpoint::new();
    let mut main = main_at(&endpoint, &[])?;
    let mut givers: Vec<_> =
        (0..4).map(|_| Actor::start(&["giver", endpoint.name()], true)).collect();
    for giver in &givers {
        giver.hear(PATIENCE);
    }
    let (started, sampler) = (Instant::now(), Sampler::start(main.pid()));
    givers.iter_mut().for_each(|giver| giver.tell("go"));
    let given = givers.iter().filter(|giver| giver.hear(PATIENCE).as_deref() == Some("given"));
    let (given, took) = (given.count(), started.elapsed());
    let most = sampler.stop().memory >> 20;
    main.tell("report");
    let lines = main.hear_all(PATIENCE).unwrap_or_default();
    let whole = lines.iter().find_map(|line| line.strip_suffix(" gift: whole"));
    let whole: u64 = whole.and_then(|line| line.strip_prefix("seen ")?.parse().ok()).unwrap_or(0);
    let found = format!("{given} sent, {whole} whole, in {took:.1?}; main had {most} MiB at most");
    Ok(vec![Bar::fact("all arrive", given == 4 && whole == 4, found)])
}

fn give(endpoint: &str) {
    let renderer = IpcRenderer::connect(endpoint).expect("a session");
    let bytes = contents(GIFT_PATTERN, GIFT);
    let mut claim = renderer.claim("gift", GIFT).expect("a claim");
    claim.bytes().copy_from_slice(&bytes);
    drop(bytes);
    say("ready");
    let _ = told();
    claim.commit(GIFT).expect("a main that reads");
    assert_eq!(renderer.send_sync("ask", args![1]).expect("an answer"), 2);
    say("given");
    while told().is_some() {}
}

fn thousand_renderers() -> Result<Vec<Bar>, String> {
    let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    if most < DESCRIPTORS {
        return Err(format!("{DESCRIPTORS} descriptors are needed, and the limit is {most}"));
    }
    let endpoint = UniqueEndpoint::new();
    let limit = format!("descriptors={DESCRIPTORS}");
    let mut crowd: Vec<_> =
        (0..PROCESSES).map(|_| Actor::start(&["crowd", endpoint.name()], true)).collect();
    let mut bars = Vec::new();
    for name in ["all attach to a main that starts", "all attach to a main that comes again"] {
        for process in &mut crowd {
            process.tell("go");
        }
        // They all wait for it.
        std::thread::sleep(Duration::from_millis(500));
        let mut main = main_at(&endpoint, &[&limit])?;
        let started = Instant::now();
        let (attached, errors) = hear_crowd(&crowd);
        let took = started.elapsed();
        main.tell("report");
        let seen = main.hear_all(PATIENCE).unwrap_or_default();
        let refused = seen.iter().filter(|line| line.contains("refused")).cloned();
        let mut found = vec![format!("{attached} in {took:.1?}")];
        found.extend(errors.into_iter().chain(refused));
        bars.push(Bar::fact(name, attached == PROCESSES * RENDERERS, found.join("; ")));
    }
    Ok(bars)
}

/// How many attached, and why others did not.
fn hear_crowd(crowd: &[Actor]) -> (usize, Vec<String>) {
    let (mut attached, mut errors) = (0, Vec::new());
    for process in crowd {
        for line in process.hear_all(PATIENCE).unwrap_or_default() {
            match line.strip_prefix("attached ").and_then(|count| count.parse::<usize>().ok()) {
                Some(count) => attached += count,
                None => errors.push(line),
            }
        }
    }
    errors.sort_unstable();
    errors.dedup();
    (attached, errors)
}

/// Renderers that wait for a main whenever they are told, each in a thread of its own.
fn wait_in_a_crowd(endpoint: &str) {
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).expect("a higher limit");
    let mut renderers: Vec<Option<IpcRenderer>> = vec![None; RENDERERS];
    while told().is_some() {
        let results: Vec<_> = std::thread::scope(|scope| {
            let attach = |renderer: &mut Option<IpcRenderer>| attach(endpoint, renderer);
            let threads: Vec<_> = renderers
                .iter_mut()
                .map(|renderer| scope.spawn(move || attach(renderer)))
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        say(&format!("attached {}", results.iter().filter(|result| result.is_ok()).count()));
        results.into_iter().filter_map(Result::err).for_each(|error| say(&error.to_string()));
        say("end");
    }
}

/// Attaches for the first time, or again.
fn attach(endpoint: &str, renderer: &mut Option<IpcRenderer>) -> Result<(), ringmain::Error> {
    let until = Instant::now() + PATIENCE / 2;
    let attached = match renderer {
        Some(renderer) => {
            renderer.reconnect_until(until)?;
            renderer
        }
        None => renderer.insert(RendererOptions::new().wait_until(until).connect(endpoint)?),
    };
    attached.send_sync("ask", args![1])?;
    Ok(())
}
