//! The main that is attacked.

use super::cases::GIFT_PATTERN;
use super::counts::Counts;
use super::pulse::PULSE;
use crate::hostile::player::{say, told};
use crate::{is_of, types};
use ringmain::{Args, ArgsRef, BoxError, Event, IpcMain, MainOptions, Trust, args};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Descriptors that main may have unless an attack says otherwise: what most systems start a program with.
const DESCRIPTORS: u64 = 1024;

/// Runs a main at `endpoint` until told to end. Honest renderers know the `token`; `limits` are words as
/// `descriptors=64`.
///
/// # Panics
/// If there is no main to be had.
pub(super) fn play(endpoint: &str, token: i32, limits: &[String]) {
    let mut options = MainOptions::new();
    if limits.iter().any(|limit| limit == "in-place") {
        options = trusting(options);
    }
    let main = options.bind(endpoint).expect("a main");
    let counts = Arc::new(Counts::new());
    serve_honest(&main, &counts, token);
    serve_others(&main, &counts);
    limit(Resource::Nofile, DESCRIPTORS);
    limits.iter().for_each(|word| lower(word));
    let (stops, reports) = (main.clone(), Arc::clone(&counts));
    std::thread::spawn(move || {
        control(&reports);
        stops.stop();
    });
    say("ready");
    main.run().expect("a main that runs");
}

#[expect(unsafe_code, reason = "the control: what a main that trusts sees of a renderer that lies")]
fn trusting(options: MainOptions) -> MainOptions {
    // SAFETY: not kept, and that is what is shown: the listener `text` copies single bytes of a
    // text and compares them, and nothing else reads what the attack changes.
    unsafe { options.trust(Trust::InPlace) }
}

/// Lowers one of this process's limits.
fn lower(word: &str) {
    let Some((name, number)) = word.split_once('=') else { return };
    let number = number.parse().expect("a number");
    match name {
        "address-space" => limit(Resource::As, number),
        "descriptors" => limit(Resource::Nofile, number),
        "processes" => limit(Resource::Nproc, number),
        _ => panic!("no limit '{name}'"),
    }
}

fn limit(resource: Resource, most: u64) {
    let maximum = getrlimit(resource).maximum;
    setrlimit(resource, Rlimit { current: Some(most), maximum }).expect("a lower limit");
}

/// Does what the command says until it says nothing more.
fn control(counts: &Counts) {
    while let Some(line) = told() {
        match line.split_once(' ') {
            Some(("phase", phase)) => counts.enter(phase.parse().expect("a phase")),
            _ if line == "count" => counts.say_progress(),
            _ => counts.report(),
        }
    }
}

fn serve_honest(main: &IpcMain, counts: &Arc<Counts>, token: i32) {
    let introduced = Arc::clone(counts);
    main.on("introduce", move |event, args| {
        let index = args.get(1).as_i32().and_then(|index| usize::try_from(index).ok());
        let index = index.filter(|index| args.get(0) == token && *index < 2).ok_or("a stranger")?;
        introduced.introduce(index, event.sender().id());
        event.set_return_value(true)?;
        Ok::<(), BoxError>(())
    });
    main.on("ask", |event, args| {
        event.set_return_value(args.get(0).as_i32().unwrap_or(0).wrapping_add(1))
    });
    let pulses = Arc::clone(counts);
    main.on_typed(&PULSE, move |event, pulse| pulses.pulse(event.sender().id(), pulse));
    let large = Arc::clone(counts);
    main.on("large", move |event, args| large.large(event.sender().id(), args));
}

