//! A picture that is renewed, on a terminal that is given back as it was.

use super::keys::{Answer, Choice};
use super::model::Picture;
use super::view;
use crate::failure::Failure;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event;
use ringmain::Monitor;
use ringmain::monitor::Snapshot;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::emulate_default_handler;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How soon a signal, or main's end, is seen.
const GLANCE: Duration = Duration::from_millis(100);

/// The first rates are those of a shorter time, so that there are some.
const FIRST: Duration = Duration::from_millis(250);

/// Shows what main does until the user has had enough. Returns the last picture if main has ended.
pub(super) fn run(monitor: &Monitor, interval: Duration) -> Result<Option<Picture>, Failure> {
    let signal = Signal::new()?;
    let mut screen = Screen::new()?;
    let mut show = Show::new(monitor, interval);
    let shown = loop {
        screen.terminal.draw(|frame| view::draw(frame, &show.picture, &mut show.choice))?;
        if show.wait(monitor, &signal)? == Answer::Quit {
            break show.picture;
        }
    };
    drop(screen);
    signal.obey()?;
    Ok(Some(shown).filter(|picture| picture.is_over))
}

/// What is on the screen, and when it will be renewed.
#[derive(Debug)]
struct Show {
    picture: Picture,
    choice: Choice,
    before: Snapshot,
    interval: Duration,
    due: Instant,
}

impl Show {
    fn new(monitor: &Monitor, interval: Duration) -> Self {
        let before = monitor.snapshot();
        let picture = Picture::between(&before, &before);
        let due = Instant::now() + interval.min(FIRST);
        Self { picture, choice: Choice::new(), before, interval, due }
    }

    /// Waits for something to draw, or for the end.
    fn wait(&mut self, monitor: &Monitor, signal: &Signal) -> io::Result<Answer> {
        loop {
            if signal.has_come() {
                return Ok(Answer::Quit);
            }
            if !self.picture.is_over && (Instant::now() >= self.due || monitor.is_main_gone()) {
                self.renew(monitor);
                return Ok(Answer::Redraw);
            }
            let left = match self.picture.is_over {
                true => GLANCE,
                false => GLANCE.min(self.due.saturating_duration_since(Instant::now())),
            };
            if event::poll(left)? {
                match self.choice.take(&event::read()?) {
                    Answer::Ignore => {}
                    answer => return Ok(answer),
                }
            }
        }
    }

    /// The last picture of a main that has ended stays as it is.
    fn renew(&mut self, monitor: &Monitor) {
        let is_over = monitor.is_main_gone();
        let after = monitor.snapshot();
        self.picture = Picture { is_over, ..Picture::between(&self.before, &after) };
        self.before = after;
        self.due = Instant::now() + self.interval;
    }
}

/// The terminal's other screen, in raw mode. Left on the way out, whichever it is: a panic leaves it
/// before it tells what happened.
#[derive(Debug)]
struct Screen {
    terminal: DefaultTerminal,
}

impl Screen {
    fn new() -> io::Result<Self> {
        match ratatui::try_init() {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                leave();
                Err(error)
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.terminal.show_cursor(); // a terminal that is gone needs none
        // The panic's hook has left already. Twice would put the cursor onto what the panic told.
        if !std::thread::panicking() {
            leave();
        }
    }
}

/// There is nobody to tell if that fails: the terminal is gone.
fn leave() {
    let _ = ratatui::try_restore();
}

/// A signal that ends the program, which it does once the terminal is given back.
#[derive(Debug)]
struct Signal(Arc<AtomicUsize>);

impl Signal {
    fn new() -> io::Result<Self> {
        let come = Arc::new(AtomicUsize::new(0));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&come), number)?;
        }
        Ok(Self(come))
    }

    fn has_come(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// Ends the program as the signal would have, so that who waits for it learns of that.
    fn obey(&self) -> io::Result<()> {
        match i32::try_from(self.0.load(Ordering::Relaxed)) {
            Ok(0) | Err(_) => Ok(()),
            Ok(signal) => emulate_default_handler(signal),
        }
    }
}
