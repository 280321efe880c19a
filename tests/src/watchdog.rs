//! The end of a test that would never end.

use parking_lot::Mutex;
use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Longer than the slowest test takes on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// What panicked so far. A panic can be why the others wait for ever, and the harness keeps what it printed
/// until the test ends.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// While this lives, the process may hang for five minutes; then it aborts and says where.
#[derive(Debug)]
#[must_use = "dropped, it watches nothing"]
pub struct Watchdog {
    /// Its drop is what the watching thread waits for.
    _alive: Sender<()>,
}

impl Watchdog {
    /// Watches the calling thread's work.
    pub fn new() -> Self {
        note_panics();
        let name = std::thread::current().name().unwrap_or("a thread").to_owned();
        let words = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
        let (alive, watched) = channel();
        std::thread::spawn(move || {
            if watched.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("watchdog: {name} ({words}) hangs; panics before: {:#?}", PANICS.lock());
                std::process::abort();
            }
        });
        Self { _alive: alive }
    }
}

impl Default for Watchdog {
    fn default() -> Self {
        Self::new()
    }
}

fn note_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let next = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.lock().push(panic.to_string());
            next(panic);
        }));
    });
}
