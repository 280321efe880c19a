//! A renderer that does nothing wrong: it floods, asks once a millisecond, and sends something large at times.

use super::delays::Delays;
use super::pulse::{PULSE, Pulse, now};
use crate::contents;
use crate::hostile::Random;
use crate::hostile::player::{say, told};
use parking_lot::Mutex;
use ringmain::value::Bytes;
use ringmain::{Error, IpcRenderer, RendererOptions, args};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Between two large messages.
const LARGE_EVERY: Duration = Duration::from_secs(1);
/// The smallest of these, in bytes.
const LARGE_MIN: usize = 64 << 10;
/// Messages in a row.
const BATCH: usize = 64;

#[derive(Debug)]
struct Honest {
    /// Floods.
    renderer: IpcRenderer,
    /// Asks. Two threads of one renderer would share one lane, and wait for each other.
    asker: IpcRenderer,
    /// The most bytes of a message.
    largest: usize,
    phase: AtomicUsize,
    done: AtomicBool,
    delays: Mutex<Delays>,
}

/// Attaches as the honest renderer `index`, and works until told to finish.
///
/// # Panics
/// If main is not as it should be.
pub(super) fn play(endpoint: &str, token: i32, index: i32, largest: usize) {
    let patience = Instant::now() + Duration::from_secs(10);
    let attach = || RendererOptions::new().wait_until(patience).connect(endpoint);
    let renderer = attach().expect("a session");
    renderer.send_sync("introduce", args![token, index]).expect("to be known");
    let honest = Arc::new(Honest {
        renderer,
        asker: attach().expect("a session"),
        largest,
        phase: AtomicUsize::new(0),
        done: AtomicBool::new(false),
        delays: Mutex::new(Delays::new()),
    });
    let [flooding, asking] = [Honest::flood, Honest::ask].map(|work| {
        let honest = Arc::clone(&honest);
        std::thread::spawn(move || work(&honest, index))
    });
    say("attached");
    while let Some(line) = told() {
        match line.strip_prefix("phase ").and_then(|phase| phase.parse().ok()) {
            Some(phase) => honest.phase.store(phase, Ordering::Relaxed),
            None => break,
        }
    }
    honest.done.store(true, Ordering::Relaxed);
    report("sent", flooding.join().expect("no panic"));
    report("asked", asking.join().expect("no panic"));
    honest.delays.lock().lines("ask").iter().for_each(|line| say(line));
    say("end");
    while told().is_some() {}
}

fn report(what: &str, result: Result<u64, Error>) {
    match result {
        Ok(count) => say(&format!("{what} {count}")),
        Err(error) => say(&format!("broken {what}: {error}")),
    }
}

impl Honest {
    /// Sends numbered messages, and says how many. The last is answered, so all are there then.
    fn flood(&self, index: i32) -> Result<u64, Error> {
        let mut random = Random(index.unsigned_abs().into());
        let mut next_large = Instant::now();
        let mut number = 0;
        while !self.done.load(Ordering::Relaxed) {
            for _ in 0..BATCH {
                self.renderer.send_typed(&PULSE, &Pulse::new(number))?;
                number += 1;
            }
            if Instant::now() >= next_large {
                self.send_large(number, &mut random)?;
                number += 1;
                next_large = Instant::now() + LARGE_EVERY;
            }
        }
        self.renderer.send_sync("ask", args![1])?;
        Ok(number)
    }

    /// Sends a message of any size up to the largest, small ones as often as large ones; the first is the largest.
    fn send_large(&self, number: u64, random: &mut Random) -> Result<(), Error> {
        let at = now();
        let scale = (self.largest / LARGE_MIN).max(1).ilog2() + 1;
        let most = LARGE_MIN << u32::try_from(random.number() % u64::from(scale)).unwrap_or(0);
        let less = usize::try_from(random.number()).unwrap_or(0) % (most / 2);
        let len = if number <= BATCH as u64 { self.largest } else { most - less };
        let pattern = i32::try_from(number & 0xfff_ffff).unwrap_or(0);
        let head = [number.to_le_bytes(), at.to_le_bytes()].concat();
        self.renderer.send("large", args![Bytes(&head), pattern, Bytes(&contents(pattern, len))])
    }

    /// Asks once a millisecond, and says how often.
    fn ask(&self, _index: i32) -> Result<u64, Error> {
        let mut next = Instant::now();
        let mut number = 0;
        while !self.done.load(Ordering::Relaxed) {
            number += 1;
            let (phase, began) = (self.phase.load(Ordering::Relaxed), now());
            let answer = self.asker.send_sync("ask", args![number])?;
            self.delays.lock().note(phase, now() - began);
            assert_eq!(answer, number + 1, "a wrong answer");
            next = (next + Duration::from_millis(1)).max(Instant::now());
            std::thread::sleep(next - Instant::now().min(next));
        }
        Ok(number.unsigned_abs().into())
    }
}