/// The channels that attacks know, as those of `hostile::stage`, but in bounded memory.
fn serve_others(main: &IpcMain, counts: &Arc<Counts>) {
    main.on("echo", |event, args| {
        // A renderer that reads no answers is told in the diagnostics.
        let _ = event.set_return_value(args.get(0));
    });
    let sum = |_event, args: Args| async move {
        let numbers = args.iter().filter_map(|arg| arg.as_i32());
        Ok(numbers.fold(0_i32, i32::wrapping_add))
    };
    main.handle("sum", sum).expect("the first handler");
    let keep = |_event, args: Args| async move {
        std::future::pending::<()>().await;
        Ok(args.len().to_string())
    };
    main.handle("never", keep).expect("the first handler");
    on_other(main, "note", counts, |_args| Ok(()));
    main.on("talk", talk);
    on_other(main, "text", counts, is_stable_text);
    on_other(main, "any", counts, |args| same(&args.to_string(), &args.to_string()));
    on_other(main, "compare", counts, |args| {
        std::hint::black_box(args.get(0) == args.get(1));
        Ok(())
    });
    on_other(main, "own", counts, |args| {
        std::hint::black_box(args.to_owned());
        Ok(())
    });
    on_other(main, "look up", counts, |args| {
        std::hint::black_box(args.get(0).get("a key that is nowhere"));
        Ok(())
    });
    let samples = Arc::clone(counts);
    main.on_typed(&types::SAMPLE, move |_event, _sample| samples.other());
    let reports = Arc::clone(counts);
    main.on_typed(&types::REPORT, move |_event, _report| reports.other());
    let chains = Arc::clone(counts);
    main.on_typed(&types::CHAIN, move |_event, _chain| chains.other());
    let gifts = Arc::clone(counts);
    main.on("gift", move |_event, args| {
        let is_whole = is_of(args.get(0), GIFT_PATTERN);
        gifts.note(if is_whole { "gift: whole" } else { "gift: broken" });
    });
    take_notes(main, counts);
}

fn on_other(
    main: &IpcMain,
    channel: &str,
    counts: &Arc<Counts>,
    look: impl Fn(ArgsRef<'_>) -> Result<(), BoxError> + Send + Sync + 'static,
) {
    let counts = Arc::clone(counts);
    main.on(channel, move |_event, args| {
        counts.other();
        look(args)
    });
}

fn take_notes(main: &IpcMain, counts: &Arc<Counts>) {
    let notes = Arc::clone(counts);
    main.on_render_process_gone(move |_page, details| notes.gone(details.reason));
    let notes = Arc::clone(counts);
    main.on_diagnostic(move |diagnostic| notes.diagnostic(diagnostic));
}

/// Sends as many messages of as many bytes as was asked for, up to the first error.
fn talk(event: &Event<'_>, args: ArgsRef<'_>) {
    let number = |at| args.get(at).as_i32().and_then(|number| usize::try_from(number).ok());
    let (count, len) = (number(0).unwrap_or(0), number(1).unwrap_or(0).min(1 << 20));
    let speech = args![vec![b'x'; len].as_slice()];
    for _ in 0..count {
        if event.sender().send("speech", &speech).is_err() {
            return;
        }
    }
}

/// Texts that were looked at.
static LOOKS: AtomicU64 = AtomicU64::new(0);

/// A text of forty bytes, each of which the renderer changes between two letters all the time.
fn is_stable_text(args: ArgsRef<'_>) -> Result<(), BoxError> {
    let first = args.get(0).as_str().ok_or("no text")?.to_owned();
    let legal = first.len() == 40 && first.bytes().all(|byte| matches!(byte, b'a' | b'b'));
    if LOOKS.fetch_add(1, Ordering::Relaxed).is_multiple_of(64) {
        // The renderer may need this very processor to change it.
        std::thread::yield_now();
    }
    let second = args.get(0).as_str().ok_or("no text")?;
    if legal { same(&first, second) } else { Err("illegal text".into()) }
}

/// What is looked at twice has to be the same.
fn same(first: &str, second: &str) -> Result<(), BoxError> {
    if first == second { Ok(()) } else { Err(CHANGED.into()) }
}

/// What main says of a message that changed while it was read.
pub(super) const CHANGED: &str = "changed while it was read";
