//! A main that runs, a good renderer beside the hostile one, and a log of what main saw.

use super::player::Player;
use crate::types;
use parking_lot::{Condvar, Mutex};
use ringmain::{
    Args, ArgsRef, BoxError, Diagnostic, Error, Event, GoneReason, IpcMain, MainOptions, args,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Bytes of each ring, the fewest that there can be.
pub const RING: usize = 64 << 10;

/// Bytes that main keeps for a renderer that does not read.
pub const OVERFLOW: usize = 512 << 10;

/// After so long a test has hung, and ends loudly. On an idle machine each takes seconds at most.
const WATCHDOG: Duration = Duration::from_secs(300);

/// Something that main saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A renderer has attached.
    Attached(u32),
    /// A renderer was cut off for what it wrote at this place.
    Cut(u32, &'static str),
    /// A process was refused.
    Refused(Error),
    /// An answer could not be sent.
    AnswerFailed(Error),
    /// A renderer is gone.
    Gone(u32, GoneReason),
    /// A message on the channel `note`, as text.
    Received(u32, String),
    /// What became of the messages that a renderer asked for on the channel `talk`.
    Said(u32, usize, Option<Error>),
    /// A listener or handler failed.
    Failed(String),
}

/// What main saw so far.
#[derive(Debug, Default)]
pub struct Log {
    notes: Mutex<Vec<Note>>,
    changed: Condvar,
    most_queued: AtomicUsize,
}

impl Log {
    fn note(&self, note: Note) {
        self.notes.lock().push(note);
        self.changed.notify_all();
    }

    /// All notes so far.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.notes.lock().clone()
    }

    /// Waits until `find` finds what it looks for.
    pub fn wait<T>(&self, find: impl Fn(&[Note]) -> Option<T>) -> T {
        let mut notes = self.notes.lock();
        loop {
            if let Some(found) = find(&notes) {
                return found;
            }
            self.changed.wait(&mut notes);
        }
    }

    /// Waits for a note like this.
    pub fn wait_for(&self, note: &Note) {
        self.wait(|notes| notes.contains(note).then_some(()));
    }

    /// The most bytes that were ever seen to wait for one renderer.
    #[must_use]
    pub fn most_queued(&self) -> usize {
        self.most_queued.load(Ordering::Relaxed)
    }
}

/// A main with its good renderer.
#[derive(Debug)]
pub struct Stage {
    /// The main.
    pub main: IpcMain,
    /// What it saw.
    pub log: Arc<Log>,
    program: &'static str,
    name: String,
    runner: Option<JoinHandle<Result<(), Error>>>,
    good: Option<Player>,
    _watchdog: Sender<()>,
}

impl Stage {
    /// A main that runs, and a good renderer that got its first answers. `program` is `bin/hostile_peer`.
    #[must_use]
    pub fn new(program: &'static str) -> Self {
        let mut stage = Self::still(program);
        let main = stage.main.clone();
        stage.runner = Some(std::thread::spawn(move || main.run()));
        stage.good = Some(stage.another_good());
        stage.good_is_served(3);
        stage
    }

    /// A main that nobody drives yet, without renderers.
    ///
    /// # Panics
    /// If the script or the machine is not as it should be.
    #[must_use]
    pub fn still(program: &'static str) -> Self {
        Self::still_with(program, &MainOptions::new())
    }

    /// A main with these options besides its own that runs, and nobody else.
    #[must_use]
    pub fn with(program: &'static str, options: &MainOptions) -> Self {
        let mut stage = Self::still_with(program, options);
        let main = stage.main.clone();
        stage.runner = Some(std::thread::spawn(move || main.run()));
        stage
    }

    fn still_with(program: &'static str, options: &MainOptions) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hostile-{}-{number}", std::process::id());
        let options = options.clone().ring_capacity(RING).overflow_limit(OVERFLOW);
        let main = options.bind(&name).expect("a main");
        let log = Arc::new(Log::default());
        listen(&main, &log);
        Self { main, log, program, name, runner: None, good: None, _watchdog: watchdog() }
    }

    /// The endpoint's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Starts a hostile process that attaches by name.
    #[must_use]
    pub fn enter(&self, script: &str) -> Player {
        Player::start(self.program, &[script, &self.name])
    }

    /// Starts a hostile process that attaches by birth.
    #[must_use]
    pub fn bear(&self, script: &str) -> Player {
        Player::spawned_by(&self.main, self.program, &[script])
    }

    /// Starts one more good renderer.
    #[must_use]
    pub fn another_good(&self) -> Player {
        let mut good = self.enter("good");
        good.says("attached");
        good
    }

    /// Has the good renderer get so many right answers of each kind.
    ///
    /// # Panics
    /// If one is wrong, or there is no good renderer.
    pub fn good_is_served(&mut self, rounds: usize) {
        serve(self.good.as_mut().expect("a good renderer"), rounds);
    }

    /// The id of the newest renderer, once there are `count` beside the good one.
    #[must_use]
    pub fn newest(&self, count: usize) -> u32 {
        self.log.wait(|notes| {
            let ids = notes.iter().filter_map(|note| match note {
                Note::Attached(id) => Some(*id),
                _ => None,
            });
            ids.skip(1).nth(count - 1)
        })
    }

