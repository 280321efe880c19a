//! Renderers that come, ask once and go.

use super::PHASES;
use super::delays::Delays;
use super::pulse::now;
use crate::hostile::player::{say, told};
use parking_lot::Mutex;
use ringmain::{Error, IpcRenderer, args};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Threads that come.
const THREADS: usize = 4;
/// Between two of one thread, so that all together come every 20 ms.
const PAUSE: Duration = Duration::from_millis(20 * THREADS as u64);

#[derive(Debug)]
struct Notes {
    phase: AtomicUsize,
    delays: Mutex<Delays>,
    /// The phase and time in which those began that are not in yet, thread by thread.
    under_way: Mutex<[Option<(usize, u64)>; THREADS]>,
    failures: Mutex<[BTreeMap<String, u64>; PHASES.len()]>,
}

/// Comes again and again until told to end.
pub(super) fn play(endpoint: &str) {
    let notes = Arc::new(Notes {
        phase: AtomicUsize::new(0),
        delays: Mutex::new(Delays::new()),
        under_way: Mutex::default(),
        failures: Mutex::default(),
    });
    for thread in 0..THREADS {
        let (notes, endpoint) = (Arc::clone(&notes), endpoint.to_owned());
        std::thread::spawn(move || {
            std::thread::sleep(PAUSE / 4 * u32::try_from(thread).unwrap_or(0));
            loop {
                come(thread, &endpoint, &notes);
                std::thread::sleep(PAUSE);
            }
        });
    }
    say("begun");
    while let Some(line) = told() {
        match line.strip_prefix("phase ").and_then(|phase| phase.parse().ok()) {
            Some(phase) => notes.phase.store(phase, Ordering::Relaxed),
            None => report(&notes),
        }
    }
}

/// Attaches, asks and goes. What fails belongs to the phase in which it began.
fn come(thread: usize, endpoint: &str, notes: &Notes) {
    let (phase, began) = (notes.phase.load(Ordering::Relaxed), now());
    notes.under_way.lock()[thread] = Some((phase, began));
    let attached = IpcRenderer::connect(endpoint);
    notes.under_way.lock()[thread] = None;
    match attached {
        Ok(renderer) => {
            notes.delays.lock().note(phase, now() - began);
            if let Err(error) = ask(&renderer) {
                fail(notes, phase, format!("sendSync: {error}"));
            }
        }
        Err(error) => fail(notes, phase, format!("connect: {error}")),
    }
}

fn ask(renderer: &IpcRenderer) -> Result<(), Error> {
    renderer.send_sync("ask", args![1]).map(|answer| assert_eq!(answer, 2))
}

fn fail(notes: &Notes, phase: usize, text: String) {
    *notes.failures.lock()[phase].entry(text).or_default() += 1;
}

fn report(notes: &Notes) {
    for (phase, began) in notes.under_way.lock().iter().flatten() {
        notes.delays.lock().note(*phase, now() - began);
    }
    notes.delays.lock().lines("attach").iter().for_each(|line| say(line));
    for (phase, failures) in notes.failures.lock().iter().enumerate() {
        for (text, count) in failures {
            say(&format!("failed {phase} {count} {text}"));
        }
    }
    say("end");
}
