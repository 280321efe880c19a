//! Numbered messages between the test's main and a renderer, checked byte by byte.

use crate::{Log, Stage, is_numbered, numbered};
use std::process::Command;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};

/// Bytes of the archive of a message that carries `bytes`.
#[must_use]
pub fn archive_len(bytes: usize) -> usize {
    numbered(0, bytes).archive().len()
}

/// The most bytes that a message of at most `limit` can carry.
#[must_use]
pub fn bytes_within(limit: usize) -> usize {
    let (mut fits, mut too_many) = (0, limit);
    while fits + 1 < too_many {
        let bytes = fits.midpoint(too_many);
        if archive_len(bytes) <= limit { fits = bytes } else { too_many = bytes }
    }
    fits
}

/// A renderer for messages of these lengths.
#[must_use]
pub fn listed(mut renderer: Command, lens: &[usize]) -> Command {
    renderer.args(lens.iter().map(usize::to_string));
    renderer
}

/// Receives messages of these lengths from `renderer`, which plays `upload`.
///
/// # Panics
/// If one is not what was sent.
pub fn upload(stage: &Stage, renderer: Command, lens: &[usize]) {
    let next = Arc::new(AtomicI32::new(0));
    let received = Log::new();
    stage.on("numbered", {
        let received = received.clone();
        move |_event, args| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            assert!(is_numbered(args, number), "message {number} is not what was sent");
            received.push(args.get(1).len());
        }
    });
    stage.start(renderer);
    stage.run_to_the_end(1);
    assert_eq!(received.take(), lens);
}

/// Sends messages of these lengths to `renderer`, which plays `download`, `ahead` of what it has
/// acknowledged.
///
/// # Panics
/// If they are not acknowledged in order.
pub fn download(stage: &Stage, renderer: Command, lens: &[usize], ahead: usize) {
    let rest = Arc::new(Mutex::new((0..).zip(lens.to_vec())));
    let send_next = move |event: &ringmain::Event<'_>, count: usize| {
        for (number, len) in rest.lock().expect("no panic").by_ref().take(count) {
            event.reply("numbered", numbered(number, len)).expect("room for a message");
        }
    };
    stage.on("ready", {
        let send_next = send_next.clone();
        move |event, _args| send_next(event, ahead)
    });
    let received = Log::new();
    stage.on("received", {
        let received = received.clone();
        move |event, args| {
            received.push(args.get(0).as_i32());
            send_next(event, 1);
        }
    });
    stage.start(renderer);
    stage.run_to_the_end(1);
    assert!(received.take().into_iter().eq((0..).map(Some).take(lens.len())));
}
