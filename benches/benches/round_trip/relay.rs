//! Trips that listeners make: each answer that arrives sends the next question.

use ringmain::{Error, IpcRenderer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far the trips are. The listener of the answers has a clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relay {
    words: Arc<Words>,
}

#[derive(Debug, Default)]
struct Words {
    /// The question that was sent last; they count from 1.
    sent: AtomicU64,
    /// The last one to be sent.
    last: AtomicU64,
    /// A listener's panic would end nothing, so it is told here.
    failed: AtomicBool,
}

impl Relay {
    /// Makes so many trips, of which `send` begins each.
    pub(crate) fn run(
        &self,
        renderer: &IpcRenderer,
        trips: u64,
        send: impl FnOnce(u64) -> Result<(), Error>,
    ) {
        self.words.last.store(trips, Ordering::Relaxed);
        self.words.sent.store(1, Ordering::Relaxed);
        send(1).expect("main is there");
        renderer.run().expect("main stayed");
        assert!(!self.words.failed.load(Ordering::Relaxed), "a wrong answer");
        assert_eq!(self.words.sent.load(Ordering::Relaxed), trips);
    }

    /// An answer is there: goes on with the next question, or ends the run.
    pub(crate) fn arrived(
        &self,
        renderer: &IpcRenderer,
        answers: impl FnOnce(u64) -> bool,
        send: impl FnOnce(u64) -> Result<(), Error>,
    ) {
        let sent = self.words.sent.load(Ordering::Relaxed);
        if !answers(sent) {
            self.words.failed.store(true, Ordering::Relaxed);
        } else if sent < self.words.last.load(Ordering::Relaxed) {
            self.words.sent.store(sent + 1, Ordering::Relaxed);
            if send(sent + 1).is_ok() {
                return;
            }
            self.words.failed.store(true, Ordering::Relaxed);
        }
        renderer.stop();
    }
}