    /// The places of all cuts so far.
    #[must_use]
    pub fn cuts(&self) -> Vec<&'static str> {
        let notes = self.log.notes();
        let cuts = notes.iter().filter_map(|note| match note {
            Note::Cut(_, place) => Some(*place),
            _ => None,
        });
        cuts.collect()
    }

    /// Ends everything: the good renderer is still served, main still ran, and no listener failed.
    ///
    /// # Panics
    /// If not.
    pub fn curtain(mut self) {
        self.good_is_served(10);
        if let Some(good) = self.good.take() {
            good.bows();
        }
        self.main.stop();
        if let Some(runner) = self.runner.take() {
            runner.join().expect("main did not panic").expect("main ran to its end");
        }
        let notes = self.log.notes();
        let failed = notes.iter().any(|note| matches!(note, Note::Failed(_)));
        assert!(!failed, "{notes:#?}");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.main.stop();
        let socket = super::socket_path(&self.name);
        // Left behind by design, and one per test.
        let _ = std::fs::remove_file(socket.with_extension("lock"));
    }
}

/// Has `good` get so many right answers of each kind.
///
/// # Panics
/// If one is wrong.
pub fn serve(good: &mut Player, rounds: usize) {
    good.tell(&rounds.to_string());
    good.says("right");
}

/// Ends the process if what it returns is not dropped in time: a hang is a failure with a name.
fn watchdog() -> Sender<()> {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let (stays, gone) = channel();
    std::thread::spawn(move || {
        if gone.recv_timeout(WATCHDOG) == Err(RecvTimeoutError::Timeout) {
            eprintln!("{test} hangs");
            std::process::abort();
        }
    });
    stays
}

pub(super) fn listen(main: &IpcMain, log: &Arc<Log>) {
    take_notes(main, log);
    let most = Arc::clone(log);
    main.on("echo", move |event, args| {
        most.most_queued.fetch_max(event.sender().queued_bytes(), Ordering::Relaxed);
        // A renderer that reads no answers is told in the diagnostics.
        let _ = event.set_return_value(args.get(0));
    });
    main.handle("sum", |_event, args: Args| async move {
        let sum: i32 = args.iter().filter_map(|arg| arg.as_i32()).sum();
        Ok(sum)
    })
    .expect("the first handler");
    main.handle("never", |_event, _args| std::future::pending::<Result<(), BoxError>>())
        .expect("the first handler");
    let notes = Arc::clone(log);
    main.on("note", move |event, args| {
        notes.note(Note::Received(event.sender().id(), args.to_string()));
    });
    let notes = Arc::clone(log);
    main.on("talk", move |event, args| notes.note(talk(event, args)));
    main.on("text", |_event, args| is_stable_text(args));
    main.on("any", |_event, args| is_stable(args));
    let notes = Arc::clone(log);
    main.on_typed(&types::SAMPLE, move |event, sample| {
        notes.note(Note::Received(event.sender().id(), sample.number.to_string()));
    });
    let notes = Arc::clone(log);
    main.on_typed(&types::REPORT, move |event, report| {
        notes.note(Note::Received(event.sender().id(), report.title.to_string()));
    });
    let notes = Arc::clone(log);
    main.on_typed(&types::CHAIN, move |event, chain| {
        let end = if chain.next.is_some() { "chain" } else { "end" };
        notes.note(Note::Received(event.sender().id(), end.to_owned()));
    });
}

fn take_notes(main: &IpcMain, log: &Arc<Log>) {
    let notes = Arc::clone(log);
    main.on_attached(move |page| notes.note(Note::Attached(page.id())));
    let notes = Arc::clone(log);
    main.on_render_process_gone(move |page, details| {
        notes.note(Note::Gone(page.id(), details.reason));
    });
    let notes = Arc::clone(log);
    main.on_diagnostic(move |diagnostic| {
        notes.note(match diagnostic {
            Diagnostic::CorruptRenderer { id, corrupt } => Note::Cut(*id, corrupt.place),
            Diagnostic::Refused { error } => Note::Refused((*error).clone()),
            // One per call, once a renderer reads no answers.
            Diagnostic::AnswerFailed { error: Error::Backpressure { .. }, .. }
            | Diagnostic::HandlersDropped { .. } => return,
            Diagnostic::AnswerFailed { error, .. } => Note::AnswerFailed((*error).clone()),
            other => Note::Failed(other.to_string()),
        });
    });
}

/// Sends as many messages of as many bytes as was asked for, up to the first error.
fn talk(event: &Event<'_>, args: ArgsRef<'_>) -> Note {
    let number = |at| args.get(at).as_i32().and_then(|number| usize::try_from(number).ok());
    let (count, len) = (number(0).unwrap_or(0), number(1).unwrap_or(0));
    let speech = args![vec![b'x'; len].as_slice()];
    let id = event.sender().id();
    for sent in 0..count {
        if let Err(error) = event.sender().send("speech", &speech) {
            return Note::Said(id, sent, Some(error));
        }
    }
    Note::Said(id, count, None)
}

/// A text of forty bytes, each of which the renderer changes between two letters all the time.
fn is_stable_text(args: ArgsRef<'_>) -> Result<(), BoxError> {
    let first = args.get(0).as_str().ok_or("no text")?.to_owned();
    let legal = first.len() == 40 && first.bytes().all(|byte| matches!(byte, b'a' | b'b'));
    let second = args.get(0).as_str().ok_or("no text")?;
    if legal && first == second { Ok(()) } else { Err(format!("'{first}' and '{second}'").into()) }
}

/// Anything at all, but the same when it is looked at twice.
fn is_stable(args: ArgsRef<'_>) -> Result<(), BoxError> {
    let (first, second) = (args.to_string(), args.to_string());
    if first == second { Ok(()) } else { Err(format!("'{first}' and '{second}'").into()) }
}
